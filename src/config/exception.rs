//! Exceptions: one case a check lets pass, with a reason, an owner and an end.

use std::net::IpAddr;

use ipnet::IpNet;
use portcullis_inspect::{Acts, CheckSpec, LimitSpec, Time};
use schemars::JsonSchema;
use serde::Deserialize;

use super::limits::{RowValue, spell};
use super::problem::{Complaint, Draft, Fault};
use super::review::Review;
use super::route::PathPattern;
use super::section::Section;
use super::service::Mode;
use super::spelled::{Spelled, spelled};

/// One case a check lets pass. It applies where everything it names applies.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The check or limit that lets the case pass.
    pub check: String,
    /// Only at this coordinate of the contract, as in `Query.reports`.
    #[serde(default)]
    #[schemars(length(min = 1, max = 200))]
    pub coordinate: Option<String>,
    /// Only on this path, exact or with `/*`.
    #[serde(default)]
    pub path: Option<PathPattern>,
    /// Only for clients of this network or address.
    #[serde(default)]
    pub address: Option<Network>,
    /// For a limit: the loosened value, in the limit's own unit.
    #[serde(default)]
    up_to: Option<RowValue>,
    /// Why this case is harmless.
    #[schemars(length(min = 1, max = 500))]
    pub reason: String,
    /// Who answers for it.
    #[schemars(length(min = 1, max = 100))]
    pub owner: String,
    /// Last day on which it applies (UTC), as in `2027-01-31`.
    pub expires: Date,
}

impl Exception {
    /// For a limit: the loosened value in the unit of its row.
    pub fn up_to(&self) -> Option<u64> {
        self.up_to.map(RowValue::get)
    }
}

/// A network in CIDR notation, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    /// The network; a single address is a network of one.
    pub const fn get(self) -> IpNet {
        self.0
    }
}

impl Spelled for Network {
    const FORMAT: &'static str = "network";

    fn spelled(text: &str) -> Result<Self, Complaint> {
        const HELP: &str =
            "a network is an address and a prefix length, such as `10.0.0.0/8` or `2001:db8::/32`; one address stands alone";
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(IpNet::from(address.to_canonical())));
        }
        let Ok(network) = text.parse::<IpNet>() else {
            return Err(Complaint::new("is not a network").help(HELP));
        };
        if let Some(ipv4) = mapped(network) {
            // Clients are known by their IPv4 address, so the mapped form would never match.
            return Err(Complaint::new("is an IPv4 network in IPv6 clothes").meant(ipv4.to_string()));
        }
        if network.network() != network.addr() {
            // Most likely a slip of the prefix length: refuse rather than guess which half was meant.
            return Err(Complaint::new("has bits set beyond its prefix").meant(network.trunc().to_string()));
        }
        Ok(Self(network))
    }
}

spelled!(Network);

/// The IPv4 network that `network` spells as IPv4-mapped IPv6 (RFC 4291 §2.5.5.2).
fn mapped(network: IpNet) -> Option<IpNet> {
    let IpNet::V6(network) = network else { return None };
    let prefix = network.prefix_len().checked_sub(96)?;
    let address = network.addr().to_ipv4_mapped()?;
    IpNet::new(IpAddr::V4(address), prefix).ok().map(|network| network.trunc())
}

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// The first moment after this day, UTC: an exception applies before it.
    pub fn end(self) -> Time {
        let days = self.0.duration_since(jiff::civil::Date::constant(1970, 1, 1)).as_hours() / 24;
        Time::from_seconds(days.saturating_add(1).saturating_mul(86_400))
    }
}

impl Spelled for Date {
    const FORMAT: &'static str = "date";

    fn spelled(text: &str) -> Result<Self, Complaint> {
        let complaint = || Complaint::new("is not a day").help("a day is year, month and day, as in `2027-01-31`");
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts.as_slice() else {
            return Err(complaint());
        };
        let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (year.len(), month.len(), day.len()) != (4, 2, 2) || ![year, month, day].into_iter().all(digits) {
            return Err(complaint());
        }
        match (year.parse(), month.parse(), day.parse()) {
            (Ok(year), Ok(month), Ok(day)) => {
                jiff::civil::Date::new(year, month, day).map(Self).map_err(|_| Complaint::new("is a day no calendar has"))
            }
            _ => Err(complaint()),
        }
    }
}

spelled!(Date);

/// What an exception can be about.
#[derive(Clone, Copy, Debug)]
enum Subject {
    Check(&'static CheckSpec),
    Row(&'static LimitSpec),
}

/// The service an exception stands in, as far as it was understood.
#[derive(Debug)]
pub(super) struct Home<'a> {
    pub(super) protocol: &'a str,
    pub(super) paths: &'a [PathPattern],
    /// Modes written under `checks`.
    pub(super) checks: Option<&'a Section>,
    /// The value of a row in this service.
    pub(super) limits: &'a portcullis_inspect::Limits,
}

/// Checks one exception: that it can apply, and that it still does.
pub(super) fn review(section: &Section, home: &Home<'_>, review: &mut Review<'_>) {
    expiry(section, review);
    let Some((place, name)) = section.get("check").and_then(|place| Some((place, place.read::<String>()?))) else { return };
    let Some(subject) = subject(&name, home.protocol, review) else {
        let what = format!("`{name}` judges nothing of protocol `{}`", home.protocol);
        let draft = Draft::new(Fault::ExceptionNeverApplies, &place.span, what);
        return review.problems.report(draft.help("the exception can never apply; leave it out"));
    };
    if home.checks.and_then(|checks| checks.get(&name)).and_then(Section::read) == Some(Mode::Off) {
        let draft = Draft::new(Fault::ExceptionNeverApplies, &place.span, format!("`{name}` is off in this service")).warning();
        review.problems.report(draft.help("an exception from a check that is off does nothing"));
    }
    match subject {
        Subject::Check(check) => from_check(check, section, place, review),
        Subject::Row(row) => from_row(row, section, place, home, review),
    }
    scope(section, home, review);
}

fn subject(name: &str, protocol: &str, review: &Review<'_>) -> Option<Subject> {
    let row = review.known.service_rows(protocol).find(|row| row.name == name).map(Subject::Row);
    row.or_else(|| review.known.service_checks(protocol).find(|check| check.name == name).map(Subject::Check))
}

fn from_check(check: &CheckSpec, section: &Section, place: &Section, review: &mut Review<'_>) {
    if !check.yields {
        let what = format!("`{}` lets nothing pass, so this exception can never apply", check.name);
        review.report(Fault::ExceptionNeverApplies, place, what, "what it refuses is not understood well enough to be forwarded");
    }
    if let Some(up_to) = section.get("up_to") {
        let what = format!("`up_to` has no meaning: `{}` is not a limit", check.name);
        review.problems.report(Draft::new(Fault::Contradiction, up_to.key_or_span(), what).help("leave it out"));
    }
}

fn from_row(row: &'static LimitSpec, section: &Section, place: &Section, home: &Home<'_>, review: &mut Review<'_>) {
    if row.acts == Acts::InTheShell {
        let what = format!("`{}` does not look at requests one by one, so this exception can never apply", row.name);
        return review.report(Fault::ExceptionNeverApplies, place, what, "raise the limit itself");
    }
    if let (Acts::WhileReading, Some(coordinate)) = (row.acts, section.get("coordinate")) {
        let what = format!("`{}` stops the reading before a coordinate is known", row.name);
        let draft = Draft::new(Fault::ExceptionNeverApplies, coordinate.key_or_span(), what);
        review.problems.report(draft.help("scope the exception by `path` or `address`"));
    }
    let Some(up_to) = section.get("up_to") else {
        if section.whole {
            let what = format!("an exception from the limit `{}` needs `up_to`", row.name);
            review.report(Fault::MissingKey, place, what, "say how far the limit is loosened, in its own unit");
        }
        return;
    };
    let Some(value) = loosened(row, up_to, review) else { return };
    let current = home.limits.value(row.name);
    if value > row.ceiling {
        let what = format!("{} is above the ceiling of {}", review.quote(up_to), spell(row.quantity, row.ceiling));
        review.report(Fault::OutOfRange, up_to, what, format!("no more than the ceiling of `{}` can be allowed", row.name));
    } else if value <= current {
        let what = format!("{} loosens nothing: the limit is {} here", review.quote(up_to), spell(row.quantity, current));
        review.report(Fault::ExceptionNeverApplies, up_to, what, "name a larger value, or leave the exception out");
    }
}

/// `up_to` in the unit of `row`; another unit is reported.
fn loosened(row: &'static LimitSpec, up_to: &Section, review: &mut Review<'_>) -> Option<u64> {
    let text = match up_to.value() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    match super::shape::read_row(&text, row) {
        Ok(value) => Some(value),
        Err(complaint) => {
            review.problems.complain(complaint, &up_to.span, up_to.from_env);
            None
        }
    }
}

/// Where the exception applies must be somewhere the service is.
fn scope(section: &Section, home: &Home<'_>, review: &mut Review<'_>) {
    if let (Some(place), Some(path)) = (section.get("path"), section.read_key::<PathPattern>("path"))
        && !home.paths.is_empty()
        && !home.paths.iter().any(|own| own.touches(&path))
    {
        let what = format!("{} is no path of this service, so this exception can never apply", review.quote(place));
        review.report(Fault::ExceptionNeverApplies, place, what, "name a path under the service's `paths`");
    }
    let everywhere = |path: PathPattern| path.text() == "/*";
    let everybody = |network: Network| network.get().prefix_len() == 0;
    let scoped = section.get("coordinate").is_some()
        || section.read_key::<PathPattern>("path").is_some_and(|path| !everywhere(path))
        || section.read_key::<Network>("address").is_some_and(|network| !everybody(network));
    if !scoped && section.whole {
        let at = section.get("check").unwrap_or(section);
        let draft =
            Draft::new(Fault::ExceptionUnscoped, &at.span, "the exception applies to every request of the service").warning();
        review.problems.report(draft.help("name a `coordinate`, a `path` or an `address`, or loosen the check itself"));
    }
}

fn expiry(section: &Section, review: &mut Review<'_>) {
    let Some((place, expires)) = section.get("expires").and_then(|place| Some((place, place.read::<Date>()?))) else { return };
    if expires.end() <= review.now {
        let from = section.read_key::<String>("check").map(|check| format!(" from `{check}`")).unwrap_or_default();
        let what = format!("the exception{from} has expired and no longer applies");
        let draft = Draft::new(Fault::ExceptionExpired, &place.span, what).warning();
        review.problems.report(draft.help("remove it, or decide anew and set a later day"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_one_way_and_lasts_to_its_end() {
        // 2027-02-01T00:00:00Z
        assert_eq!(Date::spelled("2027-01-31").unwrap().end(), Time::from_seconds(1_801_440_000));
        assert!(Date::spelled("2028-02-29").is_ok());
        assert!(Date::spelled("9999-12-31").unwrap().end() > Time(0));
        for text in
            ["2027-02-29", "2027-1-31", "31-01-2027", "2027/01/31", "2027-01-31T00:00", "20270131", "+027-01-31", "2027-13-01", ""]
        {
            assert!(Date::spelled(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_network_has_no_bits_beyond_its_prefix() {
        for text in ["10.0.0.0/8", "10.1.2.3", "10.1.2.3/32", "2001:db8::/32", "::1", "0.0.0.0/0"] {
            assert!(Network::spelled(text).is_ok(), "{text}");
        }
        assert_eq!(Network::spelled("::ffff:10.0.0.1"), Network::spelled("10.0.0.1"));
        for (text, meant) in [
            ("10.1.2.3/8", Some("10.0.0.0/8")),
            ("::ffff:10.0.0.0/104", Some("10.0.0.0/8")),
            ("10.0.0.0/33", None),
            ("10/8", None),
            ("10.0.0.0/-1", None),
            ("", None),
        ] {
            assert_eq!(Network::spelled(text).unwrap_err().meant.as_deref(), meant, "{text}");
        }
    }
}

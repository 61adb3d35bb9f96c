//! One service: what it answers, what it allows, and where it forwards.

use std::collections::BTreeMap;
use std::path::Path;

use portcullis_inspect::{Acts, Limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Known;
use super::exception::{self, Exception, Home};
use super::file::{FilePath, Holds};
use super::limits::RowValues;
use super::listener::Address;
use super::problem::{Complaint, Draft, Fault};
use super::review::Review;
use super::route::{HostPattern, Method, PathPattern};
use super::section::Section;
use super::spelled::{Spelled, spelled};
use super::suggest;
use super::upstream::{self, Upstream, Written};

/// One service.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Name, used in records and metrics: lower-case letters, digits and `-`.
    pub name: ServiceName,
    /// Hosts it answers for, exact or `*.suffix`. Without it every host.
    #[serde(default)]
    #[schemars(length(min = 1, max = 256))]
    pub hosts: Option<Vec<HostPattern>>,
    /// Paths it answers for, exact or with `/*` for everything below. Of several services that would answer, the first in the file does.
    #[schemars(length(min = 1, max = 256))]
    pub paths: Vec<PathPattern>,
    /// Language of the service. Never guessed from what a client sends.
    pub protocol: String,
    /// What a refusal means.
    #[serde(default)]
    pub mode: Mode,
    /// Methods that are let through. Without it those of the protocol.
    #[serde(default)]
    #[schemars(length(min = 1, max = 64))]
    pub methods: Option<Vec<Method>>,
    /// Checks set to another mode than the service's.
    #[serde(default)]
    pub checks: BTreeMap<String, Mode>,
    /// Limits set to another value than their default.
    #[serde(default, rename = "limits")]
    written_limits: RowValues,
    /// Every row of the protocol, and of every service, with its value for this service.
    #[serde(skip, default = "no_limits")]
    pub limits: Limits,
    /// Files of the contract.
    #[serde(default)]
    pub schema: Vec<FilePath>,
    /// The server behind the service: a URL, or a mapping with `url`.
    #[serde(deserialize_with = "upstream_of")]
    #[schemars(with = "Written")]
    pub upstream: Upstream,
    /// Cases that are let pass.
    #[serde(default)]
    pub exceptions: Vec<Exception>,
}

impl Service {
    pub(super) fn resolve(&mut self, base: &Path, known: &Known<'_>, process: &RowValues) {
        self.schema.iter_mut().for_each(|file| file.resolve(base));
        self.upstream.resolve(base);
        self.limits = limits(known, &self.protocol, process, &self.written_limits);
        if let Some(exchanges) = self.upstream.exchanges {
            self.limits.set(upstream::EXCHANGES, u64::from(exchanges));
        }
    }
}

fn no_limits() -> Limits {
    Limits::defaults(&[])
}

fn upstream_of<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Upstream, D::Error> {
    Written::deserialize(deserializer).map(Upstream::from)
}

/// The service's rows with their values. A row the process sets too is the default of every service.
fn limits(known: &Known<'_>, protocol: &str, process: &RowValues, own: &RowValues) -> Limits {
    let mut limits = Limits::defaults(&known.service_tables(protocol));
    process.apply(&mut limits);
    own.apply(&mut limits);
    limits
}

/// What a refusal means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The message is refused.
    #[default]
    Enforce,
    /// The message is forwarded, and the record says what would have been refused.
    Monitor,
    /// Nothing is judged.
    Off,
}

/// Name of a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceName(String);

impl ServiceName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Spelled for ServiceName {
    const FORMAT: &'static str = "service-name";

    fn spelled(text: &str) -> Result<Self, Complaint> {
        let complaint = Complaint::new("is not a name").help("lower-case letters, digits and `-`, at most 63, such as `shop`");
        let fits = |text: &str| {
            let inner = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            (1..=63).contains(&text.len()) && inner && !text.starts_with('-') && !text.ends_with('-')
        };
        if fits(text) {
            return Ok(Self(text.to_owned()));
        }
        let meant = text.trim().to_lowercase().replace([' ', '_', '.'], "-");
        Err(if fits(&meant) { complaint.meant(meant) } else { complaint })
    }
}

spelled!(ServiceName);

/// Checks what the schema cannot, for every service.
pub(super) fn review(services: &Section, process: &RowValues, listeners: &[Address], review: &mut Review<'_>) {
    let mut names: Vec<(ServiceName, &Section)> = Vec::new();
    for service in services.items() {
        one(service, process, listeners, review);
        let Some((place, name)) = service.get("name").and_then(|place| Some((place, place.read::<ServiceName>()?))) else {
            continue;
        };
        if let Some((_, first)) = names.iter().find(|(taken, _)| *taken == name) {
            let what = format!("two services are named {}", review.quote(place));
            review.problems.report(Draft::new(Fault::Contradiction, &place.span, what).other(&first.span, "first here"));
        } else {
            names.push((name, place));
        }
    }
}

fn one(service: &Section, process: &RowValues, listeners: &[Address], review: &mut Review<'_>) {
    if let Some(section) = service.get("upstream") {
        upstream::review(section, listeners, review);
    }
    for place in service.get("schema").map(Section::items).unwrap_or_default() {
        if let Some(path) = place.read::<FilePath>() {
            review.file(place, path.path(), Holds::Anything);
        }
    }
    for key in ["hosts", "paths", "methods", "schema"] {
        twice(service.get(key), review);
    }
    let Some(protocol) = service.read_key::<String>("protocol") else { return };
    limit_rows(service.get("limits"), &protocol, review);
    exchanges(service, review);
    checks(service.get("checks"), &protocol, review);
    let own = service.read_key::<RowValues>("limits").unwrap_or_default();
    let limits = limits(review.known, &protocol, process, &own);
    let paths: Vec<PathPattern> = service.get("paths").filter(|paths| paths.whole).and_then(Section::read).unwrap_or_default();
    let home = Home { protocol: &protocol, paths: &paths, checks: service.get("checks"), limits: &limits };
    for exception in service.get("exceptions").map(Section::items).unwrap_or_default() {
        exception::review(exception, &home, review);
    }
}

/// Reports entries of a list that repeat an earlier one.
fn twice(list: Option<&Section>, review: &mut Review<'_>) {
    let mut seen: BTreeMap<String, &Section> = BTreeMap::new();
    for place in list.map(Section::items).unwrap_or_default() {
        let text = place.value().to_string();
        match seen.get(&text) {
            Some(first) => {
                let what = format!("{} is listed twice", review.quote(place));
                review.problems.report(Draft::new(Fault::Contradiction, &place.span, what).other(&first.span, "first here"));
            }
            None => drop(seen.insert(text, place)),
        }
    }
}

/// A row of another protocol would never act here.
fn limit_rows(section: Option<&Section>, protocol: &str, review: &mut Review<'_>) {
    let names: Vec<&str> = review.known.service_rows(protocol).map(|row| row.name).collect();
    for (name, place) in section.map(Section::entries).unwrap_or_default() {
        if !names.contains(&name.as_str()) {
            let what = format!("`{name}` limits nothing of protocol `{protocol}`");
            let draft = Draft::new(Fault::Contradiction, place.key_or_span(), what);
            review.problems.report(draft.help(suggest::listed(&names, "limits of this protocol")));
        }
    }
}

/// The bound of exchanges can be written as a row or with the upstream, not both.
fn exchanges(service: &Section, review: &mut Review<'_>) {
    let row = service.get("limits").and_then(|limits| limits.get(upstream::EXCHANGES));
    let key = service.get("upstream").and_then(|upstream| upstream.get("exchanges"));
    if let (Some(row), Some(key)) = (row, key) {
        let what = format!("`exchanges` and `{}` are one limit", upstream::EXCHANGES);
        review.problems.report(Draft::new(Fault::Contradiction, key.key_or_span(), what).other(row.key_or_span(), "and here"));
    }
}

/// Checks of another protocol never act here, and some let nothing pass whatever their mode.
fn checks(section: Option<&Section>, protocol: &str, review: &mut Review<'_>) {
    let known = review.known;
    for (name, place) in section.map(Section::entries).unwrap_or_default() {
        let check = known.service_checks(protocol).find(|check| check.name == name);
        let row = known.service_rows(protocol).find(|row| row.name == name);
        let yields = check.map(|check| check.yields).or(row.map(|row| row.acts == Acts::OnFact));
        let at = place.key_or_span();
        match yields {
            None => {
                let what = format!("`{name}` judges nothing of protocol `{protocol}`");
                review.problems.report(Draft::new(Fault::Contradiction, at, what).help("leave it out"));
            }
            Some(false) if place.read::<Mode>().is_some_and(|mode| mode != Mode::Enforce) => {
                let what = format!("`{name}` is always enforced");
                let help = match row {
                    Some(_) => "nothing is left to forward beyond it; raise the limit instead",
                    None => "what it refuses is not understood well enough to be forwarded",
                };
                review.problems.report(Draft::new(Fault::Contradiction, at, what).help(help));
            }
            Some(_) => {}
        }
    }
}

//! The server behind a service: its address, its trust roots, its times.

use std::fmt::{self, Display};
use std::net::IpAddr;
use std::path::Path;

use portcullis_inspect::Scheme;
use schemars::JsonSchema;
use serde::Deserialize;

use super::file::{FilePath, Holds};
use super::listener::Address;
use super::problem::{Complaint, Draft, Fault};
use super::review::Review;
use super::route::is_name;
use super::section::Section;
use super::spelled::{Spelled, spelled};
use super::units::Interval;

/// The server behind a service: its URL, or its URL with more settings.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Written {
    /// Scheme, host and port, as in `http://127.0.0.1:4000`; everything else at its default.
    Url(Origin),
    /// URL with more settings.
    Full(Upstream),
}

/// The server behind a service.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// Scheme, host and port, as in `https://shop.internal:4000`. Without a port 80 or 443.
    pub url: Origin,
    /// Trusted certificate authorities, PEM, for an `https` upstream. Without it the roots built into Portcullis are trusted.
    #[serde(default)]
    pub roots: Option<FilePath>,
    /// Name the upstream's certificate must hold. Without it the host of `url`.
    #[serde(default)]
    pub server_name: Option<ServerName>,
    /// Longest time to connect, TLS included.
    #[serde(default = "connect_timeout")]
    pub connect_timeout: Interval,
    /// Longest time from the request's last byte to the first byte of the answer.
    #[serde(default = "first_byte_timeout")]
    pub first_byte_timeout: Interval,
    /// Longest silence within an answer or while a request is sent.
    #[serde(default = "idle_timeout")]
    pub idle_timeout: Interval,
    /// Longest time of the whole exchange.
    #[serde(default = "total_timeout")]
    pub total_timeout: Interval,
    /// Idle connections kept for reuse; 0 keeps none.
    #[serde(default = "pool_idle")]
    #[schemars(range(min = 0, max = 65_536))]
    pub pool_idle: u32,
    /// Exchanges with this upstream at one time; more are answered with 503. The same as the limit `service.exchanges`, which also has the
    /// default.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(super) exchanges: Option<u32>,
}

/// The row that [`Upstream`]'s `exchanges` sets.
pub(super) const EXCHANGES: &str = "service.exchanges";

const fn connect_timeout() -> Interval {
    Interval::seconds(2)
}

const fn first_byte_timeout() -> Interval {
    Interval::seconds(30)
}

const fn idle_timeout() -> Interval {
    Interval::seconds(30)
}

const fn total_timeout() -> Interval {
    Interval::seconds(60)
}

const fn pool_idle() -> u32 {
    64
}

impl From<Written> for Upstream {
    fn from(written: Written) -> Self {
        match written {
            Written::Full(upstream) => upstream,
            Written::Url(url) => Self {
                url,
                roots: None,
                server_name: None,
                connect_timeout: connect_timeout(),
                first_byte_timeout: first_byte_timeout(),
                idle_timeout: idle_timeout(),
                total_timeout: total_timeout(),
                pool_idle: pool_idle(),
                exchanges: None,
            },
        }
    }
}

impl Upstream {
    pub(super) fn resolve(&mut self, base: &Path) {
        if let Some(roots) = &mut self.roots {
            roots.resolve(base);
        }
    }
}

/// Scheme, host and port of a server. Nothing else of a URL: the path is the request's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: Scheme,
    /// Lower-case name, or address without brackets.
    host: String,
    port: u16,
}

impl Origin {
    /// Plain or TLS.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Lower-case name, or IP address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// `host:port`, with brackets around an IPv6 address.
    pub fn authority(&self) -> String {
        if self.host.contains(':') { format!("[{}]:{}", self.host, self.port) } else { format!("{}:{}", self.host, self.port) }
    }

    /// Whether a connection to this server would come back to `listener`.
    fn reaches(&self, listener: Address) -> bool {
        let address = listener.get();
        let ip = match self.host.as_str() {
            "localhost" => Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST)),
            host => host.parse::<IpAddr>().ok(),
        };
        let Some(ip) = ip.map(|ip| ip.to_canonical()) else { return false };
        let everywhere = address.ip().is_unspecified() && (ip.is_loopback() || ip.is_unspecified());
        self.port == address.port() && (ip == address.ip().to_canonical() || everywhere)
    }
}

impl Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme.as_str(), self.authority())
    }
}

impl Spelled for Origin {
    const FORMAT: &'static str = "origin";

    fn spelled(text: &str) -> Result<Self, Complaint> {
        const HELP: &str = "an upstream is a scheme, a host and a port: `http://127.0.0.1:4000`, `https://shop.internal`";
        let complaint = |what: &str| Complaint::new(what).help(HELP);
        let (scheme, rest) = match text.split_once("://") {
            Some(("http", rest)) => (Scheme::Http, rest),
            Some(("https", rest)) => (Scheme::Https, rest),
            Some(_) => return Err(complaint("has another scheme than `http` or `https`")),
            None => {
                let meant = format!("http://{text}");
                let fits = !text.is_empty() && Self::spelled(&meant).is_ok();
                let complaint = complaint("has no scheme");
                return Err(if fits { complaint.meant(meant) } else { complaint });
            }
        };
        if rest.contains('@') {
            // Never repeat what may be a password, not even as a suggestion.
            return Err(Complaint { fault: Fault::Secret, ..complaint("has a user name or password in it") });
        }
        let authority = match rest.split_once(['/', '?', '#']) {
            None => rest,
            Some((authority, "")) if rest.ends_with('/') => authority,
            Some((authority, _)) => {
                return Err(complaint("has more than scheme, host and port").meant(format!("{}://{authority}", scheme.as_str())));
            }
        };
        let (host, port) = authority_of(authority, scheme).ok_or_else(|| complaint("has no usable host and port"))?;
        Ok(Self { scheme, host, port })
    }
}

spelled!(Origin);

/// Host and port of an authority.
fn authority_of(authority: &str, scheme: Scheme) -> Option<(String, u16)> {
    let default = match scheme {
        Scheme::Http => 80,
        Scheme::Https => 443,
    };
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, behind) = rest.split_once(']')?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            (address.to_owned(), if behind.is_empty() { None } else { Some(behind.strip_prefix(':')?) })
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host.to_ascii_lowercase(), Some(port)),
            None => (authority.to_ascii_lowercase(), None),
        },
    };
    if host.parse::<IpAddr>().is_err() && !is_name(&host) {
        return None;
    }
    let port = match port {
        None => default,
        Some(port) => super::units::number(port).and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0)?,
    };
    Some((host, port))
}

/// The name a certificate must hold: a DNS name or an IP address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerName(String);

impl ServerName {
    /// The name, lower case, or the address without brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Spelled for ServerName {
    const FORMAT: &'static str = "server-name";

    fn spelled(text: &str) -> Result<Self, Complaint> {
        if text.parse::<IpAddr>().is_ok() || is_name(text) {
            return Ok(Self(text.to_owned()));
        }
        let lower = text.to_ascii_lowercase();
        let complaint = Complaint::new("is not a host name").help("a name without port or wildcard, such as `shop.internal`");
        Err(if is_name(&lower) { complaint.meant(lower) } else { complaint })
    }
}

spelled!(ServerName);

/// Checks what the schema cannot: files, settings that never take effect, and a server that is ourselves.
pub(super) fn review(section: &Section, listeners: &[Address], review: &mut Review<'_>) {
    let url = section.get("url").unwrap_or(section);
    let origin = url.read::<Origin>();
    if let Some(listener) = origin.as_ref().and_then(|origin| listeners.iter().find(|listener| origin.reaches(**listener))) {
        let what = format!("{} is the listener {}: requests would run in a circle", review.quote(url), listener.get());
        review.report(Fault::Contradiction, url, what, "name the server behind Portcullis");
    }
    if let (Some(place), Some(roots)) = (section.get("roots"), section.read_key::<FilePath>("roots")) {
        review.file(place, roots.path(), Holds::Certificates);
    }
    let plain = origin.is_some_and(|origin| origin.scheme == Scheme::Http);
    for key in ["roots", "server_name"] {
        if let Some(place) = section.get(key).filter(|_| plain) {
            let draft =
                Draft::new(Fault::Contradiction, place.key_or_span(), format!("`{key}` has no effect on an `http` upstream"));
            review.problems.report(draft.other(&url.span, "not TLS").help("use `https`, or leave it out"));
        }
    }
    times(section, review);
}

/// A part of the exchange cannot take longer than the whole: that time would never act. Only times that are written are compared.
fn times(section: &Section, review: &mut Review<'_>) {
    let Some(total) = section.get("total_timeout") else { return };
    let Some(whole) = total.read::<Interval>() else { return };
    for key in ["connect_timeout", "first_byte_timeout", "idle_timeout"] {
        let Some(place) = section.get(key) else { continue };
        if place.read::<Interval>().is_some_and(|part| part > whole) {
            let what = format!("`{key}` never acts: it is longer than `total_timeout`");
            review
                .problems
                .report(Draft::new(Fault::Contradiction, &place.span, what).other(&total.span, "the whole exchange ends here"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_is_scheme_host_and_port() {
        for (text, expected) in [
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000"),
            ("http://127.0.0.1:4000/", "http://127.0.0.1:4000"),
            ("https://shop.internal", "https://shop.internal:443"),
            ("http://Shop.Internal", "http://shop.internal:80"),
            ("http://[::1]:4000", "http://[::1]:4000"),
            ("https://[::1]", "https://[::1]:443"),
        ] {
            assert_eq!(Origin::spelled(text).unwrap().to_string(), expected, "{text}");
        }
        for (text, meant) in [
            ("127.0.0.1:4000", Some("http://127.0.0.1:4000")),
            ("shop.internal", Some("http://shop.internal")),
            ("http://a/graphql", Some("http://a")),
            ("http://a/?", Some("http://a")),
            ("http://a//", Some("http://a")),
            ("http://a?x", Some("http://a")),
            ("http://a#x", Some("http://a")),
            ("http://u:p@a", None),
            ("ftp://a", None),
            ("HTTP://a", None),
            ("http://", None),
            ("http://a:0", None),
            ("http://a:65536", None),
            ("http://a:+80", None),
            ("http://a:080", None),
            ("http://a:", None),
            ("http://[::1", None),
            ("http://[::1]x", None),
            ("http://::1", None),
            ("http://0x7f.1", None),
            ("http://a\\b", None),
            ("", None),
        ] {
            assert_eq!(Origin::spelled(text).unwrap_err().meant.as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn knows_its_own_listener() {
        for (url, listener, expected) in [
            ("http://127.0.0.1:8080", "127.0.0.1:8080", true),
            ("http://localhost:8080", "127.0.0.1:8080", true),
            ("http://127.0.0.1:8080", "0.0.0.0:8080", true),
            ("http://[::ffff:127.0.0.1]:8080", "127.0.0.1:8080", true),
            ("http://127.0.0.1:8081", "127.0.0.1:8080", false),
            ("http://10.0.0.1:8080", "0.0.0.0:8080", false),
            ("http://shop:8080", "0.0.0.0:8080", false),
        ] {
            assert_eq!(Origin::spelled(url).unwrap().reaches(Address::spelled(listener).unwrap()), expected, "{url} {listener}");
        }
    }
}

//! Host and path to service.

use std::fmt;
use std::net::IpAddr;

use portcullis_policy::PathPattern;

/// `shop.example`, or `*.shop.example` for every name below it (not itself).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostPattern {
    /// This name alone.
    Exact(String),
    /// Any name below; kept with its leading dot.
    Below(String),
}

/// The text is not a host name, nor `*.` and a host name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostPatternError;

impl HostPattern {
    /// Reads a pattern; names are compared in lower case, addresses
    /// without brackets, both without port.
    pub fn parse(text: &str) -> Result<Self, HostPatternError> {
        let name = text.strip_prefix("*.").unwrap_or(text);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if name.is_empty() || name.starts_with('.') || !(name.parse::<IpAddr>().is_ok() || name.bytes().all(plain)) {
            return Err(HostPatternError);
        }
        let lower = name.to_ascii_lowercase();
        Ok(if name.len() == text.len() { Self::Exact(lower) } else { Self::Below(format!(".{lower}")) })
    }

    /// Whether a lower-case host name (without port) falls under the pattern.
    pub fn matches(&self, host: &str) -> bool {
        match self {
            Self::Exact(name) => host == name,
            Self::Below(suffix) => host.len() > suffix.len() && host.ends_with(suffix.as_str()),
        }
    }

    /// Whether every host of `other` also falls under this pattern.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exact(mine), Self::Exact(theirs)) => mine == theirs,
            (Self::Exact(_), Self::Below(_)) => false,
            (Self::Below(_), Self::Exact(theirs)) => self.matches(theirs),
            (Self::Below(mine), Self::Below(theirs)) => theirs.ends_with(mine.as_str()),
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => out.write_str(name),
            Self::Below(suffix) => write!(out, "*{suffix}"),
        }
    }
}

/// One way into a service.
#[derive(Clone, Debug)]
pub struct Route {
    /// Only for this host; any, when absent.
    pub host: Option<HostPattern>,
    /// Only for these paths.
    pub path: PathPattern,
    /// Index of the service.
    pub service: usize,
}

impl Route {
    /// Whether a request for `path` at `host` (lower case, no port) comes this way.
    pub fn takes(&self, host: &str, path: &str) -> bool {
        self.path.matches(path) && self.host.as_ref().is_none_or(|pattern| pattern.matches(host))
    }
}

/// The host of an authority (RFC 3986 §3.2) without port, the brackets of an IPv6 address or the final dot of an absolute name.
pub(crate) fn host_of(authority: &str) -> &str {
    if let Some((address, _)) = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    let host = authority.split_once(':').map_or(authority, |(host, _)| host);
    host.strip_suffix('.').unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_takes_names_below_and_not_itself() {
        let pattern = HostPattern::parse("*.shop.example").unwrap();
        for (host, expected) in
            [("a.shop.example", true), ("a.b.shop.example", true), ("shop.example", false), ("workshop.example", false)]
        {
            assert_eq!(pattern.matches(host), expected, "{host}");
        }
    }

    #[test]
    fn the_port_is_not_part_of_the_host() {
        for (authority, expected) in [("a.b:80", "a.b"), ("a.b", "a.b"), ("[::1]:80", "::1"), ("[::1]", "::1"), ("a.b.", "a.b")] {
            assert_eq!(host_of(authority), expected);
        }
    }

    #[test]
    fn names_that_are_no_hosts_are_refused() {
        for text in ["", "*.", "a b", "a/b", "*", ".a", "a,b"] {
            assert_eq!(HostPattern::parse(text), Err(HostPatternError), "{text}");
        }
    }
}

//! Which requests a service answers: hosts, paths and methods.
//!
//! Services are tried in the order of the file; the first whose hosts and paths match answers. Patterns are compared with the request's
//! one reading: a normalised path and a lower-case host.

use std::net::IpAddr;

use serde::{Serialize, Serializer};

use super::problem::Complaint;
use super::spelled::{Spelled, spelled};

/// A host name, an IP address, or `*.suffix`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern(Host);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    /// Name, or address as written in a URL without brackets.
    Exact(String),
    /// With the leading dot: `.example.com`.
    Suffix(String),
}

impl HostPattern {
    /// Whether `authority` (host with or without port, lower case) is meant. `*.example.com` means every name below `example.com`, at any
    /// depth, and not `example.com` itself.
    pub fn matches(&self, authority: &str) -> bool {
        let host = host_of(authority);
        match &self.0 {
            Host::Exact(name) => host == name,
            Host::Suffix(suffix) => host.len() > suffix.len() && host.ends_with(suffix.as_str()),
        }
    }

    /// Whether every host that `other` means is meant by `self`.
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Host::Exact(one), Host::Exact(two)) => one == two,
            (Host::Exact(_), Host::Suffix(_)) => false,
            (Host::Suffix(_), Host::Exact(name)) => self.matches(name),
            (Host::Suffix(one), Host::Suffix(two)) => two.ends_with(one.as_str()),
        }
    }

    /// The pattern as written.
    pub fn text(&self) -> String {
        match &self.0 {
            Host::Exact(name) => name.clone(),
            Host::Suffix(suffix) => format!("*{suffix}"),
        }
    }
}

/// The host of an authority, without port, brackets or a final dot.
fn host_of(authority: &str) -> &str {
    if let Some((address, _)) = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    host.strip_suffix('.').unwrap_or(host)
}

impl Spelled for HostPattern {
    const FORMAT: &'static str = "host";

    fn spelled(text: &str) -> Result<Self, Complaint> {
        const HELP: &str = "a host is a name without port, such as `shop.example.com`, `*.example.com` or `127.0.0.1`";
        let complaint = || Complaint::new("is not a host").help(HELP);
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(Self(Host::Exact(address.to_string())));
        }
        if let Some((host, port)) = text.rsplit_once(':').filter(|(host, _)| Self::spelled(host).is_ok()) {
            return Err(if port.bytes().all(|byte| byte.is_ascii_digit()) { complaint().meant(host) } else { complaint() });
        }
        if text == "*" {
            return Err(complaint().help("leave `hosts` out to answer for every host"));
        }
        let name = text.strip_prefix("*.").unwrap_or(text);
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(complaint().meant(text.to_ascii_lowercase()));
        }
        if !name.is_ascii() {
            return Err(complaint().help("write names with other letters in their `xn--` form, as clients send them"));
        }
        if !is_name(name) {
            return Err(complaint());
        }
        Ok(Self(if name.len() == text.len() { Host::Exact(name.to_owned()) } else { Host::Suffix(format!(".{name}")) }))
    }
}

spelled!(HostPattern);

/// Whether `name` is a lower-case DNS name (RFC 1123 §2.1; underscores are seen in the wild and harm nobody). A name whose last label is
/// all digits would be read as an IPv4 address by somebody.
pub(super) fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        let inner = label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'));
        (1..=63).contains(&label.len()) && inner && !label.starts_with('-') && !label.ends_with('-')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    let numeric = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    name.len() <= 253 && !numeric && name.split('.').all(label)
}

/// A path, or everything below one: `/graphql`, `/api/*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern {
    /// The path; for a prefix up to and with the slash before the star.
    text: String,
    prefix: bool,
}

impl PathPattern {
    /// Whether the normalised `path` is meant. `/api/*` means every path that begins with `/api/`, and not `/api` itself.
    pub fn matches(&self, path: &str) -> bool {
        if self.prefix { path.starts_with(&self.text) } else { path == self.text }
    }

    /// The pattern as written.
    pub fn text(&self) -> String {
        if self.prefix { format!("{}*", self.text) } else { self.text.clone() }
    }

    /// Whether every path that `other` means is meant by `self`.
    pub(super) fn covers(&self, other: &Self) -> bool {
        if other.prefix { self.prefix && other.text.starts_with(&self.text) } else { self.matches(&other.text) }
    }

    /// Whether some path is meant by both.
    pub(super) fn touches(&self, other: &Self) -> bool {
        self.covers(other) || other.covers(self)
    }
}

impl Spelled for PathPattern {
    const FORMAT: &'static str = "path";

    fn spelled(text: &str) -> Result<Self, Complaint> {
        const HELP: &str = "a path is exact, as in `/graphql`, or everything below one, as in `/api/*`";
        let complaint = |what: &str| Complaint::new(what).help(HELP);
        if !text.starts_with('/') {
            let meant = format!("/{text}");
            let complaint = complaint("does not start with `/`");
            return Err(if !text.is_empty() && Self::spelled(&meant).is_ok() { complaint.meant(meant) } else { complaint });
        }
        let (path, prefix) = match text.strip_suffix('*') {
            Some(path) if path.ends_with('/') => (path, true),
            Some(path) => return Err(complaint("has a `*` inside a segment").meant(format!("{path}/*"))),
            None => (text, false),
        };
        if path.contains('*') {
            return Err(complaint("has a `*` before its end"));
        }
        if let Some(at) = path.find(['?', '#']) {
            return Err(complaint("has a query or a fragment").meant(path.get(..at).unwrap_or_default()));
        }
        if path.split('/').any(|segment| matches!(segment, "." | "..")) || path.contains("//") {
            return Err(complaint("is not normalised, so no request ever has this path"));
        }
        if path.bytes().any(|byte| {
            byte <= b' ' || byte == 0x7f || matches!(byte, b'\\' | b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'^' | b'|')
        }) {
            return Err(complaint("has a character that no path has"));
        }
        Ok(Self { text: path.to_owned(), prefix })
    }
}

spelled!(PathPattern);

/// A request method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method(http::Method);

impl Method {
    /// The method.
    pub const fn get(&self) -> &http::Method {
        &self.0
    }
}

impl Spelled for Method {
    const FORMAT: &'static str = "method";

    fn spelled(text: &str) -> Result<Self, Complaint> {
        const HELP: &str = "methods are written in capitals, such as `GET`, `POST`";
        if text.bytes().any(|byte| byte.is_ascii_lowercase()) {
            // Methods are case-sensitive (RFC 9110 §9.1): `get` is another method than `GET`.
            return Err(Complaint::new("is not in capitals").meant(text.to_ascii_uppercase()).help(HELP));
        }
        match http::Method::from_bytes(text.as_bytes()) {
            Ok(http::Method::CONNECT | http::Method::TRACE) => Err(Complaint::new("is a method that is never forwarded")),
            Ok(method) => Ok(Self(method)),
            Err(_) => Err(Complaint::new("is not a method").help(HELP)),
        }
    }
}

spelled!(Method);

impl Serialize for Method {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> HostPattern {
        HostPattern::spelled(text).unwrap()
    }

    fn path(text: &str) -> PathPattern {
        PathPattern::spelled(text).unwrap()
    }

    #[test]
    fn a_host_matches_with_or_without_port() {
        for (pattern, authority, expected) in [
            ("shop.example.com", "shop.example.com", true),
            ("shop.example.com", "shop.example.com:8080", true),
            ("shop.example.com", "shop.example.com.", true),
            ("shop.example.com", "xshop.example.com", false),
            ("*.example.com", "shop.example.com:80", true),
            ("*.example.com", "a.b.example.com", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", ".example.com", false),
            ("*.example.com", "badexample.com", false),
            ("127.0.0.1", "127.0.0.1:8080", true),
            ("[::1]", "[::1]:8080", true),
            ("::1", "[::1]", true),
        ] {
            assert_eq!(host(pattern).matches(authority), expected, "{pattern} {authority}");
        }
    }

    #[test]
    fn a_host_is_a_lower_case_name_without_port() {
        for (text, meant) in [
            ("Shop.example.com", Some("shop.example.com")),
            ("shop.example.com:8080", Some("shop.example.com")),
            ("*", None),
            ("*.", None),
            ("a.*.com", None),
            ("shop..com", None),
            ("-a.com", None),
            ("http://a.com", None),
            ("a.com/x", None),
            ("bücher.example", None),
            ("1.2.3", None),
            ("a b", None),
            ("a.com.", None),
            ("", None),
        ] {
            assert_eq!(HostPattern::spelled(text).unwrap_err().meant.as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn a_path_is_exact_or_everything_below() {
        for (pattern, request, expected) in [
            ("/graphql", "/graphql", true),
            ("/graphql", "/graphql/", false),
            ("/graphql", "/graphqlx", false),
            ("/api/*", "/api/", true),
            ("/api/*", "/api/a/b", true),
            ("/api/*", "/api", false),
            ("/api/*", "/apix", false),
            ("/*", "/", true),
            ("/", "/", true),
            ("/", "/a", false),
        ] {
            assert_eq!(path(pattern).matches(request), expected, "{pattern} {request}");
        }
        for (text, meant) in [
            ("graphql", Some("/graphql")),
            ("/api*", Some("/api/*")),
            ("/a?b=1", Some("/a")),
            ("/a/*/b", None),
            ("/a/../b", None),
            ("/a//b", None),
            ("/./a", None),
            ("/a b", None),
            ("/a\\b", None),
            ("*", Some("/*")),
            ("", None),
        ] {
            assert_eq!(PathPattern::spelled(text).unwrap_err().meant.as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn covering_means_nothing_is_left() {
        for (one, two, expected) in [
            ("/*", "/a", true),
            ("/*", "/a/*", true),
            ("/a/*", "/*", false),
            ("/a/*", "/a", false),
            ("/a/*", "/a/", true),
            ("/a", "/a/*", false),
            ("/a", "/a", true),
            ("/a/*", "/ab/*", false),
        ] {
            assert_eq!(path(one).covers(&path(two)), expected, "{one} {two}");
        }
        for (one, two, expected) in [
            ("*.example.com", "a.example.com", true),
            ("*.example.com", "*.a.example.com", true),
            ("*.a.example.com", "*.example.com", false),
            ("*.example.com", "example.com", false),
            ("a.com", "*.a.com", false),
            ("*.a.com", "*.ba.com", false),
        ] {
            assert_eq!(host(one).covers(&host(two)), expected, "{one} {two}");
        }
    }

    #[test]
    fn methods_are_capitals_and_never_tunnels() {
        for text in ["GET", "POST", "PATCH", "PROPFIND"] {
            assert!(Method::spelled(text).is_ok(), "{text}");
        }
        for text in ["get", "Post", "CONNECT", "TRACE", "GET ", "", "G\u{c9}T"] {
            assert!(Method::spelled(text).is_err(), "{text}");
        }
    }
}

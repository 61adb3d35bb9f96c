//! How hosts, paths and methods are written. What they mean is the registry's and the policy's.

use std::net::IpAddr;

use portcullis_http::path;

use super::problem::Complaint;
use super::spelled::{Spelled, spelled};

/// A host name, an IP address, or `*.suffix`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern(portcullis_registry::HostPattern);

impl HostPattern {
    /// The pattern as routes write it.
    pub fn text(&self) -> String {
        self.0.to_string()
    }

    /// The pattern as routes use it.
    pub const fn get(&self) -> &portcullis_registry::HostPattern {
        &self.0
    }
}

impl Spelled for HostPattern {
    const FORMAT: &'static str = "host";

    fn spelled(text: &str) -> Result<Self, Complaint> {
        const HELP: &str = "a host is a name without port, such as `shop.example.com`, `*.example.com` or `127.0.0.1`";
        let complaint = || Complaint::new("is not a host").help(HELP);
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        match bare.parse::<IpAddr>() {
            Ok(IpAddr::V6(address)) => return Self::routed(&address.to_string()),
            Ok(IpAddr::V4(address)) if bare == text => return Self::routed(&address.to_string()),
            _ => {}
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
        if let Some(without) = text.strip_suffix('.').filter(|without| Self::spelled(without).is_ok()) {
            return Err(complaint().meant(without));
        }
        if is_name(name) { Self::routed(text) } else { Err(complaint()) }
    }
}

impl HostPattern {
    fn routed(text: &str) -> Result<Self, Complaint> {
        portcullis_registry::HostPattern::parse(text).map(Self).map_err(|_| Complaint::new("is not a host"))
    }
}

spelled!(HostPattern);

/// Whether `name` is a lower-case DNS name (RFC 1123 §2.1; underscores are seen in the wild and harm nobody). A name whose last label is a
/// number would be read as an IPv4 address by somebody.
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
pub struct PathPattern(portcullis_policy::PathPattern);

impl PathPattern {
    /// The pattern as written.
    pub fn text(&self) -> String {
        self.0.to_string()
    }

    /// The pattern as routes and exceptions use it.
    pub const fn get(&self) -> &portcullis_policy::PathPattern {
        &self.0
    }

    /// Whether some path is meant by both.
    pub(super) fn touches(&self, other: &Self) -> bool {
        self.0.covers(&other.0) || other.0.covers(&self.0)
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
        let (path, star) = match text.strip_suffix("/*") {
            Some("") => ("/", "*"),
            Some(path) => (path, "/*"),
            None => (text, ""),
        };
        if path.contains('*') {
            let complaint = complaint("has a `*` that is not its last segment");
            return Err(match path.strip_suffix('*').filter(|path| star.is_empty() && !path.contains('*')) {
                Some(path) => complaint.meant(format!("{}/*", path.trim_end_matches('/'))),
                None => complaint,
            });
        }
        if let Some(at) = path.find(['?', '#']) {
            return Err(complaint("has a query or a fragment").meant(path.get(..at).unwrap_or_default()));
        }
        // The pattern must be what some request's path reads as: the same reading that requests get decides.
        let reading = path::read(path);
        if !reading.findings.is_empty() {
            return Err(complaint("is a path that requests are refused for"));
        }
        let normal = reading.target.path;
        let below = if star == "/*" { normal.trim_end_matches('/') } else { &normal };
        if below != path {
            return Err(complaint("is not in normal form, so no request ever has this path").meant(format!("{below}{star}")));
        }
        portcullis_policy::PathPattern::parse(text).map(Self).map_err(|_| complaint("is not a path"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_kept_as_requests_name_it() {
        for (text, expected) in [
            ("shop.example.com", "shop.example.com"),
            ("*.example.com", "*.example.com"),
            ("localhost", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("::1", "::1"),
            ("[::1]", "::1"),
            ("[0:0:0:0:0:0:0:1]", "::1"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(HostPattern::spelled(text).unwrap().text(), expected, "{text}");
        }
    }

    #[test]
    fn a_host_is_a_lower_case_name_without_port() {
        for (text, meant) in [
            ("Shop.example.com", Some("shop.example.com")),
            ("shop.example.com:8080", Some("shop.example.com")),
            ("[::1]:8080", Some("[::1]")),
            ("a.com.", Some("a.com")),
            ("*", None),
            ("*.", None),
            ("*.*.com", None),
            ("a.*.com", None),
            ("shop..com", None),
            ("-a.com", None),
            ("http://a.com", None),
            ("a.com/x", None),
            ("bücher.example", None),
            ("1.2.3", None),
            ("*.1.2.3.4", None),
            ("[127.0.0.1]", None),
            ("a b", None),
            ("", None),
        ] {
            assert_eq!(HostPattern::spelled(text).unwrap_err().meant.as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn a_path_is_in_the_form_requests_are_read_into() {
        for text in ["/", "/*", "/graphql", "/graphql/", "/api/*", "/a-b_c~d", "/caf%C3%A9", "/a%20b/*", "/@me", "/a:b"] {
            assert_eq!(PathPattern::spelled(text).unwrap().text(), text, "{text}");
        }
        for (text, meant) in [
            ("graphql", Some("/graphql")),
            ("*", Some("/*")),
            ("/api*", Some("/api/*")),
            ("/api//*", Some("/api/*")),
            ("/a?b=1", Some("/a")),
            ("/a/../b", Some("/b")),
            ("/a//b", Some("/a/b")),
            ("/./a", Some("/a")),
            ("/a b", Some("/a%20b")),
            ("/café", Some("/caf%C3%A9")),
            ("/%61", Some("/a")),
            ("/%c3%a9", Some("/%C3%A9")),
            ("/a/*/b", None),
            ("/a\\b", None),
            ("/a;v=1", None),
            ("/a%2fb", None),
            ("/%", None),
            ("/..", None),
            ("", None),
        ] {
            assert_eq!(PathPattern::spelled(text).unwrap_err().meant.as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn paths_touch_when_one_request_can_have_both() {
        for (one, two, expected) in
            [("/api/*", "/api/a", true), ("/api/a", "/api/*", true), ("/a", "/b", false), ("/api/*", "/apis", false)]
        {
            let read = |text| PathPattern::spelled(text).unwrap();
            assert_eq!(read(one).touches(&read(two)), expected, "{one} {two}");
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

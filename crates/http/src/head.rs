//! The one reading of a request head: who is asked for what, with the fields as they would be forwarded. The same rules hold for HTTP/2,
//! whose heads no guard has seen.

use std::net::IpAddr;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri, Version};
use portcullis_inspect::{Finding, Head, Peer, Scheme};

use crate::authority;
use crate::cookies;
use crate::fields::{Fate, fate};
use crate::framing::FramingLimits;
use crate::framing::fault::{Bound, Breach, Stop};
use crate::octets::trimmed;
use crate::path;

static FORWARDED: HeaderName = header::FORWARDED;
static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What is said upstream about the client of one connection. Made once per connection, because it does not change.
#[derive(Clone, Debug)]
pub struct Provenance {
    address: Option<HeaderValue>,
    protocol: HeaderValue,
    /// `for=…;proto=…` (RFC 7239 §4), without host.
    forwarded: String,
}

impl Provenance {
    /// What can be said of `peer`.
    pub fn of(peer: &Peer) -> Self {
        let address = peer.ip().to_string();
        let node = match peer.ip() {
            IpAddr::V4(_) => address.clone(),
            IpAddr::V6(_) => format!("\"[{address}]\""),
        };
        Self {
            address: HeaderValue::from_str(&address).ok(),
            protocol: HeaderValue::from_static(match peer.scheme {
                Scheme::Http => "http",
                Scheme::Https => "https",
            }),
            forwarded: format!("for={node};proto={}", peer.scheme.as_str()),
        }
    }

    /// Writes the forwarding fields anew. What the client sent under these names was dropped before.
    fn state(&self, authority: &str, headers: &mut HeaderMap) {
        if let Some(address) = &self.address {
            headers.insert(X_FORWARDED_FOR.clone(), address.clone());
        }
        headers.insert(X_FORWARDED_PROTO.clone(), self.protocol.clone());
        let mut forwarded = self.forwarded.clone();
        if let Ok(host) = HeaderValue::from_str(authority)
            && !authority.is_empty()
        {
            headers.insert(X_FORWARDED_HOST.clone(), host);
            forwarded.push_str(";host=\"");
            forwarded.push_str(authority);
            forwarded.push('"');
        }
        if let Ok(forwarded) = HeaderValue::try_from(forwarded) {
            headers.insert(FORWARDED.clone(), forwarded);
        }
    }
}

/// Reads a head. `Host` is taken out of the fields (it is [`Head::authority`], and the upstream decides what it is sent); so is
/// everything that ends at this hop, and everything that claims what only Portcullis may say. `Content-Length` and `Expect` go too: the
/// body is framed anew. What is wrong is a finding of the head, never an error.
///
/// Field values hold no CR, LF or NUL by their type.
pub fn read(method: Method, uri: &Uri, version: Version, mut headers: HeaderMap, provenance: &Provenance) -> Head {
    let mut findings = Vec::new();
    findings.extend(refused_method(&method).map(Breach::finding));
    let authority = match authority(uri, version, &headers) {
        Ok(authority) => authority,
        Err(breach) => {
            findings.push(breach.finding());
            String::new()
        }
    };
    if version >= Version::HTTP_2 {
        findings.extend(connection_field(&headers));
    }
    let reading = path::read(uri.path_and_query().map_or("/", |target| target.as_str()));
    findings.extend(reading.findings);
    strip(&mut headers);
    cookies::join(&mut headers);
    provenance.state(&authority, &mut headers);
    Head { method, authority, target: reading.target, headers, version, findings }
}

/// What of a head that no guard has seen (HTTP/2) is over the limits: its target, or its number of fields. Its size in bytes is for the
/// HTTP/2 library to bound.
pub fn excess(uri: &Uri, headers: &HeaderMap, limits: &FramingLimits) -> Option<Finding> {
    let target = uri.path_and_query().map_or(0, |target| target.as_str().len());
    if target > limits.target_bytes {
        return Some(Stop::Over(Bound::Target).finding(limits));
    }
    (headers.len() as u64 > limits.headers).then(|| Stop::Over(Bound::Headers).finding(limits))
}

fn refused_method(method: &Method) -> Option<Breach> {
    match *method {
        Method::CONNECT => Some(Breach::ConnectRefused),
        Method::TRACE => Some(Breach::TraceRefused),
        _ => None,
    }
}

/// The host that is asked for: `:authority`, the authority of an absolute target, or `Host`; where two are given they must agree
/// (RFC 9110 §7.2, RFC 9113 §8.3.1). Empty for HTTP/1.0 without a host.
fn authority(uri: &Uri, version: Version, headers: &HeaderMap) -> Result<String, Breach> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let field = hosts.next().map(|host| trimmed(host.as_bytes()));
    if hosts.next().is_some() {
        return Err(Breach::HostRepeated);
    }
    let named = match (uri.authority().map(|authority| authority.as_str().as_bytes()), field) {
        (Some(target), Some(field)) if !target.eq_ignore_ascii_case(field) => return Err(Breach::HostMismatch),
        (Some(named), _) | (None, Some(named)) => named,
        (None, None) if version < Version::HTTP_11 => return Ok(String::new()),
        (None, None) => return Err(Breach::HostMissing),
    };
    match str::from_utf8(named) {
        Ok(text) if authority::is_valid(named) => Ok(authority::canonical(text)),
        _ => Err(Breach::HostInvalid),
    }
}

/// A field that an HTTP/2 message must not have (RFC 9113 §8.2.2).
fn connection_field(headers: &HeaderMap) -> Option<Finding> {
    let forbidden = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"]
        .iter()
        .any(|name| headers.contains_key(*name))
        || headers.get_all(header::TE).iter().any(|value| value != "trailers");
    forbidden.then(|| Breach::ConnectionHeaderInHttp2.finding())
}

/// Takes out every field that does not go on. Perf: one look at each name; only names to be dropped cost a look-up.
fn strip(headers: &mut HeaderMap) {
    let mut dropped: Vec<HeaderName> = Vec::with_capacity(8);
    let mut trailers = false;
    for (name, value) in &*headers {
        match fate(name.as_str()) {
            Fate::Forwarded => continue,
            Fate::Connection => dropped.extend(options(value).filter_map(|option| present(headers, option))),
            Fate::Te => trailers |= options(value).any(|option| option.eq_ignore_ascii_case(b"trailers")),
            Fate::Host | Fate::Dropped => {}
        }
        dropped.push(name.clone());
    }
    for name in dropped {
        headers.remove(name);
    }
    if trailers {
        headers.insert(header::TE, HeaderValue::from_static("trailers"));
    }
}

/// The field that a connection option names, if there is one. Perf: a flood of options that name nothing allocates nothing.
fn present(headers: &HeaderMap, option: &[u8]) -> Option<HeaderName> {
    let option = str::from_utf8(option).ok()?;
    if headers.contains_key(option) { HeaderName::from_bytes(option.as_bytes()).ok() } else { None }
}

/// Elements of a comma-separated value.
fn options(value: &HeaderValue) -> impl Iterator<Item = &[u8]> {
    value.as_bytes().split(|&octet| octet == b',').map(trimmed)
}

/// Cuts `Accept-Encoding` down to what answers can be read in: gzip and deflate as far as the client takes them, else identity. An
/// absent field would allow the upstream any coding, so it becomes `identity`.
pub fn limit_accept_encoding(headers: &mut HeaderMap) {
    let (mut gzip, mut deflate, mut any) = (None, None, None);
    for offer in headers.get_all(header::ACCEPT_ENCODING).iter().flat_map(options) {
        let mut parts = offer.split(|&octet| octet == b';').map(trimmed);
        let coding = parts.next().unwrap_or_default();
        let taken = parts.all(is_taken);
        if coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"x-gzip") {
            gzip = Some(taken);
        } else if coding.eq_ignore_ascii_case(b"deflate") {
            deflate = Some(taken);
        } else if coding == b"*" {
            any = Some(taken);
        }
    }
    let taken = |coding: Option<bool>| coding.or(any).unwrap_or(false);
    let value = match (taken(gzip), taken(deflate)) {
        (true, true) => "gzip, deflate",
        (true, false) => "gzip",
        (false, true) => "deflate",
        (false, false) => "identity",
    };
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
}

/// Whether a parameter of an offer leaves it standing: a weight above zero (RFC 9110 §12.4.2).
fn is_taken(parameter: &[u8]) -> bool {
    match parameter {
        [b'q' | b'Q', b'=', weight @ ..] => {
            let digits = weight.iter().all(|octet| octet.is_ascii_digit() || *octet == b'.');
            digits && weight.iter().any(|octet| matches!(octet, b'1'..=b'9'))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use portcullis_inspect::Limits;

    use super::*;
    use crate::framing::Upgrades;
    use crate::limits::LIMITS;

    fn peer(address: &str, scheme: Scheme) -> Provenance {
        Provenance::of(&Peer { address: address.parse().unwrap(), scheme })
    }

    fn fields(lines: &[(&str, &str)]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    fn head(uri: &str, version: Version, lines: &[(&str, &str)]) -> Head {
        read(Method::GET, &uri.parse().unwrap(), version, fields(lines), &peer("192.0.2.7:1234", Scheme::Http))
    }

    fn code(head: &Head) -> Vec<&'static str> {
        head.findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn fields_that_end_here_do_not_go_on() {
        let ends = [
            "Connection",
            "Keep-Alive",
            "Proxy-Connection",
            "Proxy-Authorization",
            "Proxy-Authenticate",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "Upgrade",
            "HTTP2-Settings",
            "Content-Length",
            "Expect",
            "X-HTTP-Method-Override",
            "X-HTTP-Method",
            "X-Method-Override",
            "X-Request-Id",
            "X-Portcullis-Caller",
            "X-Real-IP",
            "True-Client-IP",
            "CF-Connecting-IP",
            "X-Client-IP",
            "X-Cluster-Client-IP",
            "X-Forwarded-Server",
            "X-Forwarded-Port",
            "X-Forwarded-Prefix",
            "X-Original-URL",
            "X-Rewrite-URL",
            "X-Override-URL",
            "CF-Connecting-IPv6",
            "Client-Cert",
            "Apollo-Federation-Include-Trace",
            "Apollo-Query-Plan-Experimental",
            "X-WG-Trace",
            "X_Forwarded_For",
            "content_length",
            "Host",
        ];
        for name in ends {
            let head = head("/", Version::HTTP_11, &[("Host", "a"), (name, "a"), ("Accept", "b")]);
            if name != "Host" {
                assert!(!head.headers.contains_key(name), "{name}");
            }
            assert!(!head.headers.contains_key("host"));
            assert_eq!(head.headers["accept"], "b");
        }
        for name in [
            "Authorization",
            "Cookie",
            "Content-Type",
            "Accept-Language",
            "X-Forward",
            "Proxy",
            "Traceparent",
            "Origin",
            "X-Requested-With",
        ] {
            assert!(head("/", Version::HTTP_11, &[("Host", "a"), (name, "a")]).headers.contains_key(name), "{name}");
        }
    }

    #[test]
    fn what_connection_names_ends_here_and_what_we_say_stays() {
        let head = head(
            "/",
            Version::HTTP_11,
            &[
                ("Host", "a"),
                ("Connection", "close, X-Hop ,x-forwarded-for"),
                ("X-Hop", "1"),
                ("connection", "Other"),
                ("other", "2"),
            ],
        );
        assert!(!head.headers.contains_key("x-hop") && !head.headers.contains_key("other"));
        assert_eq!(head.headers["x-forwarded-for"], "192.0.2.7");
    }

    #[test]
    fn forwarding_fields_are_written_anew() {
        let lines = [
            ("Host", "Shop.Test:8080"),
            ("X-Forwarded-For", "6.6.6.6"),
            ("x-forwarded-for", "7.7.7.7"),
            ("Forwarded", "for=6.6.6.6"),
            ("X-Forwarded-Host", "evil"),
            ("X-Forwarded-Proto", "https"),
        ];
        let head = head("/", Version::HTTP_11, &lines);
        assert_eq!(head.authority, "shop.test:8080");
        let all = |name: &str| head.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(all("x-forwarded-for"), ["192.0.2.7"]);
        assert_eq!(all("x-forwarded-proto"), ["http"]);
        assert_eq!(all("x-forwarded-host"), ["shop.test:8080"]);
        assert_eq!(all("forwarded"), ["for=192.0.2.7;proto=http;host=\"shop.test:8080\""]);
        let head = read(
            Method::GET,
            &"/".parse().unwrap(),
            Version::HTTP_11,
            fields(&[("host", "a")]),
            &peer("[2001:db8::1]:9", Scheme::Https),
        );
        assert_eq!(head.headers["forwarded"], "for=\"[2001:db8::1]\";proto=https;host=\"a\"");
        let head = read(
            Method::GET,
            &"/".parse().unwrap(),
            Version::HTTP_11,
            fields(&[("host", "a")]),
            &peer("[::ffff:192.0.2.1]:9", Scheme::Https),
        );
        assert_eq!(head.headers["x-forwarded-for"], "192.0.2.1");
    }

    #[test]
    fn one_host_is_named() {
        assert_eq!(head("/", Version::HTTP_11, &[("host", "A.Test.")]).authority, "a.test");
        assert_eq!(head("http://A.test/x", Version::HTTP_11, &[("host", "a.TEST")]).authority, "a.test");
        assert_eq!(head("https://a.test/x", Version::HTTP_2, &[]).authority, "a.test");
        assert_eq!(head("/", Version::HTTP_10, &[]).authority, "");
        for (uri, version, lines, expected) in [
            ("/", Version::HTTP_11, &[][..], "HOST_MISSING"),
            ("/", Version::HTTP_2, &[], "HOST_MISSING"),
            ("/", Version::HTTP_11, &[("host", "a"), ("host", "a")], "HOST_REPEATED"),
            ("https://a/", Version::HTTP_2, &[("host", "b")], "HOST_MISMATCH"),
            ("https://u@a/", Version::HTTP_2, &[], "HOST_INVALID"),
            ("/", Version::HTTP_11, &[("host", "a b")], "HOST_INVALID"),
        ] {
            assert_eq!(code(&head(uri, version, lines)), [expected], "{uri} {lines:?}");
        }
    }

    #[test]
    fn http_2_has_no_connection_fields() {
        for line in [
            ("connection", "close"),
            ("keep-alive", "1"),
            ("proxy-connection", "a"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("te", "gzip"),
        ] {
            assert_eq!(code(&head("https://a/", Version::HTTP_2, &[line])), ["CONNECTION_HEADER_IN_HTTP_2"], "{line:?}");
        }
        let head = head("https://a/", Version::HTTP_2, &[("te", "trailers")]);
        assert_eq!((code(&head).len(), head.headers["te"].as_bytes()), (0, &b"trailers"[..]));
    }

    #[test]
    fn a_head_that_no_guard_has_seen_is_bounded_to_the_byte_and_field() {
        let mut limits = FramingLimits::new(&Limits::defaults(&[&LIMITS]), Upgrades::Never);
        (limits.target_bytes, limits.headers) = (8, 2);
        let code = |uri: &str, count: usize| {
            let lines = vec![("x", "y"); count];
            excess(&uri.parse().unwrap(), &fields(&lines), &limits).map(|finding| finding.code)
        };
        assert_eq!((code("https://a/bc?d=e", 1), code("https://a/bcd?d=e", 2)), (None, None));
        assert_eq!(code("https://a/bcde?d=e", 2), Some("URI_TOO_LONG"));
        assert_eq!(code("https://a/", 3), Some("TOO_MANY_HEADERS"));
    }

    #[test]
    fn connect_and_trace_are_refused_whatever_the_version() {
        for (method, expected) in [(Method::CONNECT, "CONNECT_REFUSED"), (Method::TRACE, "TRACE_REFUSED")] {
            let head = read(
                method,
                &"https://a/".parse().unwrap(),
                Version::HTTP_2,
                HeaderMap::new(),
                &peer("192.0.2.7:1", Scheme::Https),
            );
            assert_eq!(code(&head), [expected]);
        }
    }

    #[test]
    fn a_field_value_cannot_hold_line_ends() {
        for value in ["a\rb", "a\nb", "a\0b"] {
            assert!(HeaderValue::from_bytes(value.as_bytes()).is_err());
        }
    }

    #[test]
    fn accept_encoding_keeps_what_can_be_read() {
        for (offered, kept) in [
            ("gzip, deflate, br, zstd", "gzip, deflate"),
            ("br", "identity"),
            ("", "identity"),
            ("GZIP;q=0.5", "gzip"),
            ("x-gzip", "gzip"),
            ("gzip;q=0, deflate", "deflate"),
            ("gzip; q=0.000, *", "deflate"),
            ("*", "gzip, deflate"),
            ("*;q=0", "identity"),
            ("gzip;q=x", "identity"),
            ("gzip;a=1", "identity"),
            ("identity", "identity"),
        ] {
            let mut headers = fields(&[("accept-encoding", offered)]);
            limit_accept_encoding(&mut headers);
            assert_eq!(headers["accept-encoding"], kept, "{offered}");
        }
        let mut headers = HeaderMap::new();
        limit_accept_encoding(&mut headers);
        assert_eq!(headers["accept-encoding"], "identity");
    }
}

//! Requests another site made a browser send.
//!
//! A POST of JSON is never sent across origins without the browser asking first. A GET is. So a GET with evidence of coming from
//! another site is refused, unless it carries something that makes browsers ask: one of [`ASKING`], or a JSON media type. Without
//! evidence (no `Sec-Fetch-Site`, no `Origin`: tools, servers, apps) a GET passes.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue, ORIGIN};
use portcullis_inspect::{CheckSpec, Class, Finding, Head};

use super::media;

/// A GET that another site made a browser send.
pub(crate) const CROSS_SITE: CheckSpec = CheckSpec {
    name: "graphql.cross_site",
    codes: &["CROSS_SITE_REQUEST"],
    refuses: "a GET that a browser sends on behalf of another site without having asked first (cross-site request forgery)",
    yields: true,
};

/// Header fields that a page cannot set on another origin without the browser asking first; clients send them for this purpose.
const ASKING: [&str; 3] = ["graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name"];

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

pub(super) fn check(head: &Head, findings: &mut Vec<Finding>) {
    let asked = || ASKING.iter().any(|name| head.headers.get(*name).is_some_and(|value| !value.is_empty()));
    if from_elsewhere(head) && !asked() && !media::declares_json(&head.headers) {
        let detail = "a browser sent this GET on behalf of another site";
        findings.push(Finding::new(CROSS_SITE.name, "CROSS_SITE_REQUEST", Class::Forbidden, detail));
    }
}

fn from_elsewhere(head: &Head) -> bool {
    let site = only(&head.headers, &SEC_FETCH_SITE);
    let origin = only(&head.headers, &ORIGIN);
    let fetched = |value: &[u8]| value != b"same-origin" && value != b"none";
    site.is_some_and(fetched) || origin.is_some_and(|origin| !is_own(origin, &head.authority))
}

/// The one value of a field; several count as none that anybody would recognise.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h [u8]> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().map(HeaderValue::as_bytes)?;
    Some(if values.next().is_some() { b"" } else { first })
}

/// Whether an origin names the host that was asked. The scheme is not compared: TLS may end in front of Portcullis.
fn is_own(origin: &[u8], authority: &str) -> bool {
    let host = origin.strip_prefix(b"https://").or_else(|| origin.strip_prefix(b"http://"));
    host.is_some_and(|host| without_port(host).eq_ignore_ascii_case(without_port(authority.as_bytes())))
}

fn without_port(authority: &[u8]) -> &[u8] {
    authority.strip_suffix(b":443").or_else(|| authority.strip_suffix(b":80")).unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_inspect::Target;

    fn refused(fields: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        let target = Target { path: "/graphql".to_owned(), query: None, received: "/graphql".to_owned() };
        let head = Head {
            method: http::Method::GET,
            authority: "shop.test".to_owned(),
            target,
            headers,
            version: http::Version::HTTP_11,
            findings: Vec::new(),
        };
        let mut findings = Vec::new();
        check(&head, &mut findings);
        !findings.is_empty()
    }

    #[test]
    fn evidence_of_another_site_refuses() {
        for fields in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "anything")],
            &[("sec-fetch-site", "none"), ("sec-fetch-site", "none")],
            &[("origin", "https://evil.test")],
            &[("origin", "null")],
            &[("origin", "https://shop.test.evil.test")],
            &[("origin", "https://shop.test:8443")],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.test")],
            &[("sec-fetch-site", "cross-site"), ("x-apollo-operation-name", "")],
        ] {
            assert!(refused(fields), "{fields:?}");
        }
    }

    #[test]
    fn own_pages_tools_and_asked_requests_pass() {
        for fields in [
            &[][..],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://shop.test")],
            &[("origin", "http://SHOP.test:80")],
            &[("sec-fetch-site", "cross-site"), ("graphql-require-preflight", "1")],
            &[("origin", "https://app.test"), ("content-type", "application/json")],
        ] {
            assert!(!refused(fields), "{fields:?}");
        }
    }
}

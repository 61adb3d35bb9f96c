//! Media types: what a request says it is, and what answer its client takes (RFC 9110 §8.3, §12.5.1).

use http::HeaderMap;
use http::header::{self, HeaderValue};
use portcullis_inspect::{CheckSpec, Class, Finding};

/// Exactly one media type, and that one JSON in UTF-8.
pub(crate) const CONTENT_TYPE: CheckSpec = CheckSpec {
    name: "graphql.content_type",
    codes: &["UNSUPPORTED_MEDIA_TYPE", "AMBIGUOUS_CONTENT_TYPE"],
    refuses: "a POST that is not one `application/json` in UTF-8, and a GET that claims to carry anything else",
    yields: false,
};

/// An answer the client can take.
pub(crate) const ACCEPT: CheckSpec = CheckSpec {
    name: "graphql.accept",
    codes: &["NOT_ACCEPTABLE"],
    refuses: "clients that accept neither `application/graphql-response+json` nor `application/json`, such as a browser's address bar",
    yields: true,
};

/// Form of an answer to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// `application/graphql-response+json`: the status tells what happened.
    GraphQl,
    /// `application/json`: a well-formed request is answered 200, whatever its document.
    Legacy,
    /// Neither is accepted.
    None,
}

/// A POST must carry one `Content-Type`: JSON.
pub(super) fn check_post(headers: &HeaderMap) -> Result<(), Box<Finding>> {
    match one_type(headers)? {
        Some(value) if is_json(value) => Ok(()),
        Some(_) => Err(unsupported("the body is not declared as JSON in UTF-8").into()),
        None => Err(unsupported("a body without media type").into()),
    }
}

/// A GET carries nothing. Some clients still say `application/json`, which is harmless; any other type is a trick to have a browser
/// send the request without asking first.
pub(super) fn check_get(headers: &HeaderMap) -> Result<(), Box<Finding>> {
    match one_type(headers)? {
        Some(value) if !is_json(value) => Err(unsupported("a GET with a media type").into()),
        _ => Ok(()),
    }
}

/// Whether the request declares JSON, which no browser sends to another origin without asking first.
pub(super) fn declares_json(headers: &HeaderMap) -> bool {
    matches!(one_type(headers), Ok(Some(value)) if is_json(value))
}

fn one_type(headers: &HeaderMap) -> Result<Option<&[u8]>, Box<Finding>> {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let first = values.next().map(HeaderValue::as_bytes);
    if values.next().is_some() || first.is_some_and(|value| value.contains(&b',')) {
        let detail = "more than one media type";
        return Err(Box::new(Finding::new(CONTENT_TYPE.name, "AMBIGUOUS_CONTENT_TYPE", Class::Malformed, detail)));
    }
    Ok(first)
}

fn unsupported(detail: &'static str) -> Finding {
    Finding::new(CONTENT_TYPE.name, "UNSUPPORTED_MEDIA_TYPE", Class::UnsupportedMediaType, detail)
}

/// `application/json`, with well-formed parameters, of which `charset` may be there once and say `utf-8`.
fn is_json(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b';');
    if !parts.next().is_some_and(|essence| essence.trim_ascii().eq_ignore_ascii_case(b"application/json")) {
        return false;
    }
    let mut charset = false;
    for part in parts {
        let Some((name, value)) = parameter(part) else { return false };
        if name.eq_ignore_ascii_case(b"charset") {
            if charset || !value.eq_ignore_ascii_case(b"utf-8") {
                return false;
            }
            charset = true;
        }
    }
    true
}

/// `token "=" ( token / quoted-string )`, where a quoted string may hold no escape, quote or semicolon: none of ours needs them.
fn parameter(part: &[u8]) -> Option<(&[u8], &[u8])> {
    let part = part.trim_ascii();
    let equals = part.iter().position(|byte| *byte == b'=')?;
    let (name, value) = (part.get(..equals)?, part.get(equals.checked_add(1)?..)?);
    let bare = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(value);
    (is_token(name) && is_token(bare)).then_some((name, bare))
}

/// RFC 9110 §5.6.2
fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

/// The form the client prefers. Without a preference (no `Accept`, or only wildcards) the status tells what happened.
pub(crate) fn answer(headers: &HeaderMap) -> Answer {
    let mut graphql = Quality::default();
    let mut legacy = Quality::default();
    let mut any = false;
    for value in headers.get_all(header::ACCEPT) {
        for range in value.as_bytes().split(|byte| *byte == b',') {
            let mut parts = range.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
            let essence = parts.next().unwrap_or_default();
            if essence.is_empty() {
                continue;
            }
            any = true;
            let quality = parts.find_map(quality).unwrap_or(1000);
            graphql.offer(essence, b"application/graphql-response+json", quality);
            legacy.offer(essence, b"application/json", quality);
        }
    }
    match (graphql.value, legacy.value) {
        _ if !any => Answer::GraphQl,
        (0, 0) => Answer::None,
        (graphql, legacy) if graphql >= legacy => Answer::GraphQl,
        _ => Answer::Legacy,
    }
}

/// What a client thinks of one media type, in thousandths.
#[derive(Clone, Copy, Debug, Default)]
struct Quality {
    value: u16,
    /// How closely the range that said so names the type: `*/*` 1, `application/*` 2, the type itself 3.
    closeness: u8,
}

impl Quality {
    fn offer(&mut self, range: &[u8], media_type: &[u8], value: u16) {
        let closeness = match range {
            _ if range.eq_ignore_ascii_case(media_type) => 3,
            _ if range.eq_ignore_ascii_case(b"application/*") => 2,
            b"*/*" => 1,
            _ => return,
        };
        if closeness > self.closeness || (closeness == self.closeness && value > self.value) {
            *self = Self { value, closeness };
        }
    }
}

/// `q=` with up to three decimals. What cannot be read counts as 1, as if it were not there.
fn quality(parameter: &[u8]) -> Option<u16> {
    let value = parameter.strip_prefix(b"q=").or_else(|| parameter.strip_prefix(b"Q="))?;
    let (whole, decimals) = match value.iter().position(|byte| *byte == b'.') {
        Some(point) => (value.get(..point)?, value.get(point.checked_add(1)?..)?),
        None => (value, &b""[..]),
    };
    if whole == b"1" {
        return Some(1000);
    }
    if whole != b"0" || decimals.len() > 3 || !decimals.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = decimals.iter().chain(b"000").take(3);
    Some(digits.fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn one_json_type_passes() {
        for value in [
            "application/json",
            "Application/JSON",
            "application/json;charset=utf-8",
            "application/json; charset=UTF-8",
            "application/json ; charset=\"utf-8\"",
            "application/json; profile=x; charset=utf-8",
        ] {
            assert_eq!(check_post(&headers(header::CONTENT_TYPE, &[value])), Ok(()), "{value}");
        }
    }

    #[test]
    fn other_types_are_refused() {
        for (values, code) in [
            (&[][..], "UNSUPPORTED_MEDIA_TYPE"),
            (&[""], "UNSUPPORTED_MEDIA_TYPE"),
            (&["text/plain"], "UNSUPPORTED_MEDIA_TYPE"),
            (&["text/plain; application/json"], "UNSUPPORTED_MEDIA_TYPE"),
            (&["application/json;"], "UNSUPPORTED_MEDIA_TYPE"),
            (&["Application/JSON\t;x"], "UNSUPPORTED_MEDIA_TYPE"),
            (&["application/json; charset=utf-16"], "UNSUPPORTED_MEDIA_TYPE"),
            (&["application/json; charset=utf-8; charset=utf-8"], "UNSUPPORTED_MEDIA_TYPE"),
            (&["application/json; charset=\"utf-8"], "UNSUPPORTED_MEDIA_TYPE"),
            (&["application/json; charset=utf8"], "UNSUPPORTED_MEDIA_TYPE"),
            (&["application/jsonx"], "UNSUPPORTED_MEDIA_TYPE"),
            (&["application/json x"], "UNSUPPORTED_MEDIA_TYPE"),
            (&["application/graphql"], "UNSUPPORTED_MEDIA_TYPE"),
            (&["application/x-www-form-urlencoded"], "UNSUPPORTED_MEDIA_TYPE"),
            (&["multipart/form-data; boundary=x"], "UNSUPPORTED_MEDIA_TYPE"),
            (&["application/json", "text/plain"], "AMBIGUOUS_CONTENT_TYPE"),
            (&["application/json", "application/json"], "AMBIGUOUS_CONTENT_TYPE"),
            (&["application/json, text/plain"], "AMBIGUOUS_CONTENT_TYPE"),
            (&["application/json;x=\"a,b\""], "AMBIGUOUS_CONTENT_TYPE"),
        ] {
            let found = check_post(&headers(header::CONTENT_TYPE, values)).unwrap_err();
            assert_eq!(found.code, code, "{values:?}");
        }
    }

    #[test]
    fn get_may_claim_json_and_nothing_else() {
        for (values, passes) in
            [(&[][..], true), (&["application/json"], true), (&["message/rfc822"], false), (&["text/plain"], false)]
        {
            assert_eq!(check_get(&headers(header::CONTENT_TYPE, values)).is_ok(), passes, "{values:?}");
        }
    }

    #[test]
    fn the_preferred_form_is_chosen() {
        use Answer::{GraphQl, Legacy, None};
        for (values, expected) in [
            (&[][..], GraphQl),
            (&["*/*"], GraphQl),
            (&["application/*"], GraphQl),
            (&["application/graphql-response+json"], GraphQl),
            (&["application/json"], Legacy),
            (&["application/json; charset=utf-8"], Legacy),
            (&["application/json, application/graphql-response+json"], GraphQl),
            (&["application/json, application/graphql-response+json;q=0.9"], Legacy),
            (&["application/graphql-response+json;q=0.5", "application/json;q=0.4"], GraphQl),
            (&["application/json, */*;q=0.1"], Legacy),
            (&["application/json;q=0, */*"], GraphQl),
            (&["text/html"], None),
            (&["text/html, application/xhtml+xml"], None),
            (&["text/html, */*;q=0.8"], GraphQl),
            (&["application/json;q=0"], None),
            (&["application/json;q=0.000"], None),
            (&["multipart/mixed;deferSpec=20220824, application/json"], Legacy),
            (&["text/event-stream"], None),
            (&[""], GraphQl),
        ] {
            assert_eq!(answer(&headers(header::ACCEPT, values)), expected, "{values:?}");
        }
    }
}

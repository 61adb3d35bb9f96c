//! Our no in plain HTTP: problem details (RFC 9457), for services without a contract, for requests that reach no service, and for heads
//! that were never understood.

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use portcullis_inspect::{Refusal, Reply};

/// Spells `refusal` as `application/problem+json`. It says code, status and request id, and nothing of the request.
pub fn problem(refusal: &Refusal) -> Reply {
    let status = refusal.class.status();
    let title = status.canonical_reason().unwrap_or("Error");
    let request_id: String =
        refusal.request_id.chars().filter(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(*letter)).collect();
    let body = format!(
        r#"{{"type":"about:blank","title":"{title}","status":{},"code":"{}","request_id":"{request_id}"}}"#,
        status.as_u16(),
        refusal.code,
    );
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = refusal.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(allow) = refusal.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
        headers.insert(header::ALLOW, allow);
    }
    Reply { status, headers, body: Bytes::from(body) }
}

#[cfg(test)]
mod tests {
    use portcullis_inspect::Class;

    use super::*;

    fn refusal(class: Class) -> Refusal {
        Refusal { code: "CODE", class, request_id: "01ab-2".to_owned(), retry_after: None, allow: None }
    }

    #[test]
    fn says_code_status_and_request_id() {
        let reply = problem(&refusal(Class::HeadTooLarge));
        assert_eq!(reply.status, 431);
        assert_eq!(
            reply.body,
            r#"{"type":"about:blank","title":"Request Header Fields Too Large","status":431,"code":"CODE","request_id":"01ab-2"}"#
        );
        assert_eq!(reply.headers["content-type"], "application/problem+json");
        assert_eq!(reply.headers["cache-control"], "no-store");
        assert!(!reply.headers.contains_key("retry-after") && !reply.headers.contains_key("allow"));
    }

    #[test]
    fn says_when_and_how_to_try_again() {
        let mut busy = refusal(Class::Unavailable);
        busy.retry_after = Some(2);
        busy.allow = Some("GET, HEAD".to_owned());
        let reply = problem(&busy);
        assert_eq!(
            (&reply.headers["retry-after"], &reply.headers["allow"]),
            (&HeaderValue::from(2), &HeaderValue::from_static("GET, HEAD"))
        );
    }

    #[test]
    fn a_request_id_cannot_break_out() {
        let mut odd = refusal(Class::Malformed);
        odd.request_id = "a\",\"b\\\n".to_owned();
        assert!(problem(&odd).body.ends_with(br#""request_id":"ab"}"#));
    }
}

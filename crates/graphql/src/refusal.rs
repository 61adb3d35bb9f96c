//! Our no, in GraphQL's words: an `errors` list of one, and the status GraphQL over HTTP asks for (§6.4).
//!
//! The text is fixed per class and the same for every cause within it, so that answers tell nothing about schema, limits or rules. The
//! code says which rule it was; the request id leads the operator to the reason.

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use portcullis_inspect::{Class, Head, Refusal, Reply};
use portcullis_json::write_string;

use crate::transport::{Answer, answer};
use crate::{checks, limits};

/// Answers `refusal` to the client that sent `head`.
pub(crate) fn reply(refusal: &Refusal, head: Option<&Head>) -> Reply {
    let form = head.map_or(Answer::GraphQl, |head| answer(&head.headers));
    let media_type = match form {
        Answer::GraphQl => "application/graphql-response+json; charset=utf-8",
        Answer::Legacy | Answer::None => "application/json; charset=utf-8",
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(seconds) = refusal.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if refusal.class == Class::MethodNotAllowed {
        headers.insert(header::ALLOW, allow(refusal, head));
    }
    Reply { status: status(refusal, form), headers, body: body(refusal) }
}

/// A client of the legacy form takes any other status than 200 for a fault of the network or the server, and does not read the errors;
/// so a well-formed request whose document is refused is answered 200 there.
fn status(refusal: &Refusal, form: Answer) -> StatusCode {
    let about_document = matches!(refusal.class, Class::Malformed | Class::Invalid | Class::Excessive | Class::Forbidden)
        && (checks::DOCUMENT.iter().any(|check| check.codes.contains(&refusal.code))
            || limits::LIMITS.iter().any(|row| row.code == refusal.code && row.code != limits::BODY_BYTES.code));
    if about_document && form == Answer::Legacy { StatusCode::OK } else { refusal.class.status() }
}

fn allow(refusal: &Refusal, head: Option<&Head>) -> HeaderValue {
    let policy = refusal.allow.as_deref().and_then(|methods| HeaderValue::from_str(methods).ok());
    let get = head.is_some_and(|head| head.method == Method::GET);
    policy.unwrap_or_else(|| HeaderValue::from_static(if get { "POST" } else { "GET, POST" }))
}

fn body(refusal: &Refusal) -> Bytes {
    let mut out = Vec::with_capacity(160);
    out.extend_from_slice(b"{\"errors\":[{\"message\":");
    write_string(&mut out, message(refusal.class));
    out.extend_from_slice(b",\"extensions\":{\"code\":");
    write_string(&mut out, refusal.code);
    out.extend_from_slice(b",\"request_id\":");
    write_string(&mut out, &refusal.request_id);
    out.extend_from_slice(b"}}]}");
    Bytes::from(out)
}

const fn message(class: Class) -> &'static str {
    match class {
        Class::Malformed => "The request could not be read.",
        Class::Invalid => "The request is not valid.",
        Class::Excessive => "The request asks for too much.",
        Class::Forbidden => "The request is not allowed.",
        Class::NotFound | Class::Misdirected => "Nothing answers here.",
        Class::MethodNotAllowed => "The method is not allowed.",
        Class::NotAcceptable => "No answer would be acceptable.",
        Class::RequestTimeout => "The request took too long.",
        Class::ContentTooLarge | Class::UriTooLong | Class::HeadTooLarge => "The request is too large.",
        Class::UnsupportedMediaType => "The media type is not supported.",
        Class::TooManyRequests => "There were too many requests.",
        Class::Internal | Class::NotImplemented => "The request could not be processed.",
        Class::BadGateway | Class::Unavailable | Class::GatewayTimeout => "The service is not available.",
    }
}

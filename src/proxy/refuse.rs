//! A refusal as a response.

use bytes::Bytes;
use hyper::Response;
use portcullis_http::refusal;
use portcullis_inspect::{Class, Head, Refusal, Reply};
use portcullis_registry::Service;

/// Spells a refusal in the words of the service's protocol, or in plain HTTP when no service was found.
pub(crate) fn reply(refusal: &Refusal, service: Option<&Service>, head: Option<&Head>) -> Reply {
    match service {
        Some(service) => service.contract.refuse(refusal, head),
        None => refusal::problem(refusal),
    }
}

/// The response of a reply.
pub(crate) fn response(reply: Reply) -> Response<Bytes> {
    let mut response = Response::new(reply.body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}

/// Whether the connection cannot go on behind a refusal of this class: what follows on it is not known to be a request.
pub(crate) const fn closes(class: Class) -> bool {
    matches!(
        class,
        Class::RequestTimeout | Class::ContentTooLarge | Class::HeadTooLarge | Class::UriTooLong | Class::NotImplemented
    )
}

//! How GraphQL rides on HTTP: one request, one operation to run, by POST with a JSON envelope or by GET with parameters.
//!
//! Everything a client could use to be read in two ways is refused here: a second place for the query, a second media type, a batch, a
//! parameter or member twice. What is read is kept as an [`Envelope`] and written again by [`canonical`]; the bytes that came are never
//! forwarded. GraphQL over HTTP (<https://graphql.github.io/graphql-over-http/draft/>), narrowed.

mod canonical;
mod cross_site;
mod envelope;
mod media;
mod parameters;

use bytes::Bytes;
use http::Method;
use portcullis_inspect::{Body, CheckSpec, Class, Finding, Head, Limits, Message};
use portcullis_json::{Bounds, Document};

use crate::limits;

pub(crate) use canonical::outgoing;
pub(crate) use cross_site::CROSS_SITE;
pub(crate) use envelope::{BATCHING, ENVELOPE, Envelope, OperationName, UNKNOWN_MEMBERS};
pub(crate) use media::{ACCEPT, Answer, CONTENT_TYPE, answer};
pub(crate) use parameters::{PARAMETERS, UNKNOWN_PARAMETERS};

/// GraphQL is served by GET and POST alone.
pub(crate) const METHOD: CheckSpec =
    CheckSpec { name: "graphql.method", codes: &["METHOD_NOT_ALLOWED"], refuses: "methods other than GET and POST", yields: false };

/// The way a request came, and goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// Parameters of the URL; queries only.
    Get,
    /// A JSON envelope.
    Post,
}

impl Carrier {
    /// The carrier of a method.
    pub(crate) fn of(method: &Method) -> Option<Self> {
        match *method {
            Method::GET => Some(Self::Get),
            Method::POST => Some(Self::Post),
            _ => None,
        }
    }
}

/// Reads a request, JSON of a body into `buffer`. What yields to policy goes into `findings`; what makes it unreadable is the error.
pub(crate) fn read(
    message: &Message<'_>,
    limits: &Limits,
    buffer: Document,
    findings: &mut Vec<Finding>,
) -> Result<Envelope, Box<Finding>> {
    let head = message.head;
    let envelope = match Carrier::of(&head.method) {
        Some(Carrier::Get) => {
            check_get(head, message.body, findings)?;
            let read = parameters::read(head.target.query.as_deref().unwrap_or_default(), findings)?;
            Envelope::from_parameters(read, &Bounds::of(limits))?
        }
        Some(Carrier::Post) => {
            parameters::check_post(head.target.query.as_deref().unwrap_or_default(), findings)?;
            media::check_post(&head.headers)?;
            Envelope::from_json(whole(message.body, limits)?, &Bounds::of(limits), buffer, findings)?
        }
        None => {
            let detail = "neither GET nor POST";
            return Err(Finding::new(METHOD.name, "METHOD_NOT_ALLOWED", Class::MethodNotAllowed, detail).into());
        }
    };
    if answer(&head.headers) == Answer::None {
        let detail = "the client accepts neither of the media types of GraphQL answers";
        findings.push(Finding::new(ACCEPT.name, "NOT_ACCEPTABLE", Class::NotAcceptable, detail));
    }
    Ok(envelope)
}

fn check_get(head: &Head, body: Body<'_>, findings: &mut Vec<Finding>) -> Result<(), Box<Finding>> {
    media::check_get(&head.headers)?;
    let empty = match body {
        Body::Whole(bytes) => bytes.is_empty(),
        // A body too large to be collected, perhaps before any of it was.
        Body::Prefix(_) => false,
        Body::Streamed { length } => length == Some(0),
    };
    if !empty {
        return Err(parameters::fault("GET_BODY", "a GET request with a body").into());
    }
    cross_site::check(head, findings);
    Ok(())
}

/// The whole body, which alone can be read.
fn whole<'b>(body: Body<'b>, limits: &Limits) -> Result<&'b Bytes, Box<Finding>> {
    match body {
        Body::Whole(bytes) => Ok(bytes),
        Body::Prefix(_) => {
            let allowed = limits.value(limits::BODY_BYTES.name);
            Err(Finding::over(&limits::BODY_BYTES, Class::ContentTooLarge, allowed.saturating_add(1), allowed).into())
        }
        Body::Streamed { .. } => {
            let detail = "the body was not collected";
            Err(Finding::new(ENVELOPE.name, "ENVELOPE_SHAPE", Class::Internal, detail).into())
        }
    }
}

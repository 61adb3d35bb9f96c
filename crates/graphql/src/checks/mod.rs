//! What is held against a document beside its numbers: one file per check, all of them listed here.
//!
//! Limits need no check: they are rows ([`crate::limits`]) over facts ([`crate::measure`]), which policy compares. The checks of the
//! transport stand beside the code that reads it.

mod introspection;
pub(crate) mod operation;
mod safe_method;

use portcullis_inspect::{CheckSpec, Finding};

use crate::measure;
use crate::parser::{Document, SYNTAX};
use crate::transport::{self, Envelope};
use crate::validate;

/// A request whose document was parsed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) envelope: &'a Envelope,
    pub(crate) document: &'a Document,
}

/// Checks of the document: a refusal by one of them answers a well-formed request.
pub(crate) static DOCUMENT: [CheckSpec; 8] = [
    SYNTAX,
    measure::FRAGMENT_SPREADS,
    validate::UNIQUE_NAMES,
    validate::REFERENCES,
    validate::VALIDATION,
    operation::OPERATION,
    introspection::INTROSPECTION,
    safe_method::SAFE_METHOD,
];

/// Checks of the transport: the request is not well-formed, or not wanted in this way.
pub(crate) static TRANSPORT: [CheckSpec; 9] = [
    transport::METHOD,
    transport::CONTENT_TYPE,
    transport::ACCEPT,
    transport::PARAMETERS,
    transport::UNKNOWN_PARAMETERS,
    transport::CROSS_SITE,
    transport::ENVELOPE,
    transport::BATCHING,
    transport::UNKNOWN_MEMBERS,
];

/// Runs every check of the document. Each is linear in the document, or sorts names of it.
pub(crate) fn run(subject: Subject<'_>, findings: &mut Vec<Finding>) {
    operation::check(subject, findings);
    safe_method::check(subject, findings);
    introspection::check(subject, findings);
}

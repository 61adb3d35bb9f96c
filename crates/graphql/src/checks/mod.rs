//! What is held against a document beside its numbers: one file per check, all of them listed here.
//!
//! Limits need no check: they are rows ([`crate::limits`]) over facts ([`crate::measure`]), which policy compares. The checks of the
//! transport stand beside the code that reads it.

mod introspection;
mod operation;
mod safe_method;
mod unique_names;

use portcullis_inspect::{CheckSpec, Finding};

use crate::measure;
use crate::parser::{Document, SYNTAX};
use crate::transport::{self, Envelope};

/// A request whose document was parsed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) envelope: &'a Envelope,
    pub(crate) document: &'a Document,
}

/// Checks of the document: a refusal by one of them answers a well-formed request.
pub(crate) static DOCUMENT: [CheckSpec; 6] = [
    SYNTAX,
    measure::FRAGMENT_SPREADS,
    operation::OPERATION,
    unique_names::UNIQUE_NAMES,
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
    unique_names::check(subject, findings);
    safe_method::check(subject, findings);
    introspection::check(subject, findings);
}

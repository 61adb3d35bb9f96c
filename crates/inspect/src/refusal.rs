//! Our no.

use bytes::Bytes;

use crate::{Class, Finding};

/// Seconds after which a caller who was shed may try again.
const RETRY_AFTER_SECONDS: u32 = 1;

/// A refusal as far as the client may know it: a code and a request id, nothing of the message or the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable code, in capitals.
    pub code: &'static str,
    /// What kind of "no".
    pub class: Class,
    /// Id under which the operator finds the full reason.
    pub request_id: String,
    /// Seconds after which trying again may help.
    pub retry_after: Option<u32>,
    /// Methods that would be accepted, for 405.
    pub allow: Option<String>,
}

impl Refusal {
    /// What a client is told of `finding`: shed work says when to try again, a method that is not allowed may be given `allow` by whoever
    /// knows it.
    pub fn of(finding: &Finding, request_id: &str) -> Self {
        let retry_after = (finding.class == Class::Unavailable).then_some(RETRY_AFTER_SECONDS);
        Self { code: finding.code, class: finding.class, request_id: request_id.to_owned(), retry_after, allow: None }
    }
}

/// A complete answer made by Portcullis itself.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status.
    pub status: http::StatusCode,
    /// Header fields, content type included.
    pub headers: http::HeaderMap,
    /// Body.
    pub body: Bytes,
}

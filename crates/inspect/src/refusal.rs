//! Our no.

use bytes::Bytes;

use crate::Class;

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

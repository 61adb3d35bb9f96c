//! The proof that a message was judged and may be sent.

use bytes::Bytes;
use portcullis_inspect::Head;

/// What body goes upstream.
#[derive(Clone, Debug)]
pub enum PermitBody {
    /// The canonical form of what was judged.
    Canonical(Bytes),
    /// The bytes as received, still encoded: the service is in monitor mode or off.
    Original,
    /// The body streams past untouched, up to a bound in bytes.
    Stream {
        /// Bound in bytes.
        bytes_max: u64,
    },
}

/// Permission to send one message upstream. Only [`crate::Decision::permit`] makes one, and sending consumes it.
#[derive(Debug)]
pub struct Permit {
    head: Head,
    body: PermitBody,
}

impl Permit {
    pub(crate) const fn new(head: Head, body: PermitBody) -> Self {
        Self { head, body }
    }

    /// The body that may be sent.
    pub const fn body(&self) -> &PermitBody {
        &self.body
    }

    /// Uses the permit up.
    pub fn into_parts(self) -> (Head, PermitBody) {
        (self.head, self.body)
    }

    /// Path and query to send.
    pub fn target(head: &Head, body: &PermitBody) -> String {
        match (body, &head.target.query) {
            (PermitBody::Original, _) => head.target.received.clone(),
            (_, Some(query)) => format!("{}?{query}", head.target.path),
            (_, None) => head.target.path.clone(),
        }
    }
}

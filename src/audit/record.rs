//! The record of one exchange.

use std::fmt::Write as _;
use std::sync::Arc;

use portcullis_policy::Proposal;
use serde::{Serialize, Serializer};

/// One exchange as the operator sees it. Never holds a body, a header value or an unredacted credential.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// When the head was complete; RFC 3339, UTC.
    pub time: String,
    /// The id every refusal carries and the upstream receives.
    pub request_id: String,
    /// W3C trace id.
    pub trace_id: String,
    /// Client address and port.
    pub client: Arc<str>,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// `HTTP/1.1`, `HTTP/2.0`.
    pub version: &'static str,
    /// Method, empty when no head was understood.
    pub method: String,
    /// Authority the client asked for.
    pub host: String,
    /// Path and query as judged, credentials redacted.
    pub target: String,
    /// Service the route named.
    pub service: Option<String>,
    /// Its protocol.
    pub protocol: Option<&'static str>,
    /// Its mode.
    pub mode: Option<&'static str>,
    /// Revision of the configuration that judged.
    pub revision: u64,
    /// `allowed`, `would-refuse`, `refused`, `failed`.
    pub outcome: &'static str,
    /// Code of the finding that decided.
    pub code: Option<&'static str>,
    /// Check that decided.
    pub check: Option<&'static str>,
    /// Everything that was found, and what became of it.
    pub findings: Vec<FindingEntry>,
    /// What was measured.
    pub facts: Vec<FactEntry>,
    /// What went upstream: `canonical`, `original`, `stream`.
    pub forwarded: Option<&'static str>,
    /// The upstream's part.
    pub upstream: Option<UpstreamEntry>,
    /// Status the client was sent.
    pub status: u16,
    /// Body bytes received from the client, as sent.
    pub bytes_in: u64,
    /// Body bytes sent to the client.
    pub bytes_out: u64,
    /// Steps of inspection work spent.
    pub work: u64,
    /// Microseconds from complete head to decision.
    pub judged_us: u64,
    /// Microseconds from complete head to the end of the answer.
    pub total_us: u64,
    /// Whether the answer was sent to its end.
    pub complete: bool,
}

/// One finding of a record.
#[derive(Clone, Debug, Serialize)]
pub struct FindingEntry {
    /// Check that found it.
    pub check: &'static str,
    /// Stable code.
    pub code: &'static str,
    /// `enforced`, `monitored`, `excepted`.
    pub disposition: &'static str,
    /// What was found.
    pub detail: String,
    /// Where in the contract or operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coordinate: Option<String>,
    /// Byte offset in the text that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
    /// What was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<u64>,
    /// What is allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<u64>,
    /// The exception that would let this pass, ready to paste under `exceptions:`; absent where none can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception: Option<ExceptionText>,
}

/// One measured number of a record.
#[derive(Clone, Debug, Serialize)]
pub struct FactEntry {
    /// Name of the fact.
    pub fact: &'static str,
    /// Index of the operation it belongs to.
    pub operation: usize,
    /// The number.
    pub used: u64,
    /// Its limit, if a row bounds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<u64>,
    /// Where it was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coordinate: Option<String>,
}

/// The upstream's part of a record.
#[derive(Clone, Debug, Default)]
pub struct UpstreamEntry {
    /// Status it answered.
    pub status: Option<u16>,
    /// Times the request was sent.
    pub attempts: u32,
    /// Microseconds from sending to the head of the answer.
    pub first_byte_us: u64,
    /// What went wrong.
    pub error: Option<String>,
}

/// A [`Proposal`] as one line of YAML flow style, which is also JSON.
#[derive(Clone, Debug)]
pub struct ExceptionText(String);

impl From<&Proposal> for ExceptionText {
    fn from(proposal: &Proposal) -> Self {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        // Writing to a String cannot fail.
        let mut line = format!("- {{ check: {}, ", proposal.check);
        if let Some(coordinate) = &proposal.coordinate {
            let _ = write!(line, "coordinate: {}, ", quoted(coordinate));
        }
        let _ = write!(line, "path: {}, address: {}, ", quoted(&proposal.path), quoted(&proposal.address));
        if let Some(up_to) = proposal.up_to {
            let _ = write!(line, "up_to: {up_to}, ");
        }
        let expires = jiff::Timestamp::from_millisecond(proposal.expires.0).unwrap_or_default();
        let _ = write!(line, "reason: \"\", owner: \"\", expires: {} }}", expires.strftime("%Y-%m-%d"));
        Self(line)
    }
}

impl ExceptionText {
    /// The line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for ExceptionText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

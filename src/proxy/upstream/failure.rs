//! What goes wrong at an upstream, and what the client is told.

use hyper::Response;
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use portcullis_inspect::{Class, Finding};

/// Why there is no answer to pass on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection: refused, unresolved, untrusted.
    Unreachable(String),
    /// No connection in time.
    ConnectTimeout,
    /// No byte of an answer in time.
    FirstByteTimeout,
    /// The answer's framing can be read in more than one way.
    AmbiguousResponse,
    /// The connection broke, or what came is no HTTP.
    Broken(String),
}

impl Failure {
    /// From the client side of hyper.
    pub fn of(error: &hyper::Error) -> Self {
        Self::Broken(chain(error))
    }

    /// As a finding of the data plane: 503 when nothing could be sent, 504 for time, 502 for nonsense.
    pub fn finding(&self) -> Finding {
        match self {
            Self::Unreachable(why) => Finding::new(
                "upstream.connect",
                "UPSTREAM_UNREACHABLE",
                Class::Unavailable,
                format!("the upstream cannot be reached: {why}"),
            ),
            Self::ConnectTimeout => {
                Finding::new("upstream.connect", "UPSTREAM_TIMEOUT", Class::GatewayTimeout, "no connection to the upstream in time")
            }
            Self::FirstByteTimeout => {
                Finding::new("upstream.answer", "UPSTREAM_TIMEOUT", Class::GatewayTimeout, "no byte of an answer in time")
            }
            Self::AmbiguousResponse => Finding::new(
                "upstream.answer",
                "UPSTREAM_FAILED",
                Class::BadGateway,
                "the answer's framing can be read in two ways",
            ),
            Self::Broken(why) => {
                Finding::new("upstream.answer", "UPSTREAM_FAILED", Class::BadGateway, format!("the answer broke off: {why}"))
            }
        }
    }
}

/// Whether an answer announces its length in a way two readers could take differently (RFC 9112 §6.3), or switches to a protocol nobody
/// asked for.
pub(super) fn ambiguous(response: &Response<Incoming>) -> bool {
    if response.status().is_informational() {
        return true;
    }
    let headers = response.headers();
    let lengths = headers.get_all(CONTENT_LENGTH).iter().count();
    // hyper reads lists of one number and leading zeros; the client would get them as they are.
    if headers.get_all(CONTENT_LENGTH).iter().any(|length| !is_plain(length.as_bytes())) {
        return true;
    }
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => lengths > 1,
        (Some(coding), None) => {
            lengths > 0 || response.version() == hyper::Version::HTTP_10 || !coding.as_bytes().eq_ignore_ascii_case(b"chunked")
        }
        (Some(_), Some(_)) => true,
    }
}

/// Whether a length is digits alone, in their one spelling.
fn is_plain(length: &[u8]) -> bool {
    length.iter().all(u8::is_ascii_digit) && !matches!(length, [] | [b'0', _, ..])
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

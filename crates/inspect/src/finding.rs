//! Findings: what a check holds against a message.

use crate::Span;

/// One row of a table of checks: what may be set to enforce, monitor or off.
#[derive(Clone, Copy, Debug)]
pub struct CheckSpec {
    /// Dotted name, as in `graphql.introspection`.
    pub name: &'static str,
    /// Stable codes this check refuses with.
    pub codes: &'static [&'static str],
    /// What it refuses, one sentence.
    pub refuses: &'static str,
    /// Whether a mode or an exception can let a message pass: false where the message was not understood at all, or where letting it
    /// pass would break the proxy itself (framing).
    pub yields: bool,
}

/// What kind of "no" a finding is. One place in each protocol maps it to a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The bytes do not follow the grammar (400).
    Malformed,
    /// The message is understood and the protocol's rules say no (protocol's own status).
    Invalid,
    /// A limit over what was understood is exceeded (protocol's own status).
    Excessive,
    /// Policy says no (403).
    Forbidden,
    /// No service answers here (404).
    NotFound,
    /// The method has no meaning here (405).
    MethodNotAllowed,
    /// No acceptable answer form (406).
    NotAcceptable,
    /// The client was too slow (408).
    RequestTimeout,
    /// The body is too large (413).
    ContentTooLarge,
    /// The request target is too long (414).
    UriTooLong,
    /// The media type or content coding is not read here (415).
    UnsupportedMediaType,
    /// The request was routed to a host that is not served on this connection (421).
    Misdirected,
    /// Too many requests from this caller (429).
    TooManyRequests,
    /// Head or a field of it is too large (431).
    HeadTooLarge,
    /// Portcullis itself failed; the message was refused because it could not be judged (500).
    Internal,
    /// A transfer coding that is not implemented (501).
    NotImplemented,
    /// The upstream answered nonsense, or not at all (502).
    BadGateway,
    /// Overload, or no upstream can be reached (503).
    Unavailable,
    /// The upstream was too slow (504).
    GatewayTimeout,
}

impl Class {
    /// The plain HTTP status of this class (RFC 9110 §15). Protocols may answer [`Class::Invalid`] and [`Class::Excessive`] otherwise.
    pub const fn status(self) -> http::StatusCode {
        use http::StatusCode as S;
        match self {
            Self::Malformed | Self::Invalid | Self::Excessive => S::BAD_REQUEST,
            Self::Forbidden => S::FORBIDDEN,
            Self::NotFound => S::NOT_FOUND,
            Self::MethodNotAllowed => S::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => S::NOT_ACCEPTABLE,
            Self::RequestTimeout => S::REQUEST_TIMEOUT,
            Self::ContentTooLarge => S::PAYLOAD_TOO_LARGE,
            Self::UriTooLong => S::URI_TOO_LONG,
            Self::UnsupportedMediaType => S::UNSUPPORTED_MEDIA_TYPE,
            Self::Misdirected => S::MISDIRECTED_REQUEST,
            Self::TooManyRequests => S::TOO_MANY_REQUESTS,
            Self::HeadTooLarge => S::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Internal => S::INTERNAL_SERVER_ERROR,
            Self::NotImplemented => S::NOT_IMPLEMENTED,
            Self::BadGateway => S::BAD_GATEWAY,
            Self::Unavailable => S::SERVICE_UNAVAILABLE,
            Self::GatewayTimeout => S::GATEWAY_TIMEOUT,
        }
    }
}

/// One thing a check holds against a message. `detail`, `coordinate` and the numbers are for the operator's log; a client is told the
/// code and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Name of the check (a [`CheckSpec`] or a [`crate::LimitSpec`] row).
    pub check: &'static str,
    /// Stable code, in capitals.
    pub code: &'static str,
    /// What kind of "no" it is.
    pub class: Class,
    /// What was found, for the operator. Lower case, no final stop, client text shortened.
    pub detail: String,
    /// Where in the text that was read.
    pub span: Option<Span>,
    /// Where in the contract or the operation, as in `Query.user`.
    pub coordinate: Option<String>,
    /// What was used, for limits.
    pub used: Option<u64>,
    /// What is allowed, for limits.
    pub allowed: Option<u64>,
}

impl Finding {
    /// A finding of `check` with `code` and an explanation for the operator.
    pub fn new(check: &'static str, code: &'static str, class: Class, detail: impl Into<String>) -> Self {
        Self { check, code, class, detail: detail.into(), span: None, coordinate: None, used: None, allowed: None }
    }

    /// A finding that a limit was exceeded.
    pub fn over(row: &crate::LimitSpec, class: Class, used: u64, allowed: u64) -> Self {
        let mut finding = Self::new(row.name, row.code, class, format!("{} is over the limit", row.name));
        finding.used = Some(used);
        finding.allowed = Some(allowed);
        finding
    }

    /// The same finding, placed in the text.
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// The same finding, placed in the contract or the operation.
    pub fn on(mut self, coordinate: impl Into<String>) -> Self {
        self.coordinate = Some(coordinate.into());
        self
    }
}

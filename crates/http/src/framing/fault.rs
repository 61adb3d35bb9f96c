//! What can be wrong with the framing of a request, each with its own stable code. Naming the fault is all this file does; how it is
//! answered is the business of the machine and the shell.

use portcullis_inspect::{Class, Finding, LimitSpec};

use super::machine::FramingLimits;
use crate::checks::{FRAMING, HOST, METHOD};
use crate::limits;

/// One fault in the bytes of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Breach {
    BareLf,
    BareCr,
    LeadingEmptyLines,
    RequestLineMalformed,
    MethodInvalid,
    ConnectRefused,
    TraceRefused,
    VersionMissing,
    VersionUnsupported,
    TargetCharacter,
    TargetFragment,
    TargetForm,
    TargetScheme,
    LeadingWhitespace,
    ObsFold,
    ColonMissing,
    NameEmpty,
    NameInvalid,
    WhitespaceBeforeColon,
    ValueControl,
    LengthWithTransferEncoding,
    LengthRepeated,
    LengthInvalid,
    TransferEncodingRepeated,
    TransferEncodingInvalid,
    TransferCodingUnknown,
    TransferEncodingInHttp10,
    ExpectationUnknown,
    HostMissing,
    HostRepeated,
    HostInvalid,
    HostMismatch,
    ConnectionHeaderInHttp2,
    HeadIncomplete,
    ChunkSizeInvalid,
    ChunkSizeOverflow,
    ChunkExtensionInvalid,
    ChunkUnterminated,
    TrailerForbidden,
    BodyIncomplete,
}

/// One limit of the guard.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    Head,
    Headers,
    Target,
    ChunkExtension,
    ChunkExtensions,
    Trailers,
    TrailerFields,
}

/// Why the guard stops. Perf: small enough to travel in a register, so that the way without faults pays nothing for it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stop {
    /// The grammar says no.
    Breach(Breach),
    /// A limit is exceeded.
    Over(Bound),
}

impl From<Breach> for Stop {
    fn from(breach: Breach) -> Self {
        Self::Breach(breach)
    }
}

impl Stop {
    /// The finding of this stop.
    #[cold]
    pub(crate) fn finding(self, limits: &FramingLimits) -> Finding {
        let (row, class, allowed): (&LimitSpec, _, _) = match self {
            Self::Breach(breach) => return breach.finding(),
            Self::Over(Bound::Head) => (&limits::HEAD, Class::HeadTooLarge, limits.head_bytes as u64),
            Self::Over(Bound::Headers) => (&limits::HEADERS, Class::HeadTooLarge, limits.headers),
            Self::Over(Bound::Target) => (&limits::TARGET, Class::UriTooLong, limits.target_bytes as u64),
            Self::Over(Bound::ChunkExtension) => (&limits::CHUNK_EXTENSION, Class::Excessive, limits.chunk_extension_bytes),
            Self::Over(Bound::ChunkExtensions) => (&limits::CHUNK_EXTENSIONS, Class::Excessive, limits.chunk_extensions_bytes),
            Self::Over(Bound::Trailers) => (&limits::TRAILERS, Class::HeadTooLarge, limits.trailer_bytes),
            Self::Over(Bound::TrailerFields) => (&limits::TRAILER_FIELDS, Class::HeadTooLarge, limits.trailer_fields),
        };
        Finding::over(row, class, allowed.saturating_add(1), allowed)
    }
}

impl Breach {
    /// The finding of this breach. Cold: built once per refused message.
    #[cold]
    pub(crate) fn finding(self) -> Finding {
        use Breach as B;
        use Class::{Malformed, NotImplemented};
        let framing = |code, what| Finding::new(FRAMING.name, code, Malformed, what);
        let host = |code, what| Finding::new(HOST.name, code, Malformed, what);
        match self {
            B::BareLf => framing("BARE_LF", "a line ends with a line feed alone"),
            B::BareCr => framing("BARE_CR", "a carriage return is not followed by a line feed"),
            B::LeadingEmptyLines => framing("LEADING_EMPTY_LINES", "more than one empty line before the request line"),
            B::RequestLineMalformed => framing("REQUEST_LINE_MALFORMED", "the request line is not method, target and version"),
            B::MethodInvalid => framing("METHOD_INVALID", "the method is not a token of at most 32 characters"),
            B::ConnectRefused => Finding::new(METHOD.name, "CONNECT_REFUSED", NotImplemented, "no tunnels are made here"),
            B::TraceRefused => Finding::new(METHOD.name, "TRACE_REFUSED", NotImplemented, "requests are not echoed here"),
            B::VersionMissing => framing("HTTP_VERSION_MISSING", "the request line has no version, as in HTTP/0.9"),
            B::VersionUnsupported => framing("HTTP_VERSION_UNSUPPORTED", "the version is neither HTTP/1.0 nor HTTP/1.1"),
            B::TargetCharacter => framing("TARGET_CHARACTER", "the target holds an octet that must be percent-encoded"),
            B::TargetFragment => framing("TARGET_FRAGMENT", "the target holds a fragment"),
            B::TargetForm => framing("TARGET_FORM", "the target is neither a path, an absolute URI nor the asterisk of OPTIONS"),
            B::TargetScheme => framing("TARGET_SCHEME", "the absolute target has another scheme than the connection"),
            B::LeadingWhitespace => framing("LEADING_WHITESPACE", "the first header line starts with white space"),
            B::ObsFold => framing("OBS_FOLD", "a header line is folded"),
            B::ColonMissing => framing("HEADER_COLON_MISSING", "a header line has no colon"),
            B::NameEmpty => framing("HEADER_NAME_EMPTY", "a header name is empty"),
            B::NameInvalid => framing("HEADER_NAME_INVALID", "a header name is not a token"),
            B::WhitespaceBeforeColon => framing("WHITESPACE_BEFORE_COLON", "white space between header name and colon"),
            B::ValueControl => framing("HEADER_VALUE_CONTROL", "a header value holds a control character"),
            B::LengthWithTransferEncoding => {
                framing("CONTENT_LENGTH_WITH_TRANSFER_ENCODING", "both Content-Length and Transfer-Encoding are given")
            }
            B::LengthRepeated => framing("CONTENT_LENGTH_REPEATED", "Content-Length is given more than once"),
            B::LengthInvalid => framing("CONTENT_LENGTH_INVALID", "Content-Length is not a plain decimal number"),
            B::TransferEncodingRepeated => framing("TRANSFER_ENCODING_REPEATED", "Transfer-Encoding names chunked more than once"),
            B::TransferEncodingInvalid => framing("TRANSFER_ENCODING_INVALID", "Transfer-Encoding is not a list of codings"),
            B::TransferCodingUnknown => Finding::new(
                FRAMING.name,
                "TRANSFER_CODING_UNKNOWN",
                NotImplemented,
                "Transfer-Encoding names a coding other than chunked",
            ),
            B::TransferEncodingInHttp10 => framing("TRANSFER_ENCODING_IN_HTTP_1_0", "HTTP/1.0 has no Transfer-Encoding"),
            B::ExpectationUnknown => framing("EXPECTATION_UNKNOWN", "Expect is not 100-continue"),
            B::HostMissing => host("HOST_MISSING", "no host is named"),
            B::HostRepeated => host("HOST_REPEATED", "Host is given more than once"),
            B::HostInvalid => host("HOST_INVALID", "the host is not a name or address with an optional port"),
            B::HostMismatch => host("HOST_MISMATCH", "Host and the authority of the target differ"),
            B::ConnectionHeaderInHttp2 => {
                framing("CONNECTION_HEADER_IN_HTTP_2", "a header that is about an HTTP/1 connection came over HTTP/2")
            }
            B::HeadIncomplete => framing("HEAD_INCOMPLETE", "the connection ended within a head"),
            B::ChunkSizeInvalid => framing("CHUNK_SIZE_INVALID", "a chunk size is not a plain hexadecimal number"),
            B::ChunkSizeOverflow => framing("CHUNK_SIZE_OVERFLOW", "a chunk size has more than 16 digits"),
            B::ChunkExtensionInvalid => framing("CHUNK_EXTENSION_INVALID", "a chunk extension holds an octet it must not hold"),
            B::ChunkUnterminated => framing("CHUNK_UNTERMINATED", "the data of a chunk is not followed by a line end"),
            B::TrailerForbidden => framing("TRAILER_FORBIDDEN", "a field in the trailers belongs in the head"),
            B::BodyIncomplete => framing("BODY_INCOMPLETE", "the connection ended within a body"),
        }
    }
}

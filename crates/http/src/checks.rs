//! Checks of HTTP itself, beside the limits: what each refuses, with which codes, and whether a mode or an exception may let it pass.

use portcullis_inspect::CheckSpec;

/// How a message is delimited. Never yields: a request whose end is in doubt cannot share a connection with another.
pub const FRAMING: CheckSpec = CheckSpec {
    name: "http.framing",
    codes: &[
        "BARE_CR",
        "BARE_LF",
        "BODY_INCOMPLETE",
        "CHUNK_EXTENSION_INVALID",
        "CHUNK_SIZE_INVALID",
        "CHUNK_SIZE_OVERFLOW",
        "CHUNK_UNTERMINATED",
        "CONNECTION_HEADER_IN_HTTP_2",
        "CONTENT_LENGTH_INVALID",
        "CONTENT_LENGTH_REPEATED",
        "CONTENT_LENGTH_WITH_TRANSFER_ENCODING",
        "EXPECTATION_UNKNOWN",
        "HEADER_COLON_MISSING",
        "HEADER_NAME_EMPTY",
        "HEADER_NAME_INVALID",
        "HEADER_VALUE_CONTROL",
        "HEAD_INCOMPLETE",
        "HTTP_VERSION_MISSING",
        "HTTP_VERSION_UNSUPPORTED",
        "LEADING_EMPTY_LINES",
        "LEADING_WHITESPACE",
        "METHOD_INVALID",
        "OBS_FOLD",
        "REQUEST_LINE_MALFORMED",
        "TARGET_CHARACTER",
        "TARGET_FORM",
        "TARGET_FRAGMENT",
        "TARGET_SCHEME",
        "TRAILER_FORBIDDEN",
        "TRANSFER_CODING_UNKNOWN",
        "TRANSFER_ENCODING_INVALID",
        "TRANSFER_ENCODING_IN_HTTP_1_0",
        "TRANSFER_ENCODING_REPEATED",
        "WHITESPACE_BEFORE_COLON",
    ],
    refuses: "requests whose beginning, end or fields two parsers could place differently",
    yields: false,
};

/// Which host is meant. Never yields: routing rests on it.
pub const HOST: CheckSpec = CheckSpec {
    name: "http.host",
    codes: &["HOST_INVALID", "HOST_MISMATCH", "HOST_MISSING", "HOST_REPEATED"],
    refuses: "requests that name no host, several, or one that is not a host",
    yields: false,
};

/// Methods that have no meaning at a reverse proxy.
pub const METHOD: CheckSpec = CheckSpec {
    name: "http.method",
    codes: &["CONNECT_REFUSED", "TRACE_REFUSED"],
    refuses: "CONNECT (tunnels) and TRACE (echoes of what other hops added)",
    yields: false,
};

/// Which path is meant.
pub const PATH: CheckSpec = CheckSpec {
    name: "http.path",
    codes: &[
        "PATH_ABOVE_ROOT",
        "PATH_BACKSLASH",
        "PATH_CONTROL",
        "PATH_DOUBLE_ENCODED",
        "PATH_ENCODED_SLASH",
        "PATH_ESCAPE_INVALID",
        "PATH_NOT_ABSOLUTE",
        "PATH_NOT_UTF8",
        "PATH_PARAMETER",
        "QUERY_CHARACTER",
    ],
    refuses: "paths and queries that different servers read differently and that cannot be brought into one form",
    yields: true,
};

/// Credentials in the request target. Off by default: some old clients know no other way.
pub const URL_CREDENTIALS: CheckSpec = CheckSpec {
    name: "http.url_credentials",
    codes: &["URL_CREDENTIALS"],
    refuses: "query parameters named like credentials, which end up in logs, histories and referrers",
    yields: true,
};

/// Content codings of request bodies.
pub const CODING: CheckSpec = CheckSpec {
    name: "http.coding",
    codes: &["CODING_CORRUPT", "CODING_STACKED", "CODING_TRAILING_DATA", "CODING_TRUNCATED", "CODING_UNSUPPORTED"],
    refuses: "bodies in a content coding that is not read here, or that do not decode to their end",
    yields: false,
};

/// Every check, in the order of the documentation.
pub static CHECKS: [CheckSpec; 6] = [FRAMING, HOST, METHOD, PATH, URL_CREDENTIALS, CODING];

//! Limits of HTTP itself: every row is on by default. Those that bound reading are spent by this room, those that bound connections,
//! times and memory by the data plane.

use portcullis_inspect::{Acts, LimitSpec, Quantity};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const MINUTE: u64 = 60_000;

/// Bytes of a request head, empty line included.
pub const HEAD: LimitSpec = LimitSpec {
    name: "http.head",
    quantity: Quantity::Bytes,
    default: 32 * KIB,
    ceiling: 256 * KIB,
    acts: Acts::WhileReading,
    code: "HEAD_TOO_LARGE",
    bounds: "bytes of a request head, from the method to the empty line",
    why: "browsers with many cookies stay below 16 KiB; each connection can make us hold this much before anything is judged",
};

/// Header fields of a request.
pub const HEADERS: LimitSpec = LimitSpec {
    name: "http.headers",
    quantity: Quantity::Count,
    default: 100,
    ceiling: 1000,
    acts: Acts::WhileReading,
    code: "TOO_MANY_HEADERS",
    bounds: "header field lines of a request",
    why: "ordinary clients send 10 to 30; header floods cost every hop a table entry per line",
};

/// Bytes of a request target.
pub const TARGET: LimitSpec = LimitSpec {
    name: "http.target",
    quantity: Quantity::Bytes,
    default: 8 * KIB,
    ceiling: 60 * KIB,
    acts: Acts::WhileReading,
    code: "URI_TOO_LONG",
    bounds: "bytes of a request target, query included",
    why: "RFC 9110 §4.1 asks for 8000; longer ones are queries that belong in a body",
};

/// Bytes of extensions on one chunk.
pub const CHUNK_EXTENSION: LimitSpec = LimitSpec {
    name: "http.chunk_extension",
    quantity: Quantity::Bytes,
    default: 256,
    ceiling: 4 * KIB,
    acts: Acts::WhileReading,
    code: "CHUNK_EXTENSION_TOO_LONG",
    bounds: "bytes between a chunk size and the end of its line",
    why: "nobody needs extensions; long ones carry bytes that no body limit counts",
};

/// Bytes of extensions on all chunks of one message.
pub const CHUNK_EXTENSIONS: LimitSpec = LimitSpec {
    name: "http.chunk_extensions",
    quantity: Quantity::Bytes,
    default: 8 * KIB,
    ceiling: 16 * KIB,
    acts: Acts::WhileReading,
    code: "CHUNK_EXTENSIONS_TOO_LONG",
    bounds: "bytes of chunk extensions of one message",
    why: "a stream of tiny chunks with short extensions is the same flood in slices",
};

/// Bytes of a trailer section.
pub const TRAILERS: LimitSpec = LimitSpec {
    name: "http.trailers",
    quantity: Quantity::Bytes,
    default: 4 * KIB,
    ceiling: 8 * KIB,
    acts: Acts::WhileReading,
    code: "TRAILERS_TOO_LARGE",
    bounds: "bytes of a trailer section, empty line included",
    why: "checksums and signatures fit in 1 KiB; trailers escape the limit of the head",
};

/// Fields of a trailer section.
pub const TRAILER_FIELDS: LimitSpec = LimitSpec {
    name: "http.trailer_fields",
    quantity: Quantity::Count,
    default: 32,
    ceiling: 100,
    acts: Acts::WhileReading,
    code: "TOO_MANY_TRAILERS",
    bounds: "field lines of a trailer section",
    why: "as for headers; trailers in requests are rare",
};

/// Bytes of a body on a route that streams.
pub const BODY: LimitSpec = LimitSpec {
    name: "http.body",
    quantity: Quantity::Bytes,
    default: 10 * MIB,
    ceiling: 1 << 40,
    acts: Acts::WhileReading,
    code: "BODY_TOO_LARGE",
    bounds: "bytes of a request body on a service without a contract",
    why: "holds photos and documents; a service that takes larger uploads says so",
};

/// Decoded bytes per received byte of a compressed body.
pub const DECODE_RATIO: LimitSpec = LimitSpec {
    name: "http.decode_ratio",
    quantity: Quantity::Ratio,
    default: 20,
    ceiling: 1032,
    acts: Acts::WhileReading,
    code: "DECODE_RATIO_EXCEEDED",
    bounds: "decoded bytes per received byte of a compressed request body, beyond the first 64 KiB",
    why: "JSON and XML shrink 5 to 15 times; deflate allows 1032, which is what a decompression bomb uses",
};

/// Time to receive a whole head.
pub const HEAD_TIME: LimitSpec = LimitSpec {
    name: "http.head_time",
    quantity: Quantity::Milliseconds,
    default: 10_000,
    ceiling: 10 * MINUTE,
    acts: Acts::InTheShell,
    code: "HEAD_TIMEOUT",
    bounds: "time from the first byte of a head to its last",
    why: "a slow head holds a connection for nothing; a phone on a bad line needs under 3 seconds",
};

/// Time a body may pause.
pub const BODY_IDLE_TIME: LimitSpec = LimitSpec {
    name: "http.body_idle_time",
    quantity: Quantity::Milliseconds,
    default: 10_000,
    ceiling: 10 * MINUTE,
    acts: Acts::InTheShell,
    code: "BODY_STALLED",
    bounds: "time between two arrivals of body bytes",
    why: "a stalled body holds its buffers; one byte now and then is caught by the whole time",
};

/// Time to receive a whole body.
pub const BODY_TIME: LimitSpec = LimitSpec {
    name: "http.body_time",
    quantity: Quantity::Milliseconds,
    default: MINUTE,
    ceiling: 24 * 60 * MINUTE,
    acts: Acts::InTheShell,
    code: "BODY_TIMEOUT",
    bounds: "time from the first byte of a body to its last",
    why: "a slow body drips one byte per second; 10 MiB in a minute is 1.4 Mbit/s",
};

/// Time a connection may wait between requests.
pub const IDLE_TIME: LimitSpec = LimitSpec {
    name: "http.idle_time",
    quantity: Quantity::Milliseconds,
    default: MINUTE,
    ceiling: 60 * MINUTE,
    acts: Acts::InTheShell,
    code: "IDLE_TIMEOUT",
    bounds: "time a connection waits without a request under way",
    why: "idle connections are cheap but counted; browsers keep theirs for about a minute",
};

/// Time the client may refuse to read an answer.
pub const WRITE_STALL_TIME: LimitSpec = LimitSpec {
    name: "http.write_stall_time",
    quantity: Quantity::Milliseconds,
    default: 30_000,
    ceiling: 60 * MINUTE,
    acts: Acts::InTheShell,
    code: "WRITE_STALLED",
    bounds: "time in which the client takes no byte of an answer",
    why: "a client that does not read makes us and the upstream hold the answer",
};

/// Time of a TLS handshake.
pub const HANDSHAKE_TIME: LimitSpec = LimitSpec {
    name: "http.handshake_time",
    quantity: Quantity::Milliseconds,
    default: 10_000,
    ceiling: 2 * MINUTE,
    acts: Acts::InTheShell,
    code: "HANDSHAKE_TIMEOUT",
    bounds: "time of a TLS handshake",
    why: "a handshake is two round trips; a slow one holds a connection before anything is known of the client",
};

/// Open connections.
pub const CONNECTIONS: LimitSpec = LimitSpec {
    name: "http.connections",
    quantity: Quantity::Count,
    default: 10_000,
    ceiling: 1_000_000,
    acts: Acts::InTheShell,
    code: "TOO_MANY_CONNECTIONS",
    bounds: "open client connections of the process",
    why: "file handles and memory end somewhere; at 20 KiB each this is 200 MiB",
};

/// Open connections of one address.
pub const CONNECTIONS_PER_ADDRESS: LimitSpec = LimitSpec {
    name: "http.connections_per_address",
    quantity: Quantity::Count,
    default: 1000,
    ceiling: 1_000_000,
    acts: Acts::InTheShell,
    code: "TOO_MANY_CONNECTIONS_FROM_ADDRESS",
    bounds: "open connections of one client address (of one /64 for IPv6)",
    why: "one machine must not take all connections; an office behind one address stays below this",
};

/// Requests on one connection.
pub const REQUESTS_PER_CONNECTION: LimitSpec = LimitSpec {
    name: "http.requests_per_connection",
    quantity: Quantity::Count,
    default: 1000,
    ceiling: 1_000_000_000,
    acts: Acts::InTheShell,
    code: "CONNECTION_SPENT",
    bounds: "requests on one connection before it is closed in good order",
    why: "spreads clients over instances after a change and bounds what one connection can accumulate",
};

/// Exchanges under way.
pub const EXCHANGES: LimitSpec = LimitSpec {
    name: "http.exchanges",
    quantity: Quantity::Count,
    default: 4096,
    ceiling: 1_000_000,
    acts: Acts::InTheShell,
    code: "OVERLOADED",
    bounds: "requests of the process being judged or forwarded at one time",
    why: "beyond this, waiting makes every answer late; a quick 503 lets clients back off",
};

/// Bytes buffered by the process.
pub const BUFFERED: LimitSpec = LimitSpec {
    name: "http.buffered",
    quantity: Quantity::Bytes,
    default: 512 * MIB,
    ceiling: 1 << 40,
    acts: Acts::InTheShell,
    code: "MEMORY_PRESSURE",
    bounds: "bytes of heads and bodies held by the process at one time",
    why: "limits per message do not add up to a limit of the process; shedding load beats being killed",
};

/// Concurrent streams of one HTTP/2 connection.
pub const STREAMS: LimitSpec = LimitSpec {
    name: "http.streams",
    quantity: Quantity::Count,
    default: 100,
    ceiling: 1000,
    acts: Acts::InTheShell,
    code: "TOO_MANY_STREAMS",
    bounds: "concurrent streams of one HTTP/2 connection",
    why: "the value RFC 9113 §6.5.2 recommends as the least; more only helps floods",
};

/// Every row, in the order of the documentation.
pub static LIMITS: [LimitSpec; 21] = [
    HEAD,
    HEADERS,
    TARGET,
    CHUNK_EXTENSION,
    CHUNK_EXTENSIONS,
    TRAILERS,
    TRAILER_FIELDS,
    DECODE_RATIO,
    HEAD_TIME,
    BODY_IDLE_TIME,
    BODY_TIME,
    IDLE_TIME,
    WRITE_STALL_TIME,
    HANDSHAKE_TIME,
    CONNECTIONS,
    CONNECTIONS_PER_ADDRESS,
    REQUESTS_PER_CONNECTION,
    EXCHANGES,
    BUFFERED,
    STREAMS,
    BODY,
];

/// The rows of the process: they act on connections and heads, before it is known which service a request is for.
pub static PROCESS: &[LimitSpec] = LIMITS.split_at(20).0;

/// The rows of a service without a contract.
pub static STREAMED: &[LimitSpec] = LIMITS.split_at(20).1;

//! What an HTTP request is, before any protocol is asked. Pure: bytes in, values out; sockets, clocks and connections are the shell's.
//!
//! - [`framing`]: where a request begins and ends (the HTTP/1 guard).
//! - [`path`], [`query`]: the one reading of the request target.
//! - [`head`]: the one reading of method, host and header fields, for HTTP/1 and HTTP/2.
//! - [`answer`]: the head of an answer on its way back.
//! - [`coding`]: request bodies out of gzip and deflate, under bounds.
//! - [`plain`]: the engine `http`, for services without a contract.
//! - [`refusal`]: our no where no protocol has its own words for it.
//! - [`limits`], [`checks`]: the rows `http.*`.

pub mod answer;
mod authority;
pub mod checks;
pub mod coding;
mod cookies;
#[cfg(test)]
mod corpus;
mod fields;
pub mod framing;
pub mod head;
pub mod limits;
mod octets;
pub mod path;
pub mod plain;
pub mod query;
pub mod refusal;

pub use authority::host;

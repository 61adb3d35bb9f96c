//! The HTTP/1 guard: a machine between socket and HTTP library that lets bytes through only where their framing has one reading.
//!
//! Bytes come in, bytes that may be handed on come out; the machine owns no socket and no clock.
//!
//! - `machine`: the phases of a connection, and the public type.
//! - `head`: what a head says about framing, line by line; `request_line` and `field` read one line each.
//! - `chunked`: chunk sizes, extensions, data and trailers.
//! - `fault`: everything that can be wrong, with its code.

mod chunked;
pub(crate) mod fault;
mod field;
mod head;
mod machine;
mod request_line;
#[cfg(test)]
pub(crate) mod tests;

pub use machine::{BodyFault, Fault, Framing, FramingLimits, Next, State, Step, Upgrades};

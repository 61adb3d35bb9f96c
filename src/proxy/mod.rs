//! The data plane: moves one exchange from socket to upstream and back. It holds times, counts and connections; what may pass is decided
//! by the core it calls.
//!
//! The path of a request, each step in its file: [`accept`] (TCP, TLS, connection bounds) → [`guard`] (HTTP/1 framing, in front of
//! hyper) → [`exchange`] (one snapshot, route) → [`body`] (collected or left to stream) → [`judge`] (inspect, judge) → [`forward`] (a permit
//! is used up) → [`upstream`] → [`answer`] (back to the client) → [`finish`] (the record).

pub mod accept;
mod alarm;
pub mod answer;
pub mod body;
mod client;
pub mod exchange;
mod faults;
pub mod finish;
pub mod forward;
pub mod guard;
mod ids;
pub mod judge;
pub mod ledger;
pub(crate) mod notes;
pub(crate) mod refuse;
pub mod stream;
pub mod tls;
pub mod upstream;
pub mod worker;

use portcullis_inspect::Time;

/// The moment, read once per exchange and passed on.
pub fn now() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

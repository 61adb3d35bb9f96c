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
pub mod finish;
pub mod forward;
pub mod guard;
mod ids;
pub mod judge;
pub(crate) mod notes;
pub(crate) mod refuse;
pub mod stream;
pub mod tls;
pub mod upstream;
pub mod worker;

use std::sync::atomic::{AtomicBool, Ordering};

use portcullis_inspect::Time;

use crate::audit::Audit;
use crate::live::{Active, Live};
use crate::shared::{ByteBudget, Connections, Slots};
use crate::telemetry::Metrics;

/// Everything the exchanges of one process share.
#[derive(Debug)]
pub struct Plane {
    /// What is in force.
    pub live: Live,
    /// Buffered bytes of the process.
    pub bytes: ByteBudget,
    /// Exchanges under way.
    pub exchanges: Slots,
    /// Client connections.
    pub connections: Connections,
    /// Where records go.
    pub audit: Audit,
    /// Counters.
    pub metrics: Metrics,
    draining: AtomicBool,
}

impl Plane {
    /// A plane with `active` in force.
    pub fn new(active: Active, audit: Audit, metrics: Metrics) -> Self {
        let bytes = ByteBudget::new(active.edge.buffered_bytes);
        Self {
            live: Live::new(active),
            bytes,
            exchanges: Slots::default(),
            connections: Connections::default(),
            audit,
            metrics,
            draining: AtomicBool::new(false),
        }
    }

    /// Puts another configuration in force.
    pub fn swap(&self, active: Active) {
        self.bytes.set_max(active.edge.buffered_bytes);
        self.live.swap(active);
    }

    /// From now on connections close after the answer they are at.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether the process is going down.
    pub fn draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }
}

/// The moment, read once per exchange and passed on.
pub fn now() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

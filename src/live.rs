//! What is in force: one immutable whole behind an atomic swap, and what the exchanges of the process share beside it. Proxy and admin
//! meet here and nowhere else.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use portcullis_http::framing::{FramingLimits, Upgrades};
use portcullis_inspect::Limits;
use portcullis_registry::Snapshot;

use crate::audit::Audit;
use crate::proxy::upstream::Upstream;
use crate::shared::{ByteBudget, Connections, Slots};
use crate::telemetry::Metrics;

/// Everything one revision of the configuration put in force.
#[derive(Debug)]
pub struct Active {
    /// Services and routes.
    pub snapshot: Snapshot,
    /// The upstream of each service, by index.
    pub upstreams: Vec<Arc<Upstream>>,
    /// Exchange slots of each service, by index; they outlive a reload.
    pub slots: Vec<Slots>,
    /// What each listener serves, by its key.
    pub listeners: HashMap<ListenerKey, ListenerSettings>,
    /// Process-level limits.
    pub edge: Edge,
    /// What is doubtful in the contracts, each with its place.
    pub warnings: Vec<String>,
}

/// A listener across reloads: the address in the configuration, and which of several with the same address it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListenerKey {
    /// As configured; port 0 lets the system choose.
    pub address: SocketAddr,
    /// 0 for the first listener with this address.
    pub ordinal: usize,
}

/// What a reload may change about a listener without closing its socket.
#[derive(Clone)]
pub struct ListenerSettings {
    /// Over TLS, with the certificate now in force.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// Whether HTTP/2 is offered.
    pub http2: bool,
}

impl fmt::Debug for ListenerSettings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ListenerSettings").field("tls", &self.tls.is_some()).field("http2", &self.http2).finish()
    }
}

/// Process-level limits, resolved from their rows.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Limits of the HTTP/1 guard.
    pub framing: FramingLimits,
    /// Longest time for a head.
    pub head_time: Duration,
    /// Longest silence inside a body.
    pub body_idle_time: Duration,
    /// Longest time for a body.
    pub body_time: Duration,
    /// Longest time between requests.
    pub idle_time: Duration,
    /// Longest time a client may take no byte of an answer.
    pub write_stall_time: Duration,
    /// Longest TLS handshake.
    pub handshake_time: Duration,
    /// Connections in all.
    pub connections: u64,
    /// Connections per client address.
    pub connections_per_address: u64,
    /// Requests one connection may carry.
    pub requests_per_connection: u64,
    /// Exchanges under way.
    pub exchanges: u64,
    /// Bytes buffered.
    pub buffered_bytes: u64,
    /// Output over input of content decoding.
    pub decode_ratio: u64,
    /// Concurrent streams of an HTTP/2 connection.
    pub streams: u32,
}

impl Edge {
    /// Reads the rows.
    pub fn from_rows(limits: &Limits) -> Self {
        let time = |name: &str| Duration::from_millis(limits.value(name));
        Self {
            framing: FramingLimits::new(limits, Upgrades::Never),
            head_time: time("http.head_time"),
            body_idle_time: time("http.body_idle_time"),
            body_time: time("http.body_time"),
            idle_time: time("http.idle_time"),
            write_stall_time: time("http.write_stall_time"),
            handshake_time: time("http.handshake_time"),
            connections: limits.value("http.connections"),
            connections_per_address: limits.value("http.connections_per_address"),
            requests_per_connection: limits.value("http.requests_per_connection"),
            exchanges: limits.value("http.exchanges"),
            buffered_bytes: limits.value("http.buffered"),
            decode_ratio: limits.value("http.decode_ratio"),
            streams: u32::try_from(limits.value("http.streams")).unwrap_or(u32::MAX),
        }
    }
}

/// The current [`Active`].
#[derive(Debug)]
pub struct Live(ArcSwap<Active>);

impl Live {
    /// Starts with `active` in force.
    pub fn new(active: Active) -> Self {
        Self(ArcSwap::from_pointee(active))
    }

    /// What is in force now. An exchange takes it once and keeps it.
    pub fn now(&self) -> Arc<Active> {
        self.0.load_full()
    }

    /// Puts `active` in force for every exchange that starts from now on.
    pub fn swap(&self, active: Active) {
        self.0.store(Arc::new(active));
    }
}

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

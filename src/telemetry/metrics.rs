//! Every metric, declared once. No label is chosen by a client: services, checks, codes and outcomes are the operator's and ours.

use std::sync::atomic::{AtomicI64, AtomicU64};

use portcullis_policy::{Decision, Disposition};
use portcullis_registry::Service;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::audit::Record;
use crate::shared::TooMany;

/// Seconds; the first buckets are for our own share of an exchange.
const BUCKETS: [f64; 15] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Exchange {
    service: String,
    outcome: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Found {
    service: String,
    check: &'static str,
    code: &'static str,
    disposition: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Excepted {
    service: String,
    exception: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

/// The metrics of one process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    exchanges: Family<Exchange, Counter>,
    findings: Family<Found, Counter>,
    exceptions: Family<Excepted, Counter>,
    shed: Family<Reason, Counter>,
    handshakes: Family<Reason, Counter>,
    judged: Histogram,
    total: Histogram,
    /// Exchanges that panicked and were refused.
    pub panics: Counter,
    /// Reloads that were put in force.
    pub reloads: Counter,
    /// Reloads that were refused because the configuration is broken.
    pub reloads_refused: Counter,
    revision: Gauge,
    connections: Gauge,
    exchanges_now: Gauge,
    buffered: Gauge<u64, AtomicU64>,
    audit_lost: Gauge<i64, AtomicI64>,
}

/// Numbers that are read when the metrics are, not counted as they change.
#[derive(Clone, Copy, Debug)]
pub struct Levels {
    /// Revision in force.
    pub revision: u64,
    /// Open client connections.
    pub connections: u64,
    /// Exchanges under way.
    pub exchanges: u64,
    /// Bytes buffered.
    pub buffered: u64,
    /// Audit records lost so far.
    pub audit_lost: u64,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("portcullis");
        let exchanges = Family::default();
        registry.register("exchanges", "exchanges that ended", exchanges.clone());
        let findings = Family::default();
        registry.register("findings", "findings by check, code and what became of them", findings.clone());
        let exceptions = Family::default();
        registry.register(
            "exceptions_used",
            "messages an exception let pass, by its place in the service's list",
            exceptions.clone(),
        );
        let shed = Family::default();
        registry.register("connections_shed", "connections closed on arrival", shed.clone());
        let handshakes = Family::default();
        registry.register("tls_handshakes_failed", "TLS handshakes that failed", handshakes.clone());
        let (judged, total) = (Histogram::new(BUCKETS), Histogram::new(BUCKETS));
        registry.register_with_unit("judged", "time from complete head to decision", Unit::Seconds, judged.clone());
        registry.register_with_unit("exchange", "time from complete head to the end of the answer", Unit::Seconds, total.clone());
        let (panics, reloads, reloads_refused) = (Counter::default(), Counter::default(), Counter::default());
        registry.register("panics", "exchanges that panicked and were refused", panics.clone());
        registry.register("reloads", "configurations put in force by a reload", reloads.clone());
        registry.register("reloads_refused", "broken configurations a reload refused", reloads_refused.clone());
        let (revision, connections, exchanges_now) = (Gauge::default(), Gauge::default(), Gauge::default());
        registry.register("configuration_revision", "revision of the configuration in force", revision.clone());
        registry.register("connections_open", "client connections open", connections.clone());
        registry.register("exchanges_open", "exchanges under way", exchanges_now.clone());
        let (buffered, audit_lost) = (Gauge::default(), Gauge::default());
        registry.register("buffered_bytes", "bytes buffered for clients", buffered.clone());
        registry.register("audit_records_lost", "audit records lost since the start", audit_lost.clone());
        Self {
            registry,
            exchanges,
            findings,
            exceptions,
            shed,
            handshakes,
            judged,
            total,
            panics,
            reloads,
            reloads_refused,
            revision,
            connections,
            exchanges_now,
            buffered,
            audit_lost,
        }
    }
}

impl Metrics {
    /// Counts one exchange from its record.
    pub fn count(&self, record: &Record) {
        let service = record.service.as_deref().unwrap_or_default();
        let status = status_class(record.status);
        let labels = Exchange { service: service.to_owned(), outcome: record.outcome, status };
        self.exchanges.get_or_create(&labels).inc();
        for finding in &record.findings {
            let labels =
                Found { service: service.to_owned(), check: finding.check, code: finding.code, disposition: finding.disposition };
            self.findings.get_or_create(&labels).inc();
        }
        self.judged.observe(seconds(record.judged_us));
        self.total.observe(seconds(record.total_us));
    }

    /// Counts the exceptions a decision used.
    pub fn exceptions(&self, service: &Service, decision: &Decision) {
        for judged in decision.judged() {
            if let Disposition::Excepted(index) = judged.disposition {
                let check = judged.finding.check;
                let labels = Excepted { service: service.name.clone(), exception: format!("{index}:{check}") };
                self.exceptions.get_or_create(&labels).inc();
            }
        }
    }

    /// Counts a connection closed on arrival.
    pub fn shed(&self, reason: TooMany) {
        let reason = match reason {
            TooMany::InAll => "connections",
            TooMany::FromAddress => "connections_per_address",
        };
        self.shed.get_or_create(&Reason { reason }).inc();
    }

    /// Counts a failed TLS handshake.
    pub fn handshake_failed(&self, error: &std::io::Error) {
        tracing::debug!(%error, "a TLS handshake failed");
        self.handshakes.get_or_create(&Reason { reason: "failed" }).inc();
    }

    /// Counts a TLS handshake that took too long.
    pub fn handshake_timed_out(&self) {
        self.handshakes.get_or_create(&Reason { reason: "timeout" }).inc();
    }

    /// All metrics as OpenMetrics text.
    pub fn text(&self, levels: Levels) -> String {
        let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.revision.set(signed(levels.revision));
        self.connections.set(signed(levels.connections));
        self.exchanges_now.set(signed(levels.exchanges));
        self.buffered.set(levels.buffered);
        self.audit_lost.set(signed(levels.audit_lost));
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of an exchange stay far below 2^52")]
fn seconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1_000_000.0
}

const fn status_class(status: u16) -> &'static str {
    match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        500..=599 => "5xx",
        _ => "none",
    }
}

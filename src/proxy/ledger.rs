//! What the guard and the exchanges of one connection tell each other: which request was refused before it was one, what is owed to the
//! client, and since when nothing moves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use portcullis_http::framing::Fault;
use portcullis_inspect::Finding;
use tokio::sync::Notify;
use tokio::time::Instant;

/// The ledger of one connection, shared by its guard and its exchanges.
#[derive(Clone, Debug)]
pub struct Ledger(Arc<Entries>);

#[derive(Debug)]
struct Entries {
    opened: Instant,
    fault: Mutex<Option<Fault>>,
    begun: AtomicU64,
    answered: AtomicU64,
    /// Milliseconds from `opened` to the end of the last answer.
    answered_at: AtomicU64,
    /// The last request the connection is to carry has begun.
    spent: Notify,
    /// HTTP/2 only: since when each answer waits for the client to take what was handed over for it.
    handed: Option<Mutex<HashMap<u64, Instant>>>,
}

/// Why a connection is ended from this side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It has carried as many requests as it may.
    Spent,
    /// Nothing was asked for as long as a connection may be idle.
    Quiet,
    /// The client takes nothing of an answer that is ready for it.
    Stalled,
}

impl Ledger {
    /// The ledger of a new connection.
    pub fn new(http2: bool) -> Self {
        Self(Arc::new(Entries {
            opened: Instant::now(),
            fault: Mutex::default(),
            begun: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            answered_at: AtomicU64::new(0),
            spent: Notify::new(),
            handed: http2.then(Mutex::default),
        }))
    }

    /// A request begins. Answers its number on the connection, from 0.
    pub fn begin(&self) -> u64 {
        self.0.begun.fetch_add(1, Ordering::Relaxed)
    }

    /// No request more is wanted on this connection.
    pub fn spend(&self) {
        self.0.spent.notify_one();
    }

    /// The guard refused a request.
    pub(super) fn refuse(&self, fault: Fault) {
        *self.0.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
    }

    /// The finding against request `number`, if that is the one the guard refused.
    pub fn refused(&self, number: u64) -> Option<Finding> {
        let mut fault = self.0.fault.lock().unwrap_or_else(PoisonError::into_inner);
        fault.take_if(|fault| fault.head_index == number).map(|fault| fault.finding)
    }

    /// Something of the answer to request `number` was handed over for sending.
    pub fn handed(&self, number: u64) {
        if let Some(handed) = &self.0.handed {
            handed.lock().unwrap_or_else(PoisonError::into_inner).insert(number, Instant::now());
        }
    }

    /// What was handed over was taken: more is asked for.
    pub fn taken(&self, number: u64) {
        if let Some(handed) = &self.0.handed {
            handed.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        }
    }

    /// The answer to request `number` was handed over whole, or given up.
    pub fn answered(&self, number: u64) {
        self.taken(number);
        let at = u64::try_from(self.0.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.answered_at.store(at, Ordering::Relaxed);
        self.0.answered.fetch_add(1, Ordering::Release);
    }

    /// Since when nothing is owed to the client who sent `requests`; nothing while an answer is owed.
    pub(super) fn quiet_since(&self, requests: u64) -> Option<Instant> {
        let owed = self.0.answered.load(Ordering::Acquire) < requests;
        let at = Duration::from_millis(self.0.answered_at.load(Ordering::Relaxed));
        (!owed).then(|| self.0.opened.checked_add(at)).flatten()
    }

    /// For HTTP/2, whose streams no socket shows: waits until the connection is spent or quiet for `idle`, or until one answer was not
    /// taken for `stall`.
    pub(super) async fn watch(&self, idle: Duration, stall: Duration) -> End {
        loop {
            tokio::select! {
                () = self.0.spent.notified() => return End::Spent,
                () = tokio::time::sleep(idle.min(stall) / 2) => {}
            }
            let now = Instant::now();
            let quiet = self.quiet_since(self.0.begun.load(Ordering::Acquire));
            if quiet.is_some_and(|since| since + idle <= now) {
                return End::Quiet;
            }
            if self.oldest_handed().is_some_and(|since| since + stall <= now) {
                return End::Stalled;
            }
        }
    }

    fn oldest_handed(&self) -> Option<Instant> {
        let handed = self.0.handed.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        handed.values().min().copied()
    }
}

#[cfg(test)]
mod tests {
    use portcullis_inspect::Class;

    use super::*;

    #[test]
    fn a_refusal_is_told_to_its_own_request() {
        let ledger = Ledger::new(false);
        ledger.refuse(Fault { finding: Finding::new("http.framing", "BARE_LF", Class::Malformed, ""), head_index: 1 });
        assert!(ledger.refused(0).is_none());
        assert_eq!(ledger.refused(1).map(|finding| finding.code), Some("BARE_LF"));
        assert!(ledger.refused(1).is_none());
    }

    #[test]
    fn a_connection_is_quiet_when_every_request_is_answered() {
        let ledger = Ledger::new(false);
        assert!(ledger.quiet_since(0).is_some());
        let number = ledger.begin();
        assert!(ledger.quiet_since(1).is_none());
        ledger.answered(number);
        assert!(ledger.quiet_since(1).is_some());
    }

    #[test]
    fn an_answer_waits_from_handing_over_to_being_taken() {
        let ledger = Ledger::new(true);
        ledger.handed(3);
        assert!(ledger.oldest_handed().is_some());
        ledger.taken(3);
        assert!(ledger.oldest_handed().is_none());
    }
}

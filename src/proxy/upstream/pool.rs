//! Idle connections of one worker to one upstream.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::SendRequest;
use hyper::{Request, Response};

use super::Upstream;
use crate::proxy::alarm::Alarm;
use crate::proxy::forward::OutBody;

/// What came of sending: the head of an answer, or the request again if it was not sent.
pub(super) type Sent = Result<Response<Incoming>, TrySendError<Request<OutBody>>>;

/// A connection that can carry one request at a time.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) sender: SendRequest<OutBody>,
    pub(super) bytes_read: Arc<AtomicU64>,
    /// For the first byte of an answer. It stays with the connection.
    /// Perf: a timer of its own per request would be put on the runtime's wheel and taken off again, with a system call whenever it
    /// is the earliest there.
    pub(super) patience: Alarm,
}

/// Idle connections, the one used last on top.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<Vec<(Connection, Instant)>>);

impl Pool {
    /// The connection used last that is still open and ready. Those that have closed or waited longer than `idle` are let go.
    pub(super) fn take(&self, idle: Duration) -> Option<Connection> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut busy = None;
        let found = loop {
            let Some((connection, since)) = waiting.pop() else { break None };
            if connection.sender.is_closed() || since.elapsed() > idle {
                continue;
            }
            if connection.sender.is_ready() {
                break Some(connection);
            }
            // Its last answer was just read to the end, but its driver has not run since: it will be ready in a moment.
            if busy.is_none() {
                busy = Some((connection, since));
            }
        };
        waiting.extend(busy);
        found
    }

    fn give(&self, connection: Connection, keep: usize) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < keep && !connection.sender.is_closed() {
            waiting.push((connection, Instant::now()));
        }
    }
}

/// A connection in use. Dropping it closes the connection, which is how an exchange is cancelled upstream; [`Lease::give_back`] keeps it.
#[derive(Debug)]
pub struct Lease {
    upstream: Arc<Upstream>,
    worker: usize,
    connection: Connection,
}

impl Lease {
    pub(super) const fn new(upstream: Arc<Upstream>, worker: usize, connection: Connection) -> Self {
        Self { upstream, worker, connection }
    }

    /// Bytes received on this connection so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.connection.bytes_read.load(Ordering::Relaxed)
    }

    /// Sends a request and waits for the head of its answer; nothing, if none came within `wait` or until `deadline`. While the request
    /// itself is still passing, the upstream owes nothing: the wait begins anew.
    pub(super) async fn send_until(&mut self, wait: Duration, deadline: Instant, request: Request<OutBody>) -> Option<Sent> {
        let Connection { sender, patience, .. } = &mut self.connection;
        let progress = request.body().progress();
        let bytes = || progress.as_ref().map_or(0, |progress| progress.bytes());
        let mut passed = bytes();
        let mut sent = pin!(sender.try_send_request(request));
        patience.set((Instant::now() + wait).min(deadline).into());
        let sent = poll_fn(|context| {
            loop {
                if let Poll::Ready(sent) = sent.as_mut().poll(context) {
                    return Poll::Ready(Some(sent));
                }
                ready!(patience.poll(context));
                let passed_before = std::mem::replace(&mut passed, bytes());
                if passed == passed_before || Instant::now() >= deadline {
                    return Poll::Ready(None);
                }
                patience.set((Instant::now() + wait).min(deadline).into());
            }
        })
        .await;
        patience.clear();
        sent
    }

    /// The answer was read to its end without ambiguity: the connection may serve again.
    pub fn give_back(self) {
        if let Some(pool) = self.upstream.pools.get(self.worker) {
            pool.give(self.connection, self.upstream.settings.pool_idle);
        }
    }
}

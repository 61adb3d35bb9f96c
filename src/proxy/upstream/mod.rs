//! The way to one upstream: connections, timeouts, and when a request may be sent again.
//!
//! A request is sent again once at most, and only when nothing of it was sent (any method), or when its method is idempotent
//! (RFC 9110 §9.2.2), its body can be sent again and not one byte of an answer came.

mod connect;
mod counted;
mod failure;
mod pool;
mod settings;

use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::{Request, Response};
use tokio::time::timeout;

use crate::proxy::forward::OutBody;

pub use failure::Failure;
pub use pool::Lease;
pub use settings::{UpstreamAddress, UpstreamSettings, UpstreamTls};

use pool::Pool;

/// One service's upstream. Each worker keeps its own idle connections, so that a connection never moves between threads.
#[derive(Debug)]
pub struct Upstream {
    settings: UpstreamSettings,
    pools: Vec<Pool>,
}

/// An upstream's answer, as far as its head.
#[derive(Debug)]
pub struct Answered {
    /// Head, and body still to come.
    pub response: Response<Incoming>,
    /// The connection it came on; given back once the body was read to its end.
    pub lease: Lease,
    /// Times the request was sent.
    pub attempts: u32,
    /// From sending to the head of the answer.
    pub first_byte: Duration,
}

/// A copy of a request that may be sent again.
type Again = Option<(hyper::http::request::Parts, OutBody)>;

impl Upstream {
    /// An upstream with one pool for each of `workers` workers.
    pub fn new(settings: UpstreamSettings, workers: usize) -> Self {
        let pools = (0..workers).map(|_| Pool::default()).collect();
        Self { settings, pools }
    }

    /// What was configured.
    pub const fn settings(&self) -> &UpstreamSettings {
        &self.settings
    }

    /// Sends a request and waits for the head of the answer, until `deadline` at the latest.
    pub async fn send(
        self: &Arc<Self>,
        worker: usize,
        request: Request<OutBody>,
        deadline: Instant,
    ) -> Result<Answered, (Failure, u32)> {
        let mut request = request;
        let mut attempts = 0;
        loop {
            // The second attempt takes a fresh connection: a whole pool may have gone stale at once.
            let mut lease = self.lease(worker, attempts > 0, deadline).await.map_err(|failure| (failure, attempts))?;
            attempts += 1;
            let again = if attempts == 1 { copy(&request) } else { None };
            let started = Instant::now();
            let bytes_before = lease.bytes_read();
            match lease.send_until(self.settings.first_byte_timeout, deadline, request).await {
                None => return Err((Failure::FirstByteTimeout, attempts)),
                Some(Ok(response)) => {
                    if failure::ambiguous(&response) {
                        return Err((Failure::AmbiguousResponse, attempts));
                    }
                    return Ok(Answered { response, lease, attempts, first_byte: started.elapsed() });
                }
                Some(Err(mut failed)) => {
                    let unsent = failed.take_message();
                    let silent = lease.bytes_read() == bytes_before;
                    request = match (unsent, again, attempts) {
                        (Some(unsent), _, 1) => unsent,
                        (None, Some((parts, body)), 1) if silent => Request::from_parts(parts, body),
                        _ => return Err((Failure::of(&failed.into_error()), attempts)),
                    };
                }
            }
        }
    }

    async fn lease(self: &Arc<Self>, worker: usize, fresh: bool, deadline: Instant) -> Result<Lease, Failure> {
        let pool = self.pools.get(worker).ok_or(Failure::Unreachable("no such worker".to_owned()))?;
        if !fresh && let Some(idle) = pool.take(self.settings.pool_idle_timeout) {
            return Ok(Lease::new(Arc::clone(self), worker, idle));
        }
        let patience = self.settings.connect_timeout.min(deadline.saturating_duration_since(Instant::now()));
        match timeout(patience, connect::connect(&self.settings)).await {
            Err(_) => Err(Failure::ConnectTimeout),
            Ok(Err(error)) => Err(Failure::Unreachable(error.to_string())),
            Ok(Ok(connection)) => Ok(Lease::new(Arc::clone(self), worker, connection)),
        }
    }
}

/// Copies what may be sent again without harm: idempotent method, body absent or in memory.
fn copy(request: &Request<OutBody>) -> Again {
    let body = request.method().is_idempotent().then(|| request.body().again()).flatten()?;
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.method = request.method().clone();
    parts.uri = request.uri().clone();
    parts.headers = request.headers().clone();
    Some((parts, body))
}

//! A request body that streams past: bounded in size and time, counted, and able to say why it stopped.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use portcullis_http::limits::BODY;
use portcullis_inspect::{Class, Finding};
use tokio::time::{Instant, Sleep};

use super::faults::{fault_of, late};

/// What both ends of a streaming body can see of it.
#[derive(Debug, Default)]
pub struct Progress {
    bytes: AtomicU64,
    fault: Mutex<Option<Finding>>,
}

impl Progress {
    /// Bytes that passed.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Counts bytes that passed.
    pub fn count(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Why the body stopped early, if the client's side is to blame.
    pub fn fault(&self) -> Option<Finding> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn blame(&self, finding: Finding) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(finding);
    }
}

/// Bounds of one streaming body.
#[derive(Clone, Copy, Debug)]
pub struct StreamBounds {
    /// Bytes that may pass; none when only time is bounded (monitor mode).
    pub bytes_max: Option<u64>,
    /// Longest silence of the client.
    pub idle: Duration,
    /// When the body must have ended.
    pub deadline: Instant,
}

/// The stream: what was read already, then the rest as it comes.
#[derive(Debug)]
pub struct BodyStream {
    prefix: Option<Bytes>,
    incoming: Incoming,
    bounds: StreamBounds,
    timer: Option<Pin<Box<Sleep>>>,
    progress: Arc<Progress>,
}

impl BodyStream {
    /// `prefix` was read and counted before; `incoming` is the rest.
    pub fn new(prefix: Option<Bytes>, incoming: Incoming, bounds: StreamBounds, progress: Arc<Progress>) -> Self {
        Self { prefix: prefix.filter(|prefix| !prefix.is_empty()), incoming, bounds, timer: None, progress }
    }

    /// How far it is.
    pub(super) fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    fn stop(&self, finding: Finding) -> io::Error {
        let error = io::Error::other(finding.code);
        self.progress.blame(finding);
        error
    }

    fn passed(&mut self, data: Bytes) -> io::Result<Frame<Bytes>> {
        self.timer = None;
        self.progress.count(data.len() as u64);
        match self.bounds.bytes_max {
            Some(bytes_max) if self.progress.bytes() > bytes_max => {
                let finding = Finding::over(&BODY, Class::ContentTooLarge, self.progress.bytes(), bytes_max);
                Err(self.stop(finding))
            }
            _ => Ok(Frame::data(data)),
        }
    }

    fn waited_too_long(&mut self, context: &mut Context<'_>) -> bool {
        let until = (Instant::now() + self.bounds.idle).min(self.bounds.deadline);
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        timer.as_mut().poll(context).is_ready()
    }
}

impl Body for BodyStream {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(prefix) = self.prefix.take() {
            return Poll::Ready(Some(Ok(Frame::data(prefix))));
        }
        loop {
            match Pin::new(&mut self.incoming).poll_frame(context) {
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(Err(error))) => {
                    let finding = fault_of(&error);
                    return Poll::Ready(Some(Err(self.stop(finding))));
                }
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers end here: nothing behind the body is forwarded.
                    let Ok(data) = frame.into_data() else { continue };
                    return Poll::Ready(Some(self.passed(data)));
                }
                Poll::Pending if self.waited_too_long(context) => {
                    let finding = late(Instant::now() < self.bounds.deadline);
                    return Poll::Ready(Some(Err(self.stop(finding))));
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.prefix.is_none() && self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let before = self.prefix.as_ref().map_or(0, |prefix| prefix.len() as u64);
        match self.incoming.size_hint().exact() {
            Some(rest) => SizeHint::with_exact(rest.saturating_add(before)),
            None => SizeHint::default(),
        }
    }
}

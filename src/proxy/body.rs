//! Taking in a request body: collected under size, time and the process-wide byte budget, or left to stream.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame};
use hyper::body::Incoming;
use portcullis_inspect::Finding;
use tokio::time::{Instant, timeout_at};

use super::faults::{fault_of, late, overloaded};
use super::stream::Progress;
use crate::shared::HeldBytes;

/// Largest capacity set aside on a client's word before the bytes are there.
const ANNOUNCED_MAX: u64 = 64 * 1024;

/// Times a body has to keep.
#[derive(Clone, Copy, Debug)]
pub struct BodyTimes {
    /// Longest silence.
    pub idle: Duration,
    /// When it must be whole.
    pub deadline: Instant,
}

/// What was collected.
#[derive(Debug)]
pub struct Collected {
    /// The bytes, as received.
    pub bytes: Bytes,
    /// Whether there is more than the limit; then the rest is still in the incoming body.
    pub over: bool,
}

/// Reads until the end, or until one byte over `bytes_max` is known. Every byte is held in `held` first: when the process has no room the
/// exchange is shed.
pub async fn collect(
    incoming: &mut Incoming,
    bytes_max: u64,
    times: BodyTimes,
    held: &mut HeldBytes,
    progress: &Arc<Progress>,
) -> Result<Collected, Finding> {
    let announced = incoming.size_hint().exact();
    if announced.is_some_and(|length| length > bytes_max) {
        return Ok(Collected { bytes: Bytes::new(), over: true });
    }
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    let mut total: u64 = 0;
    while let Some(data) = next(incoming, times).await? {
        let length = data.len() as u64;
        total = total.saturating_add(length);
        progress.count(length);
        if !held.grow(length) {
            return Err(overloaded());
        }
        if first.is_empty() && joined.is_empty() {
            first = data;
        } else {
            if joined.is_empty() {
                let capacity = announced.unwrap_or(0).min(ANNOUNCED_MAX).max(total);
                joined.reserve(usize::try_from(capacity).unwrap_or(0));
                joined.extend_from_slice(&first);
            }
            joined.extend_from_slice(&data);
        }
        if total > bytes_max {
            return Ok(Collected { bytes: whole(first, joined), over: true });
        }
    }
    Ok(Collected { bytes: whole(first, joined), over: false })
}

fn whole(first: Bytes, joined: BytesMut) -> Bytes {
    if joined.is_empty() { first } else { joined.freeze() }
}

async fn next(incoming: &mut Incoming, times: BodyTimes) -> Result<Option<Bytes>, Finding> {
    loop {
        let stalled_at = Instant::now() + times.idle;
        let frame = std::future::poll_fn(|context| Pin::new(&mut *incoming).poll_frame(context));
        let frame = timeout_at(stalled_at.min(times.deadline), frame).await.map_err(|_| late(stalled_at < times.deadline))?;
        match frame {
            None => return Ok(None),
            Some(Err(error)) => return Err(fault_of(&error)),
            // Trailers end here: nothing behind the body is forwarded.
            Some(Ok(frame)) => {
                if let Ok(data) = Frame::into_data(frame) {
                    return Ok(Some(data));
                }
            }
        }
    }
}

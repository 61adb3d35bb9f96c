//! The body on its way to the client, with the end of the exchange attached.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep};

use super::finish::Finish;
use super::ledger::Ledger;
use super::upstream::Lease;

/// Bytes of an answer that may lie here while its client takes nothing: what is gathered for writing (a head's room and a little more),
/// one piece handed over, one on its way and one being read.
const ANSWER_ROOM: u64 = 160 * 1024;

/// The body of an answer.
#[derive(Debug)]
pub struct AnswerBody {
    from: From,
    finish: Option<Finish>,
    turn: Option<Turn>,
}

/// Which answer on its connection this is. Dropping it says that the answer is over.
#[derive(Debug)]
pub struct Turn {
    /// The connection's ledger.
    pub ledger: Ledger,
    /// Number of the request.
    pub number: u64,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.ledger.answered(self.number);
    }
}

#[derive(Debug)]
enum From {
    /// Made here.
    Whole(Option<Bytes>),
    /// An upstream's, as it comes.
    Upstream(Box<UpstreamBody>),
}

/// An upstream's body under its times; the connection it comes on is given back at its end and closed otherwise.
#[derive(Debug)]
pub struct UpstreamBody {
    incoming: Incoming,
    lease: Option<Lease>,
    idle: Duration,
    deadline: Instant,
    timer: Option<Pin<Box<Sleep>>>,
}

impl UpstreamBody {
    /// An answer's body on the connection of `lease`.
    pub fn new(incoming: Incoming, lease: Lease, idle: Duration, deadline: Instant) -> Self {
        let mut body = Self { incoming, lease: Some(lease), idle, deadline, timer: None };
        body.give_back_at_end();
        body
    }

    /// Bytes this answer may hold in memory at once.
    pub fn room(&self) -> u64 {
        self.incoming.size_hint().exact().map_or(ANSWER_ROOM, |length| length.min(ANSWER_ROOM))
    }

    fn give_back_at_end(&mut self) {
        if self.incoming.is_end_stream()
            && let Some(lease) = self.lease.take()
        {
            lease.give_back();
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match Pin::new(&mut self.incoming).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.timer = None;
                self.give_back_at_end();
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                self.lease = None;
                Poll::Ready(Some(Err(io::Error::other(error))))
            }
            Poll::Ready(None) => {
                if let Some(lease) = self.lease.take() {
                    lease.give_back();
                }
                Poll::Ready(None)
            }
            Poll::Pending => {
                let until = (Instant::now() + self.idle).min(self.deadline);
                let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
                if timer.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                self.lease = None;
                Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::TimedOut, "the upstream's answer stalled"))))
            }
        }
    }
}

impl AnswerBody {
    /// An answer made here.
    pub fn whole(bytes: Bytes, finish: Finish, turn: Option<Turn>) -> Self {
        let bytes = if bytes.is_empty() { None } else { Some(bytes) };
        Self { from: From::Whole(bytes), finish: Some(finish), turn }
    }

    /// An upstream's answer.
    pub fn upstream(body: UpstreamBody, finish: Finish, turn: Option<Turn>) -> Self {
        let mut answer = Self { from: From::Upstream(Box::new(body)), finish: Some(finish), turn };
        answer.complete_at_end();
        answer
    }

    fn complete_at_end(&mut self) {
        if self.is_end_stream()
            && let Some(finish) = &mut self.finish
        {
            finish.record.complete = true;
        }
    }

    fn failed(&mut self, error: &str) {
        if let Some(finish) = &mut self.finish {
            finish.record.upstream.get_or_insert_default().error = Some(error.to_owned());
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(turn) = &self.turn {
            turn.ledger.taken(turn.number);
        }
        let polled = match &mut self.from {
            From::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            From::Upstream(body) => body.poll(context),
        };
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                if let Some(turn) = &self.turn {
                    turn.ledger.handed(turn.number);
                }
                if let Some(finish) = &mut self.finish {
                    finish.record.bytes_out = finish.record.bytes_out.saturating_add(length);
                }
                self.complete_at_end();
            }
            Poll::Ready(Some(Err(error))) => {
                let text = error.to_string();
                self.failed(&text);
            }
            Poll::Ready(None) => {
                if let Some(finish) = &mut self.finish {
                    finish.record.complete = true;
                }
                // The record is written now, not when the connection gets around to dropping the body.
                self.finish = None;
            }
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        match &self.from {
            From::Whole(bytes) => bytes.is_none(),
            From::Upstream(body) => body.incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.from {
            From::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            From::Upstream(body) => body.incoming.size_hint(),
        }
    }
}

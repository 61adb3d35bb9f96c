//! The guard in the socket's place: hyper reads only bytes whose framing has one reading.
//!
//! Sans-I/O rules live in `portcullis_http::framing`; this file feeds them, keeps their timers and hands on what they release. For HTTP/2,
//! which frames itself, bytes pass untouched and only the timer on writes is kept.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use portcullis_http::framing::{BodyFault, Framing, State};
use portcullis_http::limits::HEAD_TIME;
use portcullis_inspect::{Class, Finding};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::alarm::Alarm;
use super::client::ClientStream;
use super::faults::overloaded;
use super::ledger::Ledger;
use crate::shared::HeldBytes;

/// Bytes read at once where they have to be looked at.
const SCRATCH_BYTES: usize = 16 * 1024;
/// A held head smaller than this is part of what a connection costs anyway; beyond it the byte budget is asked.
const HELD_FREE: usize = 4096;
/// How long and how much is read behind a refusal, so that the client gets to see the answer before the connection resets.
const LINGER: Duration = Duration::from_secs(1);
/// Bytes read behind a refusal at most.
const LINGER_BYTES: usize = 512 * 1024;

thread_local!(static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; SCRATCH_BYTES]));

/// Times a connection has to keep.
#[derive(Clone, Copy, Debug)]
pub struct GuardTimes {
    /// For a head, from its first byte.
    pub head: Duration,
    /// Between requests.
    pub idle: Duration,
    /// Without the client taking a byte that is ready for it.
    pub write_stall: Duration,
}

/// One client connection as hyper reads it.
#[derive(Debug)]
pub struct Guard {
    stream: ClientStream,
    /// Absent for HTTP/2.
    framing: Option<Framing>,
    /// Released and not yet taken, from `taken` on.
    ready: Vec<u8>,
    taken: usize,
    ledger: Ledger,
    times: GuardTimes,
    waiting: Alarm,
    /// The wait the alarm is set for; a new head or a new state is a new wait.
    wait: Option<(State, u64)>,
    stalled: Alarm,
    lingering: Option<usize>,
    /// A body fault that waits until what came before it was taken.
    fault: Option<BodyFault>,
    held: HeldBytes,
}

impl Guard {
    /// A guarded HTTP/1 connection, or a plain passage when `framing` is absent.
    pub fn new(stream: ClientStream, framing: Option<Framing>, ledger: Ledger, times: GuardTimes, held: HeldBytes) -> Self {
        let (waiting, stalled) = (Alarm::default(), Alarm::default());
        Self {
            stream,
            framing,
            ready: Vec::new(),
            taken: 0,
            ledger,
            times,
            waiting,
            wait: None,
            stalled,
            lingering: None,
            fault: None,
            held,
        }
    }

    fn hand_over(&mut self, into: &mut ReadBuf<'_>) -> bool {
        let waiting = self.ready.get(self.taken..).unwrap_or_default();
        if waiting.is_empty() {
            return false;
        }
        let count = waiting.len().min(into.remaining());
        into.put_slice(waiting.get(..count).unwrap_or_default());
        self.taken = self.taken.saturating_add(count);
        if self.taken >= self.ready.len() {
            self.taken = 0;
            self.ready.clear();
            self.ready.shrink_to(HELD_FREE);
        }
        true
    }

    /// Content-Length bodies pass straight into hyper's buffer, no further than their end.
    fn read_body(&mut self, context: &mut Context<'_>, into: &mut ReadBuf<'_>, remaining: u64) -> Poll<io::Result<()>> {
        let room = into.remaining().min(usize::try_from(remaining).unwrap_or(usize::MAX));
        let mut part = ReadBuf::new(into.initialize_unfilled_to(room));
        std::task::ready!(Pin::new(&mut self.stream).poll_read(context, &mut part))?;
        let count = part.filled().len();
        into.advance(count);
        let Some(framing) = &mut self.framing else { return Poll::Ready(Ok(())) };
        if count == 0 {
            return Poll::Ready(framing.eof(&mut self.ready).map(drop).map_err(io::Error::other));
        }
        framing.body_passed(count as u64);
        Poll::Ready(Ok(()))
    }

    /// Reads, lets the machine look, keeps what it releases. `Ok(true)` is the end of the stream.
    fn look(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let Self { stream, framing, ready, ledger, fault: body_fault, .. } = self;
        let Some(framing) = framing else { return Poll::Ready(Ok(true)) };
        let ended = SCRATCH.with_borrow_mut(|scratch| -> Poll<io::Result<bool>> {
            let mut read = ReadBuf::new(scratch);
            std::task::ready!(Pin::new(stream).poll_read(context, &mut read))?;
            let looked = if read.filled().is_empty() {
                framing.eof(ready)
            } else {
                framing.advance(read.filled(), ready).map(|step| step.fault)
            };
            match looked {
                Ok(Some(fault)) => ledger.refuse(fault),
                Ok(None) => {}
                Err(fault) => *body_fault = Some(fault),
            }
            Poll::Ready(Ok(read.filled().is_empty() && ready.is_empty() && body_fault.is_none()))
        });
        if ended.is_ready() {
            self.hold();
        }
        ended
    }

    /// A head that is held long counts as buffered bytes; when there is no room for it, it is refused.
    fn hold(&mut self) {
        let Some(framing) = &mut self.framing else { return };
        let wanted = framing.held_bytes();
        if wanted <= HELD_FREE {
            self.held.release();
            return;
        }
        let more = (wanted as u64).saturating_sub(self.held.held());
        if more > 0 && !self.held.grow(more) {
            self.refuse(overloaded());
        }
    }

    fn refuse(&mut self, finding: Finding) {
        let Some(framing) = &mut self.framing else { return };
        if let Some(fault) = framing.refuse(finding, &mut self.ready) {
            self.ledger.refuse(fault);
        }
    }

    /// Nothing came. Whether the wait is over: an idle connection ends, a slow head is refused.
    fn waited(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let Some(framing) = &self.framing else { return Poll::Pending };
        let heads = framing.heads_released();
        let state = framing.state();
        let patience = match state {
            State::Idle => self.times.idle,
            State::Head => self.times.head,
            // In a body the collector keeps time.
            _ => {
                self.wait = None;
                return Poll::Pending;
            }
        };
        if self.wait != Some((state, heads)) {
            self.wait = Some((state, heads));
            self.waiting.set(Instant::now() + patience);
        }
        loop {
            std::task::ready!(self.waiting.poll(context));
            if state == State::Head {
                break;
            }
            // Nobody polls this read when an answer ends, so the alarm may be early: while an answer is owed the upstream's times count,
            // and quiet begins with its end.
            let now = Instant::now();
            let quiet_until = self.ledger.quiet_since(heads).map_or(now + patience, |since| since + patience);
            if quiet_until <= now {
                return Poll::Ready(Ok(true));
            }
            self.waiting.set(quiet_until);
        }
        self.wait = None;
        self.refuse(Finding::new(HEAD_TIME.name, HEAD_TIME.code, Class::RequestTimeout, "the head was not complete in time"));
        Poll::Ready(Ok(false))
    }
}

impl AsyncRead for Guard {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if this.hand_over(into) {
                return Poll::Ready(Ok(()));
            }
            if let Some(fault) = this.fault.take() {
                return Poll::Ready(Err(io::Error::other(fault)));
            }
            let Some(framing) = &this.framing else {
                return Pin::new(&mut this.stream).poll_read(context, into);
            };
            if framing.state() == State::Refused {
                // Nothing behind a refused head is read; the answer closes the connection.
                return Poll::Pending;
            }
            if let Some(remaining) = framing.body_remaining() {
                return this.read_body(context, into, remaining);
            }
            match this.look(context) {
                Poll::Ready(Ok(false)) => {}
                Poll::Ready(Ok(true)) => return Poll::Ready(Ok(())),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    if std::task::ready!(this.waited(context))? {
                        return Poll::Ready(Ok(()));
                    }
                }
            }
        }
    }
}

impl Guard {
    /// A write that waits is a client that does not read.
    fn written<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stalled.clear();
            return polled;
        }
        if !self.stalled.is_set() {
            self.stalled.set(Instant::now() + self.times.write_stall);
        }
        std::task::ready!(self.stalled.poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes no bytes")))
    }

    /// Reads and forgets what still comes, for a moment, so that no reset overtakes the answer.
    fn linger(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            self.lingering = Some(LINGER_BYTES);
            self.waiting.set(Instant::now() + LINGER);
        }
        let Self { stream, lingering, waiting, .. } = self;
        SCRATCH.with_borrow_mut(|scratch| {
            loop {
                let mut read = ReadBuf::new(scratch);
                match Pin::new(&mut *stream).poll_read(context, &mut read) {
                    Poll::Ready(Ok(())) if !read.filled().is_empty() => {
                        let left = lingering.unwrap_or(0).saturating_sub(read.filled().len());
                        *lingering = Some(left);
                        if left == 0 {
                            return Poll::Ready(Ok(()));
                        }
                    }
                    Poll::Ready(_) => return Poll::Ready(Ok(())),
                    Poll::Pending => {
                        std::task::ready!(waiting.poll(context));
                        return Poll::Ready(Ok(()));
                    }
                }
            }
        })
    }
}

impl AsyncWrite for Guard {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(context);
        self.written(context, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            std::task::ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
            let clean = self.framing.as_ref().is_none_or(|framing| framing.state() == State::Idle);
            if clean {
                return Poll::Ready(Ok(()));
            }
        }
        self.linger(context)
    }
}

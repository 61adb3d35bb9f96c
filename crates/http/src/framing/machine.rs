//! The phases of an HTTP/1 connection as the guard sees them.
//!
//! ```text
//!            first byte          empty line
//! Between ──────────────▶ Head ──────────────▶ Length / Chunked ──▶ Between
//!    │                     │                          │        └──▶ AfterUpgrade ──▶ Tunnel
//!    └──────── fault ──────┴──▶ Refused ◀── fault ────┘                        └───▶ Between
//! ```

use std::fmt;

use memchr::{memchr, memchr_iter};
use portcullis_inspect::{Finding, LimitSpec, Limits, Scheme};

use super::chunked::Chunked;
use super::fault::{Bound, Breach, Stop};
use super::head::{HeadReader, Length};
use super::request_line::METHOD_MAX;
use crate::limits;

/// The head that takes the place of a refused one, so that the answer keeps its turn behind the answers still owed.
const SYNTHETIC_HEAD: &[u8] = b"GET / HTTP/1.1\r\nHost: refused.invalid\r\nConnection: close\r\n\r\n";

/// `METHOD SP`, `SP HTTP/1.1 CRLF`: what a request line holds beside its target, at most.
const REQUEST_LINE_REST_MAX: usize = METHOD_MAX + 1 + 1 + 8 + 2;

/// A buffer that grew beyond this for one head is given back, so that idle connections stay small.
const HELD_KEPT_MAX: usize = 4096;

/// Whether bytes after a head that asks for an upgrade wait for the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgrades {
    /// Nothing is ever upgraded on this listener: `Upgrade` is stripped before forwarding, and what follows is HTTP.
    Never,
    /// Hold what follows until [`Framing::after_upgrade`] says what it is.
    Hold,
}

/// Bounds of the guard, taken from the rows `http.*`.
#[derive(Clone, Copy, Debug)]
pub struct FramingLimits {
    /// Bytes of a head.
    pub head_bytes: usize,
    /// Header fields.
    pub headers: u64,
    /// Bytes of a request target.
    pub target_bytes: usize,
    /// Bytes of extensions of one chunk.
    pub chunk_extension_bytes: u64,
    /// Bytes of extensions of all chunks of a message.
    pub chunk_extensions_bytes: u64,
    /// Bytes of a trailer section.
    pub trailer_bytes: u64,
    /// Trailer fields.
    pub trailer_fields: u64,
    /// What happens after an upgrade request.
    pub upgrades: Upgrades,
}

impl FramingLimits {
    /// The bounds that `limits` sets.
    pub fn new(limits: &Limits, upgrades: Upgrades) -> Self {
        let bytes = |row: &LimitSpec| usize::try_from(limits.value(row.name)).unwrap_or(usize::MAX);
        Self {
            head_bytes: bytes(&limits::HEAD),
            headers: limits.value(limits::HEADERS.name),
            target_bytes: bytes(&limits::TARGET),
            chunk_extension_bytes: limits.value(limits::CHUNK_EXTENSION.name),
            chunk_extensions_bytes: limits.value(limits::CHUNK_EXTENSIONS.name),
            trailer_bytes: limits.value(limits::TRAILERS.name),
            trailer_fields: limits.value(limits::TRAILER_FIELDS.name),
            upgrades,
        }
    }
}

/// Where a connection stands, as timers need to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Between messages; no byte of the next one was seen.
    Idle,
    /// Some bytes of a head are held.
    Head,
    /// In a body.
    Body,
    /// After a head that asks for an upgrade: bytes stay with the caller until [`Framing::after_upgrade`].
    AfterUpgrade,
    /// No longer HTTP: everything passes.
    Tunnel,
    /// A fault was reported; everything is swallowed.
    Refused,
}

/// What the bytes after an upgrade request are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The upgrade was accepted: not HTTP any more.
    Tunnel,
    /// It was not: the next request.
    Http,
}

/// A head that was refused. A synthetic head was written in its place; when the request with this number arrives, answer it with the
/// finding and close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Why.
    pub finding: Finding,
    /// Number of the request on this connection, from 0: how many heads were released before.
    pub head_index: u64,
}

/// A body whose framing is wrong. Nothing more of it may be read, and the connection must close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyFault(pub Box<Finding>);

impl fmt::Display for BodyFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.0.code, self.0.detail)
    }
}

impl std::error::Error for BodyFault {}

/// What one call took.
#[derive(Debug, Default)]
pub struct Step {
    /// Bytes of the input that are done with. Fewer than given only in [`State::AfterUpgrade`].
    pub taken: usize,
    /// A head was refused; its synthetic replacement is in the output.
    pub fault: Option<Fault>,
}

#[derive(Debug)]
enum Phase {
    Between,
    Head,
    Length(u64),
    Chunked(Chunked),
    AfterUpgrade,
    Tunnel,
    Refused,
}

/// The guard of one HTTP/1 connection. Work is linear in the bytes fed, however they are cut; no allocation per request once its
/// buffer has grown.
#[derive(Debug)]
pub struct Framing {
    limits: FramingLimits,
    scheme: Scheme,
    phase: Phase,
    /// Bytes of an incomplete head or trailer line.
    held: Vec<u8>,
    /// Where the incomplete line starts in `held`.
    line: usize,
    head: HeadReader,
    /// An empty line came before the next request line.
    empty_line_seen: bool,
    heads: u64,
}

impl Framing {
    /// A guard at the beginning of a connection that was reached over `scheme`.
    pub fn new(limits: FramingLimits, scheme: Scheme) -> Self {
        Self {
            limits,
            scheme,
            phase: Phase::Between,
            held: Vec::new(),
            line: 0,
            head: HeadReader::default(),
            empty_line_seen: false,
            heads: 0,
        }
    }

    /// Where the connection stands.
    pub const fn state(&self) -> State {
        match self.phase {
            Phase::Between => State::Idle,
            Phase::Head => State::Head,
            Phase::Length(_) | Phase::Chunked(_) => State::Body,
            Phase::AfterUpgrade => State::AfterUpgrade,
            Phase::Tunnel => State::Tunnel,
            Phase::Refused => State::Refused,
        }
    }

    /// Heads released so far, synthetic ones included.
    pub const fn heads_released(&self) -> u64 {
        self.heads
    }

    /// Bytes held back at this moment, for the account of buffered bytes.
    pub fn held_bytes(&self) -> usize {
        self.held.len()
    }

    /// Takes bytes received and appends to `out` those that may be handed on. After a head fault everything further is swallowed. On
    /// a body fault, what was appended before it is still good: hand it on, then fail the read.
    pub fn advance(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<Step, BodyFault> {
        let mut rest = input;
        let mut fault = None;
        while !rest.is_empty() {
            rest = match &mut self.phase {
                Phase::Between | Phase::Head => match self.head_bytes(rest, out) {
                    Ok(rest) => rest,
                    Err(stop) => {
                        fault = Some(self.replace_head(stop.finding(&self.limits), out));
                        &[]
                    }
                },
                Phase::Length(remaining) => {
                    let count = usize::try_from(*remaining).unwrap_or(usize::MAX).min(rest.len());
                    let (body, after) = rest.split_at_checked(count).unwrap_or((rest, &[]));
                    out.extend_from_slice(body);
                    self.body_passed(count as u64);
                    after
                }
                Phase::Chunked(chunked) => match chunked.advance(rest, &mut self.held, out, &self.limits) {
                    Ok(None) => &[],
                    Ok(Some(after)) => {
                        self.end_message();
                        after
                    }
                    Err(stop) => return Err(self.fail_body(stop)),
                },
                Phase::AfterUpgrade => break,
                Phase::Tunnel => {
                    out.extend_from_slice(rest);
                    &[]
                }
                Phase::Refused => &[],
            };
        }
        Ok(Step { taken: input.len().saturating_sub(rest.len()), fault })
    }

    /// Body bytes that need no look: the shell may read up to so many straight into the next buffer and call [`Self::body_passed`].
    /// Nothing, where bytes have to go through [`Self::advance`].
    pub fn body_remaining(&self) -> Option<u64> {
        match &self.phase {
            Phase::Length(remaining) => Some(*remaining),
            Phase::Chunked(chunked) => chunked.data_remaining(),
            _ => None,
        }
    }

    /// Notes that `count` bytes, at most [`Self::body_remaining`], went past.
    pub fn body_passed(&mut self, count: u64) {
        match &mut self.phase {
            Phase::Length(remaining) => {
                *remaining = remaining.saturating_sub(count);
                if *remaining == 0 {
                    self.end_message();
                }
            }
            Phase::Chunked(chunked) => chunked.data_passed(count),
            _ => {}
        }
    }

    /// The client sent its last byte. Between messages that is in order; within a head it is a fault like any other, and within a body
    /// an error.
    pub fn eof(&mut self, out: &mut Vec<u8>) -> Result<Option<Fault>, BodyFault> {
        match self.phase {
            Phase::Head => Ok(Some(self.replace_head(Breach::HeadIncomplete.finding(), out))),
            Phase::Length(_) | Phase::Chunked(_) => Err(self.fail_body(Breach::BodyIncomplete.into())),
            Phase::Between | Phase::AfterUpgrade | Phase::Tunnel | Phase::Refused => Ok(None),
        }
    }

    /// Refuses the head under way, or the next one, for a reason the guard cannot see (a timer, overload). Nothing happens within a
    /// body, a tunnel or after a fault: there is no head to take the place of.
    pub fn refuse(&mut self, finding: Finding, out: &mut Vec<u8>) -> Option<Fault> {
        matches!(self.phase, Phase::Between | Phase::Head).then(|| self.replace_head(finding, out))
    }

    /// Says what the bytes after an upgrade request are. Without such a request nothing happens.
    pub fn after_upgrade(&mut self, next: Next) {
        if matches!(self.phase, Phase::AfterUpgrade) {
            self.phase = match next {
                Next::Tunnel => Phase::Tunnel,
                Next::Http => Phase::Between,
            };
        }
    }

    /// Takes bytes of a head. Answers the rest after a head or a skipped empty line, or nothing when more must come.
    fn head_bytes<'i>(&mut self, input: &'i [u8], out: &mut Vec<u8>) -> Result<&'i [u8], Stop> {
        if self.held.is_empty() { self.fresh_head(input, out) } else { self.resumed_head(input, out) }
    }

    /// Perf: a head that arrives in one piece, as most do, is judged where it lies and copied once.
    fn fresh_head<'i>(&mut self, input: &'i [u8], out: &mut Vec<u8>) -> Result<&'i [u8], Stop> {
        let mut start = 0;
        for feed in memchr_iter(b'\n', input) {
            let end = feed.saturating_add(1);
            let (head, after) = input.split_at_checked(end).unwrap_or((input, &[]));
            self.bound(end)?;
            if head == b"\r\n" {
                self.skip_empty_line()?;
                return Ok(after);
            }
            if let Some(length) = self.head.line(head, start, self.scheme, &self.limits)? {
                out.extend_from_slice(head);
                self.release_head(length);
                return Ok(after);
            }
            start = end;
        }
        self.bound(input.len())?;
        self.held.extend_from_slice(input);
        self.line = start;
        self.phase = Phase::Head;
        Ok(&[])
    }

    /// Goes on with a head that came in pieces: each byte is copied and read once, whatever the pieces.
    fn resumed_head<'i>(&mut self, input: &'i [u8], out: &mut Vec<u8>) -> Result<&'i [u8], Stop> {
        let mut rest = input;
        while let Some(feed) = memchr(b'\n', rest) {
            let (part, after) = rest.split_at_checked(feed.saturating_add(1)).unwrap_or((rest, &[]));
            self.bound(self.held.len().saturating_add(part.len()))?;
            self.held.extend_from_slice(part);
            if self.held == b"\r\n" {
                self.skip_empty_line()?;
                return Ok(after);
            }
            let start = std::mem::replace(&mut self.line, self.held.len());
            if let Some(length) = self.head.line(&self.held, start, self.scheme, &self.limits)? {
                out.append(&mut self.held);
                self.release_head(length);
                return Ok(after);
            }
            rest = after;
        }
        self.bound(self.held.len().saturating_add(rest.len()))?;
        self.held.extend_from_slice(rest);
        Ok(&[])
    }

    /// Keeps a head of `length` bytes so far within its limits. The limit that is lower speaks first, so that the answer does not depend
    /// on how bytes were cut.
    fn bound(&self, length: usize) -> Result<(), Stop> {
        let head_max = self.limits.head_bytes;
        let line_max = self.limits.target_bytes.saturating_add(REQUEST_LINE_REST_MAX);
        if self.head.at_request_line() && line_max <= head_max && length > line_max {
            return Err(Stop::Over(Bound::Target));
        }
        if length > head_max {
            return Err(Stop::Over(Bound::Head));
        }
        Ok(())
    }

    /// One empty line before a request line is the rest of a careless client's last body (RFC 9112 §2.2); more are not.
    fn skip_empty_line(&mut self) -> Result<(), Stop> {
        if std::mem::replace(&mut self.empty_line_seen, true) {
            return Err(Breach::LeadingEmptyLines.into());
        }
        self.held.clear();
        self.phase = Phase::Between;
        Ok(())
    }

    fn release_head(&mut self, length: Length) {
        if self.held.capacity() > HELD_KEPT_MAX {
            self.held = Vec::new();
        }
        self.heads = self.heads.saturating_add(1);
        match length {
            Length::Known(0) => self.end_message(),
            Length::Known(bytes) => self.phase = Phase::Length(bytes),
            Length::Chunked => self.phase = Phase::Chunked(Chunked::new()),
        }
    }

    fn end_message(&mut self) {
        let head = std::mem::take(&mut self.head);
        self.line = 0;
        self.empty_line_seen = false;
        let hold = self.limits.upgrades == Upgrades::Hold && head.asks_upgrade();
        self.phase = if hold { Phase::AfterUpgrade } else { Phase::Between };
    }

    #[cold]
    fn replace_head(&mut self, finding: Finding, out: &mut Vec<u8>) -> Fault {
        self.phase = Phase::Refused;
        self.held = Vec::new();
        out.extend_from_slice(SYNTHETIC_HEAD);
        let head_index = self.heads;
        self.heads = self.heads.saturating_add(1);
        Fault { finding, head_index }
    }

    #[cold]
    fn fail_body(&mut self, stop: Stop) -> BodyFault {
        self.phase = Phase::Refused;
        self.held = Vec::new();
        BodyFault(Box::new(stop.finding(&self.limits)))
    }
}

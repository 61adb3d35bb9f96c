//! Request bodies out of their content coding (RFC 9110 §8.4), under bounds: gzip (also as `x-gzip`) and deflate, one of them, once.
//!
//! Decided strictly, because what is judged must be all there is: a body ends where its coding ends (data behind it is refused, and so
//! are several gzip members), a body cut short is refused, checksums are verified, and `deflate` is the zlib form of RFC 1950, not the
//! bare deflate that some clients once sent.

mod gzip;

use flate2::{Decompress, FlushDecompress, Status};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use portcullis_inspect::{Class, Finding};

use crate::checks;
use crate::limits::{BODY, DECODE_RATIO};
use crate::octets::trimmed;

use gzip::Gzip;

/// Decoded bytes that are free of the ratio, so that tiny bodies compress as they like.
const RATIO_FREE_BYTES: u64 = 64 << 10;

/// Bytes by which output grows at a time.
const OUTPUT_STEP: usize = 16 << 10;

/// A content coding that is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// None.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 1950.
    Deflate,
}

impl Coding {
    /// The coding that `headers` name. Others, and several, are a finding of class [`Class::UnsupportedMediaType`].
    pub fn of(headers: &HeaderMap) -> Result<Self, Box<Finding>> {
        let mut named = headers.get_all(CONTENT_ENCODING).iter();
        let Some(value) = named.next() else { return Ok(Self::Identity) };
        let value = trimmed(value.as_bytes());
        if named.next().is_some() || value.contains(&b',') {
            return Err(Box::new(refused("CODING_STACKED", Class::UnsupportedMediaType, "the body is in several content codings")));
        }
        if value.eq_ignore_ascii_case(b"gzip") || value.eq_ignore_ascii_case(b"x-gzip") {
            Ok(Self::Gzip)
        } else if value.eq_ignore_ascii_case(b"deflate") {
            Ok(Self::Deflate)
        } else if value.eq_ignore_ascii_case(b"identity") {
            Ok(Self::Identity)
        } else {
            Err(Box::new(refused(
                "CODING_UNSUPPORTED",
                Class::UnsupportedMediaType,
                "the content coding is neither gzip nor deflate",
            )))
        }
    }
}

/// Bounds of one decoded body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Decoded bytes.
    pub bytes_max: u64,
    /// Decoded bytes per received byte, beyond the first 64 KiB (row `http.decode_ratio`).
    pub ratio_max: u64,
}

/// One body on its way out of its coding. Feed it with [`Decoder::push`], then [`Decoder::finish`].
#[derive(Debug)]
pub struct Decoder {
    inner: Inner,
    limits: DecodeLimits,
    received: u64,
    decoded: u64,
}

#[derive(Debug)]
enum Inner {
    Identity,
    Zlib { inflate: Decompress, ended: bool },
    Gzip(Box<Gzip>),
}

impl Decoder {
    /// A decoder of `coding` under `limits`.
    pub fn new(coding: Coding, limits: DecodeLimits) -> Self {
        let inner = match coding {
            Coding::Identity => Inner::Identity,
            Coding::Deflate => Inner::Zlib { inflate: Decompress::new(true), ended: false },
            Coding::Gzip => Inner::Gzip(Box::new(Gzip::new())),
        };
        Self { inner, limits, received: 0, decoded: 0 }
    }

    /// Bytes decoded so far.
    pub const fn decoded(&self) -> u64 {
        self.decoded
    }

    /// Decodes `input` behind what `out` holds. On a finding, what was appended is to be thrown away.
    pub fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Box<Finding>> {
        self.received = self.received.saturating_add(input.len() as u64);
        let mut account = Account { limits: self.limits, received: self.received, decoded: &mut self.decoded };
        match &mut self.inner {
            Inner::Identity => {
                account.spend(input.len())?;
                out.extend_from_slice(input);
                Ok(())
            }
            Inner::Zlib { ended, .. } if *ended => after_end(input),
            Inner::Zlib { inflate, ended } => match inflated(inflate, input, out, &mut account)? {
                Some(rest) => {
                    *ended = true;
                    after_end(rest)
                }
                None => Ok(()),
            },
            Inner::Gzip(gzip) => gzip.push(input, out, &mut account),
        }
    }

    /// Says that the body has ended; refuses one that ended before its coding did.
    pub fn finish(&self) -> Result<(), Box<Finding>> {
        let ended = match &self.inner {
            Inner::Identity => true,
            Inner::Zlib { ended, .. } => *ended,
            Inner::Gzip(gzip) => gzip.ended(),
        };
        if ended {
            Ok(())
        } else {
            Err(Box::new(refused("CODING_TRUNCATED", Class::Malformed, "the body ends before its content coding does")))
        }
    }
}

/// What decoding may still produce.
struct Account<'a> {
    limits: DecodeLimits,
    received: u64,
    decoded: &'a mut u64,
}

impl Account<'_> {
    /// Notes that `bytes` were produced.
    fn spend(&mut self, bytes: usize) -> Result<(), Box<Finding>> {
        *self.decoded = self.decoded.saturating_add(bytes as u64);
        if *self.decoded > self.limits.bytes_max {
            return Err(Box::new(Finding::over(&BODY, Class::ContentTooLarge, *self.decoded, self.limits.bytes_max)));
        }
        let earned = self.received.saturating_mul(self.limits.ratio_max).max(RATIO_FREE_BYTES);
        if *self.decoded > earned {
            let (allowed, ratio) = (self.limits.ratio_max, self.decoded.checked_div(self.received).unwrap_or(u64::MAX));
            let used = ratio.max(allowed.saturating_add(1));
            return Err(Box::new(Finding::over(&DECODE_RATIO, Class::ContentTooLarge, used, allowed)));
        }
        Ok(())
    }
}

/// Inflates `input` behind what `out` holds. Answers what lies behind the end of the stream once it is reached.
fn inflated<'i>(
    inflate: &mut Decompress,
    input: &'i [u8],
    out: &mut Vec<u8>,
    account: &mut Account<'_>,
) -> Result<Option<&'i [u8]>, Box<Finding>> {
    let mut rest = input;
    loop {
        let (read_before, written_before) = (inflate.total_in(), out.len());
        out.reserve(OUTPUT_STEP);
        let status = inflate.decompress_vec(rest, out, FlushDecompress::None).map_err(|_| Box::new(corrupt()))?;
        let read = usize::try_from(inflate.total_in().saturating_sub(read_before)).unwrap_or(usize::MAX);
        let written = out.len().saturating_sub(written_before);
        account.spend(written)?;
        rest = rest.get(read..).unwrap_or_default();
        if status == Status::StreamEnd {
            return Ok(Some(rest));
        }
        if read == 0 && written == 0 {
            return if rest.is_empty() { Ok(None) } else { Err(Box::new(corrupt())) };
        }
    }
}

/// Nothing may follow the end of a coding: what follows was not judged.
fn after_end(rest: &[u8]) -> Result<(), Box<Finding>> {
    if rest.is_empty() {
        return Ok(());
    }
    Err(Box::new(refused("CODING_TRAILING_DATA", Class::Malformed, "data follows the end of the content coding")))
}

fn corrupt() -> Finding {
    refused("CODING_CORRUPT", Class::Malformed, "the body does not decode, or its checksum does not fit")
}

fn refused(code: &'static str, class: Class, detail: &str) -> Finding {
    Finding::new(checks::CODING.name, code, class, detail)
}

#[cfg(test)]
mod tests;

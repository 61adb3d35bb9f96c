//! Chunked transfer coding (RFC 9112 §7.1), with one spelling of everything: a size of up to 16 hexadecimal digits, then `;` or the
//! line end at once; data followed by exactly CRLF; trailers that say nothing about framing, routing or trust.
//!
//! ```text
//! Size → Extension → SizeEnd → Data → DataEnd → DataFeed → Size
//!                           └ 0 → Trailers → (done)
//! ```

use memchr::memchr;

use super::fault::{Bound, Breach, Stop};
use super::field;
use super::machine::FramingLimits;
use crate::fields;

const SIZE_DIGITS_MAX: u8 = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Size,
    Extension,
    SizeEnd,
    Data,
    DataEnd,
    DataFeed,
    Trailers,
}

/// Where in a chunked body the machine is.
#[derive(Debug)]
pub(super) struct Chunked {
    at: At,
    size: u64,
    digits: u8,
    extension: u64,
    extensions: u64,
    trailers: u64,
    trailer_fields: u64,
}

impl Chunked {
    pub(super) const fn new() -> Self {
        Self { at: At::Size, size: 0, digits: 0, extension: 0, extensions: 0, trailers: 0, trailer_fields: 0 }
    }

    /// Bytes of chunk data that are still to come before anything has to be read.
    pub(super) fn data_remaining(&self) -> Option<u64> {
        (self.at == At::Data).then_some(self.size)
    }

    /// Notes that `count` bytes of chunk data went past.
    pub(super) fn data_passed(&mut self, count: u64) {
        self.size = self.size.saturating_sub(count);
        if self.size == 0 && self.at == At::Data {
            self.at = At::DataEnd;
        }
    }

    /// Passes on what is valid of `input`; `held` keeps an incomplete trailer line. Answers the rest after the end of the body, or
    /// nothing when the body goes on.
    pub(super) fn advance<'i>(
        &mut self,
        input: &'i [u8],
        held: &mut Vec<u8>,
        out: &mut Vec<u8>,
        limits: &FramingLimits,
    ) -> Result<Option<&'i [u8]>, Stop> {
        let mut rest = input;
        while let Some((&octet, after)) = rest.split_first() {
            match self.at {
                At::Data => {
                    let count = usize::try_from(self.size).unwrap_or(usize::MAX).min(rest.len());
                    let (data, after) = rest.split_at_checked(count).unwrap_or((rest, &[]));
                    out.extend_from_slice(data);
                    self.data_passed(count as u64);
                    rest = after;
                }
                At::Trailers => match self.trailer_line(rest, held, out, limits)? {
                    Line::Partial => return Ok(None),
                    Line::Field(after) => rest = after,
                    Line::Last(after) => return Ok(Some(after)),
                },
                _ => {
                    self.at = self.octet(octet, limits)?;
                    out.push(octet);
                    rest = after;
                }
            }
        }
        Ok(None)
    }

    /// The state after one octet of a size line or of the line end after data.
    fn octet(&mut self, octet: u8, limits: &FramingLimits) -> Result<At, Stop> {
        match (self.at, octet) {
            (At::Size, b'\r') if self.digits > 0 => Ok(At::SizeEnd),
            (At::Size, b';') if self.digits > 0 => self.extension_octet(limits),
            (At::Size, _) => self.digit(octet),
            (At::Extension, b'\r') => Ok(At::SizeEnd),
            (At::Extension, 0x20..=0x7e) => self.extension_octet(limits),
            (At::Extension, _) => Err(Breach::ChunkExtensionInvalid.into()),
            (At::SizeEnd, b'\n') => Ok(self.after_size()),
            (At::SizeEnd, _) if self.extension > 0 => Err(Breach::ChunkExtensionInvalid.into()),
            (At::SizeEnd, _) => Err(Breach::ChunkSizeInvalid.into()),
            (At::DataEnd, b'\r') => Ok(At::DataFeed),
            (At::DataFeed, b'\n') => {
                (self.size, self.digits, self.extension) = (0, 0, 0);
                Ok(At::Size)
            }
            (At::DataEnd | At::DataFeed | At::Data | At::Trailers, _) => Err(Breach::ChunkUnterminated.into()),
        }
    }

    fn digit(&mut self, octet: u8) -> Result<At, Stop> {
        let digit = char::from(octet).to_digit(16).ok_or(Breach::ChunkSizeInvalid)?;
        if self.digits >= SIZE_DIGITS_MAX {
            return Err(Breach::ChunkSizeOverflow.into());
        }
        self.digits = self.digits.saturating_add(1);
        self.size = (self.size << 4) | u64::from(digit);
        Ok(At::Size)
    }

    fn extension_octet(&mut self, limits: &FramingLimits) -> Result<At, Stop> {
        self.extension = self.extension.saturating_add(1);
        self.extensions = self.extensions.saturating_add(1);
        if self.extension > limits.chunk_extension_bytes {
            return Err(Stop::Over(Bound::ChunkExtension));
        }
        if self.extensions > limits.chunk_extensions_bytes {
            return Err(Stop::Over(Bound::ChunkExtensions));
        }
        Ok(At::Extension)
    }

    const fn after_size(&self) -> At {
        if self.size == 0 { At::Trailers } else { At::Data }
    }

    fn trailer_line<'i>(
        &mut self,
        input: &'i [u8],
        held: &mut Vec<u8>,
        out: &mut Vec<u8>,
        limits: &FramingLimits,
    ) -> Result<Line<'i>, Stop> {
        let end = memchr(b'\n', input).map(|at| at.saturating_add(1));
        let (part, after) = input.split_at_checked(end.unwrap_or(input.len())).unwrap_or((input, &[]));
        self.trailers = self.trailers.saturating_add(part.len() as u64);
        if self.trailers > limits.trailer_bytes {
            return Err(Stop::Over(Bound::Trailers));
        }
        held.extend_from_slice(part);
        if end.is_none() {
            return Ok(Line::Partial);
        }
        let last = self.trailer(held, limits)?;
        out.append(held);
        Ok(if last { Line::Last(after) } else { Line::Field(after) })
    }

    /// Judges one whole trailer line; answers whether it is the empty one that ends the body.
    fn trailer(&mut self, line: &[u8], limits: &FramingLimits) -> Result<bool, Stop> {
        let line = field::content(line)?;
        if line.is_empty() {
            return Ok(true);
        }
        if matches!(line.first(), Some(b' ' | b'\t')) {
            return Err(Breach::ObsFold.into());
        }
        let field = field::read(line)?;
        if fields::forbidden_in_trailers(field.name) {
            return Err(Breach::TrailerForbidden.into());
        }
        self.trailer_fields = self.trailer_fields.saturating_add(1);
        if self.trailer_fields > limits.trailer_fields {
            return Err(Stop::Over(Bound::TrailerFields));
        }
        Ok(false)
    }
}

/// What became of input within trailers.
enum Line<'i> {
    Partial,
    Field(&'i [u8]),
    Last(&'i [u8]),
}

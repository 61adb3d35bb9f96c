//! What a head says about framing: read line by line as lines arrive, each octet once.

use std::ops::Range;

use portcullis_inspect::Scheme;

use super::fault::{Bound, Breach, Stop};
use super::field::{self, Field};
use super::machine::FramingLimits;
use super::request_line;
use crate::authority;
use crate::octets::{TOKEN, trimmed};

/// How the body after a head ends (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// So many bytes follow; none, when nothing is said.
    Known(u64),
    /// Chunks follow.
    Chunked,
}

/// What the lines so far said. Positions lie in the held head.
#[derive(Debug, Default)]
pub(super) struct HeadReader {
    started: bool,
    http_1_0: bool,
    fields: u64,
    content_length: Option<u64>,
    chunked: bool,
    authority: Option<Range<usize>>,
    host: Option<Range<usize>>,
    upgrade_offered: bool,
    upgrade_connection: bool,
}

impl HeadReader {
    /// Whether the request line is still to come.
    pub(super) const fn at_request_line(&self) -> bool {
        !self.started
    }

    /// Whether the head asks to speak another protocol after it (RFC 9110 §7.8; HTTP/1.0 cannot ask).
    pub(super) const fn asks_upgrade(&self) -> bool {
        self.upgrade_offered && self.upgrade_connection && !self.http_1_0
    }

    /// Reads the line of `head` that starts at `start` and ends with its last byte, a line feed. Answers how the body ends when that
    /// was the empty line.
    pub(super) fn line(
        &mut self,
        head: &[u8],
        start: usize,
        scheme: Scheme,
        limits: &FramingLimits,
    ) -> Result<Option<Length>, Stop> {
        let line = field::content(head.get(start..).unwrap_or_default())?;
        if !self.started {
            self.request_line(line, scheme, limits)?;
            return Ok(None);
        }
        match line.first() {
            None => Ok(Some(self.finish(head)?)),
            Some(b' ' | b'\t') if self.fields == 0 => Err(Breach::LeadingWhitespace.into()),
            Some(b' ' | b'\t') => Err(Breach::ObsFold.into()),
            Some(_) => self.field(line, start, limits).map(|()| None),
        }
    }

    fn request_line(&mut self, line: &[u8], scheme: Scheme, limits: &FramingLimits) -> Result<(), Stop> {
        let read = request_line::read(line, scheme)?;
        if read.target > limits.target_bytes {
            return Err(Stop::Over(Bound::Target));
        }
        self.started = true;
        self.http_1_0 = read.http_1_0;
        self.authority = read.authority;
        Ok(())
    }

    /// Perf: names are told apart by length first, so most fields cost one comparison.
    fn field(&mut self, line: &[u8], start: usize, limits: &FramingLimits) -> Result<(), Stop> {
        let Field { name, value } = field::read(line)?;
        if self.fields >= limits.headers {
            return Err(Stop::Over(Bound::Headers));
        }
        self.fields = self.fields.saturating_add(1);
        match name.len() {
            4 if name.eq_ignore_ascii_case(b"host") => self.host(value, start.saturating_add(name.len()).saturating_add(1))?,
            6 if name.eq_ignore_ascii_case(b"expect") => expectation(value)?,
            7 if name.eq_ignore_ascii_case(b"upgrade") => {
                self.upgrade_offered = true;
            }
            10 if name.eq_ignore_ascii_case(b"connection") => {
                self.upgrade_connection |=
                    value.split(|&octet| octet == b',').any(|option| trimmed(option).eq_ignore_ascii_case(b"upgrade"));
            }
            14 if name.eq_ignore_ascii_case(b"content-length") => self.content_length(value)?,
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => self.transfer_encoding(value)?,
            _ => {}
        }
        Ok(())
    }

    fn host(&mut self, value: &[u8], value_start: usize) -> Result<(), Breach> {
        if self.host.is_some() {
            return Err(Breach::HostRepeated);
        }
        let host = trimmed(value);
        if !authority::is_valid(host) {
            return Err(Breach::HostInvalid);
        }
        let before = value.iter().take_while(|octet| matches!(octet, b' ' | b'\t')).count();
        let from = value_start.saturating_add(before);
        self.host = Some(from..from.saturating_add(host.len()));
        Ok(())
    }

    fn content_length(&mut self, value: &[u8]) -> Result<(), Breach> {
        if self.chunked {
            return Err(Breach::LengthWithTransferEncoding);
        }
        if self.content_length.is_some() {
            return Err(Breach::LengthRepeated);
        }
        self.content_length = Some(decimal(spaces_trimmed(value)).ok_or(Breach::LengthInvalid)?);
        Ok(())
    }

    fn transfer_encoding(&mut self, value: &[u8]) -> Result<(), Breach> {
        if self.content_length.is_some() {
            return Err(Breach::LengthWithTransferEncoding);
        }
        if self.http_1_0 {
            return Err(Breach::TransferEncodingInHttp10);
        }
        if !spaces_trimmed(value).eq_ignore_ascii_case(b"chunked") {
            return Err(no_transfer_coding(value));
        }
        if self.chunked {
            return Err(Breach::TransferEncodingRepeated);
        }
        self.chunked = true;
        Ok(())
    }

    fn finish(&self, head: &[u8]) -> Result<Length, Breach> {
        let at = |range: &Range<usize>| head.get(range.clone()).unwrap_or_default();
        match (&self.host, &self.authority) {
            (None, _) if !self.http_1_0 => return Err(Breach::HostMissing),
            (Some(host), Some(authority)) if !at(host).eq_ignore_ascii_case(at(authority)) => return Err(Breach::HostMismatch),
            _ => {}
        }
        Ok(if self.chunked { Length::Chunked } else { Length::Known(self.content_length.unwrap_or(0)) })
    }
}

fn expectation(value: &[u8]) -> Result<(), Breach> {
    if trimmed(value).eq_ignore_ascii_case(b"100-continue") { Ok(()) } else { Err(Breach::ExpectationUnknown) }
}

/// Framing fields take spaces around their value and no tab: some parsers trim the one and not the other.
fn spaces_trimmed(text: &[u8]) -> &[u8] {
    let mut text = text;
    while let [b' ', rest @ ..] | [rest @ .., b' '] = text {
        text = rest;
    }
    text
}

/// `1*DIGIT` without leading zeros (some parsers read those as octal), up to 19 digits within 64 bits.
fn decimal(text: &[u8]) -> Option<u64> {
    if matches!(text, [b'0', _, ..]) || !matches!(text.len(), 1..=19) {
        return None;
    }
    text.iter().try_fold(0_u64, |number, digit| {
        if !digit.is_ascii_digit() {
            return None;
        }
        number.checked_mul(10)?.checked_add(u64::from(digit.wrapping_sub(b'0')))
    })
}

/// Why a Transfer-Encoding other than a single `chunked` is refused: a coding we do not know is answered 501 (RFC 9112 §6.1).
#[cold]
fn no_transfer_coding(value: &[u8]) -> Breach {
    let mut codings = value.split(|&octet| octet == b',').map(spaces_trimmed);
    if codings.clone().any(|coding| coding.is_empty() || !TOKEN.all(coding)) {
        Breach::TransferEncodingInvalid
    } else if codings.all(|coding| coding.eq_ignore_ascii_case(b"chunked")) {
        Breach::TransferEncodingRepeated
    } else {
        Breach::TransferCodingUnknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_plain_decimals_within_64_bits() {
        for (text, number) in [("0", 0), ("5", 5), ("10", 10), ("9999999999999999999", 9_999_999_999_999_999_999)] {
            assert_eq!(decimal(text.as_bytes()), Some(number), "{text}");
        }
        for text in [
            "",
            "00",
            "05",
            "+5",
            "-5",
            "5 5",
            "5,5",
            "0x5",
            "5.0",
            "5e1",
            "10000000000000000000",
            "18446744073709551616",
            "٥",
            "½",
        ] {
            assert_eq!(decimal(text.as_bytes()), None, "{text}");
        }
    }
}

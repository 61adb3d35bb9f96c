//! One gzip member (RFC 1952): header fields skipped, checksum and length verified, nothing behind it.
//!
//! ```text
//! Fixed → [ExtraLength → Extra] → [Name] → [Comment] → [HeaderCheck] → Data → Trailer → End
//! ```

use flate2::{Crc, Decompress};
use portcullis_inspect::Finding;

use super::{Account, after_end, corrupt, inflated};

const FLAG_HEADER_CHECK: u8 = 2;
const FLAG_EXTRA: u8 = 4;
const FLAG_NAME: u8 = 8;
const FLAG_COMMENT: u8 = 16;
const FLAGS_RESERVED: u8 = 0xe0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// So many of the ten fixed bytes were read.
    Fixed(u8),
    ExtraLength(u8),
    Extra(u16),
    Name,
    Comment,
    HeaderCheck(u8),
    Data,
    /// So many of the eight bytes after the data were read.
    Trailer(u8),
    End,
}

/// A member on its way.
#[derive(Debug)]
pub(super) struct Gzip {
    at: At,
    flags: u8,
    /// A little-endian number being read.
    number: u64,
    header: Crc,
    data: Crc,
    inflate: Decompress,
}

impl Gzip {
    pub(super) fn new() -> Self {
        let inflate = Decompress::new(false);
        Self { at: At::Fixed(0), flags: 0, number: 0, header: Crc::new(), data: Crc::new(), inflate }
    }

    pub(super) fn ended(&self) -> bool {
        self.at == At::End
    }

    pub(super) fn push(&mut self, input: &[u8], out: &mut Vec<u8>, account: &mut Account<'_>) -> Result<(), Box<Finding>> {
        let mut rest = input;
        while let Some((&octet, after)) = rest.split_first() {
            match self.at {
                At::Data => {
                    let start = out.len();
                    let ended = inflated(&mut self.inflate, rest, out, account)?;
                    self.data.update(out.get(start..).unwrap_or_default());
                    let Some(after) = ended else { return Ok(()) };
                    (self.at, self.number) = (At::Trailer(0), 0);
                    rest = after;
                }
                At::Trailer(read) => {
                    self.at = self.trailer(read, octet)?;
                    rest = after;
                }
                At::End => return after_end(rest),
                _ => {
                    self.at = self.header(octet)?;
                    rest = after;
                }
            }
        }
        Ok(())
    }

    /// The place after one octet of the header.
    fn header(&mut self, octet: u8) -> Result<At, Box<Finding>> {
        if let At::HeaderCheck(read) = self.at {
            return self.header_check(read, octet);
        }
        self.header.update(&[octet]);
        match self.at {
            At::Fixed(read) => self.fixed(read, octet),
            At::ExtraLength(0) => {
                self.number = u64::from(octet);
                Ok(At::ExtraLength(1))
            }
            At::ExtraLength(_) => match self.number as u16 | u16::from(octet) << 8 {
                0 => Ok(self.after_extra()),
                length => Ok(At::Extra(length)),
            },
            At::Extra(1) => Ok(self.after_extra()),
            At::Extra(left) => Ok(At::Extra(left.saturating_sub(1))),
            At::Name if octet == 0 => Ok(self.after_name()),
            At::Comment if octet == 0 => Ok(self.after_comment()),
            other => Ok(other),
        }
    }

    fn fixed(&mut self, read: u8, octet: u8) -> Result<At, Box<Finding>> {
        let fits = match read {
            0 => octet == 0x1f,
            1 => octet == 0x8b,
            2 => octet == 8,
            3 => octet & FLAGS_RESERVED == 0,
            _ => true,
        };
        if !fits {
            return Err(Box::new(corrupt()));
        }
        if read == 3 {
            self.flags = octet;
        }
        match read {
            9 if self.flags & FLAG_EXTRA != 0 => Ok(At::ExtraLength(0)),
            9 => Ok(self.after_extra()),
            _ => Ok(At::Fixed(read.saturating_add(1))),
        }
    }

    const fn after_extra(&self) -> At {
        if self.flags & FLAG_NAME != 0 { At::Name } else { self.after_name() }
    }

    const fn after_name(&self) -> At {
        if self.flags & FLAG_COMMENT != 0 { At::Comment } else { self.after_comment() }
    }

    const fn after_comment(&self) -> At {
        if self.flags & FLAG_HEADER_CHECK != 0 { At::HeaderCheck(0) } else { At::Data }
    }

    fn header_check(&mut self, read: u8, octet: u8) -> Result<At, Box<Finding>> {
        let expected = self.header.sum() as u16;
        let expected = if read == 0 { expected as u8 } else { (expected >> 8) as u8 };
        match (octet == expected, read) {
            (false, _) => Err(Box::new(corrupt())),
            (true, 0) => Ok(At::HeaderCheck(1)),
            (true, _) => Ok(At::Data),
        }
    }

    /// The place after one octet of checksum and length.
    fn trailer(&mut self, read: u8, octet: u8) -> Result<At, Box<Finding>> {
        self.number |= u64::from(octet) << (8 * u32::from(read));
        if read < 7 {
            return Ok(At::Trailer(read.saturating_add(1)));
        }
        let expected = u64::from(self.data.sum()) | u64::from(self.data.amount()) << 32;
        if self.number == expected { Ok(At::End) } else { Err(Box::new(corrupt())) }
    }
}

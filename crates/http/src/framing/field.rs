//! One field line, of a head or of trailers (RFC 9112 §5): `field-name ":" OWS field-value OWS`, with nothing tolerated around it.

use super::fault::Breach;
use crate::octets::{first_control, token};

/// A field line whose name is a token and whose value holds no control character.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    pub(super) name: &'a [u8],
    /// The value with the white space around it.
    pub(super) value: &'a [u8],
}

/// A line without its line end. A line feed alone at the end is a fault of its own.
#[inline]
pub(super) fn content(line: &[u8]) -> Result<&[u8], Breach> {
    line.strip_suffix(b"\r\n").ok_or(Breach::BareLf)
}

/// Reads a field line without its line end.
#[inline]
pub(super) fn read(line: &[u8]) -> Result<Field<'_>, Breach> {
    let end = token(line);
    let (name, rest) = line.split_at_checked(end).ok_or(Breach::ColonMissing)?;
    let Some((b':', value)) = rest.split_first() else { return Err(misread(line, rest)) };
    if name.is_empty() {
        return Err(Breach::NameEmpty);
    }
    match first_control(value) {
        None => Ok(Field { name, value }),
        Some(b'\r') => Err(Breach::BareCr),
        Some(_) => Err(Breach::ValueControl),
    }
}

/// Why `line` is no field line, where `rest` starts at the first octet that is not of a token.
#[cold]
fn misread(line: &[u8], rest: &[u8]) -> Breach {
    match rest.first() {
        Some(b'\r') => Breach::BareCr,
        _ if !line.contains(&b':') => Breach::ColonMissing,
        Some(b' ' | b'\t') => Breach::WhitespaceBeforeColon,
        _ => Breach::NameInvalid,
    }
}

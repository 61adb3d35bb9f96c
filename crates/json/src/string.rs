//! Strings: finding their end, and what their escapes mean (RFC 8259 §7).

use std::borrow::Cow;

use crate::fault::Reason;

/// A string found in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scanned {
    /// Bytes between the quotes.
    pub(crate) length: usize,
    /// Whether it holds escapes.
    pub(crate) escaped: bool,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Marks (in the high bit of each byte) bytes that end plain text: `"`, `\` and control characters. The lowest mark is exact; marks
/// above it may be false, because a borrow runs upwards.
// Perf: with its second bit turned, `"` is the number behind the control characters, so one subtraction finds both.
const fn marks(word: u64) -> u64 {
    let control_or_quote = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
    (control_or_quote | backslash(word)) & !word & HIGHS
}

/// Turns on the high bit of each `\`, and of bytes that had it on before.
const fn backslash(word: u64) -> u64 {
    (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES)
}

/// Bytes of plain text at the beginning of `rest`.
// Perf: eight bytes at a time; most of a request is inside strings.
pub(crate) fn plain(rest: &[u8]) -> usize {
    let mut length = 0;
    let (words, tail) = rest.as_chunks::<8>();
    for word in words {
        let marks = marks(u64::from_le_bytes(*word));
        if marks != 0 {
            return length + (marks.trailing_zeros() / 8) as usize;
        }
        length += 8;
    }
    length + tail.iter().take_while(|byte| **byte >= 0x20 && **byte != b'"' && **byte != b'\\').count()
}

/// Finds the end of the string whose first byte after the opening quote begins `rest`. On a fault, says how far in it lies.
// Perf: escapes of one letter are passed over in place, as documents inside JSON hold one at every line end.
pub(crate) fn scan(rest: &[u8]) -> Result<Scanned, (Reason, usize)> {
    let mut length = 0;
    let mut escaped = false;
    loop {
        length += plain(rest.get(length..).unwrap_or_default());
        match (rest.get(length), rest.get(length.wrapping_add(1))) {
            (Some(b'"'), _) => return Ok(Scanned { length, escaped }),
            (Some(b'\\'), Some(b'n' | b'"' | b'\\' | b'/' | b't' | b'r' | b'b' | b'f')) => {
                length += 2;
                escaped = true;
            }
            (Some(b'\\'), _) => {
                let (_, taken) = escape(rest.get(length..).unwrap_or_default()).map_err(|reason| (reason, length))?;
                length += taken;
                escaped = true;
            }
            (Some(_), _) => return Err((Reason::Syntax("a control character in a string"), length)),
            (None, _) => return Err((Reason::Syntax("a string without an end"), length)),
        }
    }
}

/// The character of the escape at the beginning of `rest`, and the bytes it takes.
fn escape(rest: &[u8]) -> Result<(char, usize), Reason> {
    let short = match rest.get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode_escape(rest),
        _ => return Err(Reason::Syntax("an unknown escape")),
    };
    Ok((short, 2))
}

fn unicode_escape(rest: &[u8]) -> Result<(char, usize), Reason> {
    let first = hex4(rest.get(2..6))?;
    if let Some(character) = char::from_u32(first) {
        return Ok((character, 6));
    }
    // Only surrogates are no characters here: a high one must be followed by an escaped low one.
    let low = match rest.get(6..8) {
        Some(b"\\u") if first < 0xDC00 => hex4(rest.get(8..12))?,
        _ => return Err(Reason::LoneSurrogate),
    };
    if !(0xDC00..0xE000).contains(&low) {
        return Err(Reason::LoneSurrogate);
    }
    let joined = 0x1_0000 + ((first & 0x3FF) << 10) + (low & 0x3FF);
    char::from_u32(joined).map(|character| (character, 12)).ok_or(Reason::LoneSurrogate)
}

fn hex4(digits: Option<&[u8]>) -> Result<u32, Reason> {
    let mut value = 0;
    for byte in digits.ok_or(Reason::Syntax("an escape without four digits"))? {
        let digit = char::from(*byte).to_digit(16).ok_or(Reason::Syntax("an escape without four digits"))?;
        value = (value << 4) | digit;
    }
    Ok(value)
}

/// What a string that was scanned before means.
pub(crate) fn meaning(raw: &[u8], escaped: bool) -> Cow<'_, str> {
    if !escaped {
        // The whole text was found to be UTF-8 and quotes are ASCII, so nothing is ever replaced here.
        return String::from_utf8_lossy(raw);
    }
    Cow::Owned(String::from_utf8(unescape(raw)).unwrap_or_default())
}

/// The bytes meant. Escapes are never shorter than what they mean, so one allocation is enough.
fn unescape(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    let mut buffer = [0; 4];
    loop {
        let (plain, tail) = rest.split_at_checked(before_backslash(rest)).unwrap_or((rest, &[]));
        out.extend_from_slice(plain);
        rest = match tail {
            [] => return out,
            [_, b'n', after @ ..] => {
                out.push(b'\n');
                after
            }
            [_, b'"', after @ ..] => {
                out.push(b'"');
                after
            }
            _ => {
                let (character, taken) = escape(tail).unwrap_or((char::REPLACEMENT_CHARACTER, 2));
                out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
                tail.get(taken..).unwrap_or_default()
            }
        };
    }
}

/// Bytes before the first `\`.
fn before_backslash(rest: &[u8]) -> usize {
    let mut length = 0;
    let (words, tail) = rest.as_chunks::<8>();
    for word in words {
        let word = u64::from_le_bytes(*word);
        let marks = backslash(word) & !word & HIGHS;
        if marks != 0 {
            return length + (marks.trailing_zeros() / 8) as usize;
        }
        length += 8;
    }
    length + tail.iter().take_while(|byte| **byte != b'\\').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_found_at_every_offset_of_a_word() {
        for before in 0..20 {
            let text = format!("{}\"{}", "x".repeat(before), "\"y".repeat(9));
            assert_eq!(scan(text.as_bytes()), Ok(Scanned { length: before, escaped: false }));
        }
    }

    #[test]
    fn marks_are_exact_for_every_byte_in_every_place() {
        for byte in 0..=u8::MAX {
            let special = byte < 0x20 || byte == b'"' || byte == b'\\';
            for place in 0..17 {
                let mut text = [b'!'; 17];
                text[place] = byte;
                assert_eq!(plain(&text), if special { place } else { 17 }, "{byte:#x} at {place}");
            }
        }
    }

    #[test]
    fn escapes_mean_their_characters() {
        for (raw, meant) in [
            (r#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r"qu\u0065ry", "query"),
            (r"\uD83D\ude00!", "\u{1F600}!"),
            (r"\u0000", "\0"),
            (r"\udbff\udfff", "\u{10FFFF}"),
            (r"é\u00e9", "éé"),
        ] {
            let end = format!("{raw}\"");
            assert_eq!(scan(end.as_bytes()), Ok(Scanned { length: raw.len(), escaped: true }));
            assert_eq!(meaning(raw.as_bytes(), true), meant);
        }
    }

    #[test]
    fn bad_escapes_are_refused() {
        for (raw, reason) in [
            (r#"\ud800""#, Reason::LoneSurrogate),
            (r#"\udc00""#, Reason::LoneSurrogate),
            (r#"\udc00\ud800""#, Reason::LoneSurrogate),
            (r#"\ud800\u0041""#, Reason::LoneSurrogate),
            (r#"\ud800\ud800""#, Reason::LoneSurrogate),
            (r#"\ud800\n""#, Reason::LoneSurrogate),
            (r#"\x41""#, Reason::Syntax("an unknown escape")),
            (r#"\U0041""#, Reason::Syntax("an unknown escape")),
            (r#"\u+041""#, Reason::Syntax("an escape without four digits")),
            (r"\u004", Reason::Syntax("an escape without four digits")),
            (r"\", Reason::Syntax("an unknown escape")),
            (r#"\""#, Reason::Syntax("a string without an end")),
            ("a\nb\"", Reason::Syntax("a control character in a string")),
            ("\0\"", Reason::Syntax("a control character in a string")),
        ] {
            assert_eq!(scan(raw.as_bytes()).map_err(|(reason, _)| reason), Err(reason), "{raw}");
        }
    }
}

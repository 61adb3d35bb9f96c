//! Strings in a spelling that every version of the grammar reads as the same value.
//!
//! - Block strings become quoted strings of their value: how indentation is removed is then nobody's question any more.
//! - `\u{…}` (September 2025) becomes `\uXXXX`, or the character itself when it lies beyond U+FFFF.
//! - A surrogate pair `\uD83D\uDE00` becomes the character itself: readers of the older grammar decode each half alone, and not all
//!   of them put the halves together.
//! - Control characters become escapes: the older grammar does not allow them raw.
//!
//! Everything else stays as the client wrote it.

use super::writer::Writer;
use crate::parser::{ValueKind, string_value, unicode_escape};

/// Appends the string or block string token `raw`, quotes included.
pub(super) fn print(kind: ValueKind, raw: &str, writer: &mut Writer<'_>) {
    let out = writer.out_for_word();
    if kind == ValueKind::Block {
        out.push('"');
        push_value(&string_value(kind, raw), out);
        out.push('"');
    } else {
        push_respelled(raw, out);
    }
}

/// Appends a value as the content of a quoted string.
fn push_value(value: &str, out: &mut String) {
    for scalar in value.chars() {
        match scalar {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            _ if is_control(scalar) => push_control(scalar, out),
            _ => out.push(scalar),
        }
    }
}

/// Copies a quoted string, respelling what older readers do not read alike.
fn push_respelled(raw: &str, out: &mut String) {
    let mut rest = raw;
    while let Some((plain, special)) =
        rest.find(|scalar| scalar == '\\' || is_control(scalar)).and_then(|at| rest.split_at_checked(at))
    {
        out.push_str(plain);
        rest = special.get(push_special(special, out)..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// Appends the escape sequence or control character at the beginning of `special`; answers with its length.
fn push_special(special: &str, out: &mut String) -> usize {
    let Some(sequence) = special.strip_prefix('\\') else {
        special.chars().take(1).for_each(|control| push_control(control, out));
        return 1;
    };
    let (scalar, length) = match unicode_escape(special.as_bytes()) {
        Some(read) if sequence.starts_with('u') => read,
        _ => (' ', 2),
    };
    if sequence.starts_with("u{") && scalar <= '\u{FFFF}' {
        push_hex(scalar, out);
    } else if scalar > '\u{FFFF}' {
        out.push(scalar);
    } else {
        // Letters and four digits: every version reads them.
        out.push_str(special.get(..length).unwrap_or_default());
    }
    length
}

/// Characters that the grammar of June 2018 does not allow in a string (SourceCharacter); it allows tabs.
fn is_control(scalar: char) -> bool {
    scalar < ' ' && scalar != '\t'
}

fn push_control(control: char, out: &mut String) {
    match control {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        _ => push_hex(control, out),
    }
}

/// `\uXXXX` for a character up to U+FFFF.
fn push_hex(scalar: char, out: &mut String) {
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        out.extend(char::from_digit((u32::from(scalar) >> shift) & 0xF, 16));
    }
}

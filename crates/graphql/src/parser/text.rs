//! The value a string literal stands for (GraphQL §2.9.4): escapes resolved, block strings without their common indentation.

use std::borrow::Cow;

use super::document::ValueKind;
use super::literal::unicode_escape;

/// The value of the string or block string token `raw`, quotes included. A token of another kind stands for itself. Total: what no
/// parsed document contains (an unknown escape, a missing quote) is taken literally.
pub fn string_value(kind: ValueKind, raw: &str) -> Cow<'_, str> {
    match kind {
        ValueKind::String if !raw.contains('\\') => Cow::Borrowed(content(raw, "\"")),
        ValueKind::String | ValueKind::Block => {
            let mut value = String::with_capacity(raw.len());
            append_string_value(kind, raw, &mut value);
            Cow::Owned(value)
        }
        _ => Cow::Borrowed(raw),
    }
}

/// Appends the value of the token `raw` to `value`; see [`string_value`].
pub fn append_string_value(kind: ValueKind, raw: &str, value: &mut String) {
    match kind {
        ValueKind::String => append_quoted(content(raw, "\""), value),
        ValueKind::Block => append_block(content(raw, "\"\"\""), value),
        _ => value.push_str(raw),
    }
}

/// What stands between the quotes.
fn content<'a>(raw: &'a str, quotes: &str) -> &'a str {
    raw.strip_prefix(quotes).and_then(|rest| rest.strip_suffix(quotes)).unwrap_or(raw)
}

fn append_quoted(content: &str, value: &mut String) {
    let mut rest = content;
    while let Some((plain, escape)) = rest.find('\\').and_then(|at| rest.split_at_checked(at)) {
        value.push_str(plain);
        let (scalar, length) = escaped(escape);
        value.push(scalar);
        rest = escape.get(length..).unwrap_or_default();
    }
    value.push_str(rest);
}

/// The scalar value and the length of the escape sequence at the beginning of `escape`.
fn escaped(escape: &str) -> (char, usize) {
    match escape.as_bytes().get(1) {
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{C}', 2),
        Some(b'n') => ('\n', 2),
        Some(b'r') => ('\r', 2),
        Some(b't') => ('\t', 2),
        Some(&literal @ (b'"' | b'\\' | b'/')) => (char::from(literal), 2),
        Some(b'u') => unicode_escape(escape.as_bytes()).unwrap_or(('\\', 1)),
        _ => ('\\', 1),
    }
}

/// BlockStringValue(): common indentation of all lines but the first is removed, then blank lines at both ends.
fn append_block(content: &str, value: &mut String) {
    let filled = || lines(content).enumerate().filter(|(_, line)| !is_blank(line));
    let indent = filled().filter(|(number, _)| *number > 0).map(|(_, line)| indentation(line)).min().unwrap_or(0);
    let (Some((first, _)), Some((last, _))) = (filled().next(), filled().last()) else {
        return;
    };
    for (number, line) in lines(content).enumerate().take(last.saturating_add(1)).skip(first) {
        if number > first {
            value.push('\n');
        }
        // A blank line may be shorter than the indentation; nothing is left of it then.
        append_unescaped(if number == 0 { line } else { line.get(indent..).unwrap_or_default() }, value);
    }
}

/// Appends a line of a block string, in which `\"""` alone is an escape.
fn append_unescaped(line: &str, value: &mut String) {
    for (number, part) in line.split("\\\"\"\"").enumerate() {
        if number > 0 {
            value.push_str("\"\"\"");
        }
        value.push_str(part);
    }
}

/// Lines of a block string: ended by line feed, carriage return, or both (LineTerminator, GraphQL §2.1.3).
fn lines(content: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(content);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some((line, terminated)) = text.find(['\n', '\r']).and_then(|at| text.split_at_checked(at)) else {
            rest = None;
            return Some(text);
        };
        let skip = if terminated.starts_with("\r\n") { 2 } else { 1 };
        rest = terminated.get(skip..);
        Some(line)
    })
}

/// Spaces and tabs alone.
fn is_blank(line: &str) -> bool {
    indentation(line) == line.len()
}

/// Leading spaces and tabs.
fn indentation(line: &str) -> usize {
    line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

//! Where tokens of more than a name or a byte end: comments, spreads, numbers, strings (GraphQL §2.1.5 to §2.9.4).
//!
//! Each function gets the text from the first byte of the token on, and answers with kind and what follows the token, or else with
//! the text from the byte on that cannot stand there. Values are not decoded here; see [`super::text`].

use memchr::memchr2;

use super::class::continues_name;
use super::lexer::Token;

/// Kind of a token and the text after it, or the text from the offending byte on.
type Read<'a> = Result<(Token, &'a [u8]), &'a [u8]>;

/// The text after the comments, byte order marks and blanks that `text` begins with (GraphQL §2.1.2, Ignored). A byte order mark is
/// ignored between any two tokens, not only at the beginning of a document.
pub(super) fn after_ignored(text: &[u8]) -> &[u8] {
    let mut rest = text;
    loop {
        rest = match rest {
            [b' ' | b'\t' | b'\n' | b'\r' | b',', after @ ..] | [0xEF, 0xBB, 0xBF, after @ ..] => after,
            [b'#', comment @ ..] => {
                let length = memchr2(b'\n', b'\r', comment).unwrap_or(comment.len());
                comment.get(length..).unwrap_or_default()
            }
            _ => return rest,
        }
    }
}

/// `...`
pub(super) fn spread(text: &[u8]) -> Read<'_> {
    text.strip_prefix(b"...").map(|after| (Token::Spread, after)).ok_or(text)
}

/// IntValue, FloatValue (GraphQL §2.9.1, §2.9.2), with the lookahead that keeps `1x`, `0x1` and `1.2.3` from being two tokens.
pub(super) fn number(text: &[u8]) -> Read<'_> {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let mut rest = match unsigned {
        [b'0', after @ ..] => after,
        _ => digits(unsigned)?,
    };
    let mut token = Token::Int;
    if let [b'.', fraction @ ..] = rest {
        token = Token::Float;
        rest = digits(fraction)?;
    }
    if let [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] = rest {
        token = Token::Float;
        rest = digits(exponent)?;
    }
    match rest {
        [b'.', ..] => Err(rest),
        [byte, ..] if continues_name(*byte) => Err(rest),
        _ => Ok((token, rest)),
    }
}

/// The text after one digit or more.
fn digits(text: &[u8]) -> Result<&[u8], &[u8]> {
    let mut rest = text;
    while let [b'0'..=b'9', after @ ..] = rest {
        rest = after;
    }
    if rest.len() == text.len() { Err(text) } else { Ok(rest) }
}

/// StringValue (GraphQL §2.9.4), quoted or block.
pub(super) fn string(text: &[u8]) -> Read<'_> {
    match text {
        [b'"', b'"', b'"', content @ ..] => block(content).map(|after| (Token::Block, after)),
        [_, content @ ..] => quoted(content).map(|after| (Token::String, after)),
        [] => Err(text),
    }
}

/// The text after the quoted string that begins with `content`. Any scalar value may stand in it but `"`, `\` and line terminators.
fn quoted(content: &[u8]) -> Result<&[u8], &[u8]> {
    let mut rest = content;
    loop {
        rest = match rest {
            [b'"', after @ ..] => return Ok(after),
            [b'\\', ..] => after_escape(rest)?,
            [] | [b'\n' | b'\r', ..] => return Err(rest),
            [_, after @ ..] => after,
        }
    }
}

/// The text after the escape sequence that `text` begins with.
fn after_escape(text: &[u8]) -> Result<&[u8], &[u8]> {
    match text {
        [_, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', after @ ..] => Ok(after),
        [_, b'u', ..] => unicode_escape(text).and_then(|(_, length)| text.get(length..)).ok_or(text),
        _ => Err(text),
    }
}

/// The text after the block string that begins with `content`. Only `\"""` escapes.
fn block(content: &[u8]) -> Result<&[u8], &[u8]> {
    let mut rest = content;
    loop {
        let found = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        rest = match rest.get(found..).unwrap_or_default() {
            [b'"', b'"', b'"', after @ ..] => return Ok(after),
            [b'\\', b'"', b'"', b'"', after @ ..] | [_, after @ ..] => after,
            [] => return Err(&[]),
        }
    }
}

/// The scalar value and the length in bytes of the `\u` escape at the beginning of `rest`; none for a value that is no scalar value, as
/// a surrogate without its other half, or beyond U+10FFFF (EscapedUnicode).
pub(crate) fn unicode_escape(rest: &[u8]) -> Option<(char, usize)> {
    if rest.get(2) == Some(&b'{') {
        return braced_escape(rest);
    }
    let first = four_digits(rest)?;
    if let Some(scalar) = char::from_u32(first) {
        return Some((scalar, 6));
    }
    if !(0xD800..0xDC00).contains(&first) {
        return None;
    }
    let second = rest.get(6..).filter(|pair| pair.starts_with(b"\\u")).and_then(four_digits)?;
    let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
    let scalar = 0x1_0000_u32.checked_add((first & 0x3FF) << 10)?.checked_add(low)?;
    char::from_u32(scalar).map(|scalar| (scalar, 12))
}

/// `\u{` HexDigit+ `}`. The grammar does not limit how many zeros lead.
fn braced_escape(rest: &[u8]) -> Option<(char, usize)> {
    let digits = rest.get(3..)?;
    let count = digits.iter().position(|byte| !byte.is_ascii_hexdigit()).filter(|count| *count > 0)?;
    let mut value: u32 = 0;
    for &digit in digits.get(..count)? {
        value = value.checked_mul(16)?.checked_add(char::from(digit).to_digit(16)?)?;
    }
    let closed = digits.get(count) == Some(&b'}');
    char::from_u32(value).filter(|_| closed).map(|scalar| (scalar, count.saturating_add(4)))
}

/// `\u` and four hexadecimal digits at the beginning of `rest`.
fn four_digits(rest: &[u8]) -> Option<u32> {
    rest.get(2..6)?.iter().try_fold(0_u32, |value, &digit| Some(value << 4 | char::from(digit).to_digit(16)?))
}

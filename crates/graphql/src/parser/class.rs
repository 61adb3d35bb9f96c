//! Byte classes: which token a byte begins, and which bytes continue a name. Two tables instead of many comparisons.

use super::lexer::Token;

static TOKENS: [Token; 256] = tokens();
static NAME_BYTES: [bool; 256] = name_bytes();

/// The token that `byte` begins, outside of strings and comments (GraphQL §2.1): [`Token::Int`] for any number, [`Token::String`] for any
/// string, [`Token::Fault`] if there is none.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "a byte cannot leave a table of 256 entries")]
#[expect(clippy::inline_always, reason = "Perf: one load per byte of input; a call would cost more than the work")]
pub(super) fn begins(byte: u8) -> Token {
    TOKENS[byte as usize]
}

/// Whether `byte` continues a name (GraphQL §2.1.9, NameContinue).
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "a byte cannot leave a table of 256 entries")]
#[expect(clippy::inline_always, reason = "Perf: one load per byte of input; a call would cost more than the work")]
pub(super) fn continues_name(byte: u8) -> bool {
    NAME_BYTES[byte as usize]
}

#[expect(clippy::indexing_slicing, reason = "evaluated while compiling; the index runs over the table")]
const fn tokens() -> [Token; 256] {
    let mut table = [Token::Fault; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = token_of(byte as u8);
        byte += 1;
    }
    table
}

const fn token_of(byte: u8) -> Token {
    match byte {
        b' ' | b'\t' | b'\n' | b'\r' | b',' => Token::Blank,
        // A comment, and the first byte of U+FEFF.
        b'#' | 0xEF => Token::Ignored,
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => Token::Name,
        b'0'..=b'9' | b'-' => Token::Int,
        b'"' => Token::String,
        b'.' => Token::Spread,
        b'{' => Token::BraceOpen,
        b'}' => Token::BraceClose,
        b'(' => Token::ParenOpen,
        b')' => Token::ParenClose,
        b'[' => Token::BracketOpen,
        b']' => Token::BracketClose,
        b':' => Token::Colon,
        b'=' => Token::Equals,
        b'!' => Token::Bang,
        b'$' => Token::Dollar,
        b'@' => Token::At,
        // No rule of an executable document has these two.
        b'&' => Token::Ampersand,
        b'|' => Token::Pipe,
        _ => Token::Fault,
    }
}

#[expect(clippy::indexing_slicing, reason = "evaluated while compiling; the index runs over the table")]
const fn name_bytes() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    table
}

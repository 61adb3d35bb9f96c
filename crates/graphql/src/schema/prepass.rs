//! Before the SDL front end reads a text: bounds, two forms it does not know, and one word it does not tell of.
//!
//! The front end recurses with the nesting of brackets; deep default values would exhaust the stack. So our own lexer reads the text first
//! and counts. Two forms of the grammar it does not know are taken out and read here: the description of `schema` (GraphQL §3.3), and
//! `extend interface … implements …` without body (§3.7.1). What is taken out becomes blanks, so that every position
//! stays. And which directives are `repeatable` is read here, because the front end says so of all of them.

use std::collections::BTreeSet;

use portcullis_inspect::Span;

use super::draft::{Named, Place, TypeDraft, Unread};
use super::table::TypeKind;
use crate::parser::lexer::{Lexer, Token};
use crate::parser::{FaultCode, ParseLimits, text_of};

/// What reading a schema may use up.
const LIMITS: ParseLimits = ParseLimits { tokens: 8_000_000, nesting: 100, name_bytes: 1_000 };

/// A text ready for the front end, and what was taken out of it.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The text; empty when nothing is left to read.
    pub(super) text: String,
    pub(super) extensions: Vec<TypeDraft>,
    /// Names of directives that may stand twice at one place.
    pub(super) repeatable: BTreeSet<String>,
}

/// A token outside of all brackets.
type Outer = (Token, Span);

/// Reads the tokens of `text`, source number `source`.
pub(super) fn prepare(source: u32, text: &str) -> Result<Prepared, Unread> {
    let outer = outer_tokens(text)?;
    let mut blanks = Vec::new();
    let mut extensions = Vec::new();
    let mut repeatable = BTreeSet::new();
    let mut kept = outer.len();
    for at in 0..outer.len() {
        if let Some(span) = description_of_schema(text, &outer, at) {
            blanks.push(span);
        }
        repeatable.extend(repeatable_directive(text, &outer, at).map(str::to_owned));
        if let Some((extension, length, span)) = bare_extension(source, text, &outer, at) {
            extensions.push(extension);
            blanks.push(span);
            kept = kept.saturating_sub(length);
        }
    }
    let text = if kept == 0 { String::new() } else { blanked(text, &blanks) };
    Ok(Prepared { text, extensions, repeatable })
}

fn outer_tokens(text: &str) -> Result<Vec<Outer>, Unread> {
    let mut lexer = Lexer::new(text, &LIMITS);
    let mut outer = Vec::new();
    let mut depth: u32 = 0;
    let mut opened = Span::default();
    loop {
        lexer.advance();
        match lexer.token {
            Token::End if depth > 0 => {
                return Err(Unread { span: Some(opened), what: "the bracket that opens here is not closed", help: None });
            }
            Token::End => return Ok(outer),
            Token::Fault => {
                let fault = lexer.unexpected();
                let what = match fault.code {
                    FaultCode::NestingExceeded => "the schema nests brackets deeper than 100",
                    FaultCode::TokensExceeded => "the schema has more than eight million tokens",
                    FaultCode::NameTooLong => "a name is longer than 1,000 bytes",
                    FaultCode::SyntaxError => "this is no token of GraphQL",
                };
                return Err(Unread { span: Some(fault.span), what, help: None });
            }
            Token::BraceClose | Token::ParenClose | Token::BracketClose => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            outer.push((lexer.token, lexer.span()));
        }
        if let Token::BraceOpen | Token::ParenOpen | Token::BracketOpen = lexer.token {
            if depth == 0 {
                opened = lexer.span();
            }
            depth = depth.saturating_add(1);
        }
    }
}

fn word<'t>(text: &'t str, outer: &[Outer], at: usize) -> Option<&'t str> {
    outer.get(at).filter(|(token, _)| *token == Token::Name).map(|(_, span)| text_of(text, *span))
}

/// Description : a string before `schema`.
fn description_of_schema(text: &str, outer: &[Outer], at: usize) -> Option<Span> {
    let (token, span) = outer.get(at)?;
    let described = matches!(token, Token::String | Token::Block) && word(text, outer, at.saturating_add(1)) == Some("schema");
    described.then_some(*span)
}

/// DirectiveDefinition : Description? directive @ Name ArgumentsDefinition? repeatable on DirectiveLocations
fn repeatable_directive<'t>(text: &'t str, outer: &[Outer], at: usize) -> Option<&'t str> {
    let token = |offset: usize| outer.get(at.saturating_add(offset)).map(|(token, _)| *token);
    if word(text, outer, at) != Some("directive") || token(1) != Some(Token::At) {
        return None;
    }
    // Of arguments, which stand within brackets, two tokens show.
    let after = if token(3) == Some(Token::ParenOpen) { 5 } else { 3 };
    let repeatable = word(text, outer, at.saturating_add(after)) == Some("repeatable");
    word(text, outer, at.saturating_add(2)).filter(|_| repeatable)
}

/// `InterfaceTypeExtension : extend interface Name ImplementsInterfaces` where no `@` or `{` follows
fn bare_extension(source: u32, text: &str, outer: &[Outer], at: usize) -> Option<(TypeDraft, usize, Span)> {
    let next = |offset: usize| word(text, outer, at.saturating_add(offset));
    if next(0) != Some("extend") || next(1) != Some("interface") || next(3) != Some("implements") || is_name_here(text, outer, at) {
        return None;
    }
    let named = |index: usize| {
        let name = word(text, outer, index)?;
        let (_, span) = outer.get(index)?;
        Some(Named { name: name.to_owned(), place: Place { source, span: *span } })
    };
    let mut extension = TypeDraft::new(named(at.saturating_add(2))?, TypeKind::Interface, true);
    let mut end = at.saturating_add(4);
    loop {
        if outer.get(end).is_some_and(|(token, _)| *token == Token::Ampersand) {
            end = end.saturating_add(1);
        }
        extension.interfaces.push(named(end)?);
        end = end.saturating_add(1);
        match outer.get(end).map(|(token, _)| *token) {
            Some(Token::Ampersand) => {}
            Some(Token::At | Token::BraceOpen) => return None,
            _ => break,
        }
    }
    let (_, first) = outer.get(at)?;
    let (_, last) = outer.get(end.saturating_sub(1))?;
    Some((extension, end.saturating_sub(at), Span::new(first.start, last.end)))
}

/// Whether `extend` is a name at this place, as in `type extend`.
fn is_name_here(text: &str, outer: &[Outer], at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    let after_word = matches!(
        word(text, outer, before),
        Some("type" | "interface" | "scalar" | "enum" | "input" | "union" | "implements" | "extend")
    );
    let after_sign =
        outer.get(before).is_some_and(|(token, _)| matches!(token, Token::Ampersand | Token::Pipe | Token::At | Token::Equals));
    after_word || after_sign
}

/// `text` with blanks in place of `spans`; line ends stay.
fn blanked(text: &str, spans: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for span in spans {
        let (start, end) = (span.start as usize, span.end as usize);
        out.push_str(text.get(from..start).unwrap_or_default());
        let blank = |byte: u8| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' };
        out.extend(text.get(start..end).unwrap_or_default().bytes().map(blank));
        from = end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    if out.starts_with('\u{FEFF}') {
        out.replace_range(0..3, "   ");
    }
    out
}

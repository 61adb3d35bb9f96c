//! JSON. The input is a text.

use portcullis_json::{Bounds, Document, Kind, Reason, Value};
use serde_json::Value as Theirs;

/// Levels both readers follow.
const DEPTH: usize = 100;

/// Accepted means: the second reader reads the same tree, and what is written again keeps every token. Refused by the second reader
/// means refused by us; refused by us alone has one of few reasons.
pub(crate) fn body(input: &[u8]) {
    let bounds = Bounds { depth: DEPTH, ..Bounds::default() };
    let mut document = Document::new();
    let ours = document.read(input, &bounds);
    let theirs: Result<Theirs, _> = serde_json::from_slice(input);
    match (ours, theirs) {
        (Ok(()), Ok(theirs)) => {
            let root = document.root(input).expect("a value was read");
            same(&root, &theirs);
            written(&root, input, &bounds);
        }
        // The second reader rounds numbers next to the largest double up, and out of range.
        (Ok(()), Err(error)) if error.to_string().starts_with("number out of range") => {
            let numbers = tokens(std::str::from_utf8(input).unwrap()).into_iter().filter_map(|token| token.parse::<f64>().ok());
            assert!(numbers.into_iter().any(|number| number.is_finite() && number.abs() > 1.797e308), "{error}");
        }
        (Ok(()), Err(error)) => panic!("the second reader refuses what was accepted: {error}"),
        (Err(fault), theirs) => {
            assert!(document.is_empty() && document.root(input).is_none());
            assert!(fault.span.start as usize <= input.len());
            let ours_alone = !matches!(
                fault.reason,
                Reason::Syntax(_) | Reason::TrailingData | Reason::NotUtf8 | Reason::ByteOrderMark | Reason::LoneSurrogate
            );
            assert!(theirs.is_err() || ours_alone, "{fault:?} in what the second reader accepts");
        }
    }
}

/// The trees are equal. Members in the second tree are in another order; names occur once, or they would not have been accepted.
fn same(ours: &Value<'_>, theirs: &Theirs) {
    match (ours.kind(), theirs) {
        (Kind::Null, Theirs::Null) => {}
        (Kind::Bool(one), Theirs::Bool(other)) => assert_eq!(one, *other),
        (Kind::Number, Theirs::Number(number)) => same_number(std::str::from_utf8(ours.raw()).unwrap(), number),
        (Kind::String, Theirs::String(text)) => assert_eq!(ours.as_str().as_deref(), Some(text.as_str())),
        (Kind::Array, Theirs::Array(items)) => {
            assert_eq!(ours.items().count(), items.len());
            ours.items().zip(items).for_each(|(one, other)| same(&one, other));
        }
        (Kind::Object, Theirs::Object(members)) => {
            assert_eq!(ours.members().count(), members.len());
            for (name, value) in ours.members() {
                same(&value, &members[name.as_ref()]);
            }
        }
        (kind, other) => panic!("{kind:?} and {other}"),
    }
}

fn same_number(spelled: &str, number: &serde_json::Number) {
    let (one, other): (f64, f64) = (spelled.parse().unwrap(), number.as_f64().unwrap());
    // The second reader may miss the nearest double by a little.
    assert!((one - other).abs() <= one.abs() * 1e-14 || one.abs() < 1e-300, "{spelled} and {number}");
}

/// What is written holds the same tokens as what came, and reads and writes the same.
fn written(root: &Value<'_>, input: &[u8], bounds: &Bounds) {
    let mut out = Vec::new();
    root.write(&mut out);
    let (came, goes) = (std::str::from_utf8(input).unwrap(), std::str::from_utf8(&out).unwrap());
    assert_eq!(tokens(came), tokens(goes));
    let mut again = Document::new();
    again.read(&out, bounds).unwrap_or_else(|fault| panic!("{fault:?} in what was written: {goes}"));
    let mut out_again = Vec::new();
    again.root(&out).unwrap().write(&mut out_again);
    assert_eq!(out, out_again);
}

/// Tokens of a valid text: strings by their meaning, everything else as spelled.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches(is_space);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            '[' | ']' | '{' | '}' | ':' | ',' => 1,
            _ => rest.find(|c| is_space(c) || "[]{}:,\"".contains(c)).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(length);
        tokens.push(if first == '"' { format!("\"{}", serde_json::from_str::<String>(token).unwrap()) } else { token.to_owned() });
        rest = after.trim_start_matches(is_space);
    }
    tokens
}

const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, octet) in text.bytes().enumerate().skip(1) {
        match octet {
            b'"' if !escaped => return at + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

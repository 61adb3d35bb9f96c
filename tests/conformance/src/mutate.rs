//! Documents that are almost right: tokens and characters of a document removed, doubled, swapped, replaced.

use crate::Random;

const PIECES: &[&str] = &[
    "{", "}", "(", ")", "[", "]", ":", "=", "!", "$", "@", "...", "&", "|", "\"", "\"\"\"", "\\", "\\\"\"\"", "\\u0041", "\\u{41}",
    "\\uD83D", "on", " ", "\n", "\r", ",", "#", "\u{feff}", "0", "1.5", "-1", "e9", ".", "a", "query", "fragment", "true", "null",
    "\"s\"", "\u{0}", "é", "😀", "$a", "@a", "a:", "...F",
];

/// `document` with one to four small changes; `other` lends tokens.
pub fn mutate(document: &str, other: &str, random: &mut Random) -> String {
    let mut text = document.to_owned();
    for _ in 0..=random.below(4) {
        text = if random.one_in(3) {
            change(characters(&text), characters(other), random)
        } else {
            change(tokens(&text), tokens(other), random)
        };
    }
    text
}

fn change<'a>(mut pieces: Vec<&'a str>, others: Vec<&'a str>, random: &mut Random) -> String {
    let at = random.below(pieces.len());
    let second = random.below(pieces.len());
    let lent = if random.one_in(2) { random.pick(PIECES) } else { random.pick(&others) }.unwrap_or("a");
    match random.below(6) {
        _ if pieces.is_empty() => pieces.push(lent),
        0 => drop(pieces.remove(at)),
        1 => pieces.swap(at, second),
        2 => pieces.insert(at, lent),
        3 => pieces.splice(at..=at, [lent]).for_each(drop),
        4 => {
            let copy: Vec<&str> = pieces.iter().copied().skip(at).take(1 + random.below(6)).collect();
            pieces.splice(second..second, copy).for_each(drop);
        }
        _ => {
            let end = (at + random.below(6)).min(pieces.len());
            pieces.drain(at..end).for_each(drop);
        }
    }
    pieces.concat()
}

fn characters(text: &str) -> Vec<&str> {
    text.split_inclusive(|_| true).collect()
}

/// A rough split: words, single other characters. What it gets wrong makes for more mutations.
fn tokens(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if first == '"' {
            rest.get(1..).and_then(|tail| tail.find('"')).map_or(1, |end| end + 2)
        } else if rest.starts_with("...") {
            3
        } else {
            first.len_utf8()
        };
        let (piece, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

//! Where async-graphql-parser 7.2 is known not to follow the grammar of September 2025, as far as a document shows it. The list is
//! complete in this sense: with none of these in a document, both readers accept or both refuse.

/// A known deviation, and whether a document (as tokens and as text) shows signs of it.
struct Deviation {
    why: &'static str,
    shows: fn(&[&str], &str) -> bool,
}

/// Documents of the grammar that it refuses. Looked for in what we print, which has fewer spellings than what came.
static REFUSES: &[Deviation] = &[
    Deviation {
        why: "directives of a variable are expected before its default value",
        shows: |tokens, _| tokens.contains(&"=") && tokens.contains(&"@"),
    },
    Deviation {
        why: "an enum value must not begin with `true`, `false` or `null`",
        shows: |tokens, _| tokens.iter().any(longer_literal),
    },
    Deviation { why: "numbers must fit a double", shows: |tokens, _| tokens.iter().any(|token| is_large_number(token)) },
];

/// Texts outside the grammar that it accepts.
static ACCEPTS: &[Deviation] = &[
    Deviation {
        why: "a keyword may be glued to the name after it: `queryA{b}`",
        shows: |tokens, _| tokens.iter().any(|token| glued(token, &["query", "mutation", "subscription", "fragment", "on"])),
    },
    Deviation {
        why: "a literal may be glued to the name after it: `[nullA]`",
        shows: |tokens, _| tokens.iter().any(longer_literal),
    },
    Deviation {
        why: "numbers may be glued to each other: `[00]`",
        shows: |tokens, _| tokens.iter().any(|token| is_odd_number(token)),
    },
    Deviation { why: "variable definitions may be empty: `query(){a}`", shows: |tokens, _| pair(tokens, "(", ")") },
    Deviation {
        why: "a fragment may be called `on`",
        shows: |tokens, _| pair(tokens, "fragment", "on") || pair(tokens, "...", "on"),
    },
    Deviation {
        why: "directives of a variable may hold variables",
        shows: |tokens, _| tokens.contains(&"@") && tokens.iter().filter(|token| **token == "$").count() > 1,
    },
    Deviation {
        why: "an unterminated block string may be read as an empty string and another",
        shows: |_, text| text.contains("\"\"\""),
    },
    Deviation { why: "strings may follow each other without space", shows: |_, text| text.contains("\"\"") },
];

/// Documents that it reads in another way when they are spelled in another way, or against the grammar.
static DIFFERS: &[Deviation] = &[
    Deviation {
        why: "enum values that begin with a literal become two values",
        shows: |tokens, _| tokens.iter().any(longer_literal),
    },
    Deviation { why: "escaped quotes in block strings are kept as they are", shows: |_, text| text.contains("\"\"\"") },
];

/// Whether the second reader may refuse what we accept.
pub(crate) fn explain_refusal(text: &str) -> bool {
    explained(REFUSES, text)
}

/// Whether the second reader may accept what we refuse.
pub(crate) fn explain_acceptance(text: &str) -> bool {
    explained(ACCEPTS, text)
}

/// Whether the second reader may read two spellings of one document in two ways.
pub(crate) fn explain_difference(text: &str) -> bool {
    explained(DIFFERS, text)
}

fn explained(list: &[Deviation], text: &str) -> bool {
    let tokens = tokens(text);
    list.iter().any(|deviation| !deviation.why.is_empty() && (deviation.shows)(&tokens, text))
}

fn glued(token: &str, words: &[&str]) -> bool {
    words.iter().any(|word| token.len() > word.len() && token.starts_with(word))
}

fn longer_literal(token: &&str) -> bool {
    glued(token, &["true", "false", "null"])
}

fn pair(tokens: &[&str], first: &str, second: &str) -> bool {
    tokens.windows(2).any(|window| window == [first, second])
}

fn is_number(token: &str) -> bool {
    token.starts_with(|c: char| c == '-' || c.is_ascii_digit())
}

fn is_large_number(token: &str) -> bool {
    is_number(token) && token.parse::<f64>().is_ok_and(f64::is_infinite)
}

/// Characters of numbers in a row that are not one number.
fn is_odd_number(token: &str) -> bool {
    is_number(token) && serde_json::from_str::<serde_json::Value>(token).is_err()
}

/// A rough split: names, runs of number characters, `...`, other characters. Comments are skipped, strings are one token.
fn tokens(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            '.' if rest.starts_with("...") => 3,
            '-' | '0'..='9' => rest.find(|c: char| !is_word(c) && !"+-.".contains(c)).unwrap_or(rest.len()),
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        if !matches!(first, '#' | ' ' | '\t' | '\r' | '\n' | ',' | '\u{feff}') {
            tokens.push(token);
        }
        rest = after;
    }
    tokens
}

//! `${NAME}` and `${NAME:-default}` in values, filled from the environment.
//!
//! Filling happens after the YAML was read, value by value, so a variable can never add keys or structure. Keys are not filled. `$${` is a
//! literal `${`. A variable that is not set, or set to nothing, needs a default: silence where a value was expected is a mistake.

use super::problem::{Collector, Draft, Fault};
use super::tree::{Content, Node, Scalar, shorten};

/// Reads one variable of the environment.
pub type Environment<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Bytes one value may grow to: a certificate chain fits, a mistake does not.
const VALUE_BYTES_MAX: usize = 64 * 1024;

/// Fills every value under `node`.
pub(super) fn fill(node: &mut Node, env: &Environment<'_>, problems: &mut Collector) {
    // Depth is bounded by the tree's own limit.
    match &mut node.content {
        Content::List(items) => items.iter_mut().for_each(|item| fill(item, env, problems)),
        Content::Map(entries) => entries.iter_mut().for_each(|entry| fill(&mut entry.value, env, problems)),
        Content::Scalar(scalar) if scalar.text.contains("${") => match filled(&scalar.text, env) {
            Ok((text, from_env)) => {
                scalar.from_env = from_env;
                scalar.filled = true;
                scalar.text = text;
            }
            Err(reason) => {
                problems.report(Draft::new(Fault::Environment, &node.span, reason.what).help(reason.help));
                lose(scalar);
            }
        },
        Content::Scalar(_) => {}
    }
}

fn lose(scalar: &mut Scalar) {
    scalar.lost = true;
    scalar.from_env = true;
}

/// Why a value cannot be filled. Holds names, never values.
#[derive(Debug)]
struct Unfilled {
    what: String,
    help: String,
}

impl Unfilled {
    fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: help.into() }
    }
}

/// The text with every `${…}` filled, and whether anything came from outside the file.
fn filled(text: &str, env: &Environment<'_>) -> Result<(String, bool), Unfilled> {
    let mut out = String::with_capacity(text.len());
    let mut from_env = false;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = after;
            continue;
        }
        let Some((inside, behind)) = after.split_once('}') else {
            return Err(Unfilled::new(
                "`${` has no closing brace",
                "write `${NAME}` or `${NAME:-default}`; `$${` is a literal `${`",
            ));
        };
        let (value, outside) = variable(inside, env)?;
        from_env |= outside;
        out.push_str(before);
        out.push_str(&value);
        rest = behind;
        if out.len() > VALUE_BYTES_MAX {
            return Err(Unfilled::new(format!("the filled value is larger than {VALUE_BYTES_MAX} bytes"), "name a file instead"));
        }
    }
    out.push_str(rest);
    Ok((out, from_env))
}

/// The value of `NAME` or `NAME:-default`, and whether it came from the environment.
fn variable(inside: &str, env: &Environment<'_>) -> Result<(String, bool), Unfilled> {
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inside, None),
    };
    let starts_well = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if !starts_well || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        let what = format!("`{}` is not the name of an environment variable", shorten(name));
        return Err(Unfilled::new(what, "names are letters, digits and `_`; write `${NAME}` or `${NAME:-default}`"));
    }
    match (env(name).filter(|value| !value.is_empty()), default) {
        (Some(value), _) => Ok((value, true)),
        (None, Some(default)) => Ok((default.to_owned(), false)),
        (None, None) => Err(Unfilled::new(
            format!("the environment variable `{}` is not set, or is empty", shorten(name)),
            format!("set it, or give a default: `${{{}:-…}}`", shorten(name)),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<String> {
        match name {
            "PORT" => Some("8080".to_owned()),
            "TRICK" => Some("${PORT}".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        }
    }

    #[test]
    fn fills_once_and_never_what_it_filled() {
        for (text, expected) in [
            ("127.0.0.1:${PORT}", "127.0.0.1:8080"),
            ("${PORT}${PORT}", "80808080"),
            ("${TRICK}", "${PORT}"),
            ("${NOPE:-9090}", "9090"),
            ("${NOPE:-}", ""),
            ("${EMPTY:-x}", "x"),
            ("${NOPE:-a:-b}", "a:-b"),
            ("$${PORT}", "${PORT}"),
            ("$$${PORT}", "$${PORT}"),
            ("$PORT $ {PORT}", "$PORT $ {PORT}"),
        ] {
            assert_eq!(filled(text, &env).unwrap().0, expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_it_cannot_fill() {
        for text in ["${NOPE}", "${EMPTY}", "${", "${PORT", "${}", "${:-x}", "${PORT-x}", "${1A}", "${A B}", "${Ä}", "${${PORT}}"]
        {
            assert!(filled(text, &env).is_err(), "{text}");
        }
    }

    #[test]
    fn knows_what_came_from_outside() {
        assert!(filled("${PORT}", &env).unwrap().1);
        assert!(!filled("${NOPE:-1}", &env).unwrap().1);
    }
}

//! The configuration as documentation, printed from what the loader itself goes by: the JSON Schema, the rows and the checks.
//!
//! `docs/reference/*` and `docs/limits.md` are these texts; a test compares them, and `UPDATE=1 cargo test` writes them anew.

use std::collections::VecDeque;
use std::fmt::Write as _;

use portcullis_inspect::{Acts, CheckSpec, LimitSpec};
use serde_json::Value;

use super::limits::{sentence, spell, unit};
use super::shape::constants;
use super::spelled::format_of;
use super::{Known, schema};

/// One generated file: its path in the repository, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Path from the root of the repository.
    pub path: &'static str,
    /// The whole text.
    pub text: String,
}

/// Every generated file.
pub fn documents(known: &Known<'_>) -> Vec<Document> {
    vec![
        Document { path: "docs/reference/config.schema.json", text: json_schema(known) },
        Document { path: "docs/reference/configuration.md", text: configuration(known) },
        Document { path: "docs/reference/checks.md", text: checks(known) },
        Document { path: "docs/limits.md", text: limits(known) },
    ]
}

/// The JSON Schema of a configuration file, for editors.
pub fn json_schema(known: &Known<'_>) -> String {
    // A tree of strings and numbers always prints.
    serde_json::to_string_pretty(&schema::of(known)).unwrap_or_default() + "\n"
}

const CONFIGURATION: &str = "# Configuration

<!-- Generated from the types in src/config. Change them, then run `UPDATE=1 cargo test config`. -->

One YAML file. Every key is below; a key that is not is refused, and so are a value of the wrong type, a number without its unit, a file that
is missing and settings that contradict each other. All problems are reported at once, each with its place and what was probably meant.
`config.schema.json` beside this page lets an editor do part of that while you type.

- A **duration** carries its unit: `500ms`, `10s`, `2m`, `1h`. A **size** is bytes or carries a binary unit: `512`, `64KiB`, `2MiB`.
- **Paths of files** start at the folder of the configuration file.
- `${NAME}` in a value is filled from the environment, `${NAME:-default}` with a default; `$${` is a literal `${`. A variable can only be a
  value: it never adds keys.
- Anchors, aliases, tags, merge keys and a second document are not read, and a key stands once.
- Services are tried in the order of the file; the first whose hosts and paths fit answers.

";

fn configuration(known: &Known<'_>) -> String {
    let schema = schema::of(known);
    let mut text = CONFIGURATION.to_owned();
    let mut sections = VecDeque::from([(String::new(), &schema)]);
    while let Some((path, section)) = sections.pop_front() {
        let title = if path.is_empty() { "The file".to_owned() } else { format!("`{path}`") };
        put(
            &mut text,
            format_args!("## {title}\n\n{}| key | value | default | meaning |\n| --- | --- | --- | --- |\n", about(section, &path)),
        );
        for (key, property) in sorted(section) {
            let resolved = resolve(property, &schema);
            let need = if is_required(section, key) { "required".to_owned() } else { default(property) };
            let meaning = escape(description(property).or(description(resolved)).unwrap_or_default());
            let value = match key {
                "limits" => "mapping of [limits](../limits.md) to values".to_owned(),
                "checks" => "mapping of [checks](checks.md) to modes".to_owned(),
                _ => escape(&kind(resolved, &schema)),
            };
            put(&mut text, format_args!("| `{key}` | {value} | {need} | {meaning} |\n"));
            let inner = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            sections.extend(nested(&inner, resolved, &schema));
        }
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

fn about(section: &Value, path: &str) -> String {
    match description(section) {
        Some(text) if !path.is_empty() => format!("{}\n\n", text.replace('\n', " ")),
        _ => String::new(),
    }
}

/// The keys of a section: what must be there first, then by name.
fn sorted(section: &Value) -> Vec<(&str, &Value)> {
    let properties = section.get("properties").and_then(Value::as_object).into_iter().flatten();
    let mut keys: Vec<(&str, &Value)> = properties.map(|(key, value)| (key.as_str(), value)).collect();
    keys.sort_by_key(|(key, _)| (!is_required(section, key), *key));
    keys
}

fn is_required(section: &Value, key: &str) -> bool {
    section.get("required").and_then(Value::as_array).is_some_and(|required| required.iter().any(|name| name == key))
}

fn description(schema: &Value) -> Option<&str> {
    schema.get("description").and_then(Value::as_str)
}

fn default(property: &Value) -> String {
    match property.get("default") {
        None => String::new(),
        Some(Value::Object(map)) if map.is_empty() => String::new(),
        Some(Value::String(word)) => format!("`{word}`"),
        Some(other) => format!("`{other}`"),
    }
}

fn resolve<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str).and_then(|path| root.pointer(path.trim_start_matches('#'))) {
        Some(target) => target,
        None => schema,
    }
}

/// Sections below a key: a mapping, the mapping among alternatives, or the mappings of a list. Rows and checks have pages of their own.
fn nested<'a>(path: &str, schema: &'a Value, root: &'a Value) -> Option<(String, &'a Value)> {
    if path.ends_with("limits") || path.ends_with("checks") {
        return None;
    }
    if schema.get("properties").is_some() {
        return Some((path.to_owned(), schema));
    }
    if let Some(items) = schema.get("items") {
        return nested(&format!("{path}[]"), resolve(items, root), root);
    }
    let alternatives = schema.get("anyOf").and_then(Value::as_array)?;
    alternatives.iter().find_map(|alternative| nested(path, resolve(alternative, root), root))
}

/// Longest list of words that is written out; longer ones are lists of checks, which have a page of their own.
const WORDS_MAX: usize = 10;

/// What is written there, in words.
fn kind(schema: &Value, root: &Value) -> String {
    if let Some(words) = constants(schema) {
        if words.len() > WORDS_MAX {
            return "name of a [check](checks.md) or a [limit](../limits.md)".to_owned();
        }
        return words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    }
    if let Some(alternatives) = schema.get("anyOf").and_then(Value::as_array) {
        return alternatives.iter().map(|alternative| kind(resolve(alternative, root), root)).collect::<Vec<_>>().join(", or ");
    }
    if let Some(format) =
        schema.get("format").and_then(Value::as_str).filter(|name| name.starts_with("portcullis-")).and_then(format_of)
    {
        return format.words.to_owned();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => {
            let items = schema.get("items").map(|items| kind(resolve(items, root), root)).unwrap_or_default();
            format!("list of: {items}")
        }
        Some("boolean") => "`true`, `false`".to_owned(),
        Some("integer") => match (schema.get("minimum"), schema.get("maximum")) {
            (Some(least), Some(most)) => format!("whole number, {least} to {most}"),
            _ => "whole number".to_owned(),
        },
        Some("object") => "mapping".to_owned(),
        _ => "text".to_owned(),
    }
}

const LIMITS: &str = "# Limits

<!-- Generated from the rows of the engines. Change them there, then run `UPDATE=1 cargo test config`. -->

Every loop, buffer, depth, count and wait that a client can influence has a row here, and every row is on by default. A row of the process is
set under `limits`, a row of a protocol under `services[].limits`; no value goes beyond its ceiling. What acts *while reading* stops the
reading, so nothing beyond it is understood; what acts *on the fact* weighs a number that was measured in full, and can be set to `monitor`;
what acts *in the shell* bounds connections, times and memory.

";

fn limits(known: &Known<'_>) -> String {
    let mut text = LIMITS.to_owned();
    rows(&mut text, "The process", known.process_rows());
    rows(&mut text, "Every service", known.service_limits.iter().flat_map(|table| table.iter()));
    for protocol in known.protocols() {
        let shared: Vec<&str> = known.service_limits.iter().flat_map(|table| table.iter()).map(|row| row.name).collect();
        rows(
            &mut text,
            &format!("Services of protocol `{protocol}`"),
            known.service_rows(protocol).filter(|row| !shared.contains(&row.name)),
        );
    }
    text.trim_end().to_owned() + "\n"
}

fn rows<'a>(text: &mut String, title: &str, rows: impl Iterator<Item = &'a LimitSpec>) {
    put(text, format_args!("## {title}\n\n| row | counts | default | ceiling | acts | code | bounds, and why |\n"));
    text.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
    for row in rows {
        let acts = match row.acts {
            Acts::WhileReading => "while reading",
            Acts::OnFact => "on the fact",
            Acts::InTheShell => "in the shell",
        };
        let (default, ceiling) = (spell(row.quantity, row.default), spell(row.quantity, row.ceiling));
        let meaning = escape(&format!("{} {}", sentence(row.bounds), sentence(row.why)));
        let (name, code) = (row.name, row.code);
        put(text, format_args!("| `{name}` | {} | {default} | {ceiling} | {acts} | `{code}` | {meaning} |\n", unit(row.quantity)));
    }
    text.push('\n');
}

const CHECKS: &str = "# Checks

<!-- Generated from the checks of the engines. Change them there, then run `UPDATE=1 cargo test config`. -->

What is refused beside the limits. A check that *yields* can be set to `monitor` or `off` under `services[].checks` and can have exceptions;
one that does not is always enforced, because what it refuses was not understood or would break the proxy itself. Limits that act on a fact
are checks too, under their own name.

";

fn checks(known: &Known<'_>) -> String {
    let mut text = CHECKS.to_owned();
    let shared: Vec<&CheckSpec> = known.service_checks.iter().flat_map(|table| table.iter()).collect();
    table(&mut text, "Every service", shared.iter().copied(), known);
    for protocol in known.protocols() {
        let own = known.service_checks(protocol).filter(|check| !shared.iter().any(|common| common.name == check.name));
        table(&mut text, &format!("Services of protocol `{protocol}`"), own, known);
    }
    text.trim_end().to_owned() + "\n"
}

fn table<'a>(text: &mut String, title: &str, checks: impl Iterator<Item = &'a CheckSpec>, known: &Known<'_>) {
    let mut checks = checks.peekable();
    if checks.peek().is_none() {
        return;
    }
    put(text, format_args!("## {title}\n\n| check | refuses | default | yields | codes |\n| --- | --- | --- | --- | --- |\n"));
    for check in checks {
        let default = if known.off.contains(&check.name) { "off" } else { "enforce" };
        let yields = if check.yields { "yes" } else { "no" };
        let codes = check.codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(" ");
        put(text, format_args!("| `{}` | {} | {default} | {yields} | {codes} |\n", check.name, escape(&sentence(check.refuses))));
    }
    text.push('\n');
}

/// Writing to a `String` does not fail.
fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(arguments);
}

/// One cell of a table.
fn escape(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}

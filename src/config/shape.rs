//! The tree against the JSON Schema: unknown keys, missing keys, wrong types and bad scalars, all of them, each at its place.
//!
//! Reads the part of JSON Schema that the settings' types generate, and nothing more: `$ref`, `properties`, `additionalProperties`,
//! `required`, `items`, `minItems`, `maxItems`, `type`, `const`, `enum`, `oneOf`/`anyOf`, `minimum`, `maximum`, `minLength` and the formats of
//! [`super::spelled`]. `every_schema_word_is_read` fails when the types start to generate something else.

use std::ops::Range;

use portcullis_inspect::{LimitSpec, Quantity};
use serde_json::Value;

use super::problem::{Collector, Complaint, Draft, Fault};
use super::section::{Checked, Section};
use super::spelled::{Spelled as _, format_of};
use super::suggest;
use super::tree::{Content, Entry, Node, Scalar, shorten};
use super::units::{ByteSize, Interval, number};

/// Checks the whole file. `schema` is the document that holds every definition.
pub(super) fn check(root: Node, schema: &Value, problems: &mut Collector) -> Option<Section> {
    let limits = schema.pointer("/properties/limits/properties");
    Shape { definitions: schema.get("$defs"), limits, problems }.node(root, schema, "")
}

/// Unknown keys of one mapping that are compared with the known ones.
const STRANGE_KEYS_MAX: usize = 100;

struct Shape<'a> {
    definitions: Option<&'a Value>,
    /// Limits that stand at the top of the file.
    limits: Option<&'a Value>,
    problems: &'a mut Collector,
}

impl<'a> Shape<'a> {
    /// Follows a reference. Definitions refer to definitions no more than a few times; a cycle would be a defect of the types.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..8 {
            let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/")) else {
                return schema;
            };
            let Some(found) = self.definitions.and_then(|definitions| definitions.get(name)) else {
                return schema;
            };
            schema = found;
        }
        schema
    }

    fn node(&mut self, node: Node, schema: &'a Value, name: &str) -> Option<Section> {
        let schema = self.resolve(schema);
        let Node { span, content } = node;
        let one = if constants(schema).is_some() { schema } else { self.alternative(schema, &content) };
        if let Some(words) = constants(one) {
            return self.word(content, &span, &words, schema);
        }
        let schema = one;
        match content {
            Content::Map(entries) if is(schema, "object") => Some(self.map(entries, span, schema, name)),
            Content::List(items) if is(schema, "array") => self.list(items, span, schema, name),
            Content::Scalar(scalar) => self.scalar(scalar, span, schema),
            content => {
                self.wrong(&content, &span, schema);
                None
            }
        }
    }

    /// Of several alternatives the one that has the form of what was written; the first when none has.
    fn alternative(&self, schema: &'a Value, content: &Content) -> &'a Value {
        let Some(list) = schema.get("anyOf").or(schema.get("oneOf")).and_then(Value::as_array) else {
            return schema;
        };
        let mut resolved = list.iter().map(|alternative| self.resolve(alternative));
        let fits = |alternative: &&Value| match content {
            Content::Map(_) => is(alternative, "object"),
            Content::List(_) => is(alternative, "array"),
            Content::Scalar(_) => !is(alternative, "object") && !is(alternative, "array"),
        };
        resolved.clone().find(fits).or(resolved.next()).unwrap_or(schema)
    }

    fn map(&mut self, entries: Vec<Entry>, span: Range<usize>, schema: &'a Value, name: &str) -> Section {
        let properties = schema.get("properties").and_then(Value::as_object);
        let known: Vec<&str> = properties.into_iter().flatten().map(|(key, _)| key.as_str()).collect();
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let mut whole = true;
        // A misspelt key is reported once, as what it is, and not as missing too.
        let strange = entries.iter().filter(|entry| !known.contains(&entry.key.as_str())).take(STRANGE_KEYS_MAX);
        let misspelt: Vec<&str> = strange.filter_map(|entry| suggest::nearest(&entry.key, &known)).collect();
        let is_there = |key: &str| entries.iter().any(|entry| entry.key == key);
        let missing: Vec<&str> = required.filter(|key| !is_there(key)).collect();
        if !missing.is_empty() {
            whole = false;
            let unseen: Vec<&str> = missing.into_iter().filter(|key| !misspelt.contains(key)).collect();
            self.missing(&unseen, &span, schema, name);
        }
        let (mut kept, mut lost) = (Vec::with_capacity(entries.len()), misspelt.into_iter().map(str::to_owned).collect::<Vec<_>>());
        for entry in entries {
            let Some(property) = properties.and_then(|properties| properties.get(&entry.key)) else {
                whole = false;
                self.unknown(&entry, &known, name);
                continue;
            };
            let inner = if name.is_empty() { entry.key.clone() } else { format!("{name}.{}", entry.key) };
            if let Some(mut section) = self.node(entry.value, property, &inner) {
                whole &= section.whole;
                section.key = Some(entry.key_span);
                kept.push((entry.key, section));
            } else {
                whole = false;
                lost.push(entry.key);
            }
        }
        Section { span, key: None, content: Checked::Map(kept), whole, lost, from_env: false }
    }

    fn missing(&mut self, keys: &[&str], span: &Range<usize>, schema: &'a Value, name: &str) {
        // The snippet is the place where the key belongs: the start of the mapping.
        let at = span.start..span.start.saturating_add(1).min(span.end.max(span.start));
        for key in keys {
            let meaning = schema
                .get("properties")
                .and_then(|properties| properties.get(key))
                .and_then(|property| property.get("description").or(self.resolve(property).get("description")))
                .and_then(Value::as_str)
                .unwrap_or_default();
            let draft = Draft::new(Fault::MissingKey, &at, format!("{} has no `{key}`", shown(name)));
            self.problems.report(if meaning.is_empty() {
                draft
            } else {
                draft.help(format!("`{key}`: {}", first_sentence(meaning)))
            });
        }
    }

    fn unknown(&mut self, entry: &Entry, known: &[&str], name: &str) {
        // What is only counted needs no advice.
        if self.problems.is_full() {
            return self.problems.report(Draft::new(Fault::UnknownKey, &entry.key_span, ""));
        }
        let key = shorten(&entry.key);
        let nested = format!("{}.", entry.key);
        let help = if let (Content::Map(_), Some(full)) = (&entry.value.content, known.iter().find(|key| key.starts_with(&nested)))
        {
            format!("rows are written with their whole name, such as `{full}: …`")
        } else if name.ends_with(".limits") && self.limits.is_some_and(|limits| limits.get(&entry.key).is_some()) {
            "it is a limit of the process: it stands under `limits` at the top of the file".to_owned()
        } else {
            suggest::advice(&entry.key, known, "keys known here")
        };
        self.problems
            .report(Draft::new(Fault::UnknownKey, &entry.key_span, format!("{} has no key `{key}`", shown(name))).help(help));
    }

    fn list(&mut self, items: Vec<Node>, span: Range<usize>, schema: &'a Value, name: &str) -> Option<Section> {
        let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
        if (items.len() as u64) < least {
            self.problems.report(
                Draft::new(Fault::OutOfRange, &span, format!("{} is empty", shown(name))).help("it needs at least one entry"),
            );
            return None;
        }
        let most = schema.get("maxItems").and_then(Value::as_u64).unwrap_or(u64::MAX);
        if items.len() as u64 > most {
            let draft = Draft::new(Fault::TooMuch, &span, format!("{} has more than {most} entries", shown(name)));
            self.problems.report(draft);
            return None;
        }
        // Every list of the settings says what its items are.
        let inner = schema.get("items")?;
        let mut whole = true;
        let mut kept = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let checked = self.node(item, inner, &format!("{name}[{index}]"));
            whole &= checked.as_ref().is_some_and(|section| section.whole);
            kept.extend(checked);
        }
        Some(Section { span, key: None, content: Checked::List(kept), whole, lost: Vec::new(), from_env: false })
    }

    /// One of a fixed set of words.
    fn word(&mut self, content: Content, span: &Range<usize>, words: &[&str], schema: &'a Value) -> Option<Section> {
        let Content::Scalar(scalar) = content else {
            self.wrong(&content, span, schema);
            return None;
        };
        if scalar.lost {
            return None;
        }
        if words.contains(&scalar.text.as_str()) {
            return Some(leaf(Checked::Text(scalar.text), span.clone(), scalar.from_env));
        }
        let what = format!("{} is not one of the allowed words", self.problems.quote(span));
        // A suggestion derived from the value would leak it, a list of all words does not.
        let help =
            if scalar.from_env { suggest::listed(words, "allowed") } else { suggest::advice(&scalar.text, words, "allowed") };
        let several = schema.get("anyOf").and_then(Value::as_array);
        let mapping = several.is_some_and(|several| several.iter().any(|one| is(self.resolve(one), "object")));
        let help = if mapping { format!("{help}, or a mapping") } else { help };
        self.problems.report(Draft::new(Fault::UnknownValue, span, what).help(help));
        None
    }

    fn scalar(&mut self, scalar: Scalar, span: Range<usize>, schema: &Value) -> Option<Section> {
        if scalar.lost {
            return None;
        }
        match read_scalar(&scalar, schema) {
            Ok(content) => Some(leaf(content, span, scalar.from_env)),
            Err(complaint) => {
                self.problems.complain(complaint, &span, scalar.from_env);
                None
            }
        }
    }

    fn wrong(&mut self, content: &Content, span: &Range<usize>, schema: &Value) {
        let (found, entries) = match content {
            Content::Map(entries) => ("a mapping", entries.len()),
            Content::List(items) => ("a list", items.len()),
            Content::Scalar(_) => ("a single value", 1),
        };
        let start = span.start..span.start.saturating_add(1);
        let span = if entries > 1 { &start } else { span };
        self.problems.report(Draft::new(Fault::WrongType, span, format!("{found} stands where {} belongs", kind(schema))));
    }
}

/// A place in the file as problems name it.
fn shown(name: &str) -> String {
    if name.is_empty() { "the file".to_owned() } else { format!("`{}`", shorten(name)) }
}

fn leaf(content: Checked, span: Range<usize>, from_env: bool) -> Section {
    Section { span, key: None, content, whole: true, lost: Vec::new(), from_env }
}

/// Reads `text` in the unit of `row`, without regard to its ceiling.
pub(super) fn read_row(text: &str, row: &LimitSpec) -> Result<u64, Complaint> {
    match row.quantity {
        Quantity::Bytes => ByteSize::spelled(text).map(ByteSize::bytes),
        Quantity::Milliseconds => Interval::spelled(text).map(Interval::ms),
        Quantity::Count | Quantity::Levels | Quantity::Ratio | Quantity::Steps => number(text)
            .ok_or_else(|| Complaint::unit("is not a whole number").help("this limit counts: write decimal digits alone")),
    }
}

/// Reads a scalar as what the schema says it is.
fn read_scalar(scalar: &Scalar, schema: &Value) -> Result<Checked, Complaint> {
    if is(schema, "object") || is(schema, "array") {
        let complaint = Complaint { fault: Fault::WrongType, ..Complaint::new(format!("is not {}", kind(schema))) };
        let listed = is(schema, "array") && !scalar.text.is_empty();
        return Err(if listed { complaint.meant(format!("[{}]", scalar.text)) } else { complaint });
    }
    if let Some(format) =
        schema.get("format").and_then(Value::as_str).filter(|name| name.starts_with("portcullis-")).and_then(format_of)
    {
        (format.read)(&scalar.text)?;
        bounded(&scalar.text, schema)?;
        return Ok(Checked::Text(scalar.text.clone()));
    }
    if is(schema, "integer") {
        return whole_number(scalar, schema);
    }
    if is(schema, "boolean") {
        return truth(scalar);
    }
    text(scalar, schema)
}

fn whole_number(scalar: &Scalar, schema: &Value) -> Result<Checked, Complaint> {
    let wrong = |what: &str| Complaint { fault: Fault::WrongType, ..Complaint::new(what) };
    match number(&scalar.text) {
        Some(value) if scalar.plain || scalar.filled => within(value, schema).map(|()| Checked::Number(value)),
        Some(_) => Err(wrong("is text, not a number").meant(scalar.text.clone())),
        None => Err(wrong("is not a whole number").help("write it in decimal digits alone")),
    }
}

fn truth(scalar: &Scalar) -> Result<Checked, Complaint> {
    let meant = match scalar.text.as_str() {
        "true" | "false" if scalar.plain || scalar.filled => return Ok(Checked::Bool(scalar.text == "true")),
        word => match word.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" | "1" | "enabled" => Some("true"),
            "false" | "no" | "off" | "n" | "0" | "disabled" => Some("false"),
            _ => None,
        },
    };
    let complaint = Complaint { fault: Fault::WrongType, ..Complaint::new("is neither `true` nor `false`") };
    Err(match meant {
        Some(meant) => complaint.meant(meant),
        None => complaint,
    })
}

/// Free text. What some YAML reader would take for a number, a boolean or nothing must be quoted, so that all read the same.
fn text(scalar: &Scalar, schema: &Value) -> Result<Checked, Complaint> {
    let least = schema.get("minLength").and_then(Value::as_u64).unwrap_or(0);
    let most = schema.get("maxLength").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let length = scalar.text.trim().chars().count() as u64;
    if length < least || (scalar.plain && matches!(scalar.text.as_str(), "" | "~" | "null" | "Null" | "NULL")) {
        return Err(Complaint::new("is nothing where text is needed"));
    }
    if length > most {
        return Err(Complaint { fault: Fault::OutOfRange, ..Complaint::new(format!("is longer than {most} characters")) });
    }
    if scalar.plain && !scalar.filled && looks_typed(&scalar.text) {
        let complaint = Complaint { fault: Fault::WrongType, ..Complaint::new("is not text as it stands") };
        return Err(complaint.meant(format!("\"{}\"", scalar.text)));
    }
    Ok(Checked::Text(scalar.text.clone()))
}

fn looks_typed(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let word = matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n");
    word || text.parse::<f64>().is_ok() || lower.starts_with("0x") || lower.starts_with("0o")
}

/// The bounds of a number that may carry a unit.
fn bounded(text: &str, schema: &Value) -> Result<(), Complaint> {
    let value = match schema.get("format").and_then(Value::as_str) {
        Some("portcullis-size") => ByteSize::spelled(text)?.bytes(),
        Some("portcullis-interval") => Interval::spelled(text)?.ms(),
        _ => return Ok(()),
    };
    within(value, schema)
}

fn within(value: u64, schema: &Value) -> Result<(), Complaint> {
    let least = schema.get("minimum").and_then(Value::as_u64).unwrap_or(0);
    let most = schema.get("maximum").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let ceiling = schema.get("x-ceiling").and_then(Value::as_str);
    let what = match ceiling {
        _ if (least..=most).contains(&value) => return Ok(()),
        Some(ceiling) if value > most => format!("is above the ceiling of {ceiling}"),
        _ => format!("is not between {least} and {most}"),
    };
    Err(Complaint { fault: Fault::OutOfRange, ..Complaint::new(what) })
}

/// Whether `schema` allows the JSON type `name`.
fn is(schema: &Value, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(only)) => only == name,
        Some(Value::Array(several)) => several.iter().any(|kind| kind == name),
        _ => false,
    }
}

/// The words of an enumeration, when `schema` is one.
pub(super) fn constants(schema: &Value) -> Option<Vec<&str>> {
    if let Some(list) = schema.get("enum").and_then(Value::as_array) {
        return list.iter().map(Value::as_str).collect();
    }
    if let Some(word) = schema.get("const") {
        return word.as_str().map(|word| vec![word]);
    }
    let alternatives = schema.get("oneOf").and_then(Value::as_array)?;
    let lists: Option<Vec<_>> = alternatives.iter().map(constants).collect();
    lists.map(|lists| lists.into_iter().flatten().collect())
}

/// What belongs there, in words.
fn kind(schema: &Value) -> &'static str {
    if constants(schema).is_some() {
        return "a word";
    }
    if is(schema, "object") {
        return "a mapping";
    }
    if is(schema, "array") { "a list" } else { "a single value" }
}

fn first_sentence(text: &str) -> String {
    let line = text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    line.split_inclusive(". ").next().unwrap_or_default().trim_end().trim_end_matches('.').to_owned()
}

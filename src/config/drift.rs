//! The generated reference and the committed one are the same. `UPDATE=1 cargo test config` writes the committed one anew.

use std::path::Path;

use serde_json::Value;

use super::reference::documents;
use super::{cases, schema};
use crate::engines;

#[test]
fn the_committed_reference_is_the_generated_one() {
    let engines = engines::all();
    let mut stale = Vec::new();
    for document in documents(&engines::known(&engines)) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document.path);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &document.text).unwrap();
        }
        if std::fs::read_to_string(&path).unwrap_or_default() != document.text {
            stale.push(document.path);
        }
    }
    assert!(stale.is_empty(), "out of date, run with UPDATE=1: {stale:?}");
}

/// Words of JSON Schema that `shape` reads, or that say nothing about a value.
const WORDS: [&str; 22] = [
    "$ref",
    "$schema",
    "$defs",
    "additionalProperties",
    "anyOf",
    "const",
    "default",
    "description",
    "enum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "oneOf",
    "pattern",
    "properties",
    "required",
    "title",
];

#[test]
fn every_schema_word_is_read() {
    cases::with_known(|known| words(&schema::of(known)));
}

fn words(schema: &Value) {
    let Value::Object(map) = schema else { return };
    for (word, inner) in map {
        assert!(WORDS.contains(&word.as_str()) || matches!(word.as_str(), "type" | "x-ceiling"), "{word} in {schema}");
        match (word.as_str(), inner) {
            ("properties" | "$defs", Value::Object(named)) => named.values().for_each(words),
            ("anyOf" | "oneOf", Value::Array(several)) => several.iter().for_each(words),
            ("items", inner) => words(inner),
            // Only closed mappings: what is not known is refused.
            ("additionalProperties", inner) => assert_eq!(inner, &Value::Bool(false)),
            _ => {}
        }
    }
    let open = map.get("type").is_some_and(|kind| kind == "object") && !map.contains_key("additionalProperties");
    assert!(!open, "an open mapping: {schema}");
}

#[test]
fn the_schema_has_every_row_and_check() {
    let engines = engines::all();
    let known = engines::known(&engines);
    let schema = schema::of(&known);
    let has = |pointer: &str, name: &str| schema.pointer(pointer).is_some_and(|found| found.get(name).is_some());
    for row in known.process_rows().chain(known.all_service_rows()) {
        assert!(has("/properties/limits/properties", row.name), "{}", row.name);
    }
    for row in known.all_service_rows() {
        assert!(has("/$defs/Service/properties/limits/properties", row.name), "{}", row.name);
    }
    for check in known.all_checks() {
        assert!(has("/$defs/Service/properties/checks/properties", check.name), "{}", check.name);
    }
    assert_eq!(schema.pointer("/$defs/Service/properties/protocol/enum"), Some(&serde_json::json!(known.protocols())));
}

#[test]
fn no_setting_accepts_nothing() {
    let text = cases::with_known(|known| schema::of(known).to_string());
    assert!(!text.contains("null"), "{text}");
}

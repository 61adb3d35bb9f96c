//! The JSON Schema of the configuration: generated from the settings' types, completed with the protocols, rows and checks that are known.
//!
//! It is the one source of truth: a file is checked against it, editors complete by it, the reference is printed from it.

use portcullis_inspect::LimitSpec;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::limits::row_schema;
use super::{Known, Settings};

/// The schema document.
pub(super) fn of(known: &Known<'_>) -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Settings>().to_value();
    without_null(&mut schema);
    let services: Vec<&LimitSpec> = known.all_service_rows();
    // A row of the services set at the top is the default of every service.
    put(&mut schema, "/properties/limits/properties", rows(known.process_rows().chain(services.iter().copied())));
    put(&mut schema, "/$defs/Service/properties/limits/properties", rows(services.iter().copied()));
    put(&mut schema, "/$defs/Service/properties/protocol/enum", json!(known.protocols()));
    let checks = known.all_checks();
    // Limits are checks under their own name. That some let nothing pass is said by the review, with its reason.
    let modes: Map<String, Value> = checks
        .iter()
        .map(|check| (check.name, super::limits::sentence(check.refuses)))
        .chain(services.iter().map(|row| (row.name, super::limits::sentence(row.bounds))))
        .map(|(name, meaning)| (name.to_owned(), json!({ "$ref": "#/$defs/Mode", "description": meaning })))
        .collect();
    let mut names: Vec<&str> = checks.iter().map(|check| check.name).chain(services.iter().map(|row| row.name)).collect();
    names.sort_unstable();
    names.dedup();
    put(&mut schema, "/$defs/Exception/properties/check/enum", json!(names));
    put(&mut schema, "/$defs/Service/properties/checks/additionalProperties", json!(false));
    put(&mut schema, "/$defs/Service/properties/checks/properties", Value::Object(modes));
    // The same order whatever the features of the JSON library: the reference is compared byte by byte.
    schema.sort_all_objects();
    schema
}

fn rows<'a>(rows: impl Iterator<Item = &'a LimitSpec>) -> Value {
    Value::Object(rows.map(|row| (row.name.to_owned(), row_schema(row))).collect())
}

/// Puts `value` at `pointer`; its parent is there because the types generate it, which `the_schema_has_every_row` proves.
fn put(schema: &mut Value, pointer: &str, value: Value) {
    if let Some((parent, key)) = pointer.rsplit_once('/')
        && let Some(Value::Object(parent)) = schema.pointer_mut(parent)
    {
        parent.insert(key.to_owned(), value);
    }
}

/// Takes `null` out: a setting that is not wanted is left out, never written as nothing.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(without_null),
        Value::Object(map) => {
            map.values_mut().for_each(without_null);
            if map.get("default").is_some_and(Value::is_null) {
                map.remove("default");
            }
            let Some((key, mut rest)) = only_alternative(map) else {
                return drop_null_type(map);
            };
            map.remove(key);
            rest.append(map);
            *map = rest;
        }
        _ => {}
    }
}

/// The one alternative that is left when `null` is not counted.
fn only_alternative(map: &Map<String, Value>) -> Option<(&'static str, Map<String, Value>)> {
    let list = map.get("anyOf")?.as_array()?;
    let mut real = list.iter().filter(|item| item.get("type").is_none_or(|kind| kind != "null"));
    match (real.next(), real.next(), list.len()) {
        (Some(Value::Object(only)), None, 2) => Some(("anyOf", only.clone())),
        _ => None,
    }
}

fn drop_null_type(map: &mut Map<String, Value>) {
    if let Some(Value::Array(kinds)) = map.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            map.insert("type".to_owned(), only);
        }
    }
}

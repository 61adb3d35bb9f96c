//! Values the operator gives to limit rows.

use std::collections::BTreeMap;

use portcullis_inspect::{LimitSpec, Limits, Quantity};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::Complaint;
use super::spelled::{Spelled, schema};
use super::units::{ByteSize, Interval, number};

/// Rows with the values written for them; rows that are not written keep their default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct RowValues(BTreeMap<String, RowValue>);

impl RowValues {
    /// Sets what is written.
    pub(super) fn apply(&self, limits: &mut Limits) {
        for (name, value) in &self.0 {
            // The schema knows the same rows, so a name that is not found was refused before.
            limits.set(name, value.0);
        }
    }
}

impl JsonSchema for RowValues {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rows".into()
    }

    // The rows are not known to the type; `super::schema` puts them in.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "properties": {}, "additionalProperties": false })
    }
}

/// A number in the unit of its row: bytes, milliseconds, or things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub(super) struct RowValue(u64);

impl RowValue {
    pub(super) const fn get(self) -> u64 {
        self.0
    }
}

impl Spelled for RowValue {
    const FORMAT: &'static str = "value";

    // The spellings do not overlap, so the unit itself says how to read the value. That it is the unit of the row is checked where the row
    // is known.
    fn spelled(text: &str) -> Result<Self, Complaint> {
        if let Some(count) = number(text) {
            return Ok(Self(count));
        }
        match (ByteSize::spelled(text), Interval::spelled(text)) {
            (Ok(size), _) => Ok(Self(size.bytes())),
            (_, Ok(interval)) => Ok(Self(interval.ms())),
            (Err(size), Err(interval)) => Err(if size.meant.is_some() { size } else { interval }),
        }
    }
}

impl TryFrom<Value> for RowValue {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match &value {
            Value::Number(count) => count.as_u64().map(Self).ok_or("not a whole number"),
            Value::String(text) => Self::spelled(text).map_err(|_| "not a number"),
            _ => Err("not a number"),
        }
    }
}

impl JsonSchema for RowValue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RowValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schema(Self::FORMAT)
    }
}

/// JSON Schema of the value of `row`.
pub(super) fn row_schema(row: &LimitSpec) -> Value {
    let mut value = match row.quantity {
        Quantity::Bytes => schema(ByteSize::FORMAT).to_value(),
        Quantity::Milliseconds => schema(Interval::FORMAT).to_value(),
        Quantity::Count | Quantity::Levels | Quantity::Ratio | Quantity::Steps => json!({ "type": "integer", "minimum": 0 }),
    };
    if let Value::Object(map) = &mut value {
        map.insert("description".to_owned(), json!(format!("{} {}", sentence(row.bounds), sentence(row.why)).trim().to_owned()));
        map.insert("default".to_owned(), row_default(row));
        map.insert("maximum".to_owned(), json!(row.ceiling));
        map.insert("x-ceiling".to_owned(), json!(spell(row.quantity, row.ceiling)));
    }
    value
}

fn row_default(row: &LimitSpec) -> Value {
    match row.quantity {
        Quantity::Bytes | Quantity::Milliseconds => json!(spell(row.quantity, row.default)),
        Quantity::Count | Quantity::Levels | Quantity::Ratio | Quantity::Steps => json!(row.default),
    }
}

/// `value` as the operator would write it.
pub(super) fn spell(quantity: Quantity, value: u64) -> String {
    match quantity {
        Quantity::Bytes => ByteSize::new(value).to_string(),
        Quantity::Milliseconds => Interval::from_ms(value).to_string(),
        Quantity::Count | Quantity::Levels | Quantity::Ratio | Quantity::Steps => value.to_string(),
    }
}

/// What the number counts, in a word.
pub(super) const fn unit(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Bytes => "size",
        Quantity::Count => "count",
        Quantity::Levels => "levels",
        Quantity::Milliseconds => "duration",
        Quantity::Ratio => "ratio",
        Quantity::Steps => "steps",
    }
}

/// `text` with a capital and a final stop; the rows' own texts may have neither.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_in_the_unit_it_carries() {
        for (value, expected) in [
            (json!(7), Some(7)),
            (json!("7"), Some(7)),
            (json!("2KiB"), Some(2048)),
            (json!("2s"), Some(2000)),
            (json!("2m"), Some(120_000)),
            (json!(-1), None),
            (json!(1.5), None),
            (json!("2KB"), None),
            (json!(null), None),
        ] {
            assert_eq!(RowValue::try_from(value.clone()).ok().map(RowValue::get), expected, "{value}");
        }
    }
}

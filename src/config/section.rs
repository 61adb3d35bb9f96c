//! A part of the file that fits the schema, with its position: what the later steps read.

use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A checked value. What did not fit was reported and left out; `whole` says whether anything was.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) span: Range<usize>,
    /// Where its key stands, for values of a mapping.
    pub(super) key: Option<Range<usize>>,
    pub(super) content: Checked,
    pub(super) whole: bool,
    /// Keys of a mapping whose value did not fit, or that were misspelt.
    pub(super) lost: Vec<String>,
    pub(super) from_env: bool,
}

/// What a checked value is.
#[derive(Debug)]
pub(super) enum Checked {
    Text(String),
    Number(u64),
    Bool(bool),
    List(Vec<Section>),
    Map(Vec<(String, Section)>),
}

impl Section {
    /// The value under `key`, of a mapping.
    pub(super) fn get(&self, key: &str) -> Option<&Section> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, section)| section)
    }

    /// Whether `key` was written and its value did not fit.
    pub(super) fn dropped(&self, key: &str) -> bool {
        self.lost.iter().any(|lost| lost == key)
    }

    /// The items of a list; nothing for anything else.
    pub(super) fn items(&self) -> &[Section] {
        match &self.content {
            Checked::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping; nothing for anything else.
    pub(super) fn entries(&self) -> &[(String, Section)] {
        match &self.content {
            Checked::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Where the key stands, or the value when there is none.
    pub(super) fn key_or_span(&self) -> &Range<usize> {
        self.key.as_ref().unwrap_or(&self.span)
    }

    /// The value as a typed setting; `None` when what is missing from it makes that impossible.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_value(self.value()).ok()
    }

    /// The typed value under `key`.
    pub(super) fn read_key<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.get(key)?.read()
    }

    /// The value without positions. Depth is bounded by the tree's own limit.
    pub(super) fn value(&self) -> Value {
        match &self.content {
            Checked::Text(text) => Value::String(text.clone()),
            Checked::Number(number) => Value::from(*number),
            Checked::Bool(yes) => Value::Bool(*yes),
            Checked::List(items) => Value::Array(items.iter().map(Section::value).collect()),
            Checked::Map(entries) => {
                Value::Object(entries.iter().map(|(key, item)| (key.clone(), item.value())).collect::<Map<_, _>>())
            }
        }
    }
}

//! Values that are written as one word: the trait their types share, and the table the schema check reads them by.
//!
//! A type says once how it is spelled; reading a file, the JSON Schema and the generated reference all follow from that.

use schemars::{Schema, json_schema};

use super::exception::{Date, Network};
use super::file::FilePath;
use super::limits::RowValue;
use super::listener::Address;
use super::problem::Complaint;
use super::route::{HostPattern, Method, PathPattern};
use super::service::ServiceName;
use super::tls::KeySource;
use super::units::{ByteSize, Interval};
use super::upstream::{Origin, ServerName};

/// A value written as one scalar.
pub(super) trait Spelled: Sized {
    /// Name in [`FORMATS`].
    const FORMAT: &'static str;

    /// Reads the scalar. The complaint never holds `text`.
    fn spelled(text: &str) -> Result<Self, Complaint>;
}

/// Makes a [`Spelled`] type readable by serde and known to the JSON Schema.
macro_rules! spelled {
    ($type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                <Self as crate::config::spelled::Spelled>::spelled(&text)
                    .map_err(|complaint| serde::de::Error::custom(complaint.what))
            }
        }

        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(<Self as crate::config::spelled::Spelled>::FORMAT)
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                crate::config::spelled::schema(<Self as crate::config::spelled::Spelled>::FORMAT)
            }
        }
    };
}
pub(super) use spelled;

/// How one kind of scalar is checked and described.
#[derive(Debug)]
pub(super) struct Format {
    pub(super) name: &'static str,
    /// What it is, for the reference.
    pub(super) words: &'static str,
    /// An approximation for editors; the reader is stricter.
    pattern: &'static str,
    /// Whether YAML may read the scalar as a number.
    number: bool,
    pub(super) read: fn(&str) -> Result<(), Complaint>,
}

const fn format<T: Spelled>(words: &'static str, pattern: &'static str) -> Format {
    Format { name: T::FORMAT, words, pattern, number: false, read: |text| T::spelled(text).map(drop) }
}

/// Every kind of scalar with a spelling of its own.
pub(super) const FORMATS: &[Format] = &[
    format::<Interval>("duration", "^[0-9]+(ms|s|m|h)$"),
    Format { number: true, ..format::<ByteSize>("size", "^[0-9]+(KiB|MiB|GiB)?$") },
    Format { number: true, ..format::<RowValue>("value in the unit of the limit", "^[0-9]+(KiB|MiB|GiB|ms|s|m|h)?$") },
    format::<Date>("date", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    format::<Address>("address", "^.+:[0-9]+$"),
    format::<Network>("network (CIDR) or address", "^[0-9a-fA-F:.]+(/[0-9]+)?$"),
    format::<HostPattern>("host", "^(\\*\\.)?[^*/\\s]+$"),
    format::<PathPattern>("path", "^/[^*?#\\s]*\\*?$"),
    format::<Method>("method", "^[A-Z!#$%&'*+.^_`|~0-9-]+$"),
    format::<ServiceName>("name", "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
    format::<Origin>("URL", "^https?://[^/?#@]+/?$"),
    format::<ServerName>("host name", "^[^/\\s]+$"),
    format::<FilePath>("file", "^.+$"),
    format::<KeySource>("file", "^.+$"),
];

/// The format of that name.
pub(super) fn format_of(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name.strip_prefix("portcullis-").unwrap_or(name))
}

/// JSON Schema of the format called `name`.
pub(super) fn schema(name: &str) -> Schema {
    let Some(format) = format_of(name) else {
        return json_schema!({ "type": "string" });
    };
    let kind = if format.number { serde_json::json!(["string", "integer"]) } else { serde_json::json!("string") };
    // Anything may come from the environment; what `${…}` stands for is checked once it is filled.
    json_schema!({ "type": kind, "format": format!("portcullis-{name}"), "pattern": format!("{}|\\$\\{{", format.pattern) })
}

//! The forwarded form: `query`, `operationName`, `variables`, `extensions`, in this order, each only if it came.
//!
//! Extensions that name a stored document are left out: there are servers that run the stored one and do not look at `query`, which alone
//! was judged. A hash of the text that came would not fit the text that goes on anyway.

use bytes::Bytes;
use http::HeaderValue;
use portcullis_inspect::Outgoing;
use portcullis_json::{Kind, Value, write_string};

use super::envelope::{Envelope, OperationName};
use super::{Carrier, parameters};

/// The request in its canonical form, with `query` (the printed document) in place of the text that came.
pub(crate) fn outgoing(envelope: &Envelope, query: &str) -> Outgoing {
    match envelope.carrier {
        Carrier::Post => {
            let body = Bytes::from(json(envelope, query));
            Outgoing { body, content_type: Some(HeaderValue::from_static("application/json")), query: None }
        }
        Carrier::Get => Outgoing { body: Bytes::new(), content_type: None, query: Some(component(envelope, query)) },
    }
}

fn json(envelope: &Envelope, query: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(query.len().saturating_add(256));
    out.extend_from_slice(b"{\"query\":");
    write_string(&mut out, query);
    match &envelope.operation_name {
        OperationName::Absent => {}
        OperationName::Null => out.extend_from_slice(b",\"operationName\":null"),
        OperationName::Named(name) => {
            out.extend_from_slice(b",\"operationName\":");
            write_string(&mut out, name);
        }
    }
    if let Some(value) = envelope.variables() {
        out.extend_from_slice(b",\"variables\":");
        value.write(&mut out);
    }
    if let Some(value) = envelope.extensions() {
        out.extend_from_slice(b",\"extensions\":");
        write_extensions(&value, &mut out);
    }
    out.push(b'}');
    out
}

fn component(envelope: &Envelope, query: &str) -> String {
    let mut out = String::with_capacity(query.len().saturating_mul(2));
    parameters::write(&mut out, "query", query);
    if let OperationName::Named(name) = &envelope.operation_name {
        parameters::write(&mut out, "operationName", name);
    }
    let mut json = Vec::new();
    if let Some(value) = envelope.variables() {
        value.write(&mut json);
        parameters::write(&mut out, "variables", str::from_utf8(&json).unwrap_or_default());
    }
    if let Some(value) = envelope.extensions() {
        json.clear();
        write_extensions(&value, &mut json);
        parameters::write(&mut out, "extensions", str::from_utf8(&json).unwrap_or_default());
    }
    out
}

/// Extensions by which servers look up a stored document, in capitals.
const STORED: [&str; 3] = ["PERSISTEDQUERY", "DOCUMENTID", "OPERATIONID"];

/// Whether a reader that does not tell capitals from small letters would take `name` for one of [`STORED`].
fn names_stored(name: &str) -> bool {
    STORED.iter().any(|stored| name.chars().flat_map(char::to_uppercase).eq(stored.chars()))
}

/// Writes the extensions but those that name a stored document.
fn write_extensions(value: &Value<'_>, out: &mut Vec<u8>) {
    if value.kind() != Kind::Object {
        return value.write(out);
    }
    out.push(b'{');
    let mut first = true;
    for (name, member) in value.members().filter(|(name, _)| !names_stored(name)) {
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        write_string(out, &name);
        out.push(b':');
        member.write(out);
    }
    out.push(b'}');
}

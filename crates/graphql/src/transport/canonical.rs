//! The forwarded form: `query`, `operationName`, `variables`, `extensions`, in this order, each only if it came.

use bytes::Bytes;
use http::HeaderValue;
use portcullis_inspect::Outgoing;
use portcullis_json::{Value, write_string};

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
    for (name, value) in [(&b",\"variables\":"[..], envelope.variables()), (b",\"extensions\":", envelope.extensions())] {
        if let Some(value) = value {
            out.extend_from_slice(name);
            value.write(&mut out);
        }
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
    for (name, value) in [("variables", envelope.variables()), ("extensions", envelope.extensions())] {
        if let Some(value) = value {
            parameters::write(&mut out, name, &text(&value));
        }
    }
    out
}

fn text(value: &Value<'_>) -> String {
    let mut json = Vec::new();
    value.write(&mut json);
    String::from_utf8(json).unwrap_or_default()
}

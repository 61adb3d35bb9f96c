//! Introspection: asking the server for its schema (GraphQL §4).
//!
//! Decided on the tree, so white space, comments, aliases and fragments hide nothing. Every field whose name begins with `__` counts,
//! wherever it stands: the specification reserves such names for introspection. `__typename` alone tells nothing and always passes.

use portcullis_inspect::{CheckSpec, Class, Finding};

use super::Subject;
use crate::parser::{SelectionKind, text_of};

/// No question about the schema.
pub(crate) const INTROSPECTION: CheckSpec = CheckSpec {
    name: "graphql.introspection",
    codes: &["INTROSPECTION_REFUSED"],
    refuses: "fields of introspection other than `__typename`; switch it off to let introspection pass",
    yields: true,
};

pub(super) fn check(subject: Subject<'_>, findings: &mut Vec<Finding>) {
    let text = subject.envelope.query.as_str();
    let asks = subject.document.selections().iter().find(|selection| {
        let name = text_of(text, selection.name);
        selection.kind == SelectionKind::Field && name.starts_with("__") && name != "__typename"
    });
    let Some(asks) = asks else { return };
    let coordinate = match text_of(text, asks.name) {
        "__schema" => "Query.__schema",
        "__type" => "Query.__type",
        _ => "Query.__",
    };
    let detail = "a field asks about the schema";
    let finding = Finding::new(INTROSPECTION.name, "INTROSPECTION_REFUSED", Class::Forbidden, detail);
    findings.push(finding.at(asks.name).on(coordinate));
}

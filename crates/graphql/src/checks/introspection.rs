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

/// `__schema`, `__type`, and any other reserved name.
const COORDINATES: [&str; 3] = ["Query.__schema", "Query.__type", "Query.__"];

pub(super) fn check(subject: Subject<'_>, findings: &mut Vec<Finding>) {
    let text = subject.envelope.query.as_str();
    let fields = subject.document.selections().iter().filter(|selection| selection.kind == SelectionKind::Field);
    let mut told = [false; COORDINATES.len()];
    for field in fields {
        let kind = match text_of(text, field.name) {
            "__typename" => continue,
            "__schema" => 0,
            "__type" => 1,
            name if name.starts_with("__") => 2,
            _ => continue,
        };
        // One finding for each coordinate: an exception from one must not let the others pass.
        if let (Some(told), Some(coordinate)) = (told.get_mut(kind), COORDINATES.get(kind))
            && !std::mem::replace(told, true)
        {
            let detail = "a field asks about the schema";
            let finding = Finding::new(INTROSPECTION.name, "INTROSPECTION_REFUSED", Class::Forbidden, detail);
            findings.push(finding.at(field.name).on(*coordinate));
        }
    }
}

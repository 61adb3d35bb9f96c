//! Which operation runs: there must be exactly one answer (GraphQL §5.2.2, §5.2.3, §6.1).

use portcullis_inspect::{CheckSpec, Class, Finding, Span};

use super::Subject;
use crate::parser::{Document, text_of};
use crate::transport::OperationName;

/// The operation that runs is beyond doubt.
pub(crate) const OPERATION: CheckSpec = CheckSpec {
    name: "graphql.operation",
    codes: &[
        "NO_OPERATION",
        "OPERATION_NOT_FOUND",
        "OPERATION_NAME_REQUIRED",
        "DUPLICATE_OPERATION",
        "ANONYMOUS_OPERATION_NOT_ALONE",
    ],
    refuses: "documents that leave open which operation runs: none, one name twice, several and no `operationName` to choose by",
    yields: false,
};

/// Code, explanation and place.
pub(crate) type Doubt = (&'static str, &'static str, Span);

pub(super) fn check(subject: Subject<'_>, findings: &mut Vec<Finding>) {
    if let Err((code, detail, span)) = choose(subject) {
        findings.push(Finding::new(OPERATION.name, code, Class::Invalid, detail).at(span));
    }
}

fn choose(subject: Subject<'_>) -> Result<(), Doubt> {
    let wanted = match &subject.envelope.operation_name {
        OperationName::Named(name) => Some(name.as_str()),
        OperationName::Absent | OperationName::Null => None,
    };
    let mut operations = subject.document.operations();
    let Some(first) = operations.next() else {
        return Err(("NO_OPERATION", "the document defines no operation", Span::default()));
    };
    if operations.next().is_some() {
        return choose_among(subject, wanted);
    }
    match wanted {
        Some(wanted) if text_of(&subject.envelope.query, first.name) != wanted => Err(not_found(first.name)),
        _ => Ok(()),
    }
}

fn choose_among(subject: Subject<'_>, wanted: Option<&str>) -> Result<(), Doubt> {
    ambiguity(subject.document, &subject.envelope.query).map_or(Ok(()), Err)?;
    let named =
        |name: &str| subject.document.operations().any(|operation| text_of(&subject.envelope.query, operation.name) == name);
    match wanted {
        None => Err(("OPERATION_NAME_REQUIRED", "several operations and no `operationName`", Span::default())),
        Some(name) if !named(name) => Err(not_found(Span::default())),
        Some(_) => Ok(()),
    }
}

/// Why the names of several operations leave open which one is meant (GraphQL §5.2.2.1, §5.2.3.1).
pub(crate) fn ambiguity(document: &Document, text: &str) -> Option<Doubt> {
    let mut names: Vec<(&str, Span)> =
        document.operations().map(|operation| (text_of(text, operation.name), operation.name)).collect();
    if names.len() < 2 {
        return None;
    }
    names.sort_unstable_by_key(|(name, span)| (*name, span.start));
    if let Some((_, span)) = names.first().filter(|(name, _)| name.is_empty()) {
        return Some(("ANONYMOUS_OPERATION_NOT_ALONE", "an operation without a name stands beside another one", *span));
    }
    names.windows(2).find_map(|pair| match pair {
        [(a, _), (b, span)] if a == b => Some(("DUPLICATE_OPERATION", "two operations have the same name", *span)),
        _ => None,
    })
}

const fn not_found(span: Span) -> Doubt {
    ("OPERATION_NOT_FOUND", "no operation has the name that `operationName` gives", span)
}

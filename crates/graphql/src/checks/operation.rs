//! Which operation runs: `operationName` and the document give one answer (GraphQL §6.1).
//!
//! That names are unique, that an operation without a name stands alone and that there is one at all belongs to the document
//! ([`crate::measure::DOCUMENT`]).

use portcullis_inspect::{CheckSpec, Class, Finding};

use super::Subject;
use crate::parser::text_of;
use crate::transport::OperationName;

/// The operation that runs is beyond doubt.
pub(crate) const OPERATION: CheckSpec = CheckSpec {
    name: "graphql.operation",
    codes: &["OPERATION_NOT_FOUND", "OPERATION_NAME_REQUIRED"],
    refuses: "an `operationName` that no operation has, and several operations without one",
    yields: false,
};

pub(super) fn check(subject: Subject<'_>, findings: &mut Vec<Finding>) {
    let text = subject.envelope.query.as_str();
    let mut operations = subject.document.operations();
    let doubt = match &subject.envelope.operation_name {
        OperationName::Named(wanted) if operations.all(|operation| text_of(text, operation.name) != wanted) => {
            ("OPERATION_NOT_FOUND", "no operation has the name that `operationName` gives")
        }
        OperationName::Absent | OperationName::Null if operations.nth(1).is_some() => {
            ("OPERATION_NAME_REQUIRED", "several operations and no `operationName`")
        }
        _ => return,
    };
    findings.push(Finding::new(OPERATION.name, doubt.0, Class::Invalid, doubt.1));
}

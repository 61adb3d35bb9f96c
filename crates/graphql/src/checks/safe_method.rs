//! GET is safe: it only reads (RFC 9110 §9.2.1; GraphQL over HTTP §6.1).

use portcullis_inspect::{CheckSpec, Class, Finding};

use super::Subject;
use crate::parser::DefinitionKind;
use crate::transport::Carrier;

/// GET carries queries alone.
pub(crate) const SAFE_METHOD: CheckSpec = CheckSpec {
    name: "graphql.safe_method",
    codes: &["GET_MUTATION"],
    refuses: "a GET whose document defines a mutation or a subscription, chosen to run or not",
    yields: false,
};

pub(super) fn check(subject: Subject<'_>, findings: &mut Vec<Finding>) {
    if subject.envelope.carrier != Carrier::Get {
        return;
    }
    let unsafe_one = subject.document.operations().find(|operation| operation.kind != DefinitionKind::Query);
    if let Some(operation) = unsafe_one {
        let detail = "a GET carries an operation other than a query";
        findings.push(Finding::new(SAFE_METHOD.name, "GET_MUTATION", Class::MethodNotAllowed, detail).at(operation.name));
    }
}

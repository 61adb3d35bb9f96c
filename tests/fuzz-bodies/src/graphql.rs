//! GraphQL documents. The input is a document.

use async_graphql_parser::types::{DocumentOperations, ExecutableDocument};
use async_graphql_parser::{Error, parse_query};
use conformance::graphql_tree::tree;
use portcullis_graphql::limits::LIMITS;
use portcullis_graphql::measure::{FACTS, facts, measure};
use portcullis_graphql::parser::{Document, FaultCode, ParseLimits, parse};
use portcullis_graphql::print::print;
use portcullis_inspect::{Budget, Limits};

use crate::deviations;

/// Steps one document may cost.
const STEPS: u64 = 50_000;

/// Brackets within brackets up to which the second reader, which recurses, is asked.
const SECOND_READER_NESTING: u32 = 24;

/// What is printed reads the same, to us and to the second reader, which accepts what we accept and refuses what we refuse, known
/// deviations apart.
pub(crate) fn body(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let limits = ParseLimits::from_rows(&Limits::defaults(&[LIMITS]));
    let mut document = Document::new();
    let outcome = parse(text, &limits, &mut document);
    measured(&document, text);
    let printed = printed(&document, text);
    match outcome {
        Ok(()) => {
            reads_the_same(&document, text, &printed);
            second_reader(text, &printed);
        }
        Err(fault) => {
            assert!(fault.span.start as usize <= text.len());
            if fault.code == FaultCode::SyntaxError {
                second_reader_of_refused(text);
            }
        }
    }
}

fn printed(document: &Document, text: &str) -> String {
    let mut out = String::new();
    print(document, text, &mut out);
    out
}

/// Measuring ends within its budget, whatever the document, even one that a fault left behind.
fn measured(document: &Document, text: &str) {
    for steps in [STEPS, 7] {
        let mut budget = Budget::new(steps);
        let measurement = measure(document, text, &mut budget);
        assert!(budget.spent() <= budget.allowed());
        for operation in measurement.iter().flat_map(|measurement| &measurement.operations) {
            assert_eq!(facts(document, text, operation, 0).len(), FACTS.len());
            assert!(operation.root_fields <= operation.fields && operation.aliases <= operation.fields);
            assert!(
                operation.aliases_per_field <= operation.aliases && operation.introspection_lists <= operation.introspection_depth
            );
        }
    }
}

fn reads_the_same(document: &Document, text: &str, printed: &str) {
    let limits = ParseLimits::from_rows(&Limits::defaults(&[LIMITS]));
    let mut again = Document::new();
    parse(printed, &limits, &mut again).unwrap_or_else(|fault| panic!("{fault:?} in what was printed: {printed}"));
    assert_eq!(tree(&again, printed), tree(document, text));
    assert_eq!(self::printed(&again, printed), printed, "printing what was printed changes nothing");
    assert!(again.tokens() <= document.tokens() && printed.len() <= text.len().saturating_mul(6));
    let measures = |document: &Document, text: &str| -> Option<Vec<_>> {
        let measurement = measure(document, text, &mut Budget::new(STEPS)).ok()?;
        // What lies before the first fact of shape depends on spelling: bytes and tokens of the document.
        let shapes = measurement.operations.iter().map(|operation| facts(document, text, operation, 30).split_off(2));
        Some(shapes.collect())
    };
    assert_eq!(measures(&again, printed), measures(document, text));
}

/// The second reader accepts what goes on, and reads in it what it reads in what came.
fn second_reader(text: &str, printed: &str) {
    if nesting(printed) > SECOND_READER_NESTING {
        return;
    }
    let theirs = match parse_query(printed) {
        Ok(theirs) => theirs,
        Err(error) => {
            assert!(is_about_meaning(&error) || deviations::explain_refusal(printed), "{error} in {printed}");
            return;
        }
    };
    if let Ok(of_original) = parse_query(text)
        && !deviations::explain_difference(text)
    {
        assert_eq!(spelled(&of_original), spelled(&theirs), "{text:?} and {printed:?}");
    }
}

fn second_reader_of_refused(text: &str) {
    if nesting(text) <= SECOND_READER_NESTING && !deviations::explain_acceptance(text) {
        assert!(parse_query(text).is_err(), "the second reader accepts {text:?}");
    }
}

/// Errors that are not about the grammar: names given twice, no operation, too deep.
fn is_about_meaning(error: &Error) -> bool {
    matches!(
        error,
        Error::MultipleOperations { .. }
            | Error::OperationDuplicated { .. }
            | Error::FragmentDuplicated { .. }
            | Error::MissingOperation
            | Error::RecursionLimitExceeded
    )
}

/// Most brackets open at once, roughly: those in strings and comments count too.
fn nesting(text: &str) -> u32 {
    let (mut open, mut most) = (0_u32, 0);
    for octet in text.bytes() {
        match octet {
            b'{' | b'(' | b'[' => open += 1,
            b'}' | b')' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

/// The second reader's tree in writing, without positions and in one order.
fn spelled(document: &ExecutableDocument) -> String {
    let mut parts: Vec<String> = match &document.operations {
        DocumentOperations::Single(operation) => vec![format!("{operation:?}")],
        DocumentOperations::Multiple(operations) => operations.iter().map(|operation| format!("{operation:?}")).collect(),
    };
    parts.extend(document.fragments.iter().map(|fragment| format!("{fragment:?}")));
    parts.sort();
    without_positions(&parts.concat())
}

fn without_positions(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split("pos: Pos(");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str(part.split_once(')').map_or(part, |(_, after)| after));
    }
    out
}

//! Suite `graphql-validate`: documents and the rules of the September 2025 edition that each violates, against the schema of its row.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use portcullis_graphql::parser::{Document, ParseLimits, parse};
use portcullis_graphql::schema::load;
use portcullis_graphql::validate::validate;
use portcullis_inspect::{Budget, Source};
use serde::Deserialize;

use crate::Failure;
use crate::suite::{Tally, locate};

#[derive(Deserialize)]
struct Row {
    id: String,
    schema: String,
    query: String,
    violated: Vec<String>,
}

/// Runs the suite: a document is accepted if and only if it violates no rule.
pub fn run(path: &Path, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let text = fs::read_to_string(locate(path, "validate.jsonl")?)?;
    let mut tally = Tally::new(include_str!("../disputes/graphql-validate.txt"));
    for line in text.lines().filter(|line| !line.is_empty()) {
        let row: Row = serde_json::from_str(line)?;
        let differs = judge(&row);
        tally.case(&row.id, differs.as_deref(), out)?;
    }
    tally.finish(out)
}

/// How our verdict differs.
fn judge(row: &Row) -> Option<String> {
    let source = Source { name: row.id.clone(), text: row.schema.clone().into_bytes() };
    let schema = match load(&[source]) {
        Ok((schema, _)) => schema,
        Err(problems) => return Some(format!("the schema does not load: {problems:?}")),
    };
    let faults = faults(&row.query, &schema);
    match (row.violated.is_empty(), faults.is_empty()) {
        (true, true) | (false, false) => None,
        (true, false) => Some(format!("valid, but refused: {faults:?}")),
        (false, true) => Some(format!("accepted, but violates {:?}", row.violated)),
    }
}

/// Everything held against the document, from its syntax on.
fn faults(query: &str, schema: &portcullis_graphql::schema::Schema) -> Vec<&'static str> {
    let mut document = Document::new();
    if parse(query, &ParseLimits::MAXIMUM, &mut document).is_err() {
        return vec!["SYNTAX_ERROR"];
    }
    match validate(&document, query, schema, &mut Budget::new(1_000_000)) {
        Ok(validation) => validation.codes(),
        Err(_) => vec!["WORK_EXCEEDED"],
    }
}

//! Suite `graphql-parse`: documents with the verdict of the September 2025 grammar. Rows of kind `exec` go to the request parser.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use portcullis_graphql::parser::{Document, ParseLimits, parse};
use portcullis_graphql::print::print;
use serde::Deserialize;

use crate::Failure;
use crate::suite::{Tally, locate};

#[derive(Deserialize)]
struct Row {
    id: String,
    kind: String,
    source: String,
    valid: bool,
}

/// Runs the suite: verdicts must agree, and what is accepted must read the same after printing.
pub fn run(path: &Path, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let text = fs::read_to_string(locate(path, "parse.jsonl")?)?;
    let mut tally = Tally::new(include_str!("../disputes/graphql-parse.txt"));
    let mut document = Document::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let row: Row = serde_json::from_str(line)?;
        if row.kind == "exec" {
            tally.case(&row.id, judge(&row, &mut document), out)?;
        } else {
            tally.skip(&row.kind);
        }
    }
    tally.finish(out)
}

fn judge(row: &Row, document: &mut Document) -> Option<&'static str> {
    let accepted = parse(&row.source, &ParseLimits::MAXIMUM, document).is_ok();
    match (row.valid, accepted) {
        (true, true) if !survives_printing(&row.source, document) => Some("reads differently once printed"),
        (true, true) | (false, false) => None,
        (true, false) => Some("valid, but refused"),
        (false, true) => Some("invalid, but accepted"),
    }
}

fn survives_printing(source: &str, document: &Document) -> bool {
    let (mut once, mut twice) = (String::new(), String::new());
    print(document, source, &mut once);
    let mut again = Document::new();
    if parse(&once, &ParseLimits::MAXIMUM, &mut again).is_err() {
        return false;
    }
    print(&again, &once, &mut twice);
    once == twice && crate::graphql_tree::tree(document, source) == crate::graphql_tree::tree(&again, &once)
}

//! Conformance: outside suites run against Portcullis, one subcommand per suite, and what outside readers need to check our reading.
//!
//! ```text
//! conformance graphql-parse PATH                    parse.jsonl, or the folder that holds it
//! conformance graphql-validate PATH                 validate.jsonl, or the folder that holds it
//! conformance graphql-tree < documents.jsonl        our canonical text and tree of each document
//! conformance graphql-generate --seed S --count N [--mutate FILE…]
//! ```
//!
//! A suite prints the id of each failing case and last `N passed, N failed`; it exits with 1 if anything failed and with 2 if it could
//! not run.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use conformance::{Failure, graphql_generate, graphql_parse, graphql_tree, graphql_validate};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = BufWriter::new(io::stdout().lock());
    let outcome = run(&arguments, &mut out).and_then(|code| Ok(out.flush().map(|()| code)?));
    outcome.unwrap_or_else(|failure| {
        let _ = writeln!(io::stderr(), "conformance: {failure}");
        ExitCode::from(2)
    })
}

fn run(arguments: &[String], out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["graphql-parse", path] => graphql_parse::run(path.as_ref(), out),
        ["graphql-validate", path] => graphql_validate::run(path.as_ref(), out),
        ["graphql-tree"] => graphql_tree::run(io::stdin().lock(), out),
        ["graphql-generate", options @ ..] => graphql_generate::run(options, out),
        _ => Err("usage: conformance graphql-parse PATH | graphql-validate PATH | graphql-tree | \
                  graphql-generate --seed S --count N [--mutate FILE…]"
            .into()),
    }
}

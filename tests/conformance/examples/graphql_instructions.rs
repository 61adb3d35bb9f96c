//! Runs one stage on one document N times, for counting instructions by difference: N + 1 runs less one run, divided by N.
//!
//! ```text
//! valgrind --tool=callgrind --callgrind-out-file=/dev/null target/release/examples/graphql_instructions FILE parse|print|measure N
//! ```

use std::error::Error;
use std::hint::black_box;

use portcullis_graphql::measure::measure;
use portcullis_graphql::parser::{Document, ParseLimits, parse};
use portcullis_graphql::print::print;
use portcullis_inspect::Budget;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, stage, times] = arguments.as_slice() else {
        return Err("FILE parse|print|measure N".into());
    };
    let text = std::fs::read_to_string(file)?;
    let limits = ParseLimits { tokens: 15_000, nesting: 200, name_bytes: 256 };
    let (mut document, mut out) = (Document::new(), String::new());
    let read = |document: &mut Document| parse(black_box(&text), &limits, document).map_err(|fault| fault.code.as_str());
    read(&mut document)?;
    for _ in 0..times.parse::<u32>()? {
        match stage.as_str() {
            "parse" => read(&mut document)?,
            "print" => {
                out.clear();
                print(black_box(&document), &text, &mut out);
                black_box(&out);
            }
            "measure" => drop(black_box(measure(black_box(&document), &text, &mut Budget::new(u64::MAX)))),
            _ => return Err("parse|print|measure".into()),
        }
    }
    Ok(())
}

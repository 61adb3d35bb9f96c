//! Instruction counts of everything a request passes, against committed baselines.
//!
//! `cargo bench --bench counts [PART]` runs each case under callgrind, alone in a process, twice: with few and with many iterations. The
//! difference over the difference is the exact cost of one iteration, free of start-up and of setting up the input. A count more than
//! 3 % above its line in `benches/counts.baseline` fails; `UPDATE=1` writes the file anew. Counts say nothing about time on another
//! machine, but the same code counts the same everywhere callgrind runs, loaded machines included.
//!
//! - [`cases`] lists what is counted; [`graphql`], [`json`], [`http`] and [`verdict`] prepare it; [`families`] makes hostile input of any size.
//! - [`callgrind`] counts; [`baseline`] compares.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    unreachable_pub,
    reason = "a bench: it prints, and stops where it cannot go on"
)]

mod baseline;
mod callgrind;
mod cases;
mod families;
mod graphql;
mod http;
mod json;
mod verdict;

use std::collections::BTreeMap;
use std::process::ExitCode;

use baseline::Baseline;
use cases::{CASES, GROWTHS};

/// Counts by case.
type Counts = BTreeMap<String, u64>;

/// Instructions a small query may take to parse.
const PARSE_MAX: u64 = 20_000;
/// Printing over parsing the same query.
const PRINT_OVER_PARSE_MAX: f64 = 0.9;
/// Exponent of the cost over the size of hostile input.
const EXPONENT_MAX: f64 = 1.15;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [flag, name, times] = arguments.as_slice()
        && flag == callgrind::INSIDE
    {
        cases::run(name, times.parse().expect("a number of iterations"));
        return ExitCode::SUCCESS;
    }
    if !callgrind::available() {
        println!("counts: skipped, valgrind is not installed");
        return ExitCode::SUCCESS;
    }
    let part = arguments.first().map(String::as_str).unwrap_or_default();
    let mut failures = Vec::new();
    let counts = count(part, &mut failures);
    relations(&counts, &mut failures);
    grow(part, &mut failures);
    for failure in &failures {
        println!("FAILED  {failure}");
    }
    println!("{} passed, {} failed", counts.len(), failures.len());
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Counts every case and compares it with its baseline.
fn count(part: &str, failures: &mut Vec<String>) -> Counts {
    let mut baseline = Baseline::read();
    let update = std::env::var_os("UPDATE").is_some();
    let mut counts = Counts::new();
    for case in CASES.iter().filter(|case| case.name.contains(part)) {
        let Some(count) = callgrind::per_iteration(case.name, case.few, case.many) else {
            println!("{:<28} {:>12}", case.name, "no input");
            continue;
        };
        let verdict = if update { baseline.set(case.name, count) } else { baseline.compare(case.name, count) };
        println!("{:<28} {count:>12} {verdict}", case.name);
        failures.extend(verdict.failure(case.name));
        counts.insert(case.name.to_owned(), count);
    }
    if update {
        baseline.write();
    }
    counts
}

/// What has to hold between counts, whatever the baseline says.
fn relations(counts: &Counts, failures: &mut Vec<String>) {
    if let Some(parse) = counts.get("graphql.parse.github-small").filter(|parse| **parse > PARSE_MAX) {
        failures.push(format!("graphql.parse.github-small: {parse} instructions, {PARSE_MAX} allowed"));
    }
    for query in ["github-small", "product-page"] {
        let (parse, print) = (counts.get(&format!("graphql.parse.{query}")), counts.get(&format!("graphql.print.{query}")));
        let (Some(parse), Some(print)) = (parse, print) else { continue };
        let ratio = ratio(*print, *parse);
        println!("{:<28} {ratio:>12.2}", format!("print/parse {query}"));
        if ratio > PRINT_OVER_PARSE_MAX {
            failures.push(format!("print/parse {query}: {ratio:.2}, {PRINT_OVER_PARSE_MAX} allowed"));
        }
    }
}

/// Counts each hostile family at two sizes, ten times apart.
fn grow(part: &str, failures: &mut Vec<String>) {
    for growth in GROWTHS.iter().filter(|growth| growth.name.contains(part)) {
        let at = |size: u32| callgrind::per_iteration(&format!("{}/{size}", growth.name), 1, 3);
        let (Some(small), Some(large)) = (at(growth.size), at(growth.size * 10)) else { continue };
        let exponent = ratio(large, small).log10();
        println!("{:<28} {small:>12} {large:>12}  n^{exponent:.2}", growth.name);
        if exponent > EXPONENT_MAX {
            failures.push(format!("{}: n^{exponent:.2}, n^{EXPONENT_MAX} allowed", growth.name));
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn ratio(over: u64, under: u64) -> f64 {
    over as f64 / under.max(1) as f64
}

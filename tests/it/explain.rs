//! `portcullis explain` on the case files: the verdict told at the desk is the verdict given on the line.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::case_file::{Case, all};

fn explain(case: &Case, flags: &[&str]) -> Output {
    let file: PathBuf = crate::root().join(format!("{}.http", case.name));
    let config = crate::root().join("tests/configs").join(format!("{}.yaml", case.expect.config));
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.arg("explain").arg("--config").arg(config).arg(file).args(flags).env("UPSTREAM", "127.0.0.1:9").output().unwrap()
}

/// Cases `explain` can read: one request, written as text, that comes to a verdict.
fn readable() -> Vec<Case> {
    let cases = all().unwrap_or_else(|faults| panic!("{}", faults.join("\n")));
    let is_text = |case: &Case| crate::root().join(format!("{}.http", case.name)).exists();
    cases.into_iter().filter(|case| is_text(case) && case.expect.statuses.len() == 1 && !case.expect.half_closes).collect()
}

#[test]
fn explain_tells_the_verdict_of_every_case() {
    let mut faults = Vec::new();
    for case in readable() {
        let output = explain(&case, &[]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let expected = i32::from(case.expect.code.is_some());
        if output.status.code() != Some(expected) {
            faults.push(format!(
                "{}: exit code {:?} instead of {expected}: {text}{}",
                case.name,
                output.status.code(),
                String::from_utf8_lossy(&output.stderr)
            ));
        } else if let Some(code) = case.expect.code.as_deref().filter(|code| !text.contains(*code)) {
            faults.push(format!("{}: says nothing of {code}: {text}", case.name));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn explain_in_json_holds_the_same_findings() {
    let mut faults = Vec::new();
    for case in readable().iter().filter(|case| case.expect.code.is_some()).step_by(7) {
        let output = explain(case, &["--json"]);
        let read = serde_json::from_slice::<serde_json::Value>(&output.stdout);
        let held = read.as_ref().is_ok_and(|value| {
            value["findings"].as_array().is_some_and(|findings| {
                findings.iter().any(|finding| finding["code"] == case.expect.code.as_deref().unwrap_or_default())
            })
        });
        if !held {
            faults.push(format!("{}: {read:?}", case.name));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

//! What all suites share: where their data lies, which verdicts are disputed, how the outcome is told.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::Failure;

/// The file of a suite: `path` itself, or the file called `name` in the folder `path`.
pub(crate) fn locate(path: &Path, name: &str) -> Result<PathBuf, Failure> {
    let file = if path.is_dir() { path.join(name) } else { path.to_path_buf() };
    if file.is_file() { Ok(file) } else { Err(format!("no such file: {}", file.display()).into()) }
}

/// The running outcome of one suite.
pub(crate) struct Tally<'a> {
    disputes: BTreeMap<&'a str, &'a str>,
    passed: u32,
    failed: u32,
    skipped: BTreeMap<String, u32>,
    disputed: u32,
}

impl<'a> Tally<'a> {
    /// A tally that knows the committed list of disputes: `id why` lines, `#` for comments.
    pub(crate) fn new(disputes: &'a str) -> Self {
        let lines = disputes.lines().filter(|line| !line.starts_with('#'));
        let disputes = lines.filter_map(|line| line.split_once(' ')).collect();
        Self { disputes, passed: 0, failed: 0, skipped: BTreeMap::new(), disputed: 0 }
    }

    /// A case that is not for this suite, and of which kind it is.
    pub(crate) fn skip(&mut self, kind: &str) {
        *self.skipped.entry(kind.to_owned()).or_default() += 1;
    }

    /// A case that was run; `differs` says how it went wrong.
    pub(crate) fn case(&mut self, id: &str, differs: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
        match (differs, self.disputes.get(id)) {
            (None, None) => self.passed += 1,
            (Some(_), Some(why)) => {
                self.disputed += 1;
                writeln!(out, "disputed {id}: {why}")?;
            }
            (Some(how), None) => {
                self.failed += 1;
                writeln!(out, "FAILED {id}: {how}")?;
            }
            (None, Some(_)) => {
                self.failed += 1;
                writeln!(out, "FAILED {id}: listed as a dispute, but agrees")?;
            }
        }
        Ok(())
    }

    /// The last lines, and the exit code.
    pub(crate) fn finish(&self, out: &mut dyn Write) -> Result<ExitCode, Failure> {
        for (kind, count) in &self.skipped {
            writeln!(out, "skipped {count} of kind {kind}")?;
        }
        if self.disputed > 0 {
            writeln!(out, "not counted: {} disputed", self.disputed)?;
        }
        writeln!(out, "{} passed, {} failed", self.passed, self.failed)?;
        Ok(if self.failed == 0 && self.passed > 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISPUTES: &str = "# comment\nD1 the suite is wrong\n";

    fn outcome(cases: &[(&str, Option<&str>)]) -> (String, bool) {
        let (mut tally, mut out) = (Tally::new(DISPUTES), Vec::new());
        for (id, differs) in cases {
            tally.case(id, *differs, &mut out).unwrap();
        }
        let code = tally.finish(&mut out).unwrap();
        (String::from_utf8(out).unwrap(), code == ExitCode::SUCCESS)
    }

    #[test]
    fn failures_are_named_and_counted() {
        let (text, success) = outcome(&[("A", None), ("B", Some("why")), ("C", None)]);
        assert_eq!((text.as_str(), success), ("FAILED B: why\n2 passed, 1 failed\n", false));
    }

    #[test]
    fn a_dispute_is_told_and_not_counted() {
        let (text, success) = outcome(&[("A", None), ("D1", Some("why"))]);
        assert_eq!(text, "disputed D1: the suite is wrong\nnot counted: 1 disputed\n1 passed, 0 failed\n");
        assert!(success);
    }

    #[test]
    fn a_dispute_that_agrees_and_an_empty_suite_fail() {
        assert!(!outcome(&[("A", None), ("D1", None)]).1);
        assert!(!outcome(&[]).1);
    }
}

//! The table of `docs/threat-model.md`: attack → check → case file, generated from the case files and compared with what is committed.
//! `UPDATE=1` writes it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::case_file::{Case, all};

const BEGIN: &str = "<!-- cases -->\n";
const END: &str = "<!-- /cases -->";

/// One section per protocol folder, one row per attack.
fn table(cases: &[Case]) -> String {
    let mut sections: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.is_attack()) {
        sections.entry(case.name.split('/').nth(2).unwrap_or_default()).or_default().push(case);
    }
    let mut text = String::new();
    for (protocol, attacks) in sections {
        write!(text, "\n### {protocol}\n\n| check | verdict | attack | case |\n|---|---|---|---|\n").unwrap();
        for attack in attacks {
            let verdict = attack.expect.code.as_deref().map_or_else(|| "neutralised".to_owned(), |code| format!("`{code}`"));
            let why = attack.expect.why.as_deref().unwrap_or_default().replace('|', "\\|");
            writeln!(text, "| `{}` | {verdict} | {why} | `{}` |", attack.check(), attack.name).unwrap();
        }
    }
    text.push('\n');
    text
}

#[test]
fn the_threat_model_lists_exactly_the_attacks_there_are() {
    let file = crate::root().join("docs/threat-model.md");
    let held = std::fs::read_to_string(&file).expect("docs/threat-model.md");
    let cases = all().unwrap_or_else(|faults| panic!("{}", faults.join("\n")));
    let (before, rest) = held.split_once(BEGIN).expect("the mark where the cases begin");
    let (_, after) = rest.split_once(END).expect("the mark where the cases end");
    let current = format!("{before}{BEGIN}{}{END}{after}", table(&cases));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &current).unwrap();
    } else {
        assert!(held == current, "docs/threat-model.md is not current: run `just bless`");
    }
}

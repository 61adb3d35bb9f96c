//! Habits of the repository, held by tests: module docs, file lengths, names, no leftovers, every check with its cases, documents that
//! name files which exist.

use std::path::PathBuf;

use crate::case_file::{all, collect};
use crate::source::{SourceFile, relative, rust_files};

/// Lines a file may have without saying why.
const LINES_MAX: usize = 450;
/// Lines a file may have whatever it says.
const LINES_EVER: usize = 800;

/// Files longer than [`LINES_MAX`], each with its reason.
const LONG_FILES: &[(&str, &str)] = &[];

const FOLDERS: &[&str] = &["src", "crates", "tests", "benches", "examples", "fuzz"];

fn report(title: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{title}:\n  {}", found.join("\n  "));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent = |file: &SourceFile| !file.text.starts_with("//! ") || file.text.lines().next().is_some_and(|line| line.len() < 9);
    let found = rust_files(FOLDERS).iter().filter(|file| silent(file)).map(|file| file.name.clone()).collect();
    report("files that do not begin with a module doc", found);
}

#[test]
fn files_are_one_idea_long() {
    let mut found = Vec::new();
    for file in rust_files(FOLDERS) {
        let lines = file.text.lines().count();
        let excused = LONG_FILES.iter().any(|(name, _)| *name == file.name);
        if lines > LINES_EVER || (lines > LINES_MAX && !excused) {
            found.push(format!("{}: {lines} lines", file.name));
        }
        if lines <= LINES_MAX && excused {
            found.push(format!("{}: excused, but short enough now", file.name));
        }
    }
    report("files that hold more than one idea", found);
}

#[test]
fn rooms_have_names_of_their_own() {
    let nameless = ["utils", "util", "helpers", "helper", "common", "manager", "misc"];
    let mut found = Vec::new();
    for file in rust_files(FOLDERS) {
        let names = file.name.trim_end_matches(".rs").split(['/', '_', '-']);
        found.extend(names.filter(|name| nameless.contains(name)).map(|name| format!("{}: {name}", file.name)));
    }
    report("names that say nothing", found);
}

#[test]
fn nothing_is_left_for_later_and_nothing_may_panic() {
    let mut found = Vec::new();
    for file in rust_files(FOLDERS) {
        // Put together here so that this file does not find itself.
        for word in [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:"), concat!("HA", "CK:")] {
            found.extend(lines_with(&file.text, word).map(|line| format!("{}:{line}: {word}", file.name)));
        }
        if file.is_test() {
            continue;
        }
        let code = file.code();
        // Strings are blanked: a message leaves a space behind, where an argument of a method of the same name leaves the argument.
        for word in [".unwrap()", ".expect( ", "panic!(", "unimplemented!(", "todo!(", "dbg!(", ".unwrap_err()"] {
            found.extend(
                lines_with(&code, word)
                    .filter(|line| !is_explained(&file.text, *line))
                    .map(|line| format!("{}:{line}: {word}", file.name)),
            );
        }
    }
    report("leftovers and panics outside tests", found);
}

/// Numbers, from 1, of the lines that hold `word`.
fn lines_with(text: &str, word: &str) -> impl Iterator<Item = usize> {
    text.lines().enumerate().filter(move |(_, line)| line.contains(word)).map(|(at, _)| at + 1)
}

/// Whether one of the eight lines above a panic states the invariant that keeps it from happening.
fn is_explained(text: &str, line: usize) -> bool {
    text.lines().take(line).skip(line.saturating_sub(9)).any(|line| line.contains("// INVARIANT:"))
}

/// Text files of the repository that are ours: no build output, no lock file, no corpora.
fn texts() -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(crate::root()).unwrap().map_while(Result::ok) {
        let name = entry.file_name();
        if name == ".git" || name == "target" {
            continue;
        }
        if entry.path().is_file() {
            paths.push(entry.path());
        } else {
            collect(&entry.path(), &mut paths);
        }
    }
    let is_ours = |name: &str| {
        name != "Cargo.lock"
            && !["/target/", "/corpus/", "/node_modules/", "/artifacts/", "LICENSE"].iter().any(|part| name.contains(part))
    };
    let named = paths.iter().map(|path| (relative(path), path)).filter(|(name, _)| is_ours(name));
    named.filter_map(|(name, path)| Some((name, std::fs::read_to_string(path).ok()?))).collect()
}

#[test]
fn the_repository_speaks_of_the_product_alone() {
    let strange = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("session ", "id"),
        concat!("issue ", "#"),
        concat!("issues ", "show"),
    ];
    let mut found = Vec::new();
    for (name, text) in texts() {
        for word in strange {
            let text = text.to_lowercase();
            // A path is absolute where no name stands before it.
            let named = |at: usize| text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '.' || before == '-');
            let places = text.match_indices(word).filter(|(at, _)| !named(*at));
            found.extend(places.map(|(at, _)| format!("{name}:{}: {word}", text[..at].lines().count())));
        }
    }
    report("words of the place the repository was made in", found);
}

#[test]
fn case_files_are_complete() {
    let cases = all().unwrap_or_else(|faults| panic!("{}", faults.join("\n")));
    let mut found = Vec::new();
    for case in &cases {
        let expect = &case.expect;
        let neutralised = expect.forwarded_target.is_some()
            || expect.forwarded_body.is_some()
            || !expect.forwarded_headers.is_empty()
            || !expect.forwarded_absent.is_empty();
        let silent = expect.statuses.is_empty();
        if case.is_attack() && !silent && !neutralised && expect.code.is_none() {
            found.push(format!("{}: an attack is refused with a code or forwarded changed", case.name));
        }
        if !case.is_attack() && expect.code.is_some() {
            found.push(format!("{}: a benign case is not refused", case.name));
        }
        if expect.why.is_none() {
            found.push(format!("{}: says not why", case.name));
        }
        if !crate::root().join("tests/configs").join(format!("{}.yaml", expect.config)).exists() {
            found.push(format!("{}: there is no tests/configs/{}.yaml", case.name, expect.config));
        }
    }
    report("cases that say too little", found);
}

#[test]
fn the_changelog_has_a_place_for_what_is_new() {
    let changelog = std::fs::read_to_string(crate::root().join("CHANGELOG.md")).expect("CHANGELOG.md");
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        changelog.contains("## [Unreleased]") || changelog.contains(&format!("## [{version}]")),
        "neither Unreleased nor {version}"
    );
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut found = Vec::new();
    for (name, text) in texts().iter().filter(|(name, _)| name.ends_with(".md")) {
        let folder = crate::root().join(name).parent().unwrap().to_path_buf();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            if !path.is_empty() && !path.contains("://") && !path.starts_with("mailto:") && !folder.join(path).exists() {
                found.push(format!("{name}: {link}"));
            }
        }
    }
    report("links that lead nowhere", found);
}

#[test]
fn every_decision_is_listed() {
    let folder = crate::root().join("docs/decisions");
    let list = std::fs::read_to_string(folder.join("README.md")).expect("docs/decisions/README.md");
    let names =
        std::fs::read_dir(folder).unwrap().map_while(Result::ok).map(|entry| entry.file_name().to_string_lossy().into_owned());
    report(
        "decisions that are not listed",
        names.filter(|name| name != "README.md" && !list.contains(&format!("({name})"))).collect(),
    );
}

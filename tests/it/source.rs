//! Rust files of the repository, and their code without comments, strings and tests: what a rule about the product may look at.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::case_file::collect;

/// A Rust file of the repository.
pub struct SourceFile {
    /// Path below the root, with `/`.
    pub name: String,
    pub text: String,
    /// Whether a parent declares it under `#[cfg(test)]`.
    declared_as_test: bool,
}

impl SourceFile {
    fn read(path: &Path) -> Self {
        Self { name: relative(path), text: std::fs::read_to_string(path).unwrap(), declared_as_test: false }
    }

    /// The code alone: comments, strings and characters blanked, `#[cfg(test)]` items cut.
    pub fn code(&self) -> String {
        without_tests(&blanked(&self.text))
    }

    /// Whether the whole file is test, bench or example code.
    pub fn is_test(&self) -> bool {
        let folder = |name: &str| self.name.starts_with(&format!("{name}/")) || self.name.contains(&format!("/{name}/"));
        folder("tests") || folder("benches") || folder("examples") || folder("fuzz") || self.declared_as_test
    }
}

/// Every Rust file below these folders of the root, in order of name; build output is passed over.
pub fn rust_files(folders: &[&str]) -> Vec<SourceFile> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in folders {
        collect(&crate::root().join(folder), &mut paths);
    }
    paths.sort();
    let is_ours =
        |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "rs") && !relative(path).contains("target/");
    let mut files: Vec<SourceFile> = paths.iter().filter(is_ours).map(|path| SourceFile::read(path)).collect();
    let tests: BTreeSet<String> = files.iter().flat_map(test_modules).collect();
    for file in &mut files {
        file.declared_as_test = tests.contains(&file.name);
    }
    files
}

/// Files that may hold the modules `file` declares under `#[cfg(test)]`.
fn test_modules(file: &SourceFile) -> Vec<String> {
    let (folder, own) = file.name.rsplit_once('/').unwrap_or(("", &file.name));
    let folder = match own {
        "mod.rs" | "lib.rs" | "main.rs" => folder.to_owned(),
        own => format!("{folder}/{}", own.trim_end_matches(".rs")),
    };
    let items = file.text.split("#[cfg(test)]\n").skip(1);
    let names = items.filter_map(|item| item.lines().next()?.split_once("mod ")?.1.split_once(';')).map(|(name, _)| name);
    names
        .filter(|name| !name.contains('{'))
        .flat_map(|name| [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")])
        .collect()
}

/// Path below the root.
pub fn relative(path: &Path) -> String {
    path.strip_prefix(crate::root()).unwrap_or(path).display().to_string()
}

/// The text with comments, string and character literals replaced by spaces; line ends stay, so lines keep their numbers.
fn blanked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let length = literal_or_comment(rest);
        let (taken, after) =
            if length > 0 { rest.split_at(length) } else { rest.split_at(rest.chars().next().map_or(1, char::len_utf8)) };
        if length > 0 {
            out.extend(taken.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }));
        } else {
            out.push_str(taken);
        }
        rest = after;
    }
    out
}

/// Length of the comment or literal that `rest` begins with; 0 when it begins with code.
fn literal_or_comment(rest: &str) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |end| end + 2);
    }
    let hashes = rest.strip_prefix("r").map_or(0, |after| after.len() - after.trim_start_matches('#').len());
    if rest.starts_with('r') && rest[1 + hashes..].starts_with('"') {
        let end = format!("\"{}", "#".repeat(hashes));
        return rest[2 + hashes..].find(&end).map_or(rest.len(), |at| 2 + hashes + at + end.len());
    }
    if rest.starts_with('"') {
        return quoted(rest, '"').unwrap_or(rest.len());
    }
    if rest.starts_with('\'') {
        return character(rest);
    }
    0
}

/// Length of a quoted literal, escapes minded.
fn quoted(rest: &str, quote: char) -> Option<usize> {
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            letter if letter == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Length of a character literal; 0 for a lifetime.
fn character(rest: &str) -> usize {
    let mut letters = rest.chars().skip(1);
    match (letters.next(), letters.next()) {
        (Some('\\'), _) => quoted(rest, '\'').unwrap_or(0),
        (Some(letter), Some('\'')) => 2 + letter.len_utf8(),
        _ => 0,
    }
}

/// Cuts every item that stands under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut out = String::new();
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..at]);
        let item = &rest[at..];
        rest = &item[item_length(item)..];
    }
    out.push_str(rest);
    out
}

/// Length of an item: up to its semicolon, or to the brace that closes its first one.
fn item_length(item: &str) -> usize {
    let mut depth = 0_usize;
    for (at, letter) in item.char_indices() {
        match letter {
            ';' if depth == 0 => return at + 1,
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    item.len()
}

#[test]
fn code_is_what_is_neither_comment_nor_literal_nor_test() {
    let file = |text: &str| SourceFile { name: "src/a.rs".to_owned(), text: text.to_owned(), declared_as_test: false }.code();
    for (text, gone) in [
        ("a(); // unwrap()\nb();", "unwrap"),
        ("a(); /* unwrap() */ b();", "unwrap"),
        ("a(\"unwrap() \\\" unwrap()\"); b();", "unwrap"),
        ("a(r#\"unwrap() \" unwrap()\"#); b();", "unwrap"),
        ("a('\"'); b(\"unwrap\"); b();", "unwrap"),
        ("a('\\''); b(\"unwrap\"); b();", "unwrap"),
        ("a();\n#[cfg(test)]\nmod tests { fn c() { x.unwrap() } }\nb();", "unwrap"),
        ("a();\n#[cfg(test)]\nuse unwrap;\nb();", "unwrap"),
        ("fn a<'x>(x: &'x str) { b(); } // unwrap", "unwrap"),
    ] {
        let code = file(text);
        assert!(!code.contains(gone) && code.contains("b();"), "{text}\n{code}");
    }
}

#[test]
fn files_declared_under_cfg_test_are_tests() {
    let file = |name: &str, text: &str| SourceFile { name: name.to_owned(), text: text.to_owned(), declared_as_test: false };
    for (name, text, child) in [
        ("src/a/mod.rs", "#[cfg(test)]\nmod cases;\n", Some("src/a/cases.rs")),
        ("src/a.rs", "mod x;\n#[cfg(test)]\npub(crate) mod tests;\n", Some("src/a/tests.rs")),
        ("src/a.rs", "#[cfg(test)]\nmod tests {\n    use super::*;\n}\n", None),
        ("src/a.rs", "mod tests;\n", None),
    ] {
        assert_eq!(test_modules(&file(name, text)).first().map(String::as_str), child, "{text}");
    }
}

//! The documents keep their word: configurations shown in them load, and commands shown in them say what is shown.
//!
//! In a `console` block a line that is only `…` stands for any lines; days and request ids are not compared.

use std::path::Path;
use std::process::Command;

const DOCUMENTS: &[&str] = &["README.md", "docs/install.md"];

fn text(document: &str) -> String {
    std::fs::read_to_string(crate::root().join(document)).unwrap_or_else(|error| panic!("{document}: {error}"))
}

/// Contents of the blocks fenced as `language`.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    for fenced in text(document).split("\n```").skip(1).step_by(2) {
        if let Some(block) = fenced.strip_prefix(language).and_then(|rest| rest.strip_prefix('\n')) {
            found.push(format!("{block}\n"));
        }
    }
    found
}

/// A folder with the files the documents speak of: the first configuration and request of the README, a certificate and its key.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["shop.example.com".to_owned()]).unwrap();
    for (name, text) in [
        ("portcullis.yaml", blocks("README.md", "yaml").swap_remove(0)),
        ("request.http", blocks("README.md", "http").swap_remove(0)),
        ("certificate.pem", made.cert.pem()),
        ("key.pem", made.signing_key.serialize_pem()),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .args(arguments)
        .current_dir(folder)
        .env("SHOP_UPSTREAM", "http://127.0.0.1:4000")
        .env("INVENTORY_UPSTREAM", "http://127.0.0.1:4001")
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), said)
}

#[test]
fn the_smallest_useful_configuration_is_under_ten_lines() {
    let smallest = blocks("README.md", "yaml").swap_remove(0);
    assert!(smallest.lines().count() < 10, "{smallest}");
    assert!(run(folder().path(), &["check"]).0);
}

#[test]
fn every_configuration_shown_loads() {
    let folder = folder();
    let whole = blocks("README.md", "yaml").swap_remove(0);
    for document in DOCUMENTS {
        for block in blocks(document, "yaml") {
            // What is no whole configuration belongs under the service of the smallest one.
            let text = if block.starts_with("listeners:") { block } else { format!("{whole}{}", indented(&block)) };
            std::fs::write(folder.path().join("shown.yaml"), timeless(&text)).unwrap();
            let (loads, said) = run(folder.path(), &["check", "--config", "shown.yaml"]);
            assert!(loads && said.contains("0 warning(s)"), "{document}:\n{text}\n{said}");
        }
    }
}

fn indented(block: &str) -> String {
    block.lines().flat_map(|line| ["    ", line, "\n"]).collect()
}

#[test]
fn every_command_shown_says_what_is_shown() {
    let folder = folder();
    let mut shown = 0;
    for document in DOCUMENTS {
        for block in blocks(document, "console") {
            for part in format!("\n{block}").split("\n$ ").skip(1) {
                let (command, output) = part.split_once('\n').unwrap_or((part, ""));
                let Some(arguments) = command.strip_prefix("portcullis ") else { continue };
                let arguments: Vec<&str> = arguments.split(' ').collect();
                if arguments.first().is_some_and(|verb| *verb == "run") {
                    continue;
                }
                let (_, said) = run(folder.path(), &arguments);
                assert!(matches(output.trim_end(), said.trim_end()), "{document}: {command}\nshown:\n{output}\nsaid:\n{said}");
                shown += 1;
            }
        }
    }
    assert!(shown >= 2, "the documents show nothing");
}

/// Whether `said` is what is `shown`, with anything in place of lines that are only `…`.
fn matches(shown: &str, said: &str) -> bool {
    let said = timeless(said);
    let mut rest = said.as_str();
    let shown = timeless(shown);
    let parts: Vec<&str> = shown.split("\n…\n").collect();
    for (at, part) in parts.iter().enumerate() {
        let found = rest.find(part);
        match found {
            Some(start) if start == 0 || at > 0 => rest = &rest[start + part.len()..],
            _ => return false,
        }
    }
    rest.is_empty()
}

/// The text with one and the same day after every `expires:`, far from now.
fn timeless(text: &str) -> String {
    let mut parts = text.split("expires: ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| format!("{text}expires: 2999-12-31{}", part.get("2999-12-31".len()..).unwrap_or_default()))
}

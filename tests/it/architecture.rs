//! The design's rules about who may know whom, read from the manifests and the source: an edge that is not in the table is a failure.

use std::collections::BTreeMap;

use crate::source::{SourceFile, rust_files};

/// Rooms of the core and the rooms each may depend on (ARCHITECTURE.md, "Who owns what").
const EDGES: &[(&str, &[&str])] = &[
    ("inspect", &[]),
    ("http", &["inspect"]),
    ("json", &["inspect"]),
    ("xml", &["inspect"]),
    ("xsd", &["xml", "inspect"]),
    ("ws-security", &["xml", "inspect"]),
    ("identity", &["inspect", "json"]),
    ("graphql", &["json", "inspect"]),
    ("soap", &["xml", "xsd", "ws-security", "json", "inspect"]),
    ("rest", &["json", "xml", "inspect"]),
    ("policy", &["inspect"]),
    ("registry", &["inspect", "policy"]),
];

/// Rooms of the shell and the rooms of the shell each must not know.
const SHELL: &[(&str, &[&str])] =
    &[("proxy", &["admin", "console", "store"]), ("admin", &["proxy"]), ("console", &["proxy"]), ("live", &["admin", "console"])];

/// What the core may not mention outside its tests. Clippy bans the functions; this also holds the words that are no function.
const WORLD: &[&str] = &[
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "tokio",
    "async fn",
    "async move",
    ".await",
    "static mut",
    "thread_local!",
    "OnceLock",
    "LazyLock",
    "RandomState::new",
];

/// One dependency line of a manifest.
#[derive(Debug, PartialEq, Eq)]
struct Dependency {
    name: String,
    /// Whether a comment says why: on the line, or on a line of its own above it in the same section.
    has_reason: bool,
}

/// Dependencies of every kind in a manifest. Understands what manifests of this repository use: `[…dependencies]` sections with one
/// line per dependency and `[…dependencies.name]` tables.
fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    let (mut inside, mut reason) = (false, false);
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.split(']').next().unwrap_or_default();
            let (kind, table) = section.split_once("dependencies").unwrap_or((section, ""));
            inside = section.ends_with("dependencies") && !kind.starts_with("workspace");
            reason = false;
            if let Some(name) = table.strip_prefix('.').filter(|_| !kind.starts_with("workspace")) {
                found.push(Dependency { name: name.to_owned(), has_reason: line.contains('#') });
            }
        } else if inside && line.starts_with('#') {
            reason = true;
        } else if let Some((name, rest)) = line.split_once(['=', '.']).filter(|_| inside && !line.is_empty()) {
            found.push(Dependency { name: name.trim().to_owned(), has_reason: reason || rest.contains('#') });
        }
    }
    found
}

fn manifests() -> BTreeMap<String, String> {
    let rooms =
        std::fs::read_dir(crate::root().join("crates")).unwrap().map_while(Result::ok).filter(|entry| entry.path().is_dir());
    rooms
        .map(|room| {
            let text = std::fs::read_to_string(room.path().join("Cargo.toml")).unwrap();
            (room.file_name().to_string_lossy().into_owned(), text)
        })
        .collect()
}

/// Edges of `room` that the table does not hold.
fn strays(room: &str, manifest: &str) -> Vec<String> {
    let Some((_, allowed)) = EDGES.iter().find(|(name, _)| *name == room) else {
        return vec![format!("crates/{room} is not in the table")];
    };
    let edges = dependencies(manifest).into_iter().filter_map(|edge| edge.name.strip_prefix("portcullis-").map(str::to_owned));
    edges.filter(|edge| !allowed.contains(&edge.as_str())).map(|edge| format!("{room} → {edge}")).collect()
}

#[test]
fn rooms_depend_only_on_the_rooms_of_the_table() {
    let found: Vec<String> = manifests().iter().flat_map(|(room, manifest)| strays(room, manifest)).collect();
    assert!(found.is_empty(), "edges the design does not know: {found:?}");
}

#[test]
fn a_stray_edge_is_found_however_it_is_written() {
    for edge in [
        "[dependencies]\nportcullis-policy.workspace = true\n",
        "[dependencies]\nportcullis-policy = { path = \"../policy\" }\n",
        "[dev-dependencies]\nportcullis-policy.workspace = true\n",
        "[build-dependencies]\nportcullis-policy = \"1\"\n",
        "[target.'cfg(unix)'.dependencies]\nportcullis-policy.workspace = true\n",
        "[dependencies.portcullis-policy]\nworkspace = true\n",
        "[package]\nname = \"x\"\n[dependencies] # words\nportcullis-policy.workspace = true\n",
    ] {
        assert_eq!(strays("graphql", edge), ["graphql → policy"], "{edge}");
    }
    assert!(strays("graphql", "[dependencies]\nportcullis-json.workspace = true\n").is_empty());
    assert_eq!(strays("helpers", ""), ["crates/helpers is not in the table"]);
}

#[test]
fn packages_are_named_after_their_rooms() {
    for (room, manifest) in manifests() {
        assert!(manifest.contains(&format!("name = \"portcullis-{room}\"")), "crates/{room}");
    }
}

#[test]
fn every_outside_crate_of_the_core_says_why_it_is_there() {
    let silent: Vec<String> = manifests()
        .iter()
        .flat_map(|(room, manifest)| dependencies(manifest).into_iter().map(move |dependency| (room, dependency)))
        .filter(|(_, dependency)| !dependency.name.starts_with("portcullis-") && !dependency.has_reason)
        .map(|(room, dependency)| format!("crates/{room}: {}", dependency.name))
        .collect();
    assert!(silent.is_empty(), "dependencies without a comment: {silent:?}");
}

#[test]
fn the_core_does_not_touch_the_world() {
    let files = rust_files(&["crates"]);
    let found: Vec<String> = files.iter().filter(|file| !file.is_test()).flat_map(worldly).collect();
    assert!(found.is_empty(), "the core mentions the world: {found:#?}");
}

fn worldly(file: &SourceFile) -> Vec<String> {
    let code = file.code();
    WORLD.iter().filter(|word| code.contains(*word)).map(|word| format!("{}: {word}", file.name)).collect()
}

#[test]
fn rooms_of_the_shell_keep_apart() {
    let mut found = Vec::new();
    for (room, strangers) in SHELL {
        for file in rust_files(&["src"]).iter().filter(|file| lies_in(file, room)) {
            let known = shell_rooms_named_by(&file.code());
            found.extend(
                strangers
                    .iter()
                    .filter(|stranger| known.iter().any(|name| name == *stranger))
                    .map(|stranger| format!("{} → {stranger}", file.name)),
            );
        }
    }
    assert!(found.is_empty(), "rooms of the shell that must not know each other: {found:?}");
}

fn lies_in(file: &SourceFile, room: &str) -> bool {
    file.name.starts_with(&format!("src/{room}/")) || file.name == format!("src/{room}.rs")
}

/// First names behind `crate::` and behind a chain of `super::` (which may lead to the root), use-groups included.
fn shell_rooms_named_by(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for start in ["crate::", "super::", "portcullis::"] {
        for (at, _) in code.match_indices(start) {
            let path = &code[at + start.len()..];
            match path.strip_prefix('{') {
                Some(group) => names.extend(group_heads(group)),
                None => names.push(identifier(path)),
            }
        }
    }
    names
}

/// First names of the branches of a use-group whose opening brace has been read.
fn group_heads(group: &str) -> Vec<String> {
    let (mut depth, mut at_head, mut heads) = (0_usize, true, Vec::new());
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_head = true,
            letter if at_head && depth == 0 && (letter.is_alphanumeric() || letter == '_') => {
                heads.push(identifier(&group[at..]));
                at_head = false;
            }
            _ => {}
        }
    }
    heads
}

fn identifier(path: &str) -> String {
    path.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

#[test]
fn rooms_are_found_however_they_are_named() {
    for code in [
        "use crate::admin::Page;",
        "use crate::{admin, live};",
        "use crate::{live::{Snapshot, Swap}, admin::{self, Page}};",
        "fn f() { crate::admin::serve() }",
        "use super::super::admin;",
        "use crate::{\n    admin::Page,\n};",
    ] {
        assert!(shell_rooms_named_by(code).contains(&"admin".to_owned()), "{code}");
    }
    for code in ["use crate::live::admin_address;", "use crate::{live::{admin}};", "let admin = 1;"] {
        assert!(!shell_rooms_named_by(code).contains(&"admin".to_owned()), "{code}");
    }
}

#[test]
fn dependencies_are_read_with_their_reasons() {
    let read =
        dependencies("[dependencies]\na = \"1\" # why\nb.workspace = true\n# because\nc = \"1\"\n[lints]\nworkspace = true\n");
    let names: Vec<(&str, bool)> = read.iter().map(|dependency| (dependency.name.as_str(), dependency.has_reason)).collect();
    assert_eq!(names, [("a", true), ("b", false), ("c", true)]);
}

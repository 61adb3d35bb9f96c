//! Cases as files: `tests/config/bad/NAME.yaml` with every problem it has in `NAME.expect`, and `tests/config/good/NAME.yaml` that load.
//!
//! `UPDATE=1 cargo test config` writes the `.expect` files anew.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use portcullis_inspect::{Acts, CheckSpec, Contract, Engine, FactSpec, LimitSpec, Limits, Problems, Quantity, Source, Time};

use super::{ConfigProblems, Known, Loaded, load_text};

/// 2026-11-22T00:00:00Z.
const NOW: Time = Time::from_seconds(1_795_305_600);

/// A protocol that compiles nothing: the configuration asks engines for their tables alone.
#[derive(Debug)]
struct Paper {
    name: &'static str,
    limits: &'static [LimitSpec],
    checks: &'static [CheckSpec],
}

impl Engine for Paper {
    fn name(&self) -> &'static str {
        self.name
    }

    fn limits(&self) -> &'static [LimitSpec] {
        self.limits
    }

    fn facts(&self) -> &'static [FactSpec] {
        &[]
    }

    fn checks(&self) -> &'static [CheckSpec] {
        self.checks
    }

    fn compile(&self, _: &[Source], _: &Limits) -> Result<Arc<dyn Contract>, Problems> {
        Err(Vec::new())
    }
}

const fn row(name: &'static str, quantity: Quantity, default: u64, ceiling: u64, acts: Acts) -> LimitSpec {
    LimitSpec { name, quantity, default, ceiling, acts, code: "LIMIT", bounds: "what it bounds", why: "why this default" }
}

const fn check(name: &'static str, yields: bool) -> CheckSpec {
    CheckSpec { name, codes: &["CODE"], refuses: "what it refuses", yields }
}

static GRAPHQL_LIMITS: [LimitSpec; 4] = [
    row("graphql.depth", Quantity::Levels, 12, 1000, Acts::OnFact),
    row("graphql.aliases", Quantity::Count, 30, 10_000, Acts::OnFact),
    row("graphql.body_bytes", Quantity::Bytes, 1 << 20, 16 << 20, Acts::WhileReading),
    row("graphql.tokens", Quantity::Count, 10_000, 1_000_000, Acts::WhileReading),
];
static GRAPHQL_CHECKS: [CheckSpec; 2] = [check("graphql.introspection", true), check("graphql.syntax", false)];
static HTTP_LIMITS: [LimitSpec; 1] = [row("http.body", Quantity::Bytes, 10 << 20, 1 << 40, Acts::WhileReading)];
static PROCESS_LIMITS: [LimitSpec; 2] = [
    row("http.head_bytes", Quantity::Bytes, 32 << 10, 1 << 20, Acts::WhileReading),
    row("http.head_time", Quantity::Milliseconds, 10_000, 60_000, Acts::InTheShell),
];
static SERVICE_LIMITS: [LimitSpec; 1] = [row("service.exchanges", Quantity::Count, 1024, 1_000_000, Acts::InTheShell)];
static SERVICE_CHECKS: [CheckSpec; 2] = [check("http.framing", false), check("http.path", true)];

/// Runs `judge` with tables that stand still while the real ones grow.
pub(super) fn with_known<T>(judge: impl FnOnce(&Known<'_>) -> T) -> T {
    let engines: [Arc<dyn Engine>; 2] = [
        Arc::new(Paper { name: "graphql", limits: &GRAPHQL_LIMITS, checks: &GRAPHQL_CHECKS }),
        Arc::new(Paper { name: "http", limits: &HTTP_LIMITS, checks: &[] }),
    ];
    judge(&Known {
        engines: &engines,
        process_limits: &[&PROCESS_LIMITS],
        service_limits: &[&SERVICE_LIMITS],
        service_checks: &[&SERVICE_CHECKS],
        off: &["http.path"],
    })
}

fn env(name: &str) -> Option<String> {
    match name {
        "PORT" => Some("8080".to_owned()),
        "LIMIT" => Some("7".to_owned()),
        "MODE" => Some("monitor".to_owned()),
        "HUSH" => Some("hush-hush".to_owned()),
        "TLS_KEY" => Some("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n".to_owned()),
        "INJECT" => Some("x\nservices: []".to_owned()),
        _ => None,
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config")
}

pub(super) fn load_here(text: &str) -> Result<Loaded, ConfigProblems> {
    with_known(|known| load_text("portcullis.yaml", text, &folder(), &env, known, NOW))
}

/// The files of a folder with this ending, in order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == ending));
    files.sort();
    assert!(!files.is_empty(), "no cases in {}", folder.display());
    files
}

#[test]
fn every_bad_file_gets_all_its_problems_at_once() {
    let mut wrong = Vec::new();
    for path in files(&folder().join("bad"), "yaml") {
        let text = std::fs::read_to_string(&path).unwrap();
        let found = match load_here(&text) {
            Err(problems) => problems.render(false),
            Ok(loaded) => {
                let warnings: String = loaded.warnings.iter().map(|warning| warning.render(false)).collect();
                format!("{warnings}loads\n")
            }
        };
        let expect = path.with_extension("expect");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&expect, &found).unwrap();
        }
        if found != std::fs::read_to_string(&expect).unwrap_or_default() {
            wrong.push(format!("{}:\n{found}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "run with UPDATE=1 and read the difference\n{}", wrong.join("\n"));
}

#[test]
fn good_files_load_without_a_word() {
    for path in files(&folder().join("good"), "yaml") {
        let text = std::fs::read_to_string(&path).unwrap();
        let loaded = load_here(&text).unwrap_or_else(|problems| panic!("{}\n{}", path.display(), problems.render(false)));
        assert!(loaded.warnings.is_empty(), "{}: {:?}", path.display(), loaded.warnings);
    }
}

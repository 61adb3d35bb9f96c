//! From a file to a [`Config`], or to everything that is wrong with it.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use portcullis_inspect::{Limits, Time};

use super::interpolate::Environment;
use super::limits::RowValues;
use super::listener::Address;
use super::problem::{Collector, ConfigProblem, ConfigProblems, Draft, Fault};
use super::review::Review;
use super::section::Section;
use super::{Config, Known, Settings, audit, interpolate, listener, reachable, schema, service, shape, tree};

/// A configuration that can be used.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// What is allowed and likely a mistake.
    pub warnings: Vec<ConfigProblem>,
    /// Every file that was read or is referred to, the configuration itself first: a change of one of them is a reason to load again.
    pub files: Vec<PathBuf>,
}

/// Loads the file at `path`. Relative paths in it start at its folder; `env` reads the environment; `now` decides which exceptions have
/// expired.
pub fn load(path: &Path, env: &Environment<'_>, known: &Known<'_>, now: Time) -> Result<Loaded, ConfigProblems> {
    let name = path.display().to_string();
    let text = match read(path) {
        Ok(text) => text,
        Err(what) => {
            let mut problems = Collector::new(&name, "");
            problems.report(Draft::new(Fault::File, &(0..0), format!("the configuration {what}")));
            return Err(problems.finish());
        }
    };
    let base = path.parent().unwrap_or(Path::new(""));
    let mut loaded = load_text(&name, &text, base, env, known, now)?;
    loaded.files.insert(0, path.to_owned());
    Ok(loaded)
}

fn read(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|error| format!("cannot be read: {}", error.kind()))?;
    let mut bytes = Vec::new();
    // One byte more than is allowed, so that the tree reader sees that it is too much.
    let most = u64::try_from(tree::TEXT_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(|error| format!("cannot be read: {}", error.kind()))?;
    String::from_utf8(bytes).map_err(|error| format!("is not UTF-8 from byte {} on", error.utf8_error().valid_up_to()))
}

/// Loads a configuration from `text`, called `name` in problems, with paths relative to `base`.
pub fn load_text(
    name: &str,
    text: &str,
    base: &Path,
    env: &Environment<'_>,
    known: &Known<'_>,
    now: Time,
) -> Result<Loaded, ConfigProblems> {
    let mut problems = Collector::new(name, text);
    let root = tree::read(text, &mut problems).and_then(|mut root| {
        interpolate::fill(&mut root, env, &mut problems);
        shape::check(root, &schema::of(known), &mut problems)
    });
    let Some(root) = root else {
        return Err(problems.finish());
    };
    let mut desk = Review { known, base, now, problems: &mut problems, files: BTreeSet::new() };
    review(&root, &mut desk);
    let files = desk.files.into_iter().collect();
    let settings = if problems.has_errors() { None } else { root.read::<Settings>() };
    let Some(settings) = settings else {
        if !problems.has_errors() {
            problems.report(Draft::new(
                Fault::Internal,
                &(0..0),
                "the configuration fits its schema and cannot be read all the same",
            ));
        }
        return Err(problems.finish());
    };
    Ok(Loaded { config: resolve(settings, base, known), warnings: problems.finish().into_list(), files })
}

/// Everything the schema cannot say.
fn review(root: &Section, review: &mut Review<'_>) {
    listener::review(root, review);
    if let Some(section) = root.get("audit") {
        audit::review(section, review);
    }
    let listeners = root.get("listeners").map(Section::items).unwrap_or_default();
    let addresses: Vec<Address> = listeners.iter().filter_map(|listener| listener.read_key("address")).collect();
    let process = root.read_key::<RowValues>("limits").unwrap_or_default();
    if let Some(services) = root.get("services") {
        service::review(services, &process, &addresses, review);
        reachable::review(services, review);
    }
}

/// Makes paths absolute and gives every row its value.
fn resolve(settings: Settings, base: &Path, known: &Known<'_>) -> Config {
    let Settings { mut listeners, admin, mut audit, limits: written, drain_timeout, mut services } = settings;
    listeners.iter_mut().filter_map(|listener| listener.tls.as_mut()).for_each(|tls| tls.resolve(base));
    audit.resolve(base);
    for service in &mut services {
        service.resolve(base, known, &written);
    }
    let mut limits = Limits::defaults(known.process_limits);
    written.apply(&mut limits);
    Config { listeners, admin, audit, limits, drain_timeout, services }
}

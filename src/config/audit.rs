//! Where audit records go.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::file::FilePath;
use super::problem::{Draft, Fault};
use super::review::Review;
use super::section::Section;
use super::units::ByteSize;

/// Audit records: one JSON line per exchange.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// Where the records go.
    #[serde(default)]
    pub to: Sink,
    /// The file for `to: file`. Lines are appended.
    #[serde(default)]
    pub path: Option<FilePath>,
    /// Bytes of records that may wait to be written; what comes beyond is dropped and counted.
    #[serde(default = "queue_bytes")]
    #[schemars(range(min = 4096, max = 1_073_741_824))]
    pub queue_bytes: ByteSize,
}

const fn queue_bytes() -> ByteSize {
    ByteSize::new(8 << 20)
}

impl Default for Audit {
    fn default() -> Self {
        Self { to: Sink::default(), path: None, queue_bytes: queue_bytes() }
    }
}

impl Audit {
    pub(super) fn resolve(&mut self, base: &Path) {
        if let Some(path) = &mut self.path {
            path.resolve(base);
        }
    }
}

/// Where audit records go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sink {
    /// Standard output.
    #[default]
    Stdout,
    /// The file at `path`.
    File,
}

/// `path` goes with `to: file`, and its folder must be there. The file itself is written, not read, so it need not exist and a change of it
/// is no reason to reload.
pub(super) fn review(section: &Section, review: &mut Review<'_>) {
    let to_file = section.read_key::<Sink>("to").unwrap_or_default() == Sink::File;
    match (to_file, section.get("path")) {
        (true, None) if section.whole => {
            let at = section.get("to").unwrap_or(section);
            review.report(Fault::MissingKey, at, "audit has no `path`", "`to: file` needs the file the records are appended to");
        }
        (false, Some(place)) if section.get("to").is_some() || section.whole => {
            let draft =
                Draft::new(Fault::Contradiction, place.key_or_span(), "`path` has no effect: records go to standard output");
            review.problems.report(draft.help("write `to: file`, or leave `path` out"));
        }
        (true, Some(place)) => {
            let Some(path) = place.read::<FilePath>() else { return };
            let path = review.base.join(path.path());
            let quoted = review.quote(place);
            if path.is_dir() {
                review.report(Fault::File, place, format!("{quoted} is a folder"), "name the file records are appended to");
            } else if !path.parent().is_some_and(|folder| folder.as_os_str().is_empty() || folder.is_dir()) {
                review.report(Fault::File, place, format!("the folder of {quoted} does not exist"), "create it first");
            }
        }
        _ => {}
    }
}

//! The committed counts, one line each: name, tab, instructions.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// Share by which a count may exceed its baseline, in percent; as far below it, the baseline is said to be out of date.
const TOLERANCE: f64 = 3.0;

/// The baseline as a whole.
#[derive(Debug)]
pub struct Baseline(BTreeMap<String, u64>);

/// How one count compares.
#[derive(Clone, Copy, Debug)]
pub enum Comparison {
    /// Within the tolerance.
    Kept(f64),
    /// More than the tolerance below.
    Better(f64),
    /// More than the tolerance above.
    Worse(f64),
    /// Not in the file.
    New,
    /// Just written.
    Written,
}

impl fmt::Display for Comparison {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept(percent) => write!(out, "{percent:+.1} %"),
            Self::Better(percent) => write!(out, "{percent:+.1} %: better; update the baseline with UPDATE=1"),
            Self::Worse(percent) => write!(out, "{percent:+.1} %: WORSE"),
            Self::New => out.write_str("not in the baseline; add it with UPDATE=1"),
            Self::Written => out.write_str("written"),
        }
    }
}

impl Comparison {
    /// Why it fails, if it does.
    pub fn failure(self, name: &str) -> Option<String> {
        match self {
            Self::Worse(_) | Self::New => Some(format!("{name}: {self}")),
            _ => None,
        }
    }
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/counts.baseline")
}

impl Baseline {
    /// Reads the file; an absent one is empty.
    pub fn read() -> Self {
        let text = std::fs::read_to_string(path()).unwrap_or_default();
        let entry = |line: &str| {
            let (name, count) = line.split_once('\t')?;
            Some((name.to_owned(), count.parse().ok()?))
        };
        Self(text.lines().filter_map(entry).collect())
    }

    /// Compares a count with its line.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn compare(&self, name: &str, count: u64) -> Comparison {
        let Some(before) = self.0.get(name) else { return Comparison::New };
        let percent = (count as f64 / *before as f64 - 1.0) * 100.0;
        match percent {
            _ if percent > TOLERANCE => Comparison::Worse(percent),
            _ if percent < -TOLERANCE => Comparison::Better(percent),
            _ => Comparison::Kept(percent),
        }
    }

    /// Replaces a line.
    pub fn set(&mut self, name: &str, count: u64) -> Comparison {
        self.0.insert(name.to_owned(), count);
        Comparison::Written
    }

    /// Writes the file.
    pub fn write(&self) {
        let lines: Vec<_> = self.0.iter().map(|(name, count)| format!("{name}\t{count}\n")).collect();
        std::fs::write(path(), lines.concat()).expect("benches/counts.baseline can be written");
    }
}

//! Paths in the file, and whether what they name is there.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::problem::{Complaint, Draft, Fault};
use super::review::Review;
use super::section::Section;
use super::spelled::{Spelled, spelled};

/// Bytes of a referenced file that are looked at; larger ones are refused.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// A file named by the configuration. Relative paths start at the folder of the configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePath(PathBuf);

impl FilePath {
    /// The path, absolute once the configuration is loaded (if the folder it was loaded from is).
    pub fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn resolve(&mut self, base: &Path) {
        self.0 = base.join(&self.0);
    }
}

impl Spelled for FilePath {
    const FORMAT: &'static str = "file";

    fn spelled(text: &str) -> Result<Self, Complaint> {
        if text.is_empty() || text.contains('\0') || text != text.trim() {
            return Err(Complaint::new("is not the path of a file"));
        }
        if text.starts_with("~/") {
            return Err(Complaint::new("starts with `~`, which is not expanded").help("write the path out, or use `${HOME}/…`"));
        }
        Ok(Self(PathBuf::from(text)))
    }
}

spelled!(FilePath);

/// What a referenced file should hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Certificates,
    PrivateKey,
    Anything,
}

impl Review<'_> {
    /// Notes that the configuration refers to the file at `section` and reports when it cannot be read or holds something else.
    pub(super) fn file(&mut self, section: &Section, path: &Path, holds: Holds) {
        let path = self.base.join(path);
        self.files.insert(path.clone());
        if let Err(trouble) = look(&path, holds) {
            let help = match trouble {
                Trouble::Missing => "paths start at the folder of the configuration file",
                Trouble::Swapped => "are `certificate` and `key` swapped?",
                Trouble::NotPem => "a PEM file is expected",
                Trouble::NotAFile | Trouble::Unreadable(_) | Trouble::TooLarge => "a readable file is expected",
            };
            let what = format!("{} {}", self.quote(section), trouble.words());
            self.problems.report(Draft::new(Fault::File, &section.span, what).help(help));
        }
    }
}

#[derive(Debug)]
enum Trouble {
    Missing,
    NotAFile,
    Unreadable(std::io::ErrorKind),
    TooLarge,
    NotPem,
    Swapped,
}

impl Trouble {
    fn words(&self) -> String {
        match self {
            Self::Missing => "does not exist".to_owned(),
            Self::NotAFile => "is not a file".to_owned(),
            Self::Unreadable(kind) => format!("cannot be read: {kind}"),
            Self::TooLarge => format!("is larger than {FILE_BYTES_MAX} bytes"),
            Self::NotPem => "does not hold what is needed here".to_owned(),
            Self::Swapped => "holds the other half of the pair".to_owned(),
        }
    }
}

fn look(path: &Path, holds: Holds) -> Result<(), Trouble> {
    let metadata = std::fs::metadata(path).map_err(trouble)?;
    // Opening a pipe would wait for its writer.
    if !metadata.is_file() {
        return Err(Trouble::NotAFile);
    }
    if metadata.len() > FILE_BYTES_MAX {
        return Err(Trouble::TooLarge);
    }
    let file = File::open(path).map_err(trouble)?;
    if holds == Holds::Anything {
        return Ok(());
    }
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(trouble)?;
    let text = String::from_utf8_lossy(&bytes);
    let (certificate, key) = (text.contains("-----BEGIN CERTIFICATE-----"), holds_key(&text));
    match (holds, certificate, key) {
        (Holds::Certificates, true, _) | (Holds::PrivateKey, _, true) | (Holds::Anything, _, _) => Ok(()),
        (Holds::Certificates, false, true) | (Holds::PrivateKey, true, false) => Err(Trouble::Swapped),
        (Holds::Certificates | Holds::PrivateKey, false, false) => Err(Trouble::NotPem),
    }
}

fn trouble(error: std::io::Error) -> Trouble {
    match error.kind() {
        std::io::ErrorKind::NotFound => Trouble::Missing,
        kind => Trouble::Unreadable(kind),
    }
}

/// Whether `text` holds a private key in PEM (PKCS#8, PKCS#1 or SEC1).
pub(super) fn holds_key(text: &str) -> bool {
    ["-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN EC PRIVATE KEY-----"]
        .iter()
        .any(|header| text.contains(header))
}

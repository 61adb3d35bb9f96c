//! Certificates and keys of a listener.

use std::fmt;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use super::file::{FilePath, Holds, holds_key};
use super::problem::{Complaint, Draft, Fault};
use super::review::Review;
use super::section::Section;
use super::spelled::{Spelled, spelled};

/// Certificate and key of a listener.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Certificate chain, PEM, the listener's own certificate first. Read again when the file changes.
    pub certificate: FilePath,
    /// Private key of the certificate, PEM: a path, `file:PATH`, or `${NAME}` for a variable that holds the key itself.
    pub key: KeySource,
}

/// Where a private key comes from. Never shows the key.
#[derive(Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A PEM file, read again when it changes.
    File(PathBuf),
    /// The PEM text, from the environment.
    Inline(Secret),
}

impl fmt::Debug for KeySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => formatter.debug_tuple("File").field(path).finish(),
            Self::Inline(secret) => secret.fmt(formatter),
        }
    }
}

/// Text that is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself. Whoever calls this takes care that it goes into no log.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

impl Spelled for KeySource {
    const FORMAT: &'static str = "key";

    fn spelled(text: &str) -> Result<Self, Complaint> {
        if text.trim_start().starts_with("-----BEGIN") {
            return if holds_key(text) {
                Ok(Self::Inline(Secret(text.to_owned())))
            } else {
                Err(Complaint::new("is PEM text without a private key"))
            };
        }
        FilePath::spelled(text.strip_prefix("file:").unwrap_or(text)).map(|file| Self::File(file.path().to_owned()))
    }
}

spelled!(KeySource);

impl Tls {
    pub(super) fn resolve(&mut self, base: &Path) {
        self.certificate.resolve(base);
        if let KeySource::File(path) = &mut self.key {
            *path = base.join(&*path);
        }
    }
}

/// Checks the files of a `tls` section.
pub(super) fn review(section: &Section, review: &mut Review<'_>) {
    if let (Some(place), Some(certificate)) = (section.get("certificate"), section.read_key::<FilePath>("certificate")) {
        review.file(place, certificate.path(), Holds::Certificates);
    }
    let Some(place) = section.get("key") else { return };
    match place.read::<KeySource>() {
        Some(KeySource::File(path)) => review.file(place, &path, Holds::PrivateKey),
        Some(KeySource::Inline(_)) if !place.from_env => {
            // The snippet shows the key word alone, not what follows it.
            let draft = Draft::new(Fault::Secret, place.key_or_span(), "a private key stands in the configuration file");
            review.problems.report(draft.help("name a file, or take it from the environment: `key: ${TLS_KEY}`"));
        }
        Some(KeySource::Inline(_)) | None => {}
    }
}

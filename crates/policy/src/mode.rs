//! How seriously a service or a check is taken.

use std::fmt;
use std::str::FromStr;

/// Mode of a service, or of one check inside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Findings refuse.
    #[default]
    Enforce,
    /// Findings are recorded; the message passes. A whole service in this mode forwards path and body exactly as received.
    Monitor,
    /// Nothing is judged or recorded.
    Off,
}

impl Mode {
    /// The word used in configuration and records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Monitor => "monitor",
            Self::Off => "off",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// The word is none of `enforce`, `monitor`, `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownMode;

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(word: &str) -> Result<Self, UnknownMode> {
        match word {
            "enforce" => Ok(Self::Enforce),
            "monitor" => Ok(Self::Monitor),
            "off" => Ok(Self::Off),
            _ => Err(UnknownMode),
        }
    }
}

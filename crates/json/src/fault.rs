//! Why a text was not read.

use std::fmt;

use portcullis_inspect::{Class, Finding, LimitSpec, Span};

use crate::limits::LIMITS;

/// What is wrong with a text. Each reason belongs to one check or limit row and has one stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Outside the grammar of RFC 8259; the word says what was expected.
    Syntax(&'static str),
    /// Something other than white space after the value.
    TrailingData,
    /// Not UTF-8.
    NotUtf8,
    /// Begins with U+FEFF.
    ByteOrderMark,
    /// `\u` escape of half a surrogate pair.
    LoneSurrogate,
    /// A member name that occurred before in the same object.
    DuplicateKey,
    /// A number double precision cannot hold.
    NumberOutOfRange,
    /// More levels than `json.depth`.
    Depth,
    /// More members than `json.members`.
    Members,
    /// More elements than `json.elements`.
    Elements,
    /// More nodes than `json.nodes`.
    Nodes,
    /// A string longer than `json.string`.
    StringLength,
    /// A number longer than `json.number`.
    NumberLength,
}

impl Reason {
    /// Name of the check or limit row that refuses.
    pub fn check(self) -> &'static str {
        match self {
            Self::Syntax(_) | Self::TrailingData => "json.syntax",
            Self::NotUtf8 | Self::ByteOrderMark | Self::LoneSurrogate => "json.encoding",
            Self::DuplicateKey => "json.duplicate_key",
            Self::NumberOutOfRange => "json.number_range",
            Self::Depth => "json.depth",
            Self::Members => "json.members",
            Self::Elements => "json.elements",
            Self::Nodes => "json.nodes",
            Self::StringLength => "json.string",
            Self::NumberLength => "json.number",
        }
    }

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Syntax(_) => "JSON_SYNTAX",
            Self::TrailingData => "JSON_TRAILING_DATA",
            Self::NotUtf8 => "JSON_NOT_UTF8",
            Self::ByteOrderMark => "JSON_BYTE_ORDER_MARK",
            Self::LoneSurrogate => "JSON_LONE_SURROGATE",
            Self::DuplicateKey => "DUPLICATE_JSON_KEY",
            Self::NumberOutOfRange => "JSON_NUMBER_OUT_OF_RANGE",
            Self::Depth | Self::Members | Self::Elements | Self::Nodes | Self::StringLength | Self::NumberLength => {
                self.row().map_or("JSON_SYNTAX", |row| row.code)
            }
        }
    }

    fn row(self) -> Option<&'static LimitSpec> {
        LIMITS.iter().find(|row| row.name == self.check())
    }

    fn explanation(self) -> &'static str {
        match self {
            Self::Syntax(expected) => expected,
            Self::TrailingData => "data after the value",
            Self::NotUtf8 => "not UTF-8",
            Self::ByteOrderMark => "begins with a byte order mark",
            Self::LoneSurrogate => "an escape names half a surrogate pair",
            Self::DuplicateKey => "a member name occurs twice in one object",
            Self::NumberOutOfRange => "a number is beyond double precision",
            Self::Depth => "nested too deeply",
            Self::Members => "an object has too many members",
            Self::Elements => "an array has too many elements",
            Self::Nodes => "too many values",
            Self::StringLength => "a string is too long",
            Self::NumberLength => "a number has too many characters",
        }
    }
}

/// A text that was not read, and where reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub reason: Reason,
    /// Byte range it concerns.
    pub span: Span,
    /// What is allowed, for limits. Reading stops there, so what was used is at least one more.
    pub allowed: Option<u64>,
}

impl Fault {
    pub(crate) fn at(reason: Reason, offset: usize) -> Self {
        Self { reason, span: Span::at(u32::try_from(offset).unwrap_or(u32::MAX)), allowed: None }
    }

    pub(crate) fn over(reason: Reason, offset: usize, allowed: usize) -> Self {
        Self { allowed: Some(allowed as u64), ..Self::at(reason, offset) }
    }

    /// The same fault as a finding. Always [`Class::Malformed`]: beyond any of these the text was not understood.
    pub fn finding(&self) -> Finding {
        let detail = format!("{} at byte {}", self.reason.explanation(), self.span.start);
        let mut finding = Finding::new(self.reason.check(), self.reason.code(), Class::Malformed, detail).at(self.span);
        finding.allowed = self.allowed;
        finding.used = self.allowed.map(|allowed| allowed.saturating_add(1));
        finding
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} at byte {}", self.reason.explanation(), self.span.start)
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::CHECKS;

    #[test]
    fn every_reason_has_a_row_with_its_code() {
        let reasons = [
            Reason::Syntax("a value"),
            Reason::TrailingData,
            Reason::NotUtf8,
            Reason::ByteOrderMark,
            Reason::LoneSurrogate,
            Reason::DuplicateKey,
            Reason::NumberOutOfRange,
            Reason::Depth,
            Reason::Members,
            Reason::Elements,
            Reason::Nodes,
            Reason::StringLength,
            Reason::NumberLength,
        ];
        for reason in reasons {
            let checked = CHECKS.iter().any(|check| check.name == reason.check() && check.codes.contains(&reason.code()));
            let limited = LIMITS.iter().any(|row| row.name == reason.check() && row.code == reason.code());
            assert!(checked != limited, "{reason:?}");
        }
    }
}

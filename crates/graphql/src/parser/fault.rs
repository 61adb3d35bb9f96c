//! Why a text was not understood.

use portcullis_inspect::{CheckSpec, Class, Finding, Span};

use super::ParseLimits;
use crate::limits;

/// The check every message passes first: the text follows the grammar.
pub const SYNTAX: CheckSpec = CheckSpec {
    name: "graphql.syntax",
    codes: &["SYNTAX_ERROR"],
    refuses: "documents that do not follow the executable grammar of GraphQL, September 2025",
    yields: false,
};

/// What went wrong while reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultCode {
    /// The text does not follow the grammar.
    SyntaxError,
    /// More tokens than allowed.
    TokensExceeded,
    /// More open brackets of any kind at once than allowed.
    NestingExceeded,
    /// A name longer than allowed.
    NameTooLong,
}

/// Where and why reading stopped. Nothing after the place was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseFault {
    /// Why.
    pub code: FaultCode,
    /// The token or the byte that could not be read.
    pub span: Span,
}

impl FaultCode {
    /// Stable code of the refusal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SyntaxError => "SYNTAX_ERROR",
            Self::TokensExceeded => limits::TOKENS.code,
            Self::NestingExceeded => limits::NESTING.code,
            Self::NameTooLong => limits::NAME_BYTES.code,
        }
    }
}

impl ParseFault {
    /// The fault as a finding. For limits, `used` is the first number that was too much: what lies beyond was not read.
    pub fn finding(self, parse_limits: &ParseLimits) -> Finding {
        let over =
            |row, allowed: u32| Finding::over(row, Class::Excessive, u64::from(allowed).saturating_add(1), u64::from(allowed));
        let finding = match self.code {
            FaultCode::SyntaxError => {
                Finding::new(SYNTAX.name, self.code.as_str(), Class::Malformed, "the document does not follow the grammar here")
            }
            FaultCode::TokensExceeded => over(&limits::TOKENS, parse_limits.tokens),
            FaultCode::NestingExceeded => over(&limits::NESTING, parse_limits.nesting),
            FaultCode::NameTooLong => over(&limits::NAME_BYTES, parse_limits.name_bytes),
        };
        finding.at(self.span)
    }
}

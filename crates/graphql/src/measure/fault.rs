//! What is wrong with the fragments of a document, before any schema is asked (GraphQL §5.5.1, §5.5.2).

use portcullis_inspect::{CheckSpec, Class, Finding, Span};

/// The check behind [`FragmentFault`]s. It does not yield: where spreads lead is what every number rests on.
pub const FRAGMENT_SPREADS: CheckSpec = CheckSpec {
    name: "graphql.fragment_spreads",
    codes: &["UNKNOWN_FRAGMENT", "FRAGMENT_CYCLE", "DUPLICATE_FRAGMENT"],
    refuses: "documents whose fragments are missing, ambiguous or circular",
    yields: false,
};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FragmentFaultCode {
    /// A spread names a fragment that is not defined (§5.5.2.1).
    UnknownFragment,
    /// A fragment contains itself (§5.5.2.2).
    FragmentCycle,
    /// Two fragments have one name (§5.5.1.1): readers differ on which one counts.
    DuplicateFragment,
}

/// What is wrong, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FragmentFault {
    /// What.
    pub code: FragmentFaultCode,
    /// The name that shows it; empty where there is none.
    pub span: Span,
}

impl FragmentFaultCode {
    /// Stable code of the refusal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownFragment => "UNKNOWN_FRAGMENT",
            Self::FragmentCycle => "FRAGMENT_CYCLE",
            Self::DuplicateFragment => "DUPLICATE_FRAGMENT",
        }
    }

    const fn explanation(self) -> &'static str {
        match self {
            Self::UnknownFragment => "a fragment is spread that is not defined",
            Self::FragmentCycle => "a fragment contains itself",
            Self::DuplicateFragment => "two fragments have the same name",
        }
    }
}

impl FragmentFault {
    /// The fault as a finding.
    pub fn finding(self) -> Finding {
        Finding::new(FRAGMENT_SPREADS.name, self.code.as_str(), Class::Invalid, self.code.explanation()).at(self.span)
    }
}

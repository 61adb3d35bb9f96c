//! Problems: what is wrong with something the operator wrote.

use crate::Span;

/// A contract as uploaded: a name to speak of and its text.
#[derive(Clone, Debug)]
pub struct Source {
    /// File name or other name the operator knows it by.
    pub name: String,
    /// The bytes.
    pub text: Vec<u8>,
}

/// One thing wrong in a source, a policy or a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Name of the source.
    pub source: String,
    /// Where in it.
    pub span: Option<Span>,
    /// What is wrong: lower case, no final stop.
    pub what: String,
    /// What was probably meant, or what is allowed.
    pub help: Option<String>,
}

/// Everything wrong, all at once.
pub type Problems = Vec<Problem>;

//! What an inspection says.

use std::sync::Arc;

use crate::{Fact, Finding, Understood};

/// One operation of the message (a document may hold several, a batch more).
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// What kind of operation, in the protocol's word: `query`, `mutation`, `GET`.
    pub kind: &'static str,
    /// Its name, shortened, if the client gave one.
    pub name: Option<Box<str>>,
    /// Numbers about it.
    pub facts: Vec<Fact>,
}

/// Everything a contract found out about a message. Total: malformed input and an exhausted budget are findings.
#[derive(Debug, Default)]
pub struct Report {
    /// One entry per operation.
    pub units: Vec<Unit>,
    /// What is held against the message.
    pub findings: Vec<Finding>,
    /// The message as understood; `None` when it was not, and then nothing can be forwarded in canonical form.
    pub understood: Option<Arc<dyn Understood>>,
}

impl Report {
    /// A message that was not understood, and why.
    pub fn not_understood(finding: Finding) -> Self {
        Self { units: Vec::new(), findings: vec![finding], understood: None }
    }
}

//! What the specification says no to (GraphQL §5, September 2025).
//!
//! In steps, each of which walks flat arrays and spends from the budget: names that must be unique, and where variables are used
//! ([`names`]); every selection bound to its field, every argument to its definition, every literal to its type ([`bind`], [`literals`]);
//! variables, from each operation through the fragments it reaches ([`variables`]); fields that share a response name ([`overlap`],
//! [`sameness`]); the one root field of a subscription ([`subscription`]). The first needs no schema and also judges documents
//! without one. At most one fault of each rule is kept, however many there are.

mod bind;
mod fault;
mod literals;
mod names;
mod overlap;
mod sameness;
mod subscription;
#[cfg(test)]
mod tests;
mod variables;

use portcullis_inspect::{Budget, Exhausted};

use crate::checks::operation;
use crate::measure::{FragmentFault, Graph};
use crate::parser::Document;
use crate::schema::Schema;
pub use bind::{Bound, Bounds};
pub use fault::{Fault, REFERENCES, Rule, UNIQUE_NAMES, VALIDATION};

/// What a document was found to mean, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Validation {
    /// At most one fault of each rule.
    pub faults: Vec<Fault>,
    /// What each selection is bound to; empty without a schema, or where the fragments of the document are broken.
    pub bound: Bounds,
    /// Fragments that are missing, circular or ambiguous: the numbers of a document rest on them, so its measures tell of them.
    pub broken_fragments: Vec<FragmentFault>,
    /// Code of what is wrong with the names of the operations.
    pub ambiguous_operations: Option<&'static str>,
}

impl Validation {
    /// Codes of everything held against the document, broken fragments and ambiguous operations included.
    pub fn codes(&self) -> Vec<&'static str> {
        let broken = self.broken_fragments.iter().map(|fault| fault.code.as_str());
        broken.chain(self.ambiguous_operations).chain(self.faults.iter().map(|fault| fault.rule.code())).collect()
    }
}

/// Validates `document`, read from `text`, whose spreads are `graph`. Where the graph has faults of its own, what depends on spreads is
/// not looked at: such a document is refused already.
pub(crate) fn validate_spreads(
    document: &Document,
    text: &str,
    graph: &Graph,
    schema: Option<&Schema>,
    budget: &mut Budget,
) -> Result<Validation, Exhausted> {
    let mut faults = fault::Faults::default();
    let uses = names::names(document, text, &mut faults, budget)?;
    let schema = schema.filter(|_| graph.faults.is_empty());
    let bound = match schema {
        Some(schema) => bind::bind(document, text, graph, schema, &mut faults, budget)?,
        None => Bounds::default(),
    };
    if let Some(schema) = schema {
        variables::variables(document, text, graph, &uses, (schema, &bound), &mut faults, budget)?;
    }
    // Only what is bound throughout can be compared, and a document with a fault is refused whatever follows.
    if let Some(schema) = schema
        && faults.is_empty()
    {
        subscription::subscription(document, text, graph, &mut faults, budget)?;
        overlap::overlap(overlap::Subject { document, text, graph, schema, bound: &bound }, &mut faults, budget)?;
    }
    Ok(Validation { faults: faults.finish(), bound, ..Validation::default() })
}

/// Validates `document`, read from `text`, against `schema`: its faults, or none.
pub fn validate(document: &Document, text: &str, schema: &Schema, budget: &mut Budget) -> Result<Validation, Exhausted> {
    let graph = Graph::of(document, text);
    let mut validation = validate_spreads(document, text, &graph, Some(schema), budget)?;
    validation.broken_fragments = graph.faults;
    validation.ambiguous_operations = operation::ambiguity(document, text).map(|(code, ..)| code);
    Ok(validation)
}

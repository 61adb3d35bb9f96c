//! Numbers about a document, without opinion and without a schema.
//!
//! Each definition is walked once, alone ([`part`]). What fragments add is arithmetic over the graph of spreads ([`graph`]): sums and
//! maxima from the bottom up ([`expand`]), numbers of expansions from the top down ([`aliases`]). Nothing is ever expanded, so a
//! document whose expansion has 2⁶⁰ fields costs as much as its text; sums saturate instead of wrapping.
//!
//! Fragments that no operation uses are measured too, together and as if one more operation used them: nobody runs them, but the upstream
//! validates them before it says no.

mod aliases;
mod expand;
mod facts;
mod fault;
mod graph;
mod part;
#[cfg(test)]
mod tests;

use portcullis_inspect::{Budget, Exhausted, Span};

use crate::parser::{Definition, DefinitionKind, Document};
pub use facts::{FACTS, facts};
pub use fault::{FRAGMENT_SPREADS, FragmentFault, FragmentFaultCode};
pub(crate) use graph::Graph;

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measurement {
    /// One entry per operation, in the order of the text; after them one for the fragments that no operation uses, if there are any.
    pub operations: Vec<OperationMeasure>,
    /// What is wrong with the fragments, at most one of each code. If there is anything, numbers leave out the spreads that
    /// lead nowhere or back to where they stand.
    pub faults: Vec<FragmentFault>,
}

/// Numbers of one operation with every fragment counted at each place it is spread. Exact up to `u64::MAX`, where they stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OperationMeasure {
    /// Index of its definition in the document; for unused fragments, of the first of them.
    pub definition: u32,
    /// Fields nested in one another, those under `__schema` and `__type` (and these two) left out.
    pub depth: u64,
    /// Fields.
    pub fields: u64,
    /// Fields of the first level.
    pub root_fields: u64,
    /// Aliased fields.
    pub aliases: u64,
    /// Most aliased fields of one name.
    pub aliases_per_field: u64,
    /// Most aliased fields of any other name.
    pub aliases_runner_up: u64,
    /// The name most aliased, in the text; empty when there is no alias.
    pub most_aliased: Span,
    /// Directives on the operation, its variables, and all selections and fragments in it.
    pub directives: u64,
    /// Most directives at one place.
    pub directives_per_node: u64,
    /// Variables defined.
    pub variables: u64,
    /// Fragment spreads.
    pub spreads: u64,
    /// Fields called `__schema` or `__type`.
    pub introspection_fields: u64,
    /// Fields nested in one another from such a field on.
    pub introspection_depth: u64,
    /// Lists of members of types (`fields`, `inputFields`, `interfaces`, `possibleTypes`) nested in one another under such a field.
    pub introspection_lists: u64,
}

/// Measures all operations of `document`, which was parsed from `text`. Time and memory are linear in the document (sorting names:
/// n log n), and per further operation in what it reaches; one step of `budget` is one selection, definition or alias looked at.
pub fn measure(document: &Document, text: &str, budget: &mut Budget) -> Result<Measurement, Exhausted> {
    measure_spreads(document, text, &Graph::of(document, text), budget)
}

/// [`measure`] with the graph of spreads already known.
pub(crate) fn measure_spreads(
    document: &Document,
    text: &str,
    graph: &Graph,
    budget: &mut Budget,
) -> Result<Measurement, Exhausted> {
    budget.spend(document.selections().len() as u64)?;
    budget.spend(document.definitions().len() as u64)?;
    let expanded = expand::expand(graph);
    let mut aliases = aliases::Aliases::of(graph, text);
    let mut operations = Vec::new();
    let definitions = document.definitions().iter().zip(0..).map(|(definition, index)| (definition, index, index));
    let unused = graph.unused.and_then(|first| {
        let definition = document.definitions().get(first as usize)?;
        Some((definition, first, document.definitions().len() as u32))
    });
    let operation = |(definition, ..): &(&Definition, u32, u32)| definition.kind != DefinitionKind::Fragment;
    for (definition, index, part) in definitions.filter(operation).chain(unused) {
        let Some(whole) = expanded.get(part as usize) else { continue };
        let most_aliased = aliases.most_of_one_name(graph, part, budget)?;
        operations.push(OperationMeasure {
            definition: index,
            depth: whole.heights.depth,
            fields: whole.tally.fields,
            root_fields: whole.tally.root_fields,
            aliases: whole.tally.aliases,
            aliases_per_field: most_aliased.count,
            aliases_runner_up: most_aliased.runner_up,
            most_aliased: most_aliased.name,
            directives: whole.tally.directives,
            directives_per_node: whole.heights.directives_per_node,
            variables: u64::from(definition.variables.count()),
            spreads: whole.tally.spreads,
            introspection_fields: whole.tally.introspection_fields,
            introspection_depth: whole.heights.introspection_depth,
            introspection_lists: whole.heights.introspection_lists,
        });
    }
    Ok(Measurement { operations, faults: graph.faults.clone() })
}

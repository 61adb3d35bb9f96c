//! The table of facts: how the numbers are called outside of this crate.

use portcullis_inspect::{Fact, FactId, FactSpec, Quantity};

use super::OperationMeasure;
use crate::limits;
use crate::parser::{Document, text_of};

/// Every fact about an operation, in the order in which [`facts`] lists them.
pub static FACTS: &[FactSpec] = &[
    fact(limits::BYTES.name, Quantity::Bytes, "bytes of the document the operation stands in"),
    fact(limits::TOKENS.name, Quantity::Count, "tokens of the document the operation stands in"),
    fact(limits::OPERATIONS.name, Quantity::Count, "operations in the document"),
    fact(limits::FRAGMENTS.name, Quantity::Count, "fragments defined in the document, used or not"),
    fact(limits::VARIABLES.name, Quantity::Count, "variables the operation defines"),
    fact(limits::DEPTH.name, Quantity::Levels, "fields nested in one another, fragments adding nothing, introspection left out"),
    fact(limits::FIELDS.name, Quantity::Count, "fields, every fragment counted at each place it is spread"),
    fact(limits::ROOT_FIELDS.name, Quantity::Count, "fields of the first level, through fragments"),
    fact(limits::ALIASES.name, Quantity::Count, "aliased fields, every fragment counted at each place it is spread"),
    fact(
        limits::ALIASES_PER_FIELD.name,
        Quantity::Count,
        "most aliased fields of one name; the place is that name, where no other is over the limit",
    ),
    fact(limits::DIRECTIVES.name, Quantity::Count, "directives, every fragment counted at each place it is spread"),
    fact(limits::DIRECTIVES_PER_NODE.name, Quantity::Count, "most directives at one place"),
    fact("graphql.spreads", Quantity::Count, "fragment spreads, those in fragments counted at each place these are spread"),
    fact("graphql.introspection_fields", Quantity::Count, "fields called `__schema` or `__type`, at any level, through fragments"),
    fact(limits::INTROSPECTION_DEPTH.name, Quantity::Levels, "fields nested in one another from `__schema` or `__type` on"),
    fact(limits::INTROSPECTION_LISTS.name, Quantity::Levels, "lists of members of types nested in one another under introspection"),
];

const fn fact(name: &'static str, quantity: Quantity, meaning: &'static str) -> FactSpec {
    FactSpec { name, quantity, meaning }
}

/// The facts of one operation of `document`, one per row of [`FACTS`] and in that order. The most aliased name is told where it stands
/// out: where no other is aliased more than `aliases_allowed` times. Elsewhere an exception for that name would let others pass with it.
pub fn facts(document: &Document, text: &str, measure: &OperationMeasure, aliases_allowed: u64) -> Vec<Fact> {
    let values = [
        text.len() as u64,
        u64::from(document.tokens()),
        u64::from(document.operation_count()),
        u64::from(document.fragment_count()),
        measure.variables,
        measure.depth,
        measure.fields,
        measure.root_fields,
        measure.aliases,
        measure.aliases_per_field,
        measure.directives,
        measure.directives_per_node,
        measure.spreads,
        measure.introspection_fields,
        measure.introspection_depth,
        measure.introspection_lists,
    ];
    let mut facts: Vec<Fact> = (0..).map(FactId).zip(values).map(|(id, value)| Fact::new(id, value)).collect();
    let most_aliased = text_of(text, measure.most_aliased);
    if let Some(fact) = facts.iter_mut().find(|fact| is_row(fact.id, limits::ALIASES_PER_FIELD.name))
        && !most_aliased.is_empty()
        && measure.aliases_runner_up <= aliases_allowed
    {
        fact.coordinate = Some(most_aliased.into());
    }
    facts
}

fn is_row(id: FactId, name: &str) -> bool {
    FACTS.get(usize::from(id.0)).is_some_and(|row| row.name == name)
}

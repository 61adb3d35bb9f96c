//! Facts: numbers about a message, without opinion.

use crate::Quantity;

/// Index of a fact in its engine's table ([`crate::Engine::facts`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FactId(pub u16);

/// One row of an engine's table of facts.
#[derive(Clone, Copy, Debug)]
pub struct FactSpec {
    /// Dotted name; a [`crate::LimitSpec`] of the same name bounds it.
    pub name: &'static str,
    /// Unit of the number.
    pub quantity: Quantity,
    /// Exact definition, one sentence.
    pub meaning: &'static str,
}

/// One measured number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Which fact.
    pub id: FactId,
    /// The number; saturating, so that no arithmetic on client input wraps.
    pub value: u64,
    /// The coordinate at which the number was reached, where one place stands out.
    pub coordinate: Option<Box<str>>,
}

impl Fact {
    /// A number without a particular place.
    pub const fn new(id: FactId, value: u64) -> Self {
        Self { id, value, coordinate: None }
    }
}

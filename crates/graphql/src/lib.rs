//! GraphQL: what a document means and whether it may pass, with or without a schema.
//!
//! The rooms, in the order a request meets them: [`transport`] (envelope and parameters), [`parser`] (text to tree), [`measure`] (numbers),
//! [`validate`] (what the specification and the service's [`schema`] say no to), [`checks`] (attack shapes), [`mod@print`] (tree to canonical
//! text), [`refusal`] (our no). [`GraphQl`] is the protocol as the other
//! rooms of Portcullis know it.

mod checks;
mod contract;
pub mod limits;
pub mod measure;
pub mod parser;
mod pool;
pub mod print;
mod refusal;
pub mod schema;
mod tables;
mod transport;
pub mod validate;

use std::sync::Arc;

use portcullis_inspect::{CheckSpec, Contract, Engine, FactSpec, LimitSpec, Limits, Problems, Source};

/// The protocol.
#[derive(Clone, Copy, Debug, Default)]
pub struct GraphQl;

impl Engine for GraphQl {
    fn name(&self) -> &'static str {
        "graphql"
    }

    fn limits(&self) -> &'static [LimitSpec] {
        &tables::LIMITS
    }

    fn facts(&self) -> &'static [FactSpec] {
        measure::FACTS
    }

    fn checks(&self) -> &'static [CheckSpec] {
        &tables::CHECKS
    }

    fn compile(&self, sources: &[Source], _limits: &Limits) -> Result<Arc<dyn Contract>, Problems> {
        if sources.is_empty() {
            return Ok(Arc::new(contract::Service::default()));
        }
        let (schema, notes) = schema::load(sources)?;
        Ok(Arc::new(contract::Service::with_schema(schema, notes)))
    }
}

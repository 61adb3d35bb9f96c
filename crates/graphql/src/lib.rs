//! GraphQL: what a document means and whether it may pass, with or without a schema.
//!
//! The rooms, in the order a request meets them: [`transport`] (envelope and parameters), [`parser`] (text to tree), [`checks`] (attack
//! shapes), [`measure`] (numbers), [`mod@print`] (tree to canonical text), [`refusal`] (our no). [`GraphQl`] is the protocol as the other
//! rooms of Portcullis know it.

mod checks;
mod contract;
pub mod limits;
pub mod measure;
pub mod parser;
mod pool;
pub mod print;
mod refusal;
mod tables;
mod transport;

use std::sync::Arc;

use portcullis_inspect::{CheckSpec, Contract, Engine, FactSpec, LimitSpec, Limits, Problem, Problems, Source};

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
            return Ok(Arc::new(contract::Schemaless::default()));
        }
        let problem = |source: &Source| Problem {
            source: source.name.clone(),
            span: None,
            what: "GraphQL schemas are not read by this version".to_owned(),
            help: Some("remove the source: documents are judged without a schema".to_owned()),
        };
        Err(sources.iter().map(problem).collect())
    }
}

//! The traits a protocol implements.

use std::fmt::Debug;
use std::sync::Arc;

use bytes::Bytes;

use crate::{
    Budget, CheckSpec, FactSpec, Finding, Head, LimitSpec, Limits, Message, Problem, Problems, Refusal, Reply, Report, Source, Time,
};

/// One protocol.
pub trait Engine: Send + Sync + Debug {
    /// Name used in `protocol:`.
    fn name(&self) -> &'static str;
    /// Limits of this protocol.
    fn limits(&self) -> &'static [LimitSpec];
    /// Facts this protocol's contracts measure; [`crate::FactId`] indexes this table.
    fn facts(&self) -> &'static [FactSpec];
    /// Checks beside the limits.
    fn checks(&self) -> &'static [CheckSpec];
    /// Compiles the uploaded sources of one service.
    fn compile(&self, sources: &[Source], limits: &Limits) -> Result<Arc<dyn Contract>, Problems>;
}

/// How much of a request body a contract needs before it can judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intake {
    /// All of it, up to so many bytes after decoding.
    Collect {
        /// Limit of the decoded body in bytes.
        bytes_max: u64,
    },
    /// None: the body streams past, up to so many bytes as received.
    Stream {
        /// Limit of the body in bytes.
        bytes_max: u64,
    },
}

/// What surrounds one inspection.
#[derive(Debug)]
pub struct Context<'a> {
    /// The moment of judgement.
    pub now: Time,
    /// Work this message may cost.
    pub budget: &'a mut Budget,
    /// Hard limits for this exchange: the service's, loosened where an exception says so.
    pub limits: &'a Limits,
}

/// One service's compiled contract.
pub trait Contract: Send + Sync + Debug {
    /// What in its sources was doubtful and how it was taken: warnings, which an operator may turn into refusals.
    fn notes(&self) -> &[Problem] {
        &[]
    }

    /// What body this contract needs, under `limits`.
    fn intake(&self, head: &Head, limits: &Limits) -> Intake;
    /// Reads and measures a message. Pure and total: it never panics on purpose and never fails, it reports.
    fn inspect(&self, message: &Message<'_>, context: &mut Context<'_>) -> Report;
    /// Spells a refusal in the protocol's own words. `head` is absent when no head was understood.
    fn refuse(&self, refusal: &Refusal, head: Option<&Head>) -> Reply;
}

/// What goes upstream in place of what came.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Canonical body.
    pub body: Bytes,
    /// Its media type; the received `Content-Type` is replaced (or removed, for `None`).
    pub content_type: Option<http::HeaderValue>,
    /// Canonical query component, where the protocol lives there.
    pub query: Option<String>,
}

/// A message as understood, kept until the decision.
pub trait Understood: Send + Sync + Debug {
    /// Prints the canonical form. Called once a message is permitted, never for a refused one.
    fn emit(&self) -> Result<Forward, Box<Finding>>;
}

/// Canonical form of a permitted message.
#[derive(Clone, Debug)]
pub enum Forward {
    /// Send this in place of what came.
    Canonical(Outgoing),
    /// The contract judges heads alone: the body streams past untouched, under its bound.
    Stream {
        /// Bound in bytes.
        bytes_max: u64,
    },
}

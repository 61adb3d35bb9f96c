//! The shared words of Portcullis: what a message is, what an engine reports about it, and how a refusal is spelled.
//!
//! Every other room depends on this one and this one depends on no protocol. It holds vocabulary and traits only: no parsing, no
//! decision, no I/O. The order in which the words meet a request:
//!
//! [`Head`] + [`Body`] + [`Peer`] make a [`Message`]; a [`Contract`] (compiled by an [`Engine`]) inspects it within a [`Context`] and
//! answers with a [`Report`] of [`Fact`]s and [`Finding`]s; policy decides; a [`Refusal`] becomes a [`Reply`] in the protocol's own words.

mod budget;
mod engine;
mod fact;
mod finding;
mod head;
mod limits;
mod message;
mod problem;
mod refusal;
mod report;
mod span;
mod time;

pub use budget::{Budget, Exhausted};
pub use engine::{Context, Contract, Engine, Forward, Intake, Outgoing, Understood};
pub use fact::{Fact, FactId, FactSpec};
pub use finding::{CheckSpec, Class, Finding};
pub use head::{Head, Peer, Scheme, Target};
pub use limits::{Acts, LimitSpec, Limits, Quantity};
pub use message::{Body, Message};
pub use problem::{Problem, Problems, Source};
pub use refusal::{Refusal, Reply};
pub use report::{Report, Unit};
pub use span::Span;
pub use time::Time;

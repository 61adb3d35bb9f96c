//! Facts and findings in, a decision out: modes, thresholds, exceptions, and the one maker of a [`Permit`].
//!
//! Policy names no protocol. [`Policy::judge`] weighs a report; [`Pending::settle`] closes the decision once the shell has answered its
//! demands; [`Decision::permit`] prints the canonical form and hands out the proof without which nothing is forwarded.

mod decision;
mod exception;
mod limits;
mod mode;
mod pattern;
mod permit;
mod policy;
mod proposal;
#[cfg(test)]
mod tests;

pub use decision::{Answer, Decision, Demand, Disposition, Judged, Outcome, Pending, Verdict};
pub use exception::Exception;
pub use limits::{CHECKS, LIMITS};
pub use mode::{Mode, UnknownMode};
pub use pattern::{PathPattern, PatternError};
pub use permit::{Permit, PermitBody};
pub use policy::{Policy, PolicyParts};
pub use proposal::Proposal;

//! Sources in, a snapshot out: every service compiled, every route known, nothing half-applied.
//!
//! A [`Snapshot`] is immutable. The shell swaps a whole one in, and an exchange keeps the one it started with.

mod route;
mod service;
mod snapshot;

pub use route::{HostPattern, HostPatternError, Route};
pub use service::{Service, ServiceSpec};
pub use snapshot::Snapshot;

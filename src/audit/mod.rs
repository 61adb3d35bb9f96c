//! One record per exchange: what was asked, what was found, what was decided and why.
//!
//! A record is serialised where the exchange ends and handed to a bounded queue; a writer thread of its own moves the queue to its
//! sink. When the queue is full a record is lost and the loss is counted; an exchange never waits for its record.

mod line;
mod queue;
mod record;

pub use queue::{Audit, AuditSink};
pub use record::{FactEntry, FindingEntry, Record, UpstreamEntry};

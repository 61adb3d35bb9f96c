//! What the process says about itself: metrics, declared once, and the operator's log.

mod logging;
mod metrics;

pub use logging::start as start_logging;
pub use metrics::{Levels, Metrics};

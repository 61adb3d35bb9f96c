//! The operator's log: JSON lines on standard error, so that standard output stays the audit's.

use tracing_subscriber::EnvFilter;

/// Starts logging. The level comes from `PORTCULLIS_LOG` (`error`, `warn`, `info`, `debug`), `info` when unset or unreadable.
pub fn start() {
    let filter = EnvFilter::try_from_env("PORTCULLIS_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt().json().flatten_event(true).with_writer(std::io::stderr).with_env_filter(filter);
    // A second start in the same process (tests) keeps the first.
    let _ = subscriber.try_init();
}

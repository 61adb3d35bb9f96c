//! Portcullis: a reverse proxy that understands a request well enough to judge it, and forwards only what it has understood.
//!
//! This is the shell: it moves bytes, keeps time and touches the world; what may pass is decided by the crates under `crates/`. The same
//! wiring the binary uses is a library, so that tests and the demo start the real thing:
//!
//! - [`config`]: one YAML file, read strictly; [`setup`] puts it in force; [`live`] holds what is in force.
//! - [`proxy`]: the data plane. [`admin`]: health and metrics on a listener of its own.
//! - [`audit`], [`telemetry`]: what is said about each exchange, and about the process.
//! - [`server`]: start, reload, drain. [`cli`]: the verbs. [`engines`]: the list of protocols. [`shared`]: counters.

pub mod admin;
pub mod audit;
pub mod cli;
pub mod config;
pub mod engines;
pub mod live;
pub mod proxy;
pub mod server;
pub mod setup;
pub mod shared;
pub mod telemetry;

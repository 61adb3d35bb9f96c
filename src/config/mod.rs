//! Configuration: one YAML file → a typed [`Config`], or everything that is wrong with the file, all at once.
//!
//! The way of a file: [`load()`] reads it; `tree` parses it into values that know their place; `interpolate` fills `${NAME}`; `shape` checks
//! it against the JSON Schema that `schema` generates from the types below; the sections then judge what a schema cannot say (files,
//! contradictions, exceptions, `reachable` services); only what survives all of that becomes a [`Config`]. Problems carry their place and
//! what was probably meant. `reference` prints the same schema as documentation.
//!
//! Rows and checks are not known here: they come from the engines and the process, as [`Known`].

mod audit;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod drift;
mod exception;
mod file;
#[cfg(test)]
mod hostile;
mod interpolate;
mod limits;
mod listener;
mod load;
mod problem;
mod reachable;
pub mod reference;
mod review;
mod route;
mod schema;
mod section;
mod service;
mod shape;
mod spec;
mod spelled;
mod suggest;
mod tls;
mod tree;
mod units;
mod upstream;

use std::sync::Arc;

use portcullis_inspect::{CheckSpec, Engine, LimitSpec, Limits};
use schemars::JsonSchema;
use serde::Deserialize;

pub use audit::{Audit, Sink};
pub use exception::{Date, Exception, Network};
pub use file::FilePath;
pub use interpolate::Environment;
pub use listener::{Address, Admin, AdminListener, Listener, Off};
pub use load::{Loaded, load, load_text};
pub use problem::{ConfigProblem, ConfigProblems, Fault};
pub use route::{HostPattern, Method, PathPattern};
pub use service::{Mode, Service, ServiceName};
pub use tls::{KeySource, Secret, Tls};
pub use units::{ByteSize, Interval};
pub use upstream::{Origin, ServerName, Upstream};

/// What a configuration can speak of: the protocols with their rows and checks, and those of the process.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Protocols.
    pub engines: &'a [Arc<dyn Engine>],
    /// Tables of rows of the process: they act before it is known which service a request is for.
    pub process_limits: &'a [&'static [LimitSpec]],
    /// Tables of rows that every service has beside those of its protocol.
    pub service_limits: &'a [&'static [LimitSpec]],
    /// Tables of checks that every service has beside those of its protocol.
    pub service_checks: &'a [&'static [CheckSpec]],
    /// Checks that are off unless a service sets them.
    pub off: &'a [&'static str],
}

/// A configuration without contradictions. Made by [`load()`] alone in the product; paths are absolute if the folder of the file was.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where clients connect.
    pub listeners: Vec<Listener>,
    /// The control plane.
    pub admin: Admin,
    /// Where audit records go.
    pub audit: Audit,
    /// Every row of the process with its value.
    pub limits: Limits,
    /// How long open exchanges may take to end after a request to stop.
    pub drain_timeout: Interval,
    /// Services, in the order in which they are tried.
    pub services: Vec<Service>,
}

/// The file as it is written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Portcullis configuration")]
struct Settings {
    /// Addresses clients connect to.
    #[schemars(length(min = 1))]
    listeners: Vec<Listener>,
    /// The control plane: metrics, `/livez`, `/readyz`. `off`, or its address.
    #[serde(default)]
    admin: Admin,
    /// Audit records: one JSON line per exchange.
    #[serde(default)]
    audit: Audit,
    /// Limits of the process set to another value than their default. A limit of the services set here is the default of every service.
    #[serde(default)]
    limits: limits::RowValues,
    /// How long open exchanges may take to end after a request to stop.
    #[serde(default = "drain_timeout")]
    drain_timeout: Interval,
    /// Services, tried in this order.
    #[schemars(length(min = 1))]
    services: Vec<Service>,
}

const fn drain_timeout() -> Interval {
    Interval::seconds(30)
}

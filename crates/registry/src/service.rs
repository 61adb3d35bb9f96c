//! One service: its contract, its policy and the ways in.

use std::sync::Arc;

use portcullis_inspect::{Contract, Source};
use portcullis_policy::{PathPattern, Policy, PolicyParts};

use crate::HostPattern;

/// What the operator said about one service.
#[derive(Clone, Debug)]
pub struct ServiceSpec {
    /// Its name.
    pub name: String,
    /// Name of the engine.
    pub protocol: String,
    /// Hosts it answers on; any, when empty.
    pub hosts: Vec<HostPattern>,
    /// Paths it answers on.
    pub paths: Vec<PathPattern>,
    /// Uploaded contracts.
    pub sources: Vec<Source>,
    /// Whether what is doubtful in them keeps the service from being built.
    pub strict: bool,
    /// Its policy.
    pub policy: PolicyParts,
}

/// A service, compiled.
#[derive(Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Name of its engine.
    pub protocol: &'static str,
    /// Its position in the snapshot, stable within one snapshot.
    pub index: usize,
    /// What it understands.
    pub contract: Arc<dyn Contract>,
    /// What it allows.
    pub policy: Policy,
}

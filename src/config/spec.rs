//! From a service as configured to the words of the registry and the policy.

use portcullis_inspect::Source;
use portcullis_policy::{Mode as PolicyMode, PolicyParts};
use portcullis_registry::ServiceSpec;

use super::Known;
use super::exception::Exception;
use super::service::{Mode, Service};

impl Service {
    /// The service for the registry, with the texts of its `schema` files, in their order.
    pub fn spec(&self, sources: Vec<Source>, known: &Known<'_>) -> ServiceSpec {
        ServiceSpec {
            name: self.name.as_str().to_owned(),
            protocol: self.protocol.clone(),
            hosts: self.hosts.iter().flatten().map(|host| host.get().clone()).collect(),
            paths: self.paths.iter().map(|path| path.get().clone()).collect(),
            sources,
            policy: self.policy(known),
        }
    }

    fn policy(&self, known: &Known<'_>) -> PolicyParts {
        let written = self.checks.iter().map(|(check, mode)| (check.clone(), PolicyMode::from(*mode)));
        let off =
            known.off.iter().filter(|check| !self.checks.contains_key(**check)).map(|check| ((*check).to_owned(), PolicyMode::Off));
        let engine = known.engines.iter().find(|engine| engine.name() == self.protocol);
        PolicyParts {
            mode: self.mode.into(),
            checks: written.chain(off).collect(),
            limits: self.limits.clone(),
            methods: self.methods.as_ref().map(|methods| methods.iter().map(|method| method.get().clone()).collect()),
            exceptions: self.exceptions.iter().map(portcullis_policy::Exception::from).collect(),
            facts: engine.map(|engine| engine.facts()).unwrap_or_default(),
            known: known.service_checks(&self.protocol).collect(),
        }
    }
}

impl From<Mode> for PolicyMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Enforce => Self::Enforce,
            Mode::Monitor => Self::Monitor,
            Mode::Off => Self::Off,
        }
    }
}

impl From<&Exception> for portcullis_policy::Exception {
    fn from(exception: &Exception) -> Self {
        Self {
            check: exception.check.clone(),
            coordinate: exception.coordinate.clone(),
            path: exception.path.as_ref().map(|path| path.get().clone()),
            address: exception.address.map(super::Network::get),
            up_to: exception.up_to(),
            reason: exception.reason.clone(),
            owner: exception.owner.clone(),
            expires: exception.expires.end(),
        }
    }
}

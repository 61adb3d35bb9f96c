//! Everything an exchange needs to know, frozen.

use std::sync::Arc;

use portcullis_inspect::{Engine, Problem, Problems};
use portcullis_policy::Policy;

use crate::route::host_of;
use crate::{Route, Service, ServiceSpec};

/// All services and routes of one revision of the configuration.
#[derive(Debug)]
pub struct Snapshot {
    /// Counts up with every applied configuration; 1 for the first.
    pub revision: u64,
    /// The services, in the order of the file.
    pub services: Vec<Arc<Service>>,
    /// The ways in, in the order of the file: the first that takes a request has it.
    routes: Vec<Route>,
}

impl Snapshot {
    /// Compiles every service, or says everything that is wrong and builds nothing.
    pub fn build(specs: Vec<ServiceSpec>, engines: &[Arc<dyn Engine>], revision: u64) -> Result<Self, Problems> {
        let mut services = Vec::with_capacity(specs.len());
        let mut routes = Vec::new();
        let mut problems = Vec::new();
        for (index, spec) in specs.into_iter().enumerate() {
            routes.extend(routes_of(&spec, index));
            match compile(spec, index, engines) {
                Ok(service) => services.push(Arc::new(service)),
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self { revision, services, routes })
    }

    /// The service for a request to `authority` (host and optional port, lower case) and a normalised `path`. The first
    /// service of the file that takes it has it; the protocol comes from the route and is never guessed from content.
    pub fn route(&self, authority: &str, path: &str) -> Option<&Arc<Service>> {
        let host = host_of(authority);
        let route = self.routes.iter().find(|route| route.takes(host, path))?;
        self.services.get(route.service)
    }
}

fn routes_of(spec: &ServiceSpec, service: usize) -> Vec<Route> {
    let mut routes = Vec::new();
    for path in &spec.paths {
        if spec.hosts.is_empty() {
            routes.push(Route { host: None, path: path.clone(), service });
        }
        routes.extend(spec.hosts.iter().map(|host| Route { host: Some(host.clone()), path: path.clone(), service }));
    }
    routes
}

fn compile(spec: ServiceSpec, index: usize, engines: &[Arc<dyn Engine>]) -> Result<Service, Problems> {
    let Some(engine) = engines.iter().find(|engine| engine.name() == spec.protocol) else {
        let names = engines.iter().map(|engine| engine.name()).collect::<Vec<_>>().join(", ");
        let what = format!("service `{}` speaks `{}`, which is no protocol of this build", spec.name, spec.protocol);
        return Err(vec![Problem { source: spec.name, span: None, what, help: Some(format!("one of: {names}")) }]);
    };
    let contract = engine.compile(&spec.sources, &spec.policy.limits)?;
    if spec.strict && !contract.notes().is_empty() {
        return Err(contract.notes().to_vec());
    }
    Ok(Service { name: spec.name, protocol: engine.name(), index, contract, policy: Policy::new(spec.policy) })
}

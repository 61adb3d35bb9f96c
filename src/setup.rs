//! From a configuration to what is in force: services compiled, certificates and roots read, limits resolved. All or nothing.

use std::collections::HashMap;
use std::sync::Arc;

use portcullis_inspect::{Engine, Problems, Scheme, Source};
use portcullis_registry::{ServiceSpec, Snapshot};

use crate::config::{self, Config};
use crate::engines;
use crate::live::{Active, Edge, ListenerKey, ListenerSettings};
use crate::proxy::tls::{self, TlsError};
use crate::proxy::upstream::{Upstream, UpstreamAddress, UpstreamSettings, UpstreamTls};
use crate::shared::Slots;

/// Why a configuration that reads well cannot be put in force.
#[derive(Debug)]
pub enum SetupError {
    /// A certificate, key or root does not hold what it should.
    Tls(TlsError),
    /// A contract does not compile.
    Contract(Problems),
    /// A contract's file cannot be read.
    Unreadable(String),
}

impl std::fmt::Display for SetupError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tls(error) => error.fmt(out),
            Self::Unreadable(what) => out.write_str(what),
            Self::Contract(problems) => {
                for problem in problems {
                    write!(out, "{}: {}", problem.source, problem.what)?;
                    if let Some(help) = &problem.help {
                        write!(out, " (help: {help})")?;
                    }
                    writeln!(out)?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for SetupError {}

impl From<TlsError> for SetupError {
    fn from(error: TlsError) -> Self {
        Self::Tls(error)
    }
}

/// Compiles `config` as `revision`. Exchange slots of services that go on under the same name are taken over from `before`.
pub fn activate(
    config: &Config,
    engines: &[Arc<dyn Engine>],
    revision: u64,
    workers: usize,
    before: Option<&Active>,
) -> Result<Active, SetupError> {
    let specs = config.services.iter().map(|service| spec(service, engines)).collect::<Result<Vec<_>, _>>()?;
    let snapshot = Snapshot::build(specs, engines, revision).map_err(SetupError::Contract)?;
    let mut upstreams = Vec::with_capacity(config.services.len());
    for service in &config.services {
        upstreams.push(Arc::new(Upstream::new(upstream(&service.upstream)?, workers)));
    }
    let slots = snapshot.services.iter().map(|service| carried(before, &service.name)).collect();
    Ok(Active { snapshot, upstreams, slots, listeners: listeners(config)?, edge: Edge::from_rows(&config.limits) })
}

fn carried(before: Option<&Active>, name: &str) -> Slots {
    let same = |before: &Active| {
        let service = before.snapshot.services.iter().find(|service| service.name == name)?;
        before.slots.get(service.index).cloned()
    };
    before.and_then(same).unwrap_or_default()
}

/// The listeners of a configuration, each under the key it keeps across reloads.
pub fn listener_keys(config: &Config) -> Vec<ListenerKey> {
    let mut keys: Vec<ListenerKey> = Vec::with_capacity(config.listeners.len());
    for listener in &config.listeners {
        let address = listener.address.get();
        let ordinal = keys.iter().filter(|key| key.address == address).count();
        keys.push(ListenerKey { address, ordinal });
    }
    keys
}

fn listeners(config: &Config) -> Result<HashMap<ListenerKey, ListenerSettings>, TlsError> {
    let mut settings = HashMap::new();
    for (key, listener) in listener_keys(config).into_iter().zip(&config.listeners) {
        let tls = listener.tls.as_ref().map(|tls| tls::server(tls, listener.http2)).transpose()?;
        settings.insert(key, ListenerSettings { tls, http2: listener.http2 });
    }
    Ok(settings)
}

fn spec(service: &config::Service, engines: &[Arc<dyn Engine>]) -> Result<ServiceSpec, SetupError> {
    let sources = service.schema.iter().map(|file| source(file.path())).collect::<Result<Vec<_>, _>>()?;
    Ok(service.spec(sources, &engines::known(engines)))
}

fn source(path: &std::path::Path) -> Result<Source, SetupError> {
    let name = path.display().to_string();
    match std::fs::read(path) {
        Ok(text) => Ok(Source { name, text }),
        Err(error) => Err(SetupError::Unreadable(format!("{name} cannot be read: {error}"))),
    }
}

fn upstream(written: &config::Upstream) -> Result<UpstreamSettings, TlsError> {
    let tls = match written.url.scheme() {
        Scheme::Http => None,
        Scheme::Https => {
            let name = written.server_name.as_ref().map_or(written.url.host(), |name| name.as_str());
            let (client, server_name) = tls::client(written.roots.as_ref().map(config::FilePath::path), name)?;
            Some(UpstreamTls { client, server_name })
        }
    };
    Ok(UpstreamSettings {
        address: UpstreamAddress { host: written.url.host().to_owned(), port: written.url.port() },
        tls,
        connect_timeout: written.connect_timeout.duration(),
        first_byte_timeout: written.first_byte_timeout.duration(),
        idle_timeout: written.idle_timeout.duration(),
        total_timeout: written.total_timeout.duration(),
        pool_idle: usize::try_from(written.pool_idle).unwrap_or(usize::MAX),
        pool_idle_timeout: written.idle_timeout.duration(),
    })
}

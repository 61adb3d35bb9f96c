//! A running Portcullis: started from a configuration file, reloaded in place, drained to its end.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use portcullis_inspect::Engine;
use socket2::{Domain, Protocol, Socket, Type};

use crate::audit::{Audit, AuditSink};
use crate::config::{self, Config, ConfigProblems, Loaded, Sink};
use crate::engines;
use crate::live::ListenerKey;
use crate::live::Plane;
use crate::proxy::now;
use crate::proxy::worker::Workers;
use crate::setup::{SetupError, activate, listener_keys};
use crate::telemetry::Metrics;

/// Connections the system queues before a worker accepts them.
const BACKLOG: i32 = 4096;

/// Why a server does not start, or a reload does not take place.
#[derive(Debug)]
pub enum ServerError {
    /// The configuration is wrong.
    Config(ConfigProblems),
    /// It reads well but cannot be put in force.
    Setup(SetupError),
    /// A listener cannot be opened.
    Listen(SocketAddr, io::Error),
    /// The audit sink cannot be opened, or a thread cannot be started.
    Start(io::Error),
}

impl fmt::Display for ServerError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(problems) => out.write_str(&problems.render(false)),
            Self::Setup(error) => error.fmt(out),
            Self::Listen(address, error) => write!(out, "cannot listen on {address}: {error}"),
            Self::Start(error) => write!(out, "cannot start: {error}"),
        }
    }
}

impl std::error::Error for ServerError {}

/// An open listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The address it really has: port 0 was replaced by the system's choice.
    pub address: SocketAddr,
    /// Whether it speaks TLS.
    pub tls: bool,
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    plane: Arc<Plane>,
    workers: Workers,
    engines: Vec<Arc<dyn Engine>>,
    file: PathBuf,
    environment: Environment,
    sockets: HashMap<ListenerKey, TcpListener>,
    /// Files whose change is a reason to reload.
    files: Vec<PathBuf>,
    drain_timeout: Duration,
    worker_count: usize,
}

/// Where `${NAME}` is looked up.
#[derive(Clone)]
pub struct Environment(Arc<Lookup>);

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Environment {
    /// The environment of the process.
    pub fn process() -> Self {
        Self(Arc::new(|name| std::env::var(name).ok()))
    }

    /// Any other.
    pub fn of(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(lookup))
    }

    /// Looks a name up.
    pub fn get(&self, name: &str) -> Option<String> {
        (self.0)(name)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Environment")
    }
}

/// Reads and checks the configuration at `file` with `engines` as the protocols.
pub fn load(file: &Path, environment: &Environment, engines: &[Arc<dyn Engine>]) -> Result<Loaded, ConfigProblems> {
    config::load(file, &|name| environment.get(name), &engines::known(engines), now())
}

impl Server {
    /// Starts from the configuration at `file`. Once this returns every listener accepts.
    pub fn start(file: &Path, environment: Environment, engines: Vec<Arc<dyn Engine>>) -> Result<(Self, Config), ServerError> {
        let loaded = load(file, &environment, &engines).map_err(ServerError::Config)?;
        warn(&loaded);
        let Loaded { config, files, .. } = loaded;
        let worker_count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let active = activate(&config, &engines, 1, worker_count, None).map_err(ServerError::Setup)?;
        let sockets = open(&config, HashMap::new())?;
        let queue_bytes = usize::try_from(config.audit.queue_bytes.bytes()).unwrap_or(usize::MAX);
        let audit = Audit::start(&sink(&config), queue_bytes).map_err(ServerError::Start)?;
        let plane = Arc::new(Plane::new(active, audit, Metrics::default()));
        let workers = Workers::start(&plane, worker_count).map_err(ServerError::Start)?;
        for (key, socket) in &sockets {
            workers.listen(*key, socket).map_err(ServerError::Start)?;
        }
        let drain_timeout = config.drain_timeout.duration();
        let file = file.to_owned();
        let server = Self { plane, workers, engines, file, environment, sockets, files, drain_timeout, worker_count };
        Ok((server, config))
    }

    /// What the exchanges share.
    pub const fn plane(&self) -> &Arc<Plane> {
        &self.plane
    }

    /// Files whose change is a reason to reload: the configuration and everything it refers to.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The open listeners, in order of address.
    pub fn listeners(&self) -> Vec<Opened> {
        let active = self.plane.live.now();
        let tls = |key: &ListenerKey| active.listeners.get(key).is_some_and(|settings| settings.tls.is_some());
        let opened = |(key, socket): (&ListenerKey, &TcpListener)| {
            socket.local_addr().ok().map(|address| (key.address, key.ordinal, Opened { address, tls: tls(key) }))
        };
        let mut listeners: Vec<_> = self.sockets.iter().filter_map(opened).collect();
        listeners.sort_by_key(|(address, ordinal, _)| (*address, *ordinal));
        listeners.into_iter().map(|(_, _, opened)| opened).collect()
    }

    /// Reads the configuration again and puts it in force as a whole. When anything is wrong with it, what is in force stays.
    pub fn reload(&mut self) -> Result<u64, ServerError> {
        let reloaded = self.try_reload();
        match &reloaded {
            Ok(_) => self.plane.metrics.reloads.inc(),
            Err(_) => self.plane.metrics.reloads_refused.inc(),
        };
        reloaded
    }

    fn try_reload(&mut self) -> Result<u64, ServerError> {
        let loaded = load(&self.file, &self.environment, &self.engines).map_err(ServerError::Config)?;
        warn(&loaded);
        let before = self.plane.live.now();
        let revision = before.snapshot.revision.saturating_add(1);
        let active =
            activate(&loaded.config, &self.engines, revision, self.worker_count, Some(&before)).map_err(ServerError::Setup)?;
        let sockets = open(&loaded.config, self.kept(&loaded.config)?)?;
        // From here on nothing can fail: the new whole is in force before new sockets accept and old ones close.
        self.plane.swap(active);
        for (key, socket) in &sockets {
            if !self.sockets.contains_key(key) {
                self.workers.listen(*key, socket).map_err(ServerError::Start)?;
            }
        }
        for key in self.sockets.keys().filter(|key| !sockets.contains_key(key)) {
            self.workers.close(*key);
        }
        self.sockets = sockets;
        self.files = loaded.files;
        self.drain_timeout = loaded.config.drain_timeout.duration();
        Ok(revision)
    }

    fn kept(&self, config: &Config) -> Result<HashMap<ListenerKey, TcpListener>, ServerError> {
        let keys = listener_keys(config);
        let kept = self.sockets.iter().filter(|(key, _)| keys.contains(key));
        kept.map(|(key, socket)| socket.try_clone().map(|socket| (*key, socket)).map_err(ServerError::Start)).collect()
    }

    /// Longest wait for open exchanges after a request to stop.
    pub const fn drain_timeout(&self) -> Duration {
        self.drain_timeout
    }

    /// Takes no new connection, lets open exchanges end, and writes the last records. Blocks until then; the caller gives up after
    /// [`Self::drain_timeout`].
    pub fn drain(self) {
        self.plane.drain();
        // Connections that wait in the system's queue are still taken; only then does the queue go.
        self.workers.drain();
        drop(self.sockets);
        self.plane.audit.close();
    }
}

fn warn(loaded: &Loaded) {
    for warning in &loaded.warnings {
        tracing::warn!(problem = warning.render(false), "the configuration has a doubtful place");
    }
}

fn sink(config: &Config) -> AuditSink {
    match (config.audit.to, &config.audit.path) {
        (Sink::File, Some(path)) => AuditSink::File(path.path().to_owned()),
        _ => AuditSink::Stdout,
    }
}

/// Opens every listener of `config` that is not in `sockets` yet.
fn open(config: &Config, mut sockets: HashMap<ListenerKey, TcpListener>) -> Result<HashMap<ListenerKey, TcpListener>, ServerError> {
    for key in listener_keys(config) {
        if let std::collections::hash_map::Entry::Vacant(vacant) = sockets.entry(key) {
            vacant.insert(listen(key.address).map_err(|error| ServerError::Listen(key.address, error))?);
        }
    }
    Ok(sockets)
}

/// Opens one listening socket.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

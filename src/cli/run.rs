//! `portcullis run`: start, watch for signals and changed files, drain.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{FAILED, REFUSED, complain};
use crate::server::{Environment, Server, ServerError, listen};
use crate::{admin, engines, telemetry};

/// How often files are looked at for changes. Looking works on every file system, mounted configuration volumes included.
const LOOK: Duration = Duration::from_secs(1);

/// Runs until a signal ends it.
pub(super) fn run(file: &Path) -> u8 {
    telemetry::start_logging();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format!("cannot start: {error}"));
            return FAILED;
        }
    };
    match runtime.block_on(serve(file)) {
        Ok(()) => 0,
        Err(error) => {
            complain(&error.to_string());
            match error {
                ServerError::Config(_) | ServerError::Setup(_) => REFUSED,
                ServerError::Listen(..) | ServerError::Start(_) => FAILED,
            }
        }
    }
}

async fn serve(file: &Path) -> Result<(), ServerError> {
    // Before anything says that it runs: a signal that comes right after is meant for us.
    let mut signals = Signals::new().map_err(ServerError::Start)?;
    let (server, config) = Server::start(file, Environment::process(), engines::all())?;
    let seen = prints(server.files());
    if let Some(address) = config.admin.address() {
        let listener = listen(address).map_err(|error| ServerError::Listen(address, error))?;
        let address = listener.local_addr().map_err(ServerError::Start)?;
        tracing::info!(event = "admin", %address, "control plane");
        tokio::spawn(admin::serve(listener, server.plane().clone()));
    }
    for listener in server.listeners() {
        tracing::info!(event = "listening", address = %listener.address, tls = listener.tls, "data plane");
    }
    tracing::info!(event = "ready", revision = 1, "ready");
    let mut server = server;
    signals.until_stop(&mut server, seen).await;
    tracing::info!(event = "draining", "no new connections; open exchanges end");
    let patience = server.drain_timeout();
    let drained = tokio::task::spawn_blocking(move || server.drain());
    tokio::select! {
        _ = drained => tracing::info!(event = "stopped", "every exchange ended"),
        () = tokio::time::sleep(patience) => {
            tracing::warn!(event = "stopped", "exchanges were cut off: the drain took too long");
            // The blocking drain cannot be called back; the process ends here with what it holds.
            std::process::exit(i32::from(FAILED));
        }
        () = signals.stop() => {
            tracing::warn!(event = "stopped", "exchanges were cut off by a second signal");
            std::process::exit(i32::from(FAILED));
        }
    }
    Ok(())
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Reloads on SIGHUP and whenever files differ from what was `seen` of them, until a signal ends it.
    async fn until_stop(&mut self, server: &mut Server, mut seen: Vec<Print>) {
        let mut look = tokio::time::interval(LOOK);
        loop {
            let wanted = tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => true,
                _ = look.tick() => prints(server.files()) != seen,
            };
            if wanted {
                // Taken before the files are read: a change in between is seen by the next look.
                seen = prints(server.files());
                reload(server);
                if seen.len() != server.files().len() {
                    seen = prints(server.files());
                }
            }
        }
    }
}

fn reload(server: &mut Server) {
    match server.reload() {
        Ok(revision) => {
            tracing::info!(event = "reloaded", revision, "the new configuration is in force");
            for listener in server.listeners() {
                tracing::info!(event = "listening", address = %listener.address, tls = listener.tls, "data plane");
            }
        }
        Err(error) => {
            tracing::error!(event = "reload-refused", problem = %error, "the configuration is broken; the one in force stays");
        }
    }
}

/// What tells one version of a file from another without reading it.
type Print = Option<(SystemTime, u64)>;

fn prints(files: &[PathBuf]) -> Vec<Print> {
    let print = |file: &PathBuf| {
        let metadata = std::fs::metadata(file).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.iter().map(print).collect()
}

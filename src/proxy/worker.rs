//! Worker threads: each runs its own reactor, accepts on every listener and keeps its own upstream connections, so that a request never
//! changes threads.

use std::collections::HashMap;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, watch};

use super::accept::Acceptor;
use crate::live::ListenerKey;
use crate::live::Plane;

enum Command {
    Listen(ListenerKey, TcpListener),
    Close(ListenerKey),
    Drain,
}

/// The workers of one process.
#[derive(Debug)]
pub struct Workers {
    commands: Vec<mpsc::UnboundedSender<Command>>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts `count` workers.
    pub fn start(plane: &Arc<Plane>, count: usize) -> io::Result<Self> {
        let mut workers = Self { commands: Vec::with_capacity(count), threads: Vec::with_capacity(count) };
        for index in 0..count {
            let (sender, receiver) = mpsc::unbounded_channel();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let plane = Arc::clone(plane);
            let main = move || runtime.block_on(run(&plane, index, receiver));
            workers.threads.push(std::thread::Builder::new().name(format!("worker-{index}")).spawn(main)?);
            workers.commands.push(sender);
        }
        Ok(workers)
    }

    /// Every worker accepts on a socket of its own over the same queue.
    pub fn listen(&self, key: ListenerKey, listener: &TcpListener) -> io::Result<()> {
        for commands in &self.commands {
            self.tell(commands, Command::Listen(key, listener.try_clone()?));
        }
        Ok(())
    }

    /// Stops accepting on a listener; its open connections go on.
    pub fn close(&self, key: ListenerKey) {
        for commands in &self.commands {
            self.tell(commands, Command::Close(key));
        }
    }

    /// Stops accepting everywhere and lets every connection end. Returns when the last one has.
    pub fn drain(self) {
        for commands in &self.commands {
            self.tell(commands, Command::Drain);
        }
        for thread in self.threads {
            // A worker that panicked has no connections left.
            drop(thread.join());
        }
    }

    fn tell(&self, commands: &mpsc::UnboundedSender<Command>, command: Command) {
        if commands.send(command).is_err() {
            tracing::error!(workers = self.commands.len(), "a worker is gone");
        }
    }
}

async fn run(plane: &Arc<Plane>, worker: usize, mut commands: mpsc::UnboundedReceiver<Command>) {
    let mut listeners: HashMap<ListenerKey, watch::Sender<bool>> = HashMap::new();
    let (draining, stopped) = watch::channel(false);
    while let Some(command) = commands.recv().await {
        match command {
            Command::Listen(key, listener) => match tokio::net::TcpListener::from_std(listener) {
                Ok(listener) => {
                    let (stop, stopped_here) = watch::channel(false);
                    let acceptor = Acceptor { plane: Arc::clone(plane), worker, key };
                    tokio::spawn(acceptor.accept_all(listener, stopped_here, stopped.clone()));
                    listeners.insert(key, stop);
                }
                Err(error) => tracing::error!(%error, "a worker cannot accept on a listener"),
            },
            Command::Close(key) => {
                if let Some(stop) = listeners.remove(&key) {
                    stop.send_replace(true);
                }
            }
            Command::Drain => {
                draining.send_replace(true);
                for stop in listeners.values() {
                    stop.send_replace(true);
                }
                break;
            }
        }
    }
    drop(stopped);
    // Every acceptor and every connection holds a receiver until it ends.
    draining.closed().await;
}

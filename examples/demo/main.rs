//! The demo: a GraphQL shop, a REST inventory, and Portcullis in front of both, in one process.
//!
//! `cargo run --release --example demo` prints where everything listens and five requests to try. Portcullis is the real one: the wiring of
//! the binary, with `policies/baseline.yaml` as it is shipped. `--print-schema` writes the shop's schema and ends; that is how
//! `schemas/shop.graphql` is made.

mod inventory;
mod shop;
mod tour;

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;

use axum::Router;
use portcullis::config::Config;
use portcullis::server::{Environment, Server, ServerError, listen};
use portcullis::{admin, engines};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Where Portcullis listens if nothing else does.
const FRONT: &str = "127.0.0.1:8080";
/// Where its metrics are, if nothing else is there.
const ADMIN: &str = "127.0.0.1:9900";
/// Any free port.
const ANY: &str = "127.0.0.1:0";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().nth(1).as_deref() == Some("--print-schema") {
        io::stdout().write_all(shop::sdl().as_bytes())?;
        return Ok(());
    }
    let shop = serve(shop::router()).await?;
    let inventory = serve(inventory::router()).await?;
    let (server, config) = portcullis(FRONT, shop, inventory).or_else(|error| match error {
        ServerError::Listen(..) => portcullis(ANY, shop, inventory),
        error => Err(error),
    })?;
    let front = server.listeners().first().map(|listener| listener.address).ok_or("the policy opens no listener")?;
    let metrics = control_plane(&server, &config)?;
    tour::print(&mut io::stdout().lock(), &tour::Addresses { front, metrics, shop, inventory })?;
    stop().await?;
    let patience = server.drain_timeout();
    tokio::time::timeout(patience, tokio::task::spawn_blocking(move || server.drain())).await??;
    writeln!(io::stdout(), "Drained: every request under way was answered.")?;
    Ok(())
}

/// Serves an upstream on a free port until the process ends.
async fn serve(router: Router) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(ANY).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// Starts Portcullis from the shipped policy; what the policy takes from the environment is said here.
fn portcullis(front: &'static str, shop: SocketAddr, inventory: SocketAddr) -> Result<(Server, Config), ServerError> {
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/baseline.yaml");
    let environment = Environment::of(move |name| match name {
        "LISTEN" => Some(front.to_owned()),
        "ADMIN" => Some(ADMIN.to_owned()),
        "SHOP_UPSTREAM" => Some(format!("http://{shop}")),
        "INVENTORY_UPSTREAM" => Some(format!("http://{inventory}")),
        _ => None,
    });
    Server::start(&policy, environment, engines::all())
}

/// Serves health and metrics on the address of the policy, or on a free port if that is taken.
fn control_plane(server: &Server, config: &Config) -> io::Result<SocketAddr> {
    let wanted = config.admin.address().unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)));
    let listener = listen(wanted).or_else(|_| listen(SocketAddr::from(([127, 0, 0, 1], 0))))?;
    let address = listener.local_addr()?;
    tokio::spawn(admin::serve(listener, server.plane().clone()));
    Ok(address)
}

/// Waits for Ctrl-C or SIGTERM.
async fn stop() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

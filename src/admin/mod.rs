//! The control plane: its own listener, on loopback unless told otherwise. It shows; it changes nothing.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::live::Plane;
use crate::telemetry::Levels;

/// Serves `/livez`, `/readyz` and `/metrics` until the process ends.
pub async fn serve(listener: TcpListener, plane: Arc<Plane>) -> io::Result<()> {
    let router = Router::new()
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(plane);
    axum::serve(tokio::net::TcpListener::from_std(listener)?, router).await
}

/// Ready while new requests are welcome: not once the process drains.
async fn ready(State(plane): State<Arc<Plane>>) -> (StatusCode, &'static str) {
    if plane.draining() { (StatusCode::SERVICE_UNAVAILABLE, "draining\n") } else { (StatusCode::OK, "ok\n") }
}

async fn metrics(State(plane): State<Arc<Plane>>) -> impl IntoResponse {
    let levels = Levels {
        revision: plane.live.now().snapshot.revision,
        connections: plane.connections.open_now(),
        exchanges: plane.exchanges.held(),
        buffered: plane.bytes.held(),
        audit_lost: plane.audit.lost(),
    };
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], plane.metrics.text(levels))
}

//! A new connection to an upstream.

use std::io;

use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::UpstreamSettings;
use super::counted::Counted;
use super::pool::Connection;
use crate::proxy::alarm::Alarm;

/// Largest head of an answer, in bytes; hyper's buffer may grow this far and no further, and a piece of a body is no larger either.
const ANSWER_HEAD_BYTES: usize = 32 * 1024;
/// Most header fields of an answer.
const ANSWER_HEADERS: usize = 200;

/// Connects, shakes hands and starts the task that drives the connection. The task ends with the connection: when the sender is
/// dropped in the middle of an answer, the upstream sees the connection close.
pub(super) async fn connect(settings: &UpstreamSettings) -> io::Result<Connection> {
    let stream = TcpStream::connect((settings.address.host.as_str(), settings.address.port)).await?;
    stream.set_nodelay(true)?;
    let stream = match &settings.tls {
        None => Counted::plain(stream),
        Some(tls) => {
            let connector = TlsConnector::from(std::sync::Arc::clone(&tls.client));
            Counted::tls(connector.connect(tls.server_name.clone(), stream).await?)
        }
    };
    let bytes_read = stream.bytes_read();
    let mut builder = http1::Builder::new();
    builder.max_buf_size(ANSWER_HEAD_BYTES).max_headers(ANSWER_HEADERS);
    let (sender, driver) = builder.handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    tokio::spawn(async move {
        if let Err(error) = driver.await {
            tracing::debug!(%error, "an upstream connection ended");
        }
    });
    Ok(Connection { sender, bytes_read, patience: Alarm::default() })
}

//! From a listening socket to served connections.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use portcullis_http::framing::Framing;
use portcullis_inspect::Peer;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsAcceptor;

use super::client::ClientStream;
use super::exchange::{Connection, scheme};
use super::guard::{Guard, GuardTimes};
use super::ledger::{End, Ledger};
use crate::live::{Edge, ListenerKey, ListenerSettings, Plane};

/// How long to hold back when the system has no descriptor to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long an open connection may still begin a request once the process is going down.
const DRAIN_GRACE: Duration = Duration::from_secs(1);
/// How long a client may owe its part in closing a connection on which it is owed nothing.
const CLOSE_GRACE: Duration = Duration::from_secs(10);
/// The first bytes of HTTP/2 without TLS (RFC 9113 §3.4); no HTTP/1 method begins so.
const PREFACE: &[u8] = b"PRI";
const PREFACE_LENGTH: usize = PREFACE.len();
/// How soon a connection that began like the preface is looked at again, at first and at last.
const PREFACE_PAUSE: Duration = Duration::from_millis(5);
const PREFACE_PAUSE_MAX: Duration = Duration::from_millis(500);
/// hyper's buffer for a head holds what the guard lets through and a little more; the same number bounds what it gathers of an answer the
/// client does not take.
const HYPER_ROOM_BYTES: usize = 32 * 1024;

/// One worker's share of a listener.
#[derive(Debug)]
pub struct Acceptor {
    /// The process.
    pub plane: Arc<Plane>,
    /// Which worker this is.
    pub worker: usize,
    /// Which listener this is.
    pub key: ListenerKey,
}

impl Acceptor {
    /// Accepts until `stop` says so, then takes what already waits in the queue, so that no connection the system accepted is lost.
    /// Connections end when `draining` says so.
    pub async fn accept_all(self, listener: TcpListener, mut stop: watch::Receiver<bool>, draining: watch::Receiver<bool>) {
        let acceptor = Arc::new(self);
        let mut settings = acceptor.settings();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            match accepted {
                Ok((stream, address)) => acceptor.take(stream, address, &draining, &mut settings),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        while let Some(Ok((stream, address))) = futures_util::FutureExt::now_or_never(listener.accept()) {
            acceptor.take(stream, address, &draining, &mut settings);
        }
    }

    fn settings(&self) -> Option<ListenerSettings> {
        self.plane.live.now().listeners.get(&self.key).cloned()
    }

    /// Serves a connection as its listener is set now, or was at the end when a reload has just taken it away.
    fn take(
        self: &Arc<Self>,
        stream: TcpStream,
        address: SocketAddr,
        stop: &watch::Receiver<bool>,
        settings: &mut Option<ListenerSettings>,
    ) {
        *settings = self.settings().or_else(|| settings.take());
        let Some(settings) = settings.clone() else { return };
        let active = self.plane.live.now();
        let edge = &active.edge;
        let ip = address.ip().to_canonical();
        let slot = match self.plane.connections.open(ip, edge.connections, edge.connections_per_address) {
            Ok(slot) => slot,
            Err(reason) => {
                self.plane.metrics.shed(reason);
                return;
            }
        };
        let acceptor = Arc::clone(self);
        let stop = stop.clone();
        drop(active);
        tokio::spawn(async move {
            acceptor.serve(stream, address, settings, stop).await;
            drop(slot);
        });
    }

    async fn serve(&self, stream: TcpStream, address: SocketAddr, settings: ListenerSettings, mut stop: watch::Receiver<bool>) {
        let edge = self.plane.live.now().edge.clone();
        // A delayed small answer is worse than a small packet; the socket works either way.
        let _ = stream.set_nodelay(true);
        let peer = Peer { address, scheme: scheme(settings.tls.is_some()) };
        match settings.tls {
            None => {
                let http2 = tokio::select! {
                    http2 = speaks_http2(&stream, &edge), if settings.http2 => http2,
                    () = going_down(&mut stop), if settings.http2 => None,
                    else => Some(false),
                };
                // A connection that says nothing at all is closed without a word.
                let Some(http2) = http2 else { return };
                self.speak(ClientStream::Plain(stream), http2, peer, &edge, stop).await;
            }
            Some(tls) => {
                let handshake = Box::pin(TlsAcceptor::from(tls).accept(stream));
                match timeout(edge.handshake_time, handshake).await {
                    Ok(Ok(stream)) => {
                        let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                        self.speak(ClientStream::Tls(Box::new(stream)), http2, peer, &edge, stop).await;
                    }
                    Ok(Err(error)) => self.plane.metrics.handshake_failed(&error),
                    Err(_) => self.plane.metrics.handshake_timed_out(),
                }
            }
        }
    }

    async fn speak(&self, stream: ClientStream, http2: bool, peer: Peer, edge: &Edge, stop: watch::Receiver<bool>) {
        let ledger = Ledger::new(http2);
        let times = GuardTimes { head: edge.head_time, idle: edge.idle_time, write_stall: edge.write_stall_time };
        let framing = (!http2).then(|| Framing::new(edge.framing, peer.scheme));
        let guard = Guard::new(stream, framing, ledger.clone(), times, self.plane.bytes.holding());
        let connection = Arc::new(Connection::new(Arc::clone(&self.plane), self.worker, peer, ledger.clone()));
        // Boxed, here and below: an idle connection then pays for what it is doing, not for the largest thing it could be doing.
        let service = service_fn(move |request| Box::pin(Arc::clone(&connection).answer(request)));
        let io = TokioIo::new(guard);
        if http2 {
            let mut builder = http2::Builder::new(TokioExecutor::new());
            builder
                .timer(TokioTimer::new())
                .max_concurrent_streams(edge.streams)
                .max_header_list_size(u32::try_from(edge.framing.head_bytes).unwrap_or(u32::MAX))
                .max_send_buf_size(256 * 1024)
                .keep_alive_interval(Some(edge.idle_time))
                .keep_alive_timeout(edge.head_time);
            let watch = |closing| ledger.watch(if closing { CLOSE_GRACE.min(times.idle) } else { times.idle }, times.write_stall);
            let connection = Box::pin(builder.serve_connection(io, service));
            drained(connection, stop, watch, http2::Connection::graceful_shutdown).await;
        } else {
            let mut builder = http1::Builder::new();
            builder.max_buf_size(edge.framing.head_bytes.saturating_add(HYPER_ROOM_BYTES)).half_close(false);
            if edge.framing.headers > 96 {
                builder.max_headers(usize::try_from(edge.framing.headers).unwrap_or(usize::MAX).saturating_add(8));
            }
            let connection = Box::pin(builder.serve_connection(io, service));
            drained(connection, stop, |_| std::future::pending(), http1::Connection::graceful_shutdown).await;
        }
    }
}

/// Serves a connection to its end. Once the process goes down, exchanges say `Connection: close` by themselves; a connection that begins
/// none within the grace is closed when it is next idle. `watch` may end the connection before: in good order when it is quiet or has
/// carried its share, at once when its client takes nothing. Good order needs the client's part (over HTTP/2 a whole preface and an
/// answer to the last PING), so it is watched too: what is quiet once more is closed without it.
async fn drained<C, E, W>(
    mut connection: Pin<Box<C>>,
    mut stop: watch::Receiver<bool>,
    watch: impl Fn(bool) -> W,
    graceful: impl Fn(Pin<&mut C>),
) where
    C: Future<Output = Result<(), E>>,
    E: std::fmt::Display,
    W: Future<Output = End>,
{
    let mut closing = false;
    loop {
        let end = tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a client connection ended");
                }
                return;
            }
            () = going_down(&mut stop), if !closing => None,
            end = watch(closing) => Some(end),
        };
        match end {
            Some(End::Stalled) => return,
            Some(End::Quiet) if closing => return,
            _ if closing => {}
            _ => {
                graceful(connection.as_mut());
                closing = true;
            }
        }
    }
}

/// Waits until the process goes down and the grace is over.
async fn going_down(stop: &mut watch::Receiver<bool>) {
    // An error means the sender is gone, which is the end as well.
    let _ = stop.wait_for(|stop| *stop).await;
    tokio::time::sleep(DRAIN_GRACE).await;
}

/// Whether a connection without TLS begins with the HTTP/2 preface; nothing when it does not begin at all for as long as it may be idle.
async fn speaks_http2(stream: &TcpStream, edge: &Edge) -> Option<bool> {
    let mut first = [0; PREFACE_LENGTH];
    let mut seen = timeout(edge.idle_time, stream.peek(&mut first)).await.ok()?;
    let deadline = Instant::now() + edge.head_time;
    let mut pause = PREFACE_PAUSE;
    loop {
        match seen {
            Ok(PREFACE_LENGTH) => return Some(first == PREFACE),
            // What is there so far could still become the preface; a later segment will tell. The socket stays readable meanwhile, so
            // looking again costs a wake-up each: less and less often, that a byte sent and no more cannot keep the worker busy.
            Ok(some) if some > 0 && first.get(..some) == PREFACE.get(..some) && Instant::now() < deadline => {
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2).min(PREFACE_PAUSE_MAX);
            }
            // What is late or short of the preface is HTTP/1's to answer.
            _ => return Some(false),
        }
        seen = stream.peek(&mut first).await;
    }
}

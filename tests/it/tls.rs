//! TLS: versions, key exchange, HTTP/2 by ALPN, and certificates that change while the gateway runs.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};

use crate::client::{Connection, PATIENCE, graphql, request};
use crate::gateway::Gateway;
use crate::upstream::Upstream;

const CONFIG: &str = r#"
listeners:
  - address: 127.0.0.1:0
    tls: { certificate: listener.pem, key: listener.key }
admin: { address: 127.0.0.1:0 }
services:
  - name: shop
    protocol: graphql
    paths: [/graphql]
    upstream: { url: "http://${UPSTREAM}" }
  - name: files
    protocol: http
    paths: [/files/*]
    methods: [GET, POST]
    upstream: { url: "http://${UPSTREAM}" }
"#;

const NAME: &str = "shop.example";

/// A certificate that signs itself, as PEM files and for the client's trust.
pub struct Certificate {
    pem: String,
    key: String,
    der: CertificateDer<'static>,
}

impl Certificate {
    pub fn new() -> Self {
        let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        Self { pem: made.cert.pem(), key: made.signing_key.serialize_pem(), der: made.cert.der().clone() }
    }

    /// The certificate alone.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Writes both files, each replaced at once, the key first.
    fn install(&self, folder: &std::path::Path) {
        for (name, text) in [("listener.key", &self.key), ("listener.pem", &self.pem)] {
            let beside = folder.join("beside");
            std::fs::write(&beside, text).unwrap();
            std::fs::rename(beside, folder.join(name)).unwrap();
        }
    }
}

fn start(certificate: &Certificate, upstream: &Upstream) -> Gateway {
    start_with("", certificate, upstream)
}

/// With more lines at the top level of the configuration.
pub fn start_with(process: &str, certificate: &Certificate, upstream: &Upstream) -> Gateway {
    let folder = tempfile::tempdir().unwrap();
    certificate.install(folder.path());
    Gateway::start_in(folder, &format!("{process}\n{CONFIG}"), upstream.address())
}

/// A client that trusts these certificates.
pub fn client(trusted: &[&Certificate], versions: &[&'static SupportedProtocolVersion], alpn: &[&str]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for certificate in trusted {
        roots.add(certificate.der.clone()).unwrap();
    }
    let mut config = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}

pub type Tls = StreamOwned<ClientConnection, TcpStream>;

/// Connects and completes the handshake.
pub fn connect(address: SocketAddr, config: Arc<ClientConfig>) -> std::io::Result<Tls> {
    let mut socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    let mut connection = ClientConnection::new(config, ServerName::try_from(NAME).unwrap()).unwrap();
    while connection.is_handshaking() {
        connection.complete_io(&mut socket)?;
    }
    Ok(StreamOwned::new(connection, socket))
}

pub static BOTH: [&SupportedProtocolVersion; 2] = [&rustls::version::TLS13, &rustls::version::TLS12];

#[test]
fn tls_1_2_and_1_3_are_spoken() {
    let (certificate, upstream) = (Certificate::new(), Upstream::start());
    let gateway = start(&certificate, &upstream);
    for version in BOTH {
        let tls = connect(gateway.address(), client(&[&certificate], &[version], &["http/1.1"])).unwrap();
        assert_eq!(tls.conn.protocol_version(), Some(version.version));
        assert_eq!(Connection::over(tls).ask(graphql("{me{id}}")).unwrap().status, 200);
    }
}

#[test]
fn the_hybrid_key_exchange_is_negotiated() {
    let (certificate, upstream) = (Certificate::new(), Upstream::start());
    let gateway = start(&certificate, &upstream);
    let tls = connect(gateway.address(), client(&[&certificate], &BOTH, &[])).unwrap();
    let group = tls.conn.negotiated_key_exchange_group().expect("a group").name();
    assert_eq!(group, rustls::NamedGroup::X25519MLKEM768);
}

#[test]
fn alpn_chooses_what_the_client_prefers_and_knows() {
    let (certificate, upstream) = (Certificate::new(), Upstream::start());
    let gateway = start(&certificate, &upstream);
    for (offered, chosen) in
        [(&["h2", "http/1.1"][..], Some("h2")), (&["h2"], Some("h2")), (&["http/1.1"], Some("http/1.1")), (&[], None)]
    {
        let tls = connect(gateway.address(), client(&[&certificate], &BOTH, offered)).unwrap();
        assert_eq!(tls.conn.alpn_protocol(), chosen.map(str::as_bytes), "{offered:?}");
    }
    let foreign = connect(gateway.address(), client(&[&certificate], &BOTH, &["spdy/3"]));
    assert!(foreign.is_err(), "no common protocol is no connection (RFC 7301 §3.2)");
}

#[test]
fn the_upstream_is_told_that_the_client_came_over_tls() {
    let (certificate, upstream) = (Certificate::new(), Upstream::start());
    let gateway = start(&certificate, &upstream);
    let tls = connect(gateway.address(), client(&[&certificate], &BOTH, &["http/1.1"])).unwrap();
    let bytes = request("GET /files/a", &[("X-Forwarded-Proto", "gopher")], b"");
    assert_eq!(Connection::over(tls).ask(bytes).unwrap().status, 200);
    assert_eq!(upstream.seen()[0].header("x-forwarded-proto"), ["https"]);
}

#[test]
fn a_new_certificate_is_served_without_a_restart_and_old_connections_go_on() {
    let (first, second, upstream) = (Certificate::new(), Certificate::new(), Upstream::start());
    let gateway = start(&first, &upstream);
    let mut old = Connection::over(connect(gateway.address(), client(&[&first], &BOTH, &["http/1.1"])).unwrap());
    assert_eq!(old.ask(graphql("{me{id}}")).unwrap().status, 200);
    second.install(gateway.folder());
    let deadline = Instant::now() + Duration::from_secs(10);
    while connect(gateway.address(), client(&[&second], &BOTH, &[])).is_err() {
        assert!(Instant::now() < deadline, "the new certificate is never served: {:#?}", gateway.log());
        std::thread::park_timeout(Duration::from_millis(50));
    }
    assert!(connect(gateway.address(), client(&[&first], &BOTH, &[])).is_err(), "the old one is gone");
    assert_eq!(old.ask(graphql("{me{id}}")).unwrap().status, 200);
}

#[test]
fn a_broken_certificate_leaves_the_running_one_in_force() {
    let (certificate, other, upstream) = (Certificate::new(), Certificate::new(), Upstream::start());
    let gateway = start(&certificate, &upstream);
    let before = gateway.log().len();
    for broken in ["", "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n", &other.pem] {
        std::fs::write(gateway.folder().join("listener.pem"), broken).unwrap();
        gateway.signal("HUP");
        assert!(gateway.logged(before, |line| line["level"] == "ERROR" || line["level"] == "WARN").is_some(), "it is reported");
        assert!(connect(gateway.address(), client(&[&certificate], &BOTH, &[])).is_ok(), "{broken}");
    }
}

#[test]
fn a_handshake_that_stalls_is_cut_off() {
    let (certificate, upstream) = (Certificate::new(), Upstream::start());
    let gateway = start_with("limits: { http.handshake_time: 300ms }", &certificate, &upstream);
    for begun in [&b""[..], b"\x16\x03\x01\x02\x00\x01\x00"] {
        let mut stalled = Connection::open(gateway.address());
        stalled.send(begun).unwrap();
        let started = Instant::now();
        stalled.rest();
        assert!(started.elapsed() < Duration::from_secs(5), "{begun:?}");
    }
    assert!(connect(gateway.address(), client(&[&certificate], &BOTH, &[])).is_ok());
}

#[test]
fn plain_text_on_a_tls_listener_is_closed() {
    let (certificate, upstream) = (Certificate::new(), Upstream::start());
    let gateway = start(&certificate, &upstream);
    let mut plain = Connection::open(gateway.address());
    plain.send(graphql("{me{id}}")).unwrap();
    let rest = plain.rest();
    assert!(!rest.starts_with(b"HTTP/") && upstream.seen().is_empty());
}

/// Requests over one HTTP/2 connection; answers status and body of each.
pub fn http2(address: SocketAddr, config: Arc<ClientConfig>, requests: Vec<http::Request<Full<Bytes>>>) -> Vec<(u16, Bytes)> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let socket = tokio::net::TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from(NAME).unwrap();
        let tls = tokio_rustls::TlsConnector::from(config).connect(name, socket).await.unwrap();
        let (sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(tls)).await.unwrap();
        let driver = tokio::spawn(connection);
        let mut answers = Vec::new();
        for request in requests {
            let answer = sender.clone().send_request(request).await.unwrap();
            let status = answer.status().as_u16();
            answers.push((status, answer.into_body().collect().await.unwrap().to_bytes()));
        }
        drop(sender);
        driver.abort();
        answers
    })
}

/// A GraphQL request for [`http2`].
pub fn post(query: &str) -> http::Request<Full<Bytes>> {
    let body = serde_json::json!({ "query": query }).to_string();
    let builder = http::Request::post(format!("https://{NAME}/graphql")).header("content-type", "application/json");
    builder.body(Full::new(Bytes::from(body))).unwrap()
}

#[test]
fn http_2_requests_are_judged_like_any_other() {
    let (certificate, upstream) = (Certificate::new(), Upstream::start());
    let gateway = start(&certificate, &upstream);
    let deep = format!("{}id{}", "{a".repeat(60) + "{", "}".repeat(61));
    let answers = http2(
        gateway.address(),
        client(&[&certificate], &BOTH, &["h2"]),
        vec![post("{me{id}}"), post(&deep), post("{ me { id } }")],
    );
    assert_eq!(answers[0].0, 200);
    let refusal: serde_json::Value = serde_json::from_slice(&answers[1].1).unwrap();
    assert_eq!(refusal["errors"][0]["extensions"]["code"], "DEPTH_EXCEEDED");
    assert_eq!(answers[2].0, 200);
    let seen = upstream.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!((seen[0].text(), seen[0].header("host")), (seen[1].text(), seen[1].header("host")), "one canonical form");
    assert!(gateway.record(0, |record| record["version"] == "HTTP/2.0" && record["outcome"] == "refused").is_some());
}

//! An upstream over TLS: trusted by its own roots and by name, or not spoken to at all. The upstream is a second gateway with a
//! certificate, in front of the one that records.

use std::net::SocketAddr;

use crate::client::{ask, graphql, request};
use crate::gateway::Gateway;
use crate::tls::{Certificate, start_with};
use crate::upstream::Upstream;

/// A gateway whose upstream is the TLS listener at `address`, trusting `roots`, expecting `name`.
fn in_front(address: SocketAddr, roots: &Certificate, name: &str) -> Gateway {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("roots.pem"), roots.pem()).unwrap();
    let upstream = format!("{{ url: \"https://{address}\", roots: roots.pem, server_name: {name} }}");
    let config = format!(
        "listeners: [{{ address: 127.0.0.1:0 }}]\nadmin: {{ address: 127.0.0.1:0 }}\nservices:\n  - {{ name: shop, protocol: graphql, \
         paths: [/graphql], upstream: {upstream} }}\n  - {{ name: files, protocol: http, paths: [/files/*], upstream: {upstream} }}\n"
    );
    Gateway::start_in(folder, &config, address)
}

#[test]
fn an_upstream_is_trusted_by_its_own_roots_and_name() {
    let recording = Upstream::start();
    let certificate = Certificate::new();
    let behind = start_with("", &certificate, &recording);
    let gateway = in_front(behind.address(), &certificate, "shop.example");
    for _ in 0..3 {
        assert_eq!(ask(gateway.address(), graphql("{me{id}}")).unwrap().status, 200);
        assert_eq!(ask(gateway.address(), request("GET /files/a", &[], b"")).unwrap().status, 200);
    }
    assert!(recording.seen().iter().all(|seen| seen.header("x-forwarded-proto") == ["https"]));
}

#[test]
fn an_upstream_that_cannot_prove_who_it_is_gets_nothing() {
    let recording = Upstream::start();
    let (certificate, other) = (Certificate::new(), Certificate::new());
    let behind = start_with("", &certificate, &recording);
    for (name, gateway) in [
        ("another root", in_front(behind.address(), &other, "shop.example")),
        ("another name", in_front(behind.address(), &certificate, "bank.example")),
    ] {
        let answer = ask(gateway.address(), graphql("{me{id}}")).unwrap();
        assert_eq!((answer.status, answer.code().as_deref()), (503, Some("UPSTREAM_UNREACHABLE")), "{name}");
        let record = gateway.record_of(&answer.request_id().unwrap()).expect("a record");
        assert!(record["upstream"]["error"].as_str().is_some_and(|error| error.contains("certificate")), "{name}: {record}");
    }
    assert!(recording.seen().is_empty());
}

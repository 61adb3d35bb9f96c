//! The control plane: alive, ready, measured; on a listener of its own and saying nothing a client chose.

use crate::client::{Answer, ask, graphql, request};
use crate::gateway::Gateway;
use crate::upstream::Upstream;

fn get(gateway: &Gateway, path: &str) -> Answer {
    ask(gateway.admin(), request(&format!("GET {path}"), &[], b"")).unwrap()
}

#[test]
fn a_running_gateway_is_alive_and_ready() {
    let upstream = Upstream::start();
    let gateway = Gateway::with("baseline", upstream.address());
    assert_eq!(get(&gateway, "/livez").status, 200);
    assert_eq!(get(&gateway, "/readyz").status, 200);
    assert_eq!(get(&gateway, "/").status, 404);
    assert!(gateway.admin().ip().is_loopback());
}

#[test]
fn the_control_plane_is_not_reachable_where_clients_are() {
    let upstream = Upstream::start();
    let gateway = Gateway::with("baseline", upstream.address());
    for path in ["/metrics", "/livez", "/readyz", "/files/../metrics", "//metrics"] {
        let answer = ask(gateway.address(), request(&format!("GET {path}"), &[], b"")).unwrap();
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
    }
    assert!(upstream.seen().is_empty());
}

#[test]
fn metrics_follow_the_exchanges() {
    let upstream = Upstream::start();
    let gateway = Gateway::with("baseline", upstream.address());
    for _ in 0..3 {
        ask(gateway.address(), graphql("{me{id}}")).unwrap();
    }
    ask(gateway.address(), graphql("{me{")).unwrap();
    gateway.record(3, |_| true).expect("the last record");
    let allowed = gateway.metric("portcullis_exchanges_total", "outcome=\"allowed\"");
    let refused = gateway.metric("portcullis_exchanges_total", "outcome=\"refused\"");
    assert_eq!((allowed, refused), (3.0, 1.0), "{}", get(&gateway, "/metrics").text());
}

#[test]
fn metrics_carry_nothing_a_client_chose() {
    let upstream = Upstream::start();
    let gateway = Gateway::with("baseline", upstream.address());
    let sent = [
        request("GET /files/Chosen1?Chosen2=Chosen3", &[("User-Agent", "Chosen4"), ("Chosen5", "x")], b""),
        request("CHOSEN6 /files/a", &[], b""),
        request("GET /Chosen7", &[], b""),
        graphql("query Chosen8 { Chosen9: me { id } }"),
        b"GET /files/a HTTP/1.1\r\nHost: chosen10.example\r\n\r\n".to_vec(),
    ];
    for bytes in &sent {
        let _ = ask(gateway.address(), bytes);
    }
    gateway.record(sent.len() - 1, |_| true).expect("the last record");
    let page = get(&gateway, "/metrics").text();
    assert!(!page.to_lowercase().contains("chosen"), "{page}");
    assert!(page.contains("# TYPE") && page.contains("# HELP"));
}

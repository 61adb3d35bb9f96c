//! Modes: a service in monitor mode forwards what came and records what would have been refused; framing, bounds and identity headers are
//! enforced all the same.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::cases::findings;
use crate::client::{Connection, ask, graphql, request};
use crate::gateway::{Gateway, Layout};
use crate::upstream::Upstream;

const JSON: (&str, &str) = ("Content-Type", "application/json");

fn monitored(upstream: &Upstream) -> Gateway {
    Layout { shop: &["mode: monitor"], files: &["mode: monitor"], ..Layout::default() }.start(upstream.address())
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn body_and_path_go_out_as_they_came() {
    let upstream = Upstream::start();
    let gateway = monitored(&upstream);
    let zipped = gzip(b"{\"query\":\"{ me { id } }\"}");
    for (target, headers, body, outcome) in [
        ("/graphql", vec![JSON], &b"{ \"query\" : \"{ me { id } }\" }"[..], "allowed"),
        ("/graphql", vec![JSON], b"{\"query\":\"{a}\",\"query\":\"{b}\"}", "would-refuse"),
        ("/graphql", vec![JSON], b"not json at all", "would-refuse"),
        ("/graphql?query=%7Ba%7D&x=%2", vec![JSON], b"{\"query\":\"{a}\"}", "would-refuse"),
        ("/graphql", vec![JSON, ("Content-Encoding", "gzip")], &zipped, "allowed"),
        ("/graphql", vec![JSON, ("Content-Encoding", "br")], b"\x0b\x02\x80{}\x03", "would-refuse"),
        ("/files/%61", vec![], b"", "allowed"),
    ] {
        upstream.forget();
        let before = gateway.records().len();
        let bytes = request(&format!("POST {target}"), &headers, body);
        assert_eq!(ask(gateway.address(), &bytes).unwrap().status, 200, "{target} {}", String::from_utf8_lossy(body));
        let seen = upstream.seen().remove(0);
        assert_eq!((seen.target(), seen.body.as_slice()), (target, body));
        for (name, value) in &headers {
            assert_eq!(seen.header(name), [*value]);
        }
        let record = gateway.record(before, |_| true).expect("a record");
        assert_eq!((record["outcome"].as_str(), record["forwarded"].as_str()), (Some(outcome), Some("original")), "{record}");
        assert_eq!(record["mode"], "monitor");
        assert_eq!(findings(&record).count() > 0, outcome == "would-refuse", "{record}");
    }
}

#[test]
fn a_body_over_its_limit_is_judged_by_its_prefix_and_streamed_whole() {
    let upstream = Upstream::start();
    let gateway = monitored(&upstream);
    let body = [b"{\"query\":\"{me{id}}\",\"variables\":{\"x\":\"".to_vec(), vec![b'x'; 3 << 20], b"\"}}".to_vec()].concat();
    let connection = &mut Connection::open(gateway.address());
    connection.send_aside(request("POST /graphql", &[JSON], &body), false);
    assert_eq!(connection.answer(false).unwrap().status, 200);
    assert_eq!(upstream.seen()[0].body.len(), body.len());
    assert!(upstream.seen()[0].body == body);
    let record = gateway.record(0, |_| true).expect("a record");
    assert_eq!((record["outcome"].as_str(), record["forwarded"].as_str()), (Some("would-refuse"), Some("original")), "{record}");
}

#[test]
fn framing_and_identity_headers_are_enforced_in_every_mode() {
    for mode in ["mode: monitor", "mode: off"] {
        let upstream = Upstream::start();
        let gateway = Layout { shop: &[mode], files: &[mode], ..Layout::default() }.start(upstream.address());
        let smuggled = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        let answer = ask(gateway.address(), smuggled).unwrap();
        assert_eq!((answer.status, answer.code().as_deref()), (400, Some("CONTENT_LENGTH_WITH_TRANSFER_ENCODING")), "{mode}");
        assert!(upstream.seen().is_empty(), "{mode}");
        let headers = [
            JSON,
            ("X-Forwarded-For", "6.6.6.6"),
            ("X-HTTP-Method-Override", "DELETE"),
            ("Connection", "X-Secret"),
            ("X-Secret", "1"),
        ];
        assert_eq!(
            ask(gateway.address(), request("POST /graphql", &headers, b"{\"query\":\"{a}\"}")).unwrap().status,
            200,
            "{mode}"
        );
        let seen = upstream.seen().remove(0);
        assert!(!seen.head.contains("6.6.6.6"), "{mode}: {}", seen.head);
        assert!(seen.header("x-http-method-override").is_empty() && seen.header("x-secret").is_empty(), "{mode}: {}", seen.head);
    }
}

#[test]
fn one_check_in_monitor_still_forwards_canonically_and_others_still_refuse() {
    let upstream = Upstream::start();
    let gateway = Layout {
        shop: &["limits: { graphql.depth: 2, graphql.aliases: 1 }", "checks: { graphql.depth: monitor }"],
        ..Layout::default()
    }
    .start(upstream.address());
    assert_eq!(ask(gateway.address(), graphql("{ a { b { c } } }")).unwrap().status, 200);
    assert_eq!(upstream.seen()[0].text(), "{\"query\":\"{a{b{c}}}\"}");
    let record = gateway.record(0, |_| true).expect("a record");
    assert_eq!((record["outcome"].as_str(), record["forwarded"].as_str()), (Some("allowed"), Some("canonical")), "{record}");
    assert!(
        findings(&record).any(|finding| finding["check"] == "graphql.depth" && finding["disposition"] == "monitored"),
        "{record}"
    );
    let answer = ask(gateway.address(), graphql("{ x: a { b { c } } y: a { b } }")).unwrap();
    assert_eq!(answer.code().as_deref(), Some("TOO_MANY_ALIASES"));
}

#[test]
fn a_check_that_is_off_finds_nothing() {
    let upstream = Upstream::start();
    let gateway = Layout { shop: &["limits: { graphql.depth: 2 }", "checks: { graphql.depth: off }"], ..Layout::default() }
        .start(upstream.address());
    assert_eq!(ask(gateway.address(), graphql("{a{b{c}}}")).unwrap().status, 200);
    assert_eq!(findings(&gateway.record(0, |_| true).expect("a record")).count(), 0);
}

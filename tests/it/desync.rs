//! A body that looks like a request stays a body, whatever becomes of the request it belongs to: refused before it was read, answered
//! early, broken off by the upstream, cut by the client.

use std::time::Duration;

use crate::client::{Connection, request};
use crate::gateway::{Gateway, Layout};
use crate::upstream::{ANSWER, Script, Step, Upstream};

/// A whole request, written into a body.
const SMUGGLED: &[u8] = b"GET /files/smuggled HTTP/1.1\r\nHost: shop.example\r\n\r\n";

/// Sends `head` with a body of smuggled requests in two parts and reads all that comes back; then shows that nothing of the body was
/// taken for a request.
fn smuggle(gateway: &Gateway, upstream: &Upstream, line: &str, headers: &[(&str, &str)]) {
    let body = SMUGGLED.repeat(40);
    let whole = request(line, headers, &body);
    let mut connection = Connection::open(gateway.address());
    let half = whole.len() - body.len() / 2;
    // The second half may find the connection closed, which is one of the right answers.
    let _ = connection.send(&whole[..half]);
    let first = connection.answer(false);
    let _ = connection.send(&whole[half..]);
    let _ = connection.send(request("GET /files/last", &[("Connection", "close")], b""));
    connection.rest();
    let smuggled = upstream.seen().iter().filter(|seen| seen.target().contains("smuggled")).count();
    assert_eq!(smuggled, 0, "{line} after {first:?}");
    assert!(!gateway.records().iter().any(|record| record["target"] == "/files/smuggled"), "{line} after {first:?}");
}

#[test]
fn a_body_behind_an_early_refusal_is_no_request() {
    let upstream = Upstream::start();
    let gateway = Layout { process: "limits: { http.body_idle_time: 300ms }", ..Layout::default() }.start(upstream.address());
    for (line, headers) in [
        ("POST /nowhere", &[][..]),
        ("TRACE /files/a", &[]),
        ("POST /files/%2e%2e%2fa", &[]),
        ("PUT /graphql", &[]),
        ("POST /graphql", &[("Content-Type", "text/plain")]),
        ("POST /graphql", &[("Content-Encoding", "br"), ("Content-Type", "application/json")]),
        ("POST /graphql?query={a}", &[("Content-Type", "application/json")]),
        ("POST /graphql", &[("Content-Type", "application/json"), ("Expect", "100-continue")]),
        ("POST /files/a", &[("Expect", "200-ok")]),
    ] {
        smuggle(&gateway, &upstream, line, headers);
    }
}

#[test]
fn a_body_behind_an_early_answer_is_no_request() {
    for steps in [
        vec![Step::Send(ANSWER.to_vec()), Step::Stall],
        vec![Step::Send(ANSWER.to_vec()), Step::Close],
        vec![Step::Close],
        vec![Step::Reset],
    ] {
        let upstream = Upstream::behaving(move |seen| match seen.target() {
            "/files/a" => Script::at_head(steps.clone()),
            _ => Script::reply(ANSWER),
        });
        let gateway = Layout::default().start(upstream.address());
        smuggle(&gateway, &upstream, "POST /files/a", &[]);
    }
}

#[test]
fn a_cut_body_never_lends_its_connection_to_the_next_request() {
    let upstream = Upstream::start();
    let gateway = Layout::default().start(upstream.address());
    let whole = request("POST /files/cut", &[], &[b'x'; 1000]);
    for _ in 0..5 {
        let mut cut = Connection::open(gateway.address());
        cut.send(&whole[..whole.len() - 10]).unwrap();
        assert!(upstream.wait(Duration::from_secs(5), |_, seen| seen.iter().any(|seen| seen.target() == "/files/cut")));
        drop(cut);
        let next = crate::client::ask(gateway.address(), request("POST /files/next", &[], b"0123456789")).unwrap();
        assert_eq!(next.status, 200);
        let seen = upstream.seen();
        let cut = seen.iter().find(|seen| seen.target() == "/files/cut").unwrap();
        let next = seen.iter().find(|seen| seen.target() == "/files/next").unwrap();
        assert!(!cut.whole && next.connection != cut.connection && next.body == b"0123456789", "{seen:#?}");
        upstream.forget();
    }
}

#[test]
fn interim_answers_and_expectations_keep_requests_apart() {
    let upstream =
        Upstream::behaving(|_| Script::new([Step::Send([b"HTTP/1.1 103 Early Hints\r\n\r\n".as_slice(), ANSWER].concat())]));
    let gateway = Layout::default().start(upstream.address());
    let mut connection = Connection::open(gateway.address());
    for number in 0..5 {
        let line = format!("POST /files/{number}");
        let answer = connection.ask(request(&line, &[("Expect", "100-continue")], SMUGGLED)).unwrap();
        assert_eq!((answer.status, answer.text().as_str()), (200, "{\"data\":{\"ok\":1}}\n"));
    }
    let targets: Vec<String> = upstream.seen().iter().map(|seen| seen.target().to_owned()).collect();
    assert_eq!(targets, ["/files/0", "/files/1", "/files/2", "/files/3", "/files/4"]);
}

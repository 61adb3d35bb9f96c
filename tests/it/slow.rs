//! Clients that send slowly, read slowly or not at all: each is cut off by the row that bounds it, and nobody else notices.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::client::{Connection, NoAnswer, ask, graphql, request};
use crate::gateway::{Gateway, Layout};
use crate::upstream::{Script, Step, Upstream};

const LIMITS: &str = "limits: { http.head_time: 400ms, http.body_idle_time: 300ms, http.body_time: 900ms, http.idle_time: 400ms, http.write_stall_time: 400ms }";

/// Far beyond every limit above, far below a hang.
const SOON: Duration = Duration::from_secs(5);

fn start(upstream: &Upstream) -> Gateway {
    Layout { process: LIMITS, ..Layout::default() }.start(upstream.address())
}

/// Sends byte by byte, so far apart, until the peer stops taking them.
fn drip(connection: &Connection<std::net::TcpStream>, bytes: Vec<u8>, apart: Duration) {
    let mut stream = connection.stream().try_clone().unwrap();
    std::thread::spawn(move || {
        for byte in bytes {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::park_timeout(apart);
        }
    });
}

#[test]
fn a_head_that_stalls_or_drips_is_408_and_the_connection_closes() {
    let upstream = Upstream::start();
    let gateway = start(&upstream);
    let whole = request("GET /files/a", &[("X-Long", &"x".repeat(200))], b"");
    for (name, bytes) in [("stalls", whole[..30].to_vec()), ("drips", whole)] {
        let mut connection = Connection::open(gateway.address());
        let started = Instant::now();
        drip(&connection, bytes, Duration::from_millis(20));
        let answer = connection.answer(false).unwrap();
        assert_eq!((answer.status, answer.code().as_deref()), (408, Some("HEAD_TIMEOUT")), "{name}");
        assert!(connection.is_closed() && started.elapsed() < SOON, "{name}");
        let record = gateway.record_of(&answer.request_id().unwrap()).expect("a record");
        assert_eq!(record["check"], "http.head_time", "{name}");
    }
    assert!(upstream.seen().is_empty());
}

#[test]
fn a_connection_that_says_nothing_is_closed_without_an_answer() {
    let upstream = Upstream::start();
    let gateway = start(&upstream);
    let mut silent = Connection::open(gateway.address());
    assert_eq!(silent.answer(false), Err(NoAnswer::Closed));
    let mut idle = Connection::open(gateway.address());
    assert_eq!(idle.ask(graphql("{me{id}}")).unwrap().status, 200);
    assert_eq!(idle.answer(false), Err(NoAnswer::Closed));
}

#[test]
fn what_begins_like_the_preface_of_http_2_is_held_to_the_times_as_well() {
    let upstream = Upstream::start();
    let gateway = start(&upstream);
    let started = Instant::now();
    let mut beginning = Connection::open(gateway.address());
    beginning.send(b"PR").unwrap();
    assert_eq!(beginning.answer(false).unwrap().code().as_deref(), Some("HEAD_TIMEOUT"));
    for preface in [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n"[..], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"PRI"] {
        let mut connection = Connection::open(gateway.address());
        connection.send(preface).unwrap();
        connection.rest();
        assert!(started.elapsed() < SOON, "{}", preface.escape_ascii());
    }
    let mut slow = Connection::open(gateway.address());
    drip(&slow, request("PROPFIND /files/a", &[], b""), Duration::from_millis(1));
    assert_eq!(slow.answer(false).unwrap().status, 405, "a method that begins so is HTTP/1's");
}

#[test]
fn a_body_that_stalls_or_drips_is_408_and_never_whole_upstream() {
    let upstream = Upstream::start();
    let gateway = start(&upstream);
    for head in ["POST /graphql", "POST /files/a"] {
        let whole = request(head, &[("Content-Type", "application/json")], &[b' '; 200]);
        let head_end = whole.len() - 200;
        for (name, sent, apart, code) in [("stalls", head_end + 3, 0, "BODY_STALLED"), ("drips", whole.len(), 50, "BODY_TIMEOUT")] {
            let mut connection = Connection::open(gateway.address());
            let started = Instant::now();
            connection.send(&whole[..head_end]).unwrap();
            drip(&connection, whole[head_end..sent].to_vec(), Duration::from_millis(apart));
            let answer = connection.answer(false).unwrap();
            assert_eq!(answer.status, 408, "{head} {name}: {}", answer.text());
            assert_eq!(answer.code().as_deref(), Some(code), "{head} {name}");
            assert!(connection.is_closed() && started.elapsed() < SOON, "{head} {name}");
        }
    }
    assert!(upstream.seen().iter().all(|seen| !seen.whole && seen.target() == "/files/a"), "{:?}", upstream.seen());
}

#[test]
fn a_client_that_does_not_read_is_cut_off_and_the_upstream_let_go() {
    let large = [b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n".to_vec(), vec![b'x'; 100 << 20]].concat();
    let upstream = Upstream::behaving(move |_| Script::new([Step::Send(large.clone())]));
    let gateway = start(&upstream);
    let mut connection = Connection::open(gateway.address());
    connection.send(request("GET /files/large", &[], b"")).unwrap();
    assert!(upstream.wait(SOON, |upstream, _| upstream.left() == 1), "the upstream is let go");
    let record = gateway.record(0, |record| record["target"] == "/files/large").expect("a record");
    assert_eq!(record["complete"], false);
}

#[test]
fn a_client_that_reads_slowly_but_steadily_gets_everything() {
    let body = vec![b'x'; 2 << 20];
    let large = [b"HTTP/1.1 200 OK\r\nContent-Length: 2097152\r\n\r\n".to_vec(), body.clone()].concat();
    let upstream = Upstream::behaving(move |_| Script::reply(&large));
    let gateway = start(&upstream);
    assert_eq!(ask(gateway.address(), request("GET /files/large", &[], b"")).unwrap().body, body);
}

#[test]
fn two_hundred_slow_connections_disturb_no_good_request() {
    let upstream = Upstream::start();
    let gateway = start(&upstream);
    let slow: Vec<_> = (0..200)
        .map(|number| {
            let mut connection = Connection::open(gateway.address());
            let whole = graphql("{me{id}}");
            connection.send(&whole[..if number % 2 == 0 { 10 } else { whole.len() - 2 }]).unwrap();
            connection
        })
        .collect();
    let mut good = Connection::open(gateway.address());
    let started = Instant::now();
    let mut served = 0;
    while started.elapsed() < Duration::from_millis(1200) {
        let answer = good.ask(graphql("{me{id}}")).unwrap();
        assert_eq!(answer.status, 200);
        served += 1;
        if answer.header("connection") == Some("close") {
            good = Connection::open(gateway.address());
        }
    }
    assert!(served > 50, "{served} requests in a second beside slow ones");
    for mut connection in slow {
        assert_eq!(connection.answer(false).unwrap().status, 408);
    }
    assert_eq!(upstream.seen().iter().filter(|seen| seen.whole).count(), served);
}

//! More than the gateway will carry: connections, exchanges, bytes. What is beyond is shed quickly and in words, what is within is served.

use std::io::Read;
use std::time::Duration;

use crate::client::{Answer, Connection, NoAnswer, ask, graphql, request};
use crate::gateway::{Gateway, Layout};
use crate::upstream::{ANSWER, Script, Step, Upstream};

const SOON: Duration = Duration::from_secs(5);

fn start(limits: &str, upstream: &Upstream) -> Gateway {
    Layout { process: &format!("limits: {{ {limits} }}"), ..Layout::default() }.start(upstream.address())
}

/// Opens connections that each have had an answer, so that they count, and stay open.
fn connections(gateway: &Gateway, count: usize) -> Vec<Connection<std::net::TcpStream>> {
    let opened = (0..count).map(|_| Connection::open(gateway.address()));
    opened
        .map(|mut connection| {
            assert_eq!(connection.ask(graphql("{a}")).unwrap().status, 200);
            connection
        })
        .collect()
}

#[test]
fn connections_up_to_their_number_are_served() {
    for row in ["http.connections", "http.connections_per_address"] {
        let upstream = Upstream::start();
        let gateway = start(&format!("{row}: 4"), &upstream);
        assert_eq!(connections(&gateway, 4).len(), 4, "{row}");
    }
}

#[test]
fn connections_beyond_their_number_wait_for_none() {
    for row in ["http.connections", "http.connections_per_address"] {
        let upstream = Upstream::start();
        let gateway = start(&format!("{row}: 4"), &upstream);
        let mut held = connections(&gateway, 4);
        let refused = ask(gateway.address(), graphql("{a}"));
        assert!(
            matches!(&refused, Err(NoAnswer::Closed)) || refused.as_ref().is_ok_and(|answer| answer.status == 503),
            "{row}: {refused:?}"
        );
        assert_eq!(held[0].ask(graphql("{a}")).unwrap().status, 200, "{row}: those within go on");
        drop(held);
        assert!(served_again(&gateway), "{row}: a place that is left is taken");
    }
}

/// Whether requests are served within a reasonable time.
fn served_again(gateway: &Gateway) -> bool {
    let deadline = std::time::Instant::now() + SOON;
    while std::time::Instant::now() < deadline {
        if ask(gateway.address(), graphql("{a}")).is_ok_and(|answer| answer.status == 200) {
            return true;
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
    false
}

#[test]
fn a_connection_that_is_spent_closes_in_good_order() {
    let upstream = Upstream::start();
    let gateway = start("http.requests_per_connection: 3", &upstream);
    let mut connection = Connection::open(gateway.address());
    let closing: Vec<bool> = (0..3)
        .map(|_| connection.ask(graphql("{a}")).unwrap().header("connection").is_some_and(|value| value == "close"))
        .collect();
    assert_eq!(closing, [false, false, true]);
    assert!(connection.is_closed());
}

/// An upstream that keeps `/files/slow` waiting and answers everything else.
fn slow() -> Upstream {
    Upstream::behaving(|seen| match seen.target() {
        "/files/slow" => Script::new([Step::Stall]),
        _ => Script::reply(crate::upstream::ANSWER),
    })
}

/// Starts so many exchanges that wait at the upstream.
fn waiting(gateway: &Gateway, upstream: &Upstream, count: usize) -> Vec<Connection<std::net::TcpStream>> {
    let started: Vec<_> = (0..count)
        .map(|_| {
            let mut connection = Connection::open(gateway.address());
            connection.send(request("GET /files/slow", &[], b"")).unwrap();
            connection
        })
        .collect();
    assert!(upstream.wait(SOON, |_, seen| seen.len() == count), "{} of {count} arrive", upstream.seen().len());
    started
}

/// Both rows that bound exchanges: of the process, and of one service.
fn bounds() -> [Layout<'static>; 2] {
    [
        Layout { process: "limits: { http.exchanges: 4 }", ..Layout::default() },
        Layout { upstream: ", exchanges: 4", ..Layout::default() },
    ]
}

#[test]
fn exchanges_up_to_their_number_are_served() {
    for layout in bounds() {
        let upstream = slow();
        let gateway = layout.start(upstream.address());
        let _held = waiting(&gateway, &upstream, 3);
        assert_eq!(ask(gateway.address(), request("GET /files/quick", &[], b"")).unwrap().status, 200);
    }
}

#[test]
fn exchanges_beyond_their_number_are_shed() {
    for layout in bounds() {
        let upstream = slow();
        let gateway = layout.start(upstream.address());
        let held = waiting(&gateway, &upstream, 4);
        let shed = ask(gateway.address(), request("GET /files/quick", &[], b"")).unwrap();
        assert_eq!(shed.status, 503, "{}", shed.text());
        assert!(matches!(shed.code().as_deref(), Some("OVERLOADED" | "SERVICE_BUSY")) && shed.header("retry-after").is_some());
        drop(held);
        assert!(served_again(&gateway), "slots come back when clients leave");
    }
}

#[test]
fn one_busy_service_does_not_take_the_others_place() {
    let upstream = slow();
    let gateway = Layout { upstream: ", exchanges: 4", ..Layout::default() }.start(upstream.address());
    let _held = waiting(&gateway, &upstream, 4);
    assert_eq!(ask(gateway.address(), graphql("{a}")).unwrap().status, 200);
}

/// Bodies of so many bytes that never end, and the answers that come meanwhile.
fn unfinished(gateway: &Gateway, count: usize, bytes: usize) -> Vec<Connection<std::net::TcpStream>> {
    let head =
        format!("POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", bytes + 1);
    let sent = [head.into_bytes(), vec![b' '; bytes]].concat();
    (0..count)
        .map(|_| {
            let connection = Connection::open(gateway.address());
            connection.send_aside(sent.clone(), false);
            connection
        })
        .collect()
}

#[test]
fn bytes_up_to_the_memory_of_the_process_are_served() {
    let upstream = Upstream::start();
    let gateway = start("http.buffered: 8MiB", &upstream);
    let _held = unfinished(&gateway, 4, 900 << 10);
    assert_eq!(ask(gateway.address(), graphql("{a}")).unwrap().status, 200);
}

#[test]
fn bytes_beyond_the_memory_of_the_process_are_shed() {
    let upstream = Upstream::start();
    let gateway = start("http.buffered: 4MiB", &upstream);
    let held = unfinished(&gateway, 8, 900 << 10);
    // Whichever come first fill the room; those that find none are told so.
    let shed = gateway.record(0, |record| record["check"] == "http.buffered" && record["status"] == 503);
    assert!(shed.is_some(), "{:#?}", gateway.records());
    drop(held);
    assert!(served_again(&gateway), "room comes back when clients leave");
}

#[test]
fn what_is_shed_is_told_in_the_protocols_words() {
    let upstream = Upstream::start();
    let gateway = start("http.buffered: 512KiB", &upstream);
    let bytes = request("POST /graphql", &[("Content-Type", "application/json")], &vec![b' '; (1 << 20) - 10]);
    let answer: Answer = ask(gateway.address(), bytes).unwrap();
    assert_eq!((answer.status, answer.code().as_deref()), (503, Some("MEMORY_PRESSURE")), "{}", answer.text());
    assert!(answer.header("retry-after").is_some());
}

/// An answer that is not taken lies in memory, so it counts; small ones still find room, and room comes back.
#[test]
fn answers_beyond_the_memory_of_the_process_are_shed() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nx".to_vec();
    let upstream = Upstream::behaving(move |seen| {
        if seen.target() == "/files/large" { Script::new([Step::Send(head.clone()), Step::Stall]) } else { Script::reply(ANSWER) }
    });
    let gateway = start("http.buffered: 200KiB", &upstream);
    let large = || request("GET /files/large", &[], b"");
    let mut first = Connection::open(gateway.address());
    first.send(large()).unwrap();
    // Its head is here, so its room is taken.
    first.stream().read_exact(&mut [0; 9]).unwrap();
    let second = ask(gateway.address(), large()).unwrap();
    assert_eq!((second.status, second.code().as_deref()), (503, Some("MEMORY_PRESSURE")), "{}", second.text());
    assert_eq!(ask(gateway.address(), request("GET /files/small", &[], b"")).unwrap().status, 200);
    drop(first);
    assert!(served_again(&gateway), "room comes back when clients leave");
}

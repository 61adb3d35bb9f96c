//! Upstreams that refuse, break off, stall or lie: the client gets the documented answer in the protocol's own words, the connection is
//! never used again, and the next request is served as if nothing had happened.

use std::time::{Duration, Instant};

use crate::client::{Answer, Connection, NoAnswer, ask, graphql, request};
use crate::gateway::{Gateway, Layout};
use crate::upstream::{ANSWER, Script, Seen, Step, Upstream};

const QUICK: &str = ", connect_timeout: 500ms, first_byte_timeout: 400ms, idle_timeout: 400ms, total_timeout: 2s";

/// What the client gets.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    /// This status with this code.
    Refused(u16, &'static str),
    /// The head of the answer and a body that visibly breaks off.
    Cut,
    /// A whole answer with this body.
    Body(&'static str),
}

fn send(text: &str) -> Step {
    Step::Send(text.as_bytes().to_vec())
}

/// What upstreams do wrong, and what must come of it.
fn rogues() -> Vec<(&'static str, Script, Outcome)> {
    use Outcome::{Body, Cut, Refused};
    let failed = Refused(502, "UPSTREAM_FAILED");
    let late = Refused(504, "UPSTREAM_TIMEOUT");
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    vec![
        ("resets before the head", Script::new([Step::Reset]), failed),
        ("closes before the head", Script::new([Step::Close]), failed),
        ("resets within the head", Script::new([send("HTTP/1.1 200 OK\r\nConte"), Step::Reset]), failed),
        ("closes within the head", Script::new([send("HTTP/1.1 200 OK\r\nConte"), Step::Close]), failed),
        ("stalls before the head", Script::new([Step::Stall]), late),
        ("stalls within the head", Script::new([send("HTTP/1.1 200 OK\r\nConte"), Step::Stall]), late),
        ("drips the head", Script::new([Step::Drip(head.repeat(9).into_bytes(), Duration::from_millis(50))]), late),
        ("resets within the body", Script::new([send(head), send("01234"), Step::Reset]), Cut),
        ("stalls within the body", Script::new([send(head), send("01234"), Step::Stall]), Cut),
        ("announces more than it sends", Script::new([send(head), send("01234"), Step::Close]), Cut),
        ("announces less than it sends", Script::new([send(head), send("0123456789HTTP/1.1 200 OK\r\n")]), Body("0123456789")),
        ("answers twice", Script::new([send(head), send("0123456789"), Step::Send(ANSWER.to_vec())]), Body("0123456789")),
        ("sends a chunk size that is none", Script::new([send(chunked), send("5\r\n01234\r\nxyz\r\n"), Step::Close]), Cut),
        ("ends chunks too early", Script::new([send(chunked), send("5\r\n01234\r\n"), Step::Close]), Cut),
        (
            "sends chunks that do not end in CRLF",
            Script::new([send(chunked), send("5\r\n01234567\r\n0\r\n\r\n"), Step::Close]),
            Cut,
        ),
        (
            "floods interim answers",
            Script::new([send(&"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(20_000)), Step::Stall]),
            Refused(0, ""),
        ),
        (
            "sends a head of a megabyte",
            Script::new([send("HTTP/1.1 200 OK\r\nX: "), send(&"x".repeat(1 << 20)), Step::Stall]),
            failed,
        ),
        ("speaks no HTTP", Script::new([send("SSH-2.0-OpenSSH_9\r\n\r\n"), Step::Stall]), failed),
        (
            "switches protocols unasked",
            Script::new([send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), Step::Stall]),
            failed,
        ),
        (
            "has a length beside a transfer coding",
            Script::reply("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            failed,
        ),
        ("has two lengths", Script::reply("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n012345"), failed),
        (
            "has a transfer coding of its own",
            Script::reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
            failed,
        ),
        ("has a list of lengths", Script::reply("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n01234"), failed),
        ("has a length with a zero before it", Script::reply("HTTP/1.1 200 OK\r\nContent-Length: 05\r\n\r\n01234"), failed),
        ("has a length that is no number", Script::reply("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n01234"), failed),
    ]
}

const JSON: (&str, &str) = ("Content-Type", "application/json");
const QUERY: &[u8] = b"{\"query\":\"{me{id}}\"}";

/// The body of an honest answer.
const HONEST: &str = "{\"data\":{\"ok\":1}}\n";

/// Far beyond what anything here takes, far below a hang.
const SOON: Duration = Duration::from_secs(5);

#[test]
fn what_a_rogue_upstream_does_ends_as_documented_and_stays_on_its_connection() {
    let rogues = rogues();
    let scripts: Vec<Script> = rogues.iter().map(|(_, script, _)| script.clone()).collect();
    let upstream = Upstream::behaving(move |seen: &Seen| match seen.header("x-rogue").first() {
        Some(number) => scripts[number.parse::<usize>().unwrap()].clone(),
        None => Script::reply(ANSWER),
    });
    let gateway = Layout { upstream: QUICK, ..Layout::default() }.start(upstream.address());
    let mut faults = Vec::new();
    for (number, (name, _, outcome)) in rogues.iter().enumerate() {
        for line in ["POST /graphql", "POST /files/a"] {
            let started = Instant::now();
            let found = ask(gateway.address(), request(line, &[JSON, ("X-Rogue", &number.to_string())], QUERY));
            let took = started.elapsed();
            let fault = differs(outcome, &found)
                .or_else(|| (took > Duration::from_secs(4)).then(|| format!("took {took:?}")))
                .or_else(|| after(&gateway, &upstream, &request(line, &[JSON], QUERY)));
            faults.extend(fault.map(|fault| format!("{name}, {line}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What is wrong with what the client got.
fn differs(outcome: &Outcome, found: &Result<Answer, NoAnswer>) -> Option<String> {
    let holds = match (outcome, found) {
        // Endless interim answers may be cut off by count or by time.
        (Outcome::Refused(0, _), Ok(answer)) => matches!(answer.status, 502 | 504) && answer.request_id().is_some(),
        (Outcome::Refused(status, code), Ok(answer)) => {
            answer.status == *status && answer.code().as_deref() == Some(code) && answer.request_id().is_some()
        }
        (Outcome::Cut, Err(NoAnswer::Cut(body))) => b"01234".starts_with(body) || body.starts_with(b"01234"),
        (Outcome::Body(body), Ok(answer)) => answer.status == 200 && answer.text() == *body,
        _ => false,
    };
    (!holds).then(|| format!("{found:?} instead of {outcome:?}"))
}

/// What is wrong with the requests that follow: each must be served, honestly, and none on a connection that had turned rogue.
fn after(gateway: &Gateway, upstream: &Upstream, bytes: &[u8]) -> Option<String> {
    for _ in 0..3 {
        match ask(gateway.address(), bytes) {
            Ok(answer) if answer.status == 200 && answer.text() == HONEST => {}
            other => return Some(format!("afterwards {other:?}")),
        }
    }
    let seen = upstream.seen();
    let rogue = |held: &&Seen| !held.header("x-rogue").is_empty();
    let reused = seen
        .iter()
        .filter(rogue)
        .any(|bad| seen.iter().any(|held| held.connection == bad.connection && held.earlier > bad.earlier));
    upstream.forget();
    reused.then(|| "a rogue connection was used again".to_owned())
}

#[test]
fn a_refused_connection_is_503_in_the_protocols_words() {
    let gateway = Layout { upstream: QUICK, ..Layout::default() }.start(Upstream::refusing());
    let answer = ask(gateway.address(), graphql("{me{id}}")).unwrap();
    assert_eq!((answer.status, answer.code().as_deref()), (503, Some("UPSTREAM_UNREACHABLE")));
    assert!(answer.json()["errors"][0]["message"].is_string());
    let answer = ask(gateway.address(), request("GET /files/a", &[], b"")).unwrap();
    assert_eq!((answer.status, answer.code().as_deref()), (503, Some("UPSTREAM_UNREACHABLE")));
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert!(answer.header("retry-after").is_some());
}

#[test]
fn answers_without_a_length_pass_and_end_with_the_connection() {
    for head in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"] {
        let upstream = Upstream::behaving(move |_| Script::new([send(head), send("until the end"), Step::Close]));
        let gateway = Layout::default().start(upstream.address());
        let answer = ask(gateway.address(), request("GET /files/a", &[], b"")).unwrap();
        assert_eq!((answer.status, answer.text().as_str()), (200, "until the end"), "{head}");
    }
}

#[test]
fn an_answer_before_the_end_of_the_body_reaches_the_client() {
    let early = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n";
    let upstream = Upstream::behaving(move |_| Script::at_head([send(early), Step::Stall]));
    let gateway = Layout::default().start(upstream.address());
    let mut connection = Connection::open(gateway.address());
    connection.send("POST /files/a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc").unwrap();
    let answer = connection.answer(false).unwrap();
    assert_eq!((answer.status, answer.text().as_str()), (413, "no\n"));
    assert!(connection.is_closed(), "the rest of the body cannot be told from a next request");
}

#[test]
fn honest_connections_are_used_again() {
    let upstream = Upstream::start();
    let gateway = Layout::default().start(upstream.address());
    let mut connection = Connection::open(gateway.address());
    for _ in 0..20 {
        assert_eq!(connection.ask(graphql("{me{id}}")).unwrap().status, 200);
    }
    assert_eq!(upstream.connections(), 1);
}

/// An upstream that answers the first request of a connection and closes without a word at the second.
fn forgetful() -> Upstream {
    Upstream::behaving(|seen| if seen.earlier == 0 { Script::reply(ANSWER) } else { Script::new([Step::Close]) })
}

#[test]
fn an_idempotent_request_is_sent_again_when_no_byte_came() {
    let upstream = forgetful();
    let gateway = Layout::default().start(upstream.address());
    let mut connection = Connection::open(gateway.address());
    for _ in 0..3 {
        assert_eq!(connection.ask(request("GET /files/a", &[], b"")).unwrap().status, 200);
    }
}

#[test]
fn a_request_that_may_have_been_acted_on_is_not_sent_again() {
    for bytes in [request("POST /files/a", &[], b"order"), graphql("mutation{pay}"), request("PATCH /files/a", &[], b"x")] {
        let upstream = forgetful();
        let gateway = Layout::default().start(upstream.address());
        let mut connection = Connection::open(gateway.address());
        assert_eq!(connection.ask(&bytes).unwrap().status, 200);
        let second = connection.ask(&bytes).unwrap();
        assert_eq!((second.status, second.code().as_deref()), (502, Some("UPSTREAM_FAILED")));
        assert_eq!(upstream.seen().len(), 2, "sent once each");
    }
}

#[test]
fn a_request_is_sent_twice_at_most_and_not_at_all_after_a_byte_came() {
    for (script, sent) in [(Script::new([Step::Close]), 2), (Script::new([send("HTTP/1.1 2"), Step::Close]), 1)] {
        let upstream = Upstream::behaving(move |_| script.clone());
        let gateway = Layout::default().start(upstream.address());
        assert_eq!(ask(gateway.address(), request("GET /files/a", &[], b"")).unwrap().status, 502);
        assert_eq!(upstream.seen().len(), sent);
    }
}

#[test]
fn a_connection_the_upstream_closed_meanwhile_costs_no_request() {
    let upstream = Upstream::behaving(|_| Script::new([Step::Send(ANSWER.to_vec()), Step::Finish]));
    let gateway = Layout::default().start(upstream.address());
    let mut connection = Connection::open(gateway.address());
    for number in 1..=30 {
        assert_eq!(connection.ask(request("POST /files/a", &[], b"order")).unwrap().status, 200);
        // The gateway has let go as well, so the next request cannot meet the end of this connection under way.
        assert!(upstream.wait(SOON, |upstream, _| upstream.closed() == number));
    }
    assert_eq!(upstream.seen().len(), 30);
}

#[test]
fn a_client_that_goes_away_ends_the_upstreams_work() {
    for bytes in [graphql("{slow}"), request("GET /files/slow", &[], b"")] {
        let upstream = Upstream::behaving(|_| Script::new([Step::Stall]));
        let gateway = Layout::default().start(upstream.address());
        let mut connection = Connection::open(gateway.address());
        connection.send(&bytes).unwrap();
        assert!(upstream.wait(Duration::from_secs(5), |_, seen| !seen.is_empty()), "the request arrives");
        drop(connection);
        assert!(upstream.wait(Duration::from_secs(5), |upstream, _| upstream.left() == 1), "the upstream is left");
        assert!(gateway.record(0, |record| record["complete"] == false).is_some(), "and the record says so");
    }
}

#[test]
fn an_upstream_fault_says_nothing_of_the_inside() {
    let gateway = Layout { upstream: QUICK, ..Layout::default() }.start(Upstream::refusing());
    for bytes in [graphql("{me{id}}"), request("GET /files/a", &[], b"")] {
        let text = ask(gateway.address(), bytes).unwrap().text();
        assert!(!text.contains("127.0.0.1") && !text.contains("refused (os"), "{text}");
    }
}

#[test]
fn the_wait_for_an_answer_begins_when_the_request_has_passed() {
    let upstream = Upstream::start();
    let gateway = Layout { upstream: QUICK, ..Layout::default() }.start(upstream.address());
    let whole = request("POST /files/a", &[], &[b'x'; 10]);
    let mut connection = Connection::open(gateway.address());
    let (head, body) = whole.split_at(whole.len() - 10);
    connection.send(head).unwrap();
    for byte in body {
        std::thread::park_timeout(Duration::from_millis(100));
        connection.send([*byte]).unwrap();
    }
    assert_eq!(connection.answer(false).unwrap().status, 200, "a second of sending outlasts a wait of 400 ms");
}

//! HTTP/2 as an attacker writes it: frames by hand, so that nothing a well-behaved library would repair or refuse stands between the
//! test and the gateway. Everything is translated to HTTP/1.1 behind it, so what may not stand in a head there must not arrive here.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use crate::client::{ask, graphql};
use crate::gateway::Gateway;
use crate::tls::{BOTH, Certificate, Tls, client, connect, http2, post, start_with};
use crate::upstream::{ANSWER, Script, Step, Upstream};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// A frame that arrived.
#[derive(Debug)]
struct Frame {
    kind: u8,
    stream: u32,
    payload: Vec<u8>,
}

/// A connection whose frames are written by hand.
struct Raw(Tls);

impl Raw {
    /// Connects and sends the preface with empty settings.
    fn open(gateway: &Gateway, certificate: &Certificate) -> Self {
        let mut raw = Self(connect(gateway.address(), client(&[certificate], &BOTH, &["h2"])).unwrap());
        raw.0.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
        assert!(raw.send(SETTINGS, 0, 0, &[]));
        raw
    }

    /// Sends one frame; false when the peer no longer takes it.
    fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> bool {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
        self.0.write_all(&[&head, payload].concat()).and_then(|()| self.0.flush()).is_ok()
    }

    /// The next frame; nothing at the end of the connection.
    fn frame(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).ok()?;
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        self.0.read_exact(&mut payload).ok()?;
        Some(Frame { kind: head[3], stream: u32::from_be_bytes([head[5], head[6], head[7], head[8]]), payload })
    }

    /// How a stream ends: by RST_STREAM, by GOAWAY or the end of the connection (`None`), or by an answer (the first byte of its
    /// header block: 0x88 is `:status: 200` of the static table).
    fn end_of(&mut self, stream: u32) -> End {
        while let Some(frame) = self.frame() {
            match frame.kind {
                RST_STREAM if frame.stream == stream => return End::Reset,
                GOAWAY => return End::Gone,
                HEADERS if frame.stream == stream && frame.payload.first() == Some(&0x88) => return End::Served,
                HEADERS if frame.stream == stream => return End::Refused,
                _ => {}
            }
        }
        End::Gone
    }

    /// Whether the peer ends the connection.
    fn is_ended(&mut self) -> bool {
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            match self.frame() {
                None => return true,
                Some(frame) if frame.kind == GOAWAY => return true,
                Some(_) => {}
            }
        }
        false
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Served,
    Refused,
    Reset,
    Gone,
}

/// One field of a header block: a literal with a literal name, never indexed, no Huffman code (RFC 7541 §6.2.3).
fn field(name: &[u8], value: &[u8]) -> Vec<u8> {
    let text = |text: &[u8]| {
        assert!(text.len() < 127, "longer lengths take more bytes");
        [&[u8::try_from(text.len()).unwrap()], text].concat()
    };
    [vec![0x10], text(name), text(value)].concat()
}

/// A header block.
fn block(fields: &[(&[u8], &[u8])]) -> Vec<u8> {
    fields.iter().flat_map(|(name, value)| field(name, value)).collect()
}

/// A good request with one field replaced or, where its name is new, added.
fn get_with(name: &[u8], value: &[u8]) -> Vec<u8> {
    let mut fields: Vec<(&[u8], &[u8])> =
        vec![(b":method", b"GET"), (b":scheme", b"https"), (b":path", b"/files/a"), (b":authority", b"shop.example")];
    match fields.iter_mut().find(|(held, _)| *held == name) {
        Some(field) => field.1 = value,
        None => fields.push((name, value)),
    }
    block(&fields)
}

fn start(process: &str, upstream: &Upstream) -> (Gateway, Certificate) {
    let certificate = Certificate::new();
    let gateway = start_with(process, &certificate, upstream);
    (gateway, certificate)
}

#[test]
fn a_request_by_hand_is_served() {
    let upstream = Upstream::start();
    let (gateway, certificate) = start("", &upstream);
    let mut raw = Raw::open(&gateway, &certificate);
    raw.send(HEADERS, END_HEADERS | END_STREAM, 1, &get_with(b"x-plain", b"1"));
    assert_eq!(raw.end_of(1), End::Served);
    assert_eq!(upstream.seen()[0].header("x-plain"), ["1"]);
}

#[test]
fn nothing_that_would_break_an_http_1_head_gets_through() {
    let upstream = Upstream::start();
    let (gateway, certificate) = start("", &upstream);
    let mut faults = Vec::new();
    for (name, value) in [
        (&b"x-a"[..], &b"1\r\nX-Injected: 1"[..]),
        (b"x-a", b"1\nX-Injected: 1"),
        (b"x-a", b"1\rX-Injected: 1"),
        (b"x-a", b"1\0"),
        (b"x-a: 1\r\nx-injected", b"1"),
        (b"x injected", b"1"),
        (b"X-Injected", b"1"),
        (b"", b"1"),
        (b":x-injected", b"1"),
        (b":path", b"/files/a HTTP/1.1\r\nX-Injected: 1"),
        (b":path", b"/files/a X"),
        (b":path", b"/files/a\tX"),
        (b":path", b"files/a"),
        (b":path", b""),
        (b":method", b"GET /files/b HTTP/1.1\r\nX-Injected: 1\r\n\r\nGET"),
        (b":method", b"G T"),
        (b":method", b""),
        (b":authority", b"shop.example\r\nX-Injected: 1"),
        (b":authority", b"shop.example/files/b"),
        (b":authority", b"user@shop.example"),
        (b":scheme", b"https\r\nX-Injected: 1"),
        (b"host", b"other.example"),
        (b"connection", b"x-injected"),
        (b"transfer-encoding", b"chunked"),
        (b"keep-alive", b"1"),
        (b"upgrade", b"h2c"),
        (b"proxy-connection", b"close"),
        (b"te", b"gzip"),
        (b"content-length", b"5"),
        (b"content-length", b"+0"),
        (b"content-length", b"0, 0"),
    ] {
        let mut raw = Raw::open(&gateway, &certificate);
        raw.send(HEADERS, END_HEADERS | END_STREAM, 1, &get_with(name, value));
        let end = raw.end_of(1);
        if end == End::Served || !upstream.seen().is_empty() {
            faults.push(format!("{}: {} → {end:?}, seen {:?}", name.escape_ascii(), value.escape_ascii(), upstream.seen()));
            upstream.forget();
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_body_unlike_its_length_is_never_whole_upstream() {
    let upstream = Upstream::start();
    let (gateway, certificate) = start("", &upstream);
    for (length, sent) in [(&b"5"[..], &b"0123456789"[..]), (b"10", b"01234")] {
        let mut raw = Raw::open(&gateway, &certificate);
        let head: Vec<(&[u8], &[u8])> = vec![
            (b":method", b"POST"),
            (b":scheme", b"https"),
            (b":path", b"/files/a"),
            (b":authority", b"shop.example"),
            (b"content-length", length),
        ];
        raw.send(HEADERS, END_HEADERS, 1, &block(&head));
        raw.send(DATA, END_STREAM, 1, sent);
        assert_ne!(raw.end_of(1), End::Served);
    }
    assert!(upstream.seen().iter().all(|seen| !seen.whole), "{:?}", upstream.seen());
}

#[test]
fn streams_beyond_their_number_are_refused() {
    let upstream = Upstream::behaving(|_| Script::new([Step::Stall]));
    let (gateway, certificate) = start("limits: { http.streams: 2 }", &upstream);
    let mut raw = Raw::open(&gateway, &certificate);
    for stream in [1, 3, 5] {
        raw.send(HEADERS, END_HEADERS | END_STREAM, stream, &get_with(b"x-a", b"1"));
    }
    assert!(matches!(raw.end_of(5), End::Reset | End::Gone));
    assert!(upstream.seen().len() <= 2);
}

#[test]
fn cookies_in_crumbs_arrive_as_one() {
    let upstream = Upstream::start();
    let (gateway, certificate) = start("", &upstream);
    let mut raw = Raw::open(&gateway, &certificate);
    let crumbs = [get_with(b"cookie", b"a=b"), field(b"cookie", b"c=d")].concat();
    raw.send(HEADERS, END_HEADERS | END_STREAM, 1, &crumbs);
    assert_eq!(raw.end_of(1), End::Served);
    assert_eq!(upstream.seen()[0].header("cookie"), ["a=b; c=d"]);
}

#[test]
fn a_connection_carries_as_many_requests_as_it_may() {
    let upstream = Upstream::start();
    let (gateway, certificate) = start("limits: { http.requests_per_connection: 3 }", &upstream);
    let mut raw = Raw::open(&gateway, &certificate);
    let mut served = 0;
    for stream in (1..40).step_by(2) {
        if !raw.send(HEADERS, END_HEADERS | END_STREAM, stream, &get_with(b"x-a", b"1")) || raw.end_of(stream) == End::Gone {
            break;
        }
        served += 1;
    }
    assert!((2..=3).contains(&served), "{served} requests before the connection says that it closes");
}

/// Frames of one round of a flood; false when the peer no longer takes them.
type Round = fn(&mut Raw, u32) -> bool;

/// Sends the same frames again and again, up to `times`, until the peer no longer takes them.
fn flood(raw: &mut Raw, times: u32, frames: Round) {
    for round in 0..times {
        if !frames(raw, round) {
            return;
        }
    }
}

#[test]
fn floods_of_frames_end_the_connection_and_nobody_else_notices() {
    let upstream = Upstream::behaving(|_| Script::new([Step::Pause(Duration::from_millis(5)), Step::Send(ANSWER.to_vec())]));
    let (gateway, certificate) = start("", &upstream);
    let floods: [(&str, Round); 5] = [
        ("rapid reset", |raw, round| {
            raw.send(HEADERS, END_HEADERS | END_STREAM, 1 + 2 * round, &get_with(b"x-a", b"1"))
                && raw.send(RST_STREAM, 0, 1 + 2 * round, &8_u32.to_be_bytes())
        }),
        ("ping", |raw, _| raw.send(PING, 0, 0, &[0; 8])),
        ("settings", |raw, _| raw.send(SETTINGS, 0, 0, &[])),
        ("empty data", |raw, round| {
            (round > 0 || raw.send(HEADERS, END_HEADERS, 1, &get_with(b":method", b"POST"))) && raw.send(DATA, 0, 1, &[])
        }),
        ("continuation", |raw, round| {
            if round == 0 {
                raw.send(HEADERS, END_STREAM, 1, &get_with(b"x-a", b"1"))
            } else {
                raw.send(CONTINUATION, 0, 1, &field(b"x-b", b"1"))
            }
        }),
    ];
    for (name, frames) in floods {
        let mut raw = Raw::open(&gateway, &certificate);
        flood(&mut raw, 50_000, frames);
        assert!(raw.is_ended(), "{name}");
        let answers = http2(gateway.address(), client(&[&certificate], &BOTH, &["h2"]), vec![post("{me{id}}")]);
        assert_eq!(answers[0].0, 200, "after {name}");
    }
    assert!(upstream.seen().len() < 2_000, "{} requests reached the upstream", upstream.seen().len());
}

#[test]
fn http_2_without_tls_is_not_taken_for_http_1() {
    let upstream = Upstream::start();
    let gateway = Gateway::with("baseline", upstream.address());
    let answer = ask(gateway.address(), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assert!(answer.as_ref().map_or(true, |answer| answer.status >= 400), "{answer:?}");
    assert!(upstream.seen().is_empty());
    assert_eq!(ask(gateway.address(), graphql("{a}")).unwrap().status, 200);
}

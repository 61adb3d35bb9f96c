//! HTTP/1: the guard in front of the socket, and the one reading of a head.

use std::fmt::Write;
use std::hint::black_box;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, Version};
use portcullis_http::framing::{Framing, FramingLimits, Upgrades};
use portcullis_http::head::{self, Provenance};
use portcullis_inspect::{Limits, Peer, Scheme};

/// A navigation as a browser sends it.
const BROWSER: &str = include_str!("../inputs/browser-request.http");

/// The other end of every counted request.
pub fn peer() -> Peer {
    Peer { address: "192.0.2.7:50123".parse().expect("an address"), scheme: Scheme::Http }
}

fn guard() -> Framing {
    let limits = Limits::defaults(&[&portcullis_http::limits::LIMITS]);
    let limits = FramingLimits { headers: 2000, head_bytes: 1 << 20, ..FramingLimits::new(&limits, Upgrades::Never) };
    Framing::new(limits, Scheme::Http)
}

fn feed(guard: &mut Framing, bytes: &[u8], out: &mut Vec<u8>) {
    let step = guard.advance(black_box(bytes), out).expect("the body is in order");
    assert!(step.fault.is_none(), "the head is in order");
}

fn fed(request: Vec<u8>, piece: usize) -> Box<dyn FnMut()> {
    let (mut guard, mut out) = (guard(), Vec::new());
    Box::new(move || {
        out.clear();
        for piece in request.chunks(piece) {
            feed(&mut guard, piece, &mut out);
        }
        black_box(&out);
    })
}

/// A head, cut into pieces of `piece` bytes.
pub fn framing(piece: usize) -> Box<dyn FnMut()> {
    fed(BROWSER.replace('\n', "\r\n").into_bytes(), piece)
}

fn in_chunks(count: usize, size: usize) -> Vec<u8> {
    let mut request = "POST /graphql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned();
    for _ in 0..count {
        write!(request, "{size:x}\r\n{}\r\n", "x".repeat(size)).expect("writing to memory");
    }
    request.push_str("0\r\n\r\n");
    request.into_bytes()
}

/// 64 KiB in chunks of 4 KiB, read 16 KiB at a time.
pub fn chunked() -> Box<dyn FnMut()> {
    fed(in_chunks(16, 4096), 16 * 1024)
}

/// Chunks of one byte.
pub fn small_chunks(count: usize) -> Box<dyn FnMut()> {
    fed(in_chunks(count, 1), 16 * 1024)
}

fn parsed(request: &str) -> (Uri, HeaderMap) {
    let mut lines = request.lines();
    let target = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a request line");
    let field = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
    };
    (target.parse().expect("a target"), lines.filter_map(field).collect())
}

/// The head as the HTTP library hands it over.
pub fn browser_head() -> (Uri, HeaderMap) {
    parsed(BROWSER)
}

fn reading(uri: Uri, fields: HeaderMap) -> Box<dyn FnMut()> {
    let provenance = Provenance::of(&peer());
    Box::new(move || {
        // The fields are used up; copying them is part of the count.
        drop(black_box(head::read(Method::GET, &uri, Version::HTTP_11, fields.clone(), &provenance)));
    })
}

/// The one reading of a head.
pub fn head() -> Box<dyn FnMut()> {
    let (uri, fields) = browser_head();
    reading(uri, fields)
}

/// A head of many fields, through the guard and read.
pub fn fields(count: usize) -> Box<dyn FnMut()> {
    let fields: Vec<_> = (0..count).map(|i| format!("X-Field-{i}: {i}\r\n")).collect();
    let request = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", fields.concat());
    let (uri, parsed) = parsed(&request);
    let (mut framed, mut read) = (fed(request.into_bytes(), usize::MAX), reading(uri, parsed));
    Box::new(move || {
        framed();
        read();
    })
}

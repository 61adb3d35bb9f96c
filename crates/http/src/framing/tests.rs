//! Heads and bodies through the machine, at every cut, and what passes against hyper's own parser.

use portcullis_inspect::{Class, Finding, Limits, Scheme};

use super::{BodyFault, Framing, FramingLimits, Next, State, Upgrades};
use crate::limits::LIMITS;

/// What a connection came to: everything handed on, the code of the fault if any, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) out: Vec<u8>,
    pub(crate) check: Option<&'static str>,
    pub(crate) code: Option<&'static str>,
    head_index: Option<u64>,
    state: State,
}

pub(crate) fn limits() -> FramingLimits {
    FramingLimits::new(&Limits::defaults(&[&LIMITS]), Upgrades::Never)
}

fn feed<'a>(limits: FramingLimits, pieces: impl Iterator<Item = &'a [u8]>, eof: bool) -> Outcome {
    let mut framing = Framing::new(limits, Scheme::Http);
    let mut outcome = Outcome { out: Vec::new(), check: None, code: None, head_index: None, state: State::Idle };
    let mut note = |result: Result<Option<super::Fault>, BodyFault>| match result {
        Ok(None) => {}
        Ok(Some(fault)) => {
            (outcome.check, outcome.code) = (Some(fault.finding.check), Some(fault.finding.code));
            outcome.head_index = Some(fault.head_index);
        }
        Err(BodyFault(finding)) => (outcome.check, outcome.code) = (Some(finding.check), Some(finding.code)),
    };
    for piece in pieces {
        let step = framing.advance(piece, &mut outcome.out);
        if let Ok(step) = &step {
            assert_eq!(step.taken, piece.len());
        }
        note(step.map(|step| step.fault));
    }
    if eof {
        note(framing.eof(&mut outcome.out));
    }
    outcome.state = framing.state();
    outcome
}

/// The outcome of `bytes`, which must be the same however they are cut.
pub(crate) fn check(limits: FramingLimits, bytes: &[u8], eof: bool) -> Outcome {
    let whole = feed(limits, std::iter::once(bytes), eof);
    assert_eq!(feed(limits, bytes.chunks(1), eof), whole, "byte by byte");
    if bytes.len() <= 2048 {
        for cut in 0..=bytes.len() {
            let (left, right) = bytes.split_at(cut);
            assert_eq!(feed(limits, [left, right].into_iter(), eof), whole, "cut at {cut}");
        }
    }
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..16 {
        let mut cuts = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (piece, after) = rest.split_at(((seed >> 33) as usize % 61).min(rest.len()));
            cuts.push(piece);
            rest = after;
        }
        assert_eq!(feed(limits, cuts.iter().copied(), eof), whole, "random cuts");
    }
    whole
}

fn refused(text: &str, code: &str) {
    let outcome = check(limits(), text.as_bytes(), true);
    assert_eq!(outcome.code, Some(code), "{text:?}");
    assert_eq!(outcome.state, State::Refused);
}

fn passes(text: &str) {
    let outcome = check(limits(), text.as_bytes(), true);
    assert_eq!(outcome.code, None, "{text:?}");
    assert_eq!(String::from_utf8_lossy(&outcome.out), text);
}

fn request(fields: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n")
}

#[test]
fn request_lines_have_one_form() {
    for line in [
        "GET / HTTP/1.1",
        "GET /a?b=c%20{d} HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "GET http://a/b HTTP/1.1",
        "GET HTTP://A?x HTTP/1.1",
        "M-SEARCH // HTTP/1.1",
    ] {
        passes(&format!("{line}\r\nHost: a\r\n\r\n"));
    }
    let refusals = [
        ("GET  / HTTP/1.1", "REQUEST_LINE_MALFORMED"),
        ("GET /  HTTP/1.1", "REQUEST_LINE_MALFORMED"),
        ("GET / HTTP/1.1 ", "REQUEST_LINE_MALFORMED"),
        (" GET / HTTP/1.1", "REQUEST_LINE_MALFORMED"),
        ("GET\t/ HTTP/1.1", "REQUEST_LINE_MALFORMED"),
        ("GET", "REQUEST_LINE_MALFORMED"),
        ("GET ", "REQUEST_LINE_MALFORMED"),
        ("GET /", "HTTP_VERSION_MISSING"),
        ("GET / ", "REQUEST_LINE_MALFORMED"),
        ("GET / x HTTP/1.1", "REQUEST_LINE_MALFORMED"),
        ("GET / http/1.1", "REQUEST_LINE_MALFORMED"),
        ("GET / HTTP/1.2", "HTTP_VERSION_UNSUPPORTED"),
        ("GET / HTTP/2.0", "HTTP_VERSION_UNSUPPORTED"),
        ("GET / HTTP/0.9", "HTTP_VERSION_UNSUPPORTED"),
        ("GET / HTTP/01.1", "HTTP_VERSION_UNSUPPORTED"),
        ("PRI * HTTP/2.0", "HTTP_VERSION_UNSUPPORTED"),
        ("G@T / HTTP/1.1", "METHOD_INVALID"),
        ("G\u{e9}T / HTTP/1.1", "METHOD_INVALID"),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1", "METHOD_INVALID"),
        ("CONNECT a:443 HTTP/1.1", "CONNECT_REFUSED"),
        ("TRACE / HTTP/1.1", "TRACE_REFUSED"),
        ("GET * HTTP/1.1", "TARGET_FORM"),
        ("GET a HTTP/1.1", "TARGET_FORM"),
        ("GET ?a HTTP/1.1", "TARGET_FORM"),
        ("GET a:443 HTTP/1.1", "TARGET_FORM"),
        ("GET https://a/ HTTP/1.1", "TARGET_SCHEME"),
        ("GET ftp://a/ HTTP/1.1", "TARGET_SCHEME"),
        ("GET http://b/ HTTP/1.1", "HOST_MISMATCH"),
        ("GET http://a:80/ HTTP/1.1", "HOST_MISMATCH"),
        ("GET http://u@a/ HTTP/1.1", "HOST_INVALID"),
        ("GET http:///x HTTP/1.1", "HOST_INVALID"),
        ("GET /#a HTTP/1.1", "TARGET_FRAGMENT"),
        ("GET /\u{e4} HTTP/1.1", "TARGET_CHARACTER"),
        ("GET /\x01 HTTP/1.1", "TARGET_CHARACTER"),
        ("GET /\t HTTP/1.1", "TARGET_CHARACTER"),
        ("GET /<a> HTTP/1.1", "TARGET_CHARACTER"),
        ("GET /\r HTTP/1.1", "BARE_CR"),
        ("GET / HTTP/1.1\r", "BARE_CR"),
        ("GET\r/ HTTP/1.1", "BARE_CR"),
    ];
    for (line, code) in refusals {
        refused(&format!("{line}\r\nHost: a\r\n\r\n"), code);
    }
}

#[test]
fn header_lines_have_one_form() {
    for fields in ["", "A:\r\n", "A: b\r\n", "A:\tb\t\r\n", "A: \u{e4}\r\n", "!#$%&'*+-.^_`|~: :\r\n"] {
        passes(&request(fields));
    }
    let refusals = [
        ("A: b\n", "BARE_LF"),
        ("A: b\rc\r\n", "BARE_CR"),
        ("A\r: b\r\n", "BARE_CR"),
        ("A: b\r\r\n", "BARE_CR"),
        ("A: b\r\n c\r\n", "OBS_FOLD"),
        ("A: b\r\n\tc\r\n", "OBS_FOLD"),
        ("A : b\r\n", "WHITESPACE_BEFORE_COLON"),
        ("A\t: b\r\n", "WHITESPACE_BEFORE_COLON"),
        (": b\r\n", "HEADER_NAME_EMPTY"),
        ("A\r\n", "HEADER_COLON_MISSING"),
        ("A b\r\n", "HEADER_COLON_MISSING"),
        ("A(: b\r\n", "HEADER_NAME_INVALID"),
        ("\u{e4}: b\r\n", "HEADER_NAME_INVALID"),
        ("A\0: b\r\n", "HEADER_NAME_INVALID"),
        ("A: b\0c\r\n", "HEADER_VALUE_CONTROL"),
        ("A: \x7f\r\n", "HEADER_VALUE_CONTROL"),
        ("A: aaaaaaaaaaaaaaaa\x0baaaaaaaaaaa\r\n", "HEADER_VALUE_CONTROL"),
    ];
    for (fields, code) in refusals {
        refused(&request(fields), code);
    }
    refused("GET / HTTP/1.1\r\n Host: a\r\n\r\n", "LEADING_WHITESPACE");
    refused("GET / HTTP/1.1\nHost: a\n\n", "BARE_LF");
    refused("GET / HTTP/1.1\r\nHost: a\r\n\n", "BARE_LF");
    refused("GET / HTTP/1.1\r\nHost: a\r\nA: b", "HEAD_INCOMPLETE");
}

#[test]
fn hosts_are_one_and_valid() {
    passes("GET / HTTP/1.0\r\n\r\n");
    passes("GET http://A.test:80/ HTTP/1.1\r\nHost:  a.TEST:80\t\r\n\r\n");
    for (fields, code) in [
        ("", "HOST_MISSING"),
        ("Host: a\r\nHost: a\r\n", "HOST_REPEATED"),
        ("Host: a\r\nhOST: b\r\n", "HOST_REPEATED"),
        ("Host:\r\n", "HOST_INVALID"),
        ("Host: a, b\r\n", "HOST_INVALID"),
        ("Host: u@a\r\n", "HOST_INVALID"),
        ("Host: a b\r\n", "HOST_INVALID"),
        ("Host: a:99999\r\n", "HOST_INVALID"),
        ("Host: a/b\r\n", "HOST_INVALID"),
    ] {
        refused(&format!("GET / HTTP/1.1\r\n{fields}\r\n"), code);
    }
}

#[test]
fn lengths_have_one_reading() {
    passes(&format!("{}abcde", request("Content-Length: 5\r\n")));
    passes(&request("content-length:0\r\n"));
    passes(&format!("{}0\r\n\r\n", request("transfer-encoding: Chunked \r\n")));
    let refusals = [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "CONTENT_LENGTH_WITH_TRANSFER_ENCODING"),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "CONTENT_LENGTH_WITH_TRANSFER_ENCODING"),
        ("Content-Length: 5\r\nContent-Length: 5\r\n", "CONTENT_LENGTH_REPEATED"),
        ("Content-Length: 5, 5\r\n", "CONTENT_LENGTH_INVALID"),
        ("Content-Length: +5\r\n", "CONTENT_LENGTH_INVALID"),
        ("Content-Length: -5\r\n", "CONTENT_LENGTH_INVALID"),
        ("Content-Length: 0x5\r\n", "CONTENT_LENGTH_INVALID"),
        ("Content-Length: 05\r\n", "CONTENT_LENGTH_INVALID"),
        ("Content-Length:\r\n", "CONTENT_LENGTH_INVALID"),
        ("Content-Length: 5 5\r\n", "CONTENT_LENGTH_INVALID"),
        ("Content-Length:\t5\r\n", "CONTENT_LENGTH_INVALID"),
        ("Content-Length: 18446744073709551616\r\n", "CONTENT_LENGTH_INVALID"),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "TRANSFER_ENCODING_REPEATED"),
        ("Transfer-Encoding: chunked, chunked\r\n", "TRANSFER_ENCODING_REPEATED"),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "TRANSFER_CODING_UNKNOWN"),
        ("Transfer-Encoding: gzip, chunked\r\n", "TRANSFER_CODING_UNKNOWN"),
        ("Transfer-Encoding: chunked, gzip\r\n", "TRANSFER_CODING_UNKNOWN"),
        ("Transfer-Encoding: xchunked\r\n", "TRANSFER_CODING_UNKNOWN"),
        ("Transfer-Encoding: identity\r\n", "TRANSFER_CODING_UNKNOWN"),
        ("Transfer-Encoding: chunked;a=b\r\n", "TRANSFER_ENCODING_INVALID"),
        ("Transfer-Encoding: \"chunked\"\r\n", "TRANSFER_ENCODING_INVALID"),
        ("Transfer-Encoding:\tchunked\r\n", "TRANSFER_ENCODING_INVALID"),
        ("Transfer-Encoding: ,chunked\r\n", "TRANSFER_ENCODING_INVALID"),
        ("Transfer-Encoding:\r\n", "TRANSFER_ENCODING_INVALID"),
        ("Expect: 200-ok\r\n", "EXPECTATION_UNKNOWN"),
    ];
    for (fields, code) in refusals {
        refused(&request(fields), code);
    }
    refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "TRANSFER_ENCODING_IN_HTTP_1_0");
    refused(&format!("{}abcd", request("Content-Length: 5\r\n")), "BODY_INCOMPLETE");
    passes(&format!("{}abcde", request("Expect: 100-Continue\r\nContent-Length: 5\r\n")));
}

#[test]
fn chunks_have_one_reading() {
    let head = request("Transfer-Encoding: chunked\r\n");
    for body in [
        "0\r\n\r\n",
        "5\r\nabcde\r\n0\r\n\r\n",
        "000A\r\n0123456789\r\n00\r\n\r\n",
        "a;b=\"c d\"\r\n0123456789\r\n0;e\r\n\r\n",
        "1\r\na\r\n0\r\nX-Checksum: 1\r\nContent-Digest: a\r\n\r\n",
    ] {
        passes(&format!("{head}{body}"));
    }
    for (body, code) in [
        ("\r\n", "CHUNK_SIZE_INVALID"),
        ("+5\r\nabcde\r\n", "CHUNK_SIZE_INVALID"),
        ("-1\r\n", "CHUNK_SIZE_INVALID"),
        ("0x5\r\nabcde\r\n", "CHUNK_SIZE_INVALID"),
        ("5 \r\nabcde\r\n", "CHUNK_SIZE_INVALID"),
        (" 5\r\nabcde\r\n", "CHUNK_SIZE_INVALID"),
        ("5\t;a\r\nabcde\r\n", "CHUNK_SIZE_INVALID"),
        ("5_0\r\nabcde\r\n", "CHUNK_SIZE_INVALID"),
        ("5\nabcde\r\n", "CHUNK_SIZE_INVALID"),
        ("5\r5\r\nabcde\r\n", "CHUNK_SIZE_INVALID"),
        (";a\r\n", "CHUNK_SIZE_INVALID"),
        ("00000000000000005\r\nabcde\r\n", "CHUNK_SIZE_OVERFLOW"),
        ("5;a\nabcde\r\n", "CHUNK_EXTENSION_INVALID"),
        ("5;a\rb\r\nabcde\r\n", "CHUNK_EXTENSION_INVALID"),
        ("5;a\0\r\nabcde\r\n", "CHUNK_EXTENSION_INVALID"),
        ("5\r\nabcdef\r\n", "CHUNK_UNTERMINATED"),
        ("5\r\nabcd\r\n", "CHUNK_UNTERMINATED"),
        ("5\r\nabcde\n", "CHUNK_UNTERMINATED"),
        ("5\r\nabcde0\r\n", "CHUNK_UNTERMINATED"),
        ("5\r\nabcde\r\n", "BODY_INCOMPLETE"),
        ("0\r\n", "BODY_INCOMPLETE"),
        ("0\r\n\n", "BARE_LF"),
        ("0\r\nA : b\r\n\r\n", "WHITESPACE_BEFORE_COLON"),
        ("0\r\nA: b\r\n c\r\n\r\n", "OBS_FOLD"),
        ("0\r\nGET / HTTP/1.1\r\n\r\n", "HEADER_COLON_MISSING"),
        ("0\r\nContent-Length: 5\r\n\r\n", "TRAILER_FORBIDDEN"),
        ("0\r\nHOST: b\r\n\r\n", "TRAILER_FORBIDDEN"),
    ] {
        refused(&format!("{head}{body}"), code);
    }
}

#[test]
fn limits_hold_to_the_byte() {
    let mut limits = limits();
    limits.target_bytes = 10;
    limits.headers = 3;
    limits.chunk_extension_bytes = 4;
    limits.chunk_extensions_bytes = 6;
    limits.trailer_bytes = 8;
    limits.trailer_fields = 1;
    let code = |text: &str| check(limits, text.as_bytes(), true).code;
    let target = |length: usize| format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(length - 1));
    assert_eq!((code(&target(9)), code(&target(10)), code(&target(11))), (None, None, Some("URI_TOO_LONG")));
    assert_eq!(code(&target(4000)), Some("URI_TOO_LONG"));
    assert_eq!(code("GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), Some("URI_TOO_LONG"));
    let fields = |count: usize| request(&"A: b\r\n".repeat(count - 1));
    assert_eq!((code(&fields(2)), code(&fields(3)), code(&fields(4))), (None, None, Some("TOO_MANY_HEADERS")));
    let chunks = |body: &str| format!("{}{body}", request("Transfer-Encoding: chunked\r\n"));
    assert_eq!(code(&chunks("0;23\r\n\r\n")), None);
    assert_eq!(code(&chunks("0;234\r\n\r\n")), None);
    assert_eq!(code(&chunks("0;2345\r\n\r\n")), Some("CHUNK_EXTENSION_TOO_LONG"));
    assert_eq!(code(&chunks("1;23\r\na\r\n0;23\r\n\r\n")), None);
    assert_eq!(code(&chunks("1;23\r\na\r\n0;234\r\n\r\n")), Some("CHUNK_EXTENSIONS_TOO_LONG"));
    assert_eq!(code(&chunks("0\r\nA:b\r\n\r\n")), None);
    assert_eq!(code(&chunks("0\r\nA:bc\r\n\r\n")), None);
    assert_eq!(code(&chunks("0\r\nA:bcd\r\n\r\n")), Some("TRAILERS_TOO_LARGE"));
    limits.trailer_bytes = 100;
    let code = |text: &str| check(limits, text.as_bytes(), true).code;
    assert_eq!(code(&chunks("0\r\nA:b\r\nA:b\r\n\r\n")), Some("TOO_MANY_TRAILERS"));
    let head = request("A: b\r\n");
    for (less, expected) in [(0, None), (1, Some("HEAD_TOO_LARGE"))] {
        limits.head_bytes = head.len() - less;
        assert_eq!(check(limits, head.as_bytes(), true).code, expected);
    }
    limits.head_bytes = 12;
    assert_eq!(check(limits, target(4000).as_bytes(), true).code, Some("HEAD_TOO_LARGE"));
}

#[test]
fn pipelined_requests_keep_their_turn() {
    let good = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    let chunked = "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
    passes(&format!("{good}{chunked}{good}"));
    let bad = format!("{good}{chunked}GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n{good}");
    let outcome = check(limits(), bad.as_bytes(), true);
    assert_eq!((outcome.code, outcome.head_index), (Some("HOST_REPEATED"), Some(2)));
    let synthetic = "GET / HTTP/1.1\r\nHost: refused.invalid\r\nConnection: close\r\n\r\n";
    assert_eq!(String::from_utf8_lossy(&outcome.out), format!("{good}{chunked}{synthetic}"));
}

#[test]
fn one_empty_line_before_a_request_is_dropped_and_two_are_refused() {
    let good = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let outcome = check(limits(), format!("\r\n{good}\r\n{good}\r\n").as_bytes(), true);
    assert_eq!((outcome.code, outcome.state), (None, State::Idle));
    assert_eq!(outcome.out, format!("{good}{good}").as_bytes());
    refused(&format!("\r\n\r\n{good}"), "LEADING_EMPTY_LINES");
    refused(&format!("\n{good}"), "BARE_LF");
    refused("\r", "HEAD_INCOMPLETE");
}

#[test]
fn body_bytes_may_go_past_without_a_look() {
    let mut framing = Framing::new(limits(), Scheme::Http);
    let mut out = Vec::new();
    framing.advance(request("Content-Length: 5\r\n").as_bytes(), &mut out).unwrap();
    assert_eq!((framing.state(), framing.body_remaining()), (State::Body, Some(5)));
    framing.body_passed(2);
    assert_eq!(framing.body_remaining(), Some(3));
    framing.body_passed(3);
    assert_eq!((framing.state(), framing.body_remaining()), (State::Idle, None));
    framing.advance(request("Transfer-Encoding: chunked\r\n").as_bytes(), &mut out).unwrap();
    assert_eq!(framing.body_remaining(), None);
    framing.advance(b"ff\r\n", &mut out).unwrap();
    assert_eq!(framing.body_remaining(), Some(255));
    framing.body_passed(255);
    assert_eq!((framing.state(), framing.body_remaining()), (State::Body, None));
    framing.advance(b"\r\n0\r\n\r\n", &mut out).unwrap();
    assert_eq!((framing.state(), framing.heads_released()), (State::Idle, 2));
}

#[test]
fn bytes_after_an_upgrade_request_wait_for_the_word() {
    let mut limits = limits();
    limits.upgrades = Upgrades::Hold;
    let upgrade = "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nab";
    for (next, passed) in [(Next::Tunnel, "\x01\x02"), (Next::Http, "")] {
        let mut framing = Framing::new(limits, Scheme::Http);
        let mut out = Vec::new();
        let step = framing.advance(format!("{upgrade}\x01\x02").as_bytes(), &mut out).unwrap();
        assert_eq!((step.taken, framing.state()), (upgrade.len(), State::AfterUpgrade));
        framing.after_upgrade(next);
        out.clear();
        framing.advance(b"\x01\x02", &mut out).unwrap();
        assert_eq!(out, passed.as_bytes());
    }
    let step = feed(super::tests::limits(), std::iter::once(upgrade.as_bytes()), false);
    assert_eq!(step.state, State::Idle);
}

#[test]
fn a_fault_from_outside_takes_the_place_of_a_head_and_of_nothing_else() {
    let late = || Finding::new("http.head_time", "HEAD_TIMEOUT", Class::RequestTimeout, "head too slow");
    let mut out = Vec::new();
    let mut framing = Framing::new(limits(), Scheme::Http);
    framing.advance(b"GET / HT", &mut out).unwrap();
    let fault = framing.refuse(late(), &mut out).unwrap();
    assert_eq!((fault.finding, fault.head_index, framing.state()), (late(), 0, State::Refused));
    assert!(out.starts_with(b"GET / HTTP/1.1\r\nHost: refused.invalid\r\n"));
    assert!(framing.refuse(late(), &mut out).is_none());
    let mut framing = Framing::new(limits(), Scheme::Http);
    framing.advance(request("Content-Length: 5\r\n").as_bytes(), &mut out).unwrap();
    assert!(framing.refuse(late(), &mut out).is_none());
}

#[test]
fn every_code_belongs_to_the_check_it_is_reported_under() {
    let source = include_str!("fault.rs");
    let listed: Vec<&str> = crate::checks::CHECKS.iter().flat_map(|check| check.codes).copied().collect();
    let codes = source
        .split('"')
        .filter(|text| text.len() > 4 && text.bytes().all(|octet| matches!(octet, b'A'..=b'Z' | b'0'..=b'9' | b'_')));
    let mut count = 0;
    for code in codes {
        assert!(listed.contains(&code), "{code}");
        count += 1;
    }
    assert!(count > 35);
}

/// What the guard lets through must be one valid head to hyper's parser, with the same target and fields.
#[test]
fn what_passes_reads_the_same_in_the_next_parser() {
    let alphabet: Vec<u8> = (0..=255).collect();
    for &octet in &alphabet {
        for template in [
            "GET /a@b HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a?@b HTTP/1.1\r\nHost: a\r\n\r\n",
            "G@T / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nA@b: c\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nA: b@c\r\n\r\n",
            "GET http://a@b/ HTTP/1.1\r\nHost: a@b\r\n\r\n",
        ] {
            let bytes: Vec<u8> = template.bytes().flat_map(|at| if at == b'@' { vec![octet] } else { vec![at] }).collect();
            let outcome = feed(limits(), std::iter::once(bytes.as_slice()), true);
            if outcome.code.is_some() {
                continue;
            }
            let mut fields = [httparse::EMPTY_HEADER; 8];
            let mut parsed = httparse::Request::new(&mut fields);
            let status = parsed.parse(&outcome.out).unwrap();
            assert_eq!(status, httparse::Status::Complete(bytes.len()), "{octet:#x} in {template:?}");
            let target = parsed.path.unwrap();
            let uri: http::Uri = target.parse().unwrap_or_else(|_| panic!("{octet:#x} in {target:?}"));
            if target.starts_with('/') {
                assert_eq!(uri.path_and_query().unwrap().as_str(), target);
            }
        }
    }
}

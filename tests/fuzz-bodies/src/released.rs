//! What the guard handed on, read by the parser of the next station and by the plainest reading of the lines.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, Version};
use portcullis_http::head::{self, Provenance};
use portcullis_inspect::{Peer, Scheme};

use crate::framing::Outcome;

/// Fields a head may have: the row `http.headers` at its default, and the `Host` of a synthetic head.
const FIELDS_MAX: usize = 102;

/// Reads message after message and counts heads. Nothing may be left that is not a message or the beginning of a body.
pub(crate) fn check(outcome: &Outcome) {
    let mut rest = outcome.out.as_slice();
    let mut heads = 0;
    while !rest.is_empty() {
        // The guard passes an empty line before a head on to nobody.
        let (length, body) = head(rest);
        heads += 1;
        rest = match after_body(&rest[length..], &body) {
            Some(after) => after,
            None => &[],
        };
    }
    assert_eq!(heads, outcome.heads, "the next station sees as many heads as the guard");
}

/// How the body of a head that was handed on is framed.
#[derive(Debug, PartialEq, Eq)]
enum Framed {
    Length(u64),
    Chunked,
}

/// Reads the head at the beginning of `text` in both ways; answers its length and what follows it.
fn head(text: &[u8]) -> (usize, Framed) {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut parsed = httparse::Request::new(&mut fields);
    let httparse::Status::Complete(length) = parsed.parse(text).expect("a head the next parser reads") else {
        panic!("an incomplete head was handed on");
    };
    let lines = lines(&text[..length]);
    let (request, named) = lines.split_first().expect("a request line");
    let version = if parsed.version == Some(0) { "HTTP/1.0" } else { "HTTP/1.1" };
    let (method, target) = (parsed.method.unwrap(), parsed.path.unwrap());
    assert_eq!(*request, format!("{method} {target} {version}").as_bytes(), "the request line has one reading");
    assert_eq!(named.len(), parsed.headers.len(), "as many fields as lines");
    for (line, field) in named.iter().zip(parsed.headers.iter()) {
        let colon = line.iter().position(|&octet| octet == b':').expect("a colon");
        assert_eq!(&line[..colon], field.name.as_bytes());
        assert_eq!(line[colon + 1..].trim_ascii(), field.value.trim_ascii());
    }
    judge(method, target, version, parsed.headers);
    (length, framed(parsed.headers))
}

/// Lines of a head without their CRLF; the empty one at the end is left out.
fn lines(head: &[u8]) -> Vec<&[u8]> {
    let head = head.strip_suffix(b"\r\n\r\n").expect("a head ends with an empty line");
    let mut lines = Vec::new();
    let mut rest = head;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\r\n") {
        lines.push(&rest[..at]);
        rest = &rest[at + 2..];
    }
    lines.push(rest);
    assert!(lines.iter().all(|line| !line.contains(&b'\r') && !line.contains(&b'\n')), "no bare CR or LF");
    lines
}

/// The rest of the reading of a head never fails, and what it answers can be written into a head again.
fn judge(method: &str, target: &str, version: &str, fields: &[httparse::Header<'_>]) {
    let headers: HeaderMap = fields
        .iter()
        .map(|field| (HeaderName::from_bytes(field.name.as_bytes()).unwrap(), HeaderValue::from_bytes(field.value).unwrap()))
        .collect();
    let version = if version == "HTTP/1.0" { Version::HTTP_10 } else { Version::HTTP_11 };
    let method: Method = method.parse().expect("a method the next library reads");
    let uri: Uri = target.parse().expect("a target the next library reads");
    let peer = Peer { address: "192.0.2.7:4711".parse().unwrap(), scheme: Scheme::Http };
    let head = head::read(method, &uri, version, headers, &Provenance::of(&peer));
    if head.findings.is_empty() {
        let query = head.target.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
        let written = format!("{}{query}", head.target.path);
        assert!(
            written == "*" || written.parse::<http::uri::PathAndQuery>().is_ok_and(|read| read.as_str() == written),
            "{written}"
        );
        for gone in ["connection", "transfer-encoding", "content-length", "upgrade", "te", "host", "expect"] {
            assert!(!head.headers.contains_key(gone), "{gone} goes no further");
        }
    }
}

fn framed(fields: &[httparse::Header<'_>]) -> Framed {
    let named = |name: &str| {
        fields.iter().filter(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value.trim_ascii()).collect()
    };
    let (lengths, codings): (Vec<&[u8]>, Vec<&[u8]>) = (named("content-length"), named("transfer-encoding"));
    assert!(lengths.len() + codings.len() <= 1, "one statement about framing: {lengths:?} {codings:?}");
    if let [coding] = codings.as_slice() {
        assert!(coding.eq_ignore_ascii_case(b"chunked"));
        return Framed::Chunked;
    }
    let Some(length) = lengths.first() else { return Framed::Length(0) };
    assert!(length.iter().all(u8::is_ascii_digit), "{length:?}");
    Framed::Length(std::str::from_utf8(length).unwrap().parse().expect("a length that fits"))
}

/// What follows the body at the beginning of `text`; nothing when the body goes on.
fn after_body<'t>(text: &'t [u8], body: &Framed) -> Option<&'t [u8]> {
    match body {
        Framed::Length(length) => text.get(usize::try_from(*length).unwrap_or(usize::MAX)..),
        Framed::Chunked => after_chunks(text),
    }
}

fn after_chunks(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    loop {
        let line_end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        let (line, after) = (&rest[..line_end + 2], &rest[line_end + 2..]);
        let read = httparse::parse_chunk_size(line).expect("a chunk size the next parser reads");
        let httparse::Status::Complete((length, size)) = read else { panic!("half a chunk size: {line:?}") };
        assert_eq!(length, line.len(), "a chunk size is one line");
        if size == 0 {
            return after_trailers(after);
        }
        let data_end = usize::try_from(size).ok()?;
        rest = match after.get(data_end..)? {
            [b'\r', b'\n', rest @ ..] => rest,
            [] | [b'\r'] => return None,
            other => panic!("data is followed by {:?}", other.first()),
        };
    }
}

fn after_trailers(text: &[u8]) -> Option<&[u8]> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    match httparse::parse_headers(text, &mut fields).expect("trailers the next parser reads") {
        httparse::Status::Complete((length, _)) => Some(&text[length..]),
        httparse::Status::Partial => None,
    }
}

//! The corpus of raw cases, replayed through this room alone: the guard at every cut, then head and coding rules on what it let through.

#![expect(clippy::disallowed_methods, reason = "the cases are files of the repository")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use http::{HeaderMap, HeaderName, HeaderValue, Version};
use portcullis_inspect::{Finding, Limits, Peer, Scheme};

use crate::checks::CHECKS;
use crate::coding::{Coding, DecodeLimits, Decoder};
use crate::framing::tests::{check, limits};
use crate::head::{self, Provenance};
use crate::limits::{DECODE_RATIO, LIMITS};

/// Bytes of a `.raw` case: comments and line breaks dropped, escapes read.
fn raw(text: &str) -> Vec<u8> {
    let joined: String = text.lines().filter(|line| !line.starts_with("# ")).collect();
    unescape(&joined)
}

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.extend_from_slice(before.as_bytes());
        let (escaped, length): (Vec<u8>, usize) = match after.as_bytes()[0] {
            b'r' => (vec![b'\r'], 1),
            b'n' => (vec![b'\n'], 1),
            b't' => (vec![b'\t'], 1),
            b'0' => (vec![0], 1),
            b'\\' => (vec![b'\\'], 1),
            b'x' => (vec![u8::from_str_radix(&after[1..3], 16).unwrap()], 3),
            b'{' => {
                let end = after.find('}').unwrap();
                let (count, repeated) = after[1..end].split_once('*').unwrap();
                (unescape(repeated).repeat(count.parse().unwrap()), end + 1)
            }
            other => panic!("unknown escape {other}"),
        };
        out.extend_from_slice(&escaped);
        rest = &after[length..];
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

fn cases(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests").join(folder).join("http");
    let mut folders = vec![root];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "raw") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn expected(case: &Path, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(case.with_extension("expect")).unwrap();
    text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": ").map(str::to_owned))
}

/// Check and code this room refuses `bytes` with, if any.
fn verdict(bytes: &[u8], eof: bool) -> Option<(&'static str, &'static str)> {
    let outcome = check(limits(), bytes, eof);
    outcome.check.zip(outcome.code).or_else(|| beyond_framing(&outcome.out).err().map(|finding| (finding.check, finding.code)))
}

/// Judges the first request of what the guard let through, as the shell would.
fn beyond_framing(bytes: &[u8]) -> Result<(), Box<Finding>> {
    let mut fields = [httparse::EMPTY_HEADER; 100];
    let mut parsed = httparse::Request::new(&mut fields);
    let httparse::Status::Complete(end) = parsed.parse(bytes).unwrap() else { panic!("an incomplete head was let through") };
    let headers: HeaderMap = parsed
        .headers
        .iter()
        .map(|field| (HeaderName::from_bytes(field.name.as_bytes()).unwrap(), HeaderValue::from_bytes(field.value).unwrap()))
        .collect();
    let version = if parsed.version == Some(0) { Version::HTTP_10 } else { Version::HTTP_11 };
    let coded = parsed.path.unwrap().contains("graphql").then(|| headers.clone());
    let peer = Peer { address: "127.0.0.1:1".parse().unwrap(), scheme: Scheme::Http };
    let (method, uri) = (parsed.method.unwrap().parse().unwrap(), parsed.path.unwrap().parse().unwrap());
    let head = head::read(method, &uri, version, headers, &Provenance::of(&peer));
    if let Some(finding) = head.findings.into_iter().next() {
        return Err(Box::new(finding));
    }
    let Some(headers) = coded.filter(|headers| headers.contains_key("content-length")) else { return Ok(()) };
    let limits = DecodeLimits { bytes_max: 1 << 20, ratio_max: DECODE_RATIO.default };
    let mut decoder = Decoder::new(Coding::of(&headers)?, limits);
    decoder.push(&bytes[end..], &mut Vec::new()).and_then(|()| decoder.finish())
}

/// Every raw attack with a code of this room is refused with it, and every other raw case passes, however its bytes are cut.
#[test]
fn the_corpus_of_raw_cases_is_read_the_same_at_every_cut() {
    let rows = Limits::defaults(&[&LIMITS]);
    let ours: Vec<&str> =
        CHECKS.iter().flat_map(|check| check.codes).copied().chain(rows.iter().map(|(row, _)| row.code)).collect();
    let mut wrong = String::new();
    let (attacks, benign) = (cases("attacks"), cases("benign"));
    assert!(attacks.len() >= 70 && benign.len() >= 30, "{} attacks, {} benign", attacks.len(), benign.len());
    for case in attacks.iter().chain(&benign) {
        let bytes = raw(&std::fs::read_to_string(case).unwrap());
        let code = expected(case, "code");
        // Whether a service answers at a path, the limit of a body that streams, and what is off by default, are judged elsewhere.
        if code.as_deref().is_some_and(|code| !ours.contains(&code) || ["BODY_TOO_LARGE", "URL_CREDENTIALS"].contains(&code)) {
            continue;
        }
        let found = verdict(&bytes, code.is_some());
        let named = code.and_then(|code| Some((expected(case, "check")?, code)));
        if found != named.as_ref().map(|(check, code)| (check.as_str(), code.as_str())) {
            writeln!(wrong, "{}: {found:?} instead of {named:?}", case.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

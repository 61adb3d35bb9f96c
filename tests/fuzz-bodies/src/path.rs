//! Request targets. The input is a target as it stands in a request line.

use portcullis_http::{path, query};

/// Reading twice changes nothing; what was accepted is plain; and it means what the plainest reading of the target means.
pub(crate) fn body(input: &[u8]) {
    let Ok(received) = std::str::from_utf8(input) else { return };
    let reading = path::read(received);
    query::credentials(received);
    redaction(received);
    assert_eq!(reading.target.received, received);
    if !reading.findings.is_empty() || received.contains('#') {
        return;
    }
    let target = &reading.target;
    let written = target.query.as_ref().map_or_else(|| target.path.clone(), |query| format!("{}?{query}", target.path));
    let again = path::read(&written);
    assert_eq!(again.findings, [], "{written:?}");
    assert_eq!((&again.target.path, &again.target.query), (&target.path, &target.query));
    if target.path == "*" {
        return;
    }
    plain(&target.path);
    assert_eq!(plainly_read(&target.path), plainly_read(received.split('?').next().unwrap()), "{received:?}");
    let uri = written.parse::<http::uri::PathAndQuery>();
    assert!(uri.is_ok_and(|uri| uri.as_str() == written), "{written:?}");
}

/// No accepted path holds what a server behind could read in another way.
fn plain(path: &str) {
    assert!(path.starts_with('/'), "{path:?}");
    for part in ["//", "/./", "/../", "\\", ";", "#", "?", " "] {
        assert!(!path.contains(part), "{part:?} in {path:?}");
    }
    assert!(!path.ends_with("/.") && !path.ends_with("/.."), "{path:?}");
    assert!(path.bytes().all(|octet| octet.is_ascii_graphic()), "{path:?}");
    let lower = path.to_ascii_lowercase();
    for escape in ["%2f", "%5c", "%00", "%0a", "%0d", "%2e", "%252e", "%252f", "%255c"] {
        assert!(!lower.contains(escape), "{escape} in {path:?}");
    }
}

/// Segments after decoding once, dot segments resolved, empty segments dropped, and whether the path ends with a slash: the reading
/// of RFC 3986 with merged slashes, written as plainly as possible.
fn plainly_read(path: &str) -> (Vec<Vec<u8>>, bool) {
    let mut segments: Vec<Vec<u8>> = Vec::new();
    let mut open = true;
    for segment in path.split('/').map(decoded) {
        open = matches!(segment.as_slice(), b"" | b"." | b"..");
        match segment.as_slice() {
            b"" | b"." => {}
            b".." => assert!(segments.pop().is_some(), "above the root: {path:?}"),
            _ => segments.push(segment),
        }
    }
    (segments, open)
}

fn decoded(segment: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut octets = segment.bytes();
    while let Some(octet) = octets.next() {
        if octet != b'%' {
            out.push(octet);
            continue;
        }
        let digits = [octets.next().unwrap(), octets.next().unwrap()];
        out.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
    }
    out
}

/// What is logged of a target shows no password, and hides it once for all.
fn redaction(received: &str) {
    let redacted = query::redacted(received);
    assert_eq!(query::redacted(&redacted), redacted);
    let query = redacted.split_once('?').map_or("", |(_, query)| query);
    for (name, value) in query.split(['&', ';']).filter_map(|pair| pair.split_once('=')) {
        assert!(name != "password" || matches!(value, "" | "[redacted]"), "{redacted:?}");
    }
}

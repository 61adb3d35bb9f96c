//! The head of an answer on its way back: what ends at this hop stays here.

use http::HeaderMap;
use http::header::{CONNECTION, HeaderName, PROXY_AUTHENTICATE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};

use crate::octets::trimmed;

static KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
static PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// Takes out every connection-level field of an answer and what its `Connection` names (RFC 9110 §7.6.1). Framing fields
/// (`Content-Length`) stay: they are the answer's own.
pub fn strip(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) {
        let named = headers.get_all(CONNECTION).iter().flat_map(|value| value.as_bytes().split(|&octet| octet == b','));
        let named: Vec<HeaderName> = named.filter_map(|option| HeaderName::from_bytes(trimmed(option)).ok()).collect();
        for name in named.iter().filter(|name| *name != http::header::CONTENT_LENGTH) {
            headers.remove(name);
        }
    }
    for name in [&CONNECTION, &KEEP_ALIVE, &PROXY_CONNECTION, &PROXY_AUTHENTICATE, &TE, &TRAILER, &TRANSFER_ENCODING, &UPGRADE] {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_connection_names_stays_at_this_hop() {
        let mut headers = HeaderMap::new();
        for (name, value) in
            [("connection", "X-Hop, close"), ("x-hop", "1"), ("keep-alive", "5"), ("x-end", "1"), ("content-length", "3")]
        {
            headers.insert(HeaderName::from_static(name), value.parse().unwrap());
        }
        strip(&mut headers);
        let mut left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["content-length", "x-end"]);
    }

    #[test]
    fn the_length_cannot_be_named_away() {
        let mut headers = HeaderMap::new();
        headers.insert("connection", "content-length".parse().unwrap());
        headers.insert("content-length", "3".parse().unwrap());
        strip(&mut headers);
        assert!(headers.contains_key("content-length"));
    }
}

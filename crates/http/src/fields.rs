//! Field names by what a reverse proxy does with them: which end at this hop, which claim what only Portcullis may say, which have no
//! place in trailers. Compared without allocation, told apart by length or prefix first.

/// Whether `name` (any case) may not stand in a trailer section: fields about framing, routing, trust, content or control (RFC 9110
/// §6.5.1), whole families where a family has them.
pub(crate) fn forbidden_in_trailers(name: &[u8]) -> bool {
    const CONTENT_CHECKSUMS: [&[u8]; 2] = [b"content-digest", b"content-md5"];
    const FAMILIES: [&[u8]; 9] =
        [b"content-", b"transfer-", b"x-forwarded", b"proxy-", b"if-", b"accept", b"sec-", b"x-portcullis-", b"access-control-"];
    const NAMES: [&[u8]; 29] = [
        b"age",
        b"authorization",
        b"cache-control",
        b"connection",
        b"cookie",
        b"date",
        b"expect",
        b"expires",
        b"forwarded",
        b"from",
        b"host",
        b"keep-alive",
        b"location",
        b"max-forwards",
        b"origin",
        b"pragma",
        b"range",
        b"referer",
        b"retry-after",
        b"set-cookie",
        b"te",
        b"trailer",
        b"upgrade",
        b"user-agent",
        b"vary",
        b"via",
        b"warning",
        b"http2-settings",
        b"x-api-key",
    ];
    let is = |other: &&[u8]| name.eq_ignore_ascii_case(other);
    let starts = |prefix: &&[u8]| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if CONTENT_CHECKSUMS.iter().any(is) {
        return false;
    }
    name.contains(&b'_')
        || NAMES.iter().any(is)
        || FAMILIES.iter().any(starts)
        || str::from_utf8(name).is_ok_and(|name| fate(&name.to_ascii_lowercase()) != Fate::Forwarded)
}

/// What happens to a header field on its way upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It goes on as it came.
    Forwarded,
    /// It names options of this connection; what it names ends here too (RFC 9110 §7.6.1).
    Connection,
    /// It may ask for trailers.
    Te,
    /// It ends here.
    Dropped,
    /// It names the host.
    Host,
}

/// Connection-level fields (RFC 9110 §7.6.1, RFC 9113 §8.2.2), and what the shell frames anew.
const OF_THIS_HOP: [&str; 7] =
    ["keep-alive", "trailer", "transfer-encoding", "upgrade", "http2-settings", "content-length", "expect"];

/// Client address, certificate (RFC 9440 §2.4) and host as other proxies would state them: only the peer of this connection is known.
const CLAIMS: [&str; 22] = [
    "forwarded",
    "x-real-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "client-ip",
    "fastly-client-ip",
    "x-originating-ip",
    "x-remote-ip",
    "x-remote-addr",
    "x-host",
    "x-original-host",
    "cf-connecting-ipv6",
    "wl-proxy-client-ip",
    "x-appengine-user-ip",
    "x-azure-clientip",
    "x-azure-socketip",
    "x-envoy-external-address",
    "x-proxyuser-ip",
    "client-cert",
    "client-cert-chain",
];

/// A second target or a second method, which some frameworks prefer over the first.
const SECOND_REQUEST_LINES: [&str; 8] = [
    "x-original-url",
    "x-rewrite-url",
    "x-original-uri",
    "x-override-url",
    "x-http-destinationurl",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
];

/// What Portcullis says itself.
const OWN: [&str; 1] = ["x-request-id"];

/// Requests for execution plans and traces of GraphQL servers.
const TRACES: [&str; 4] =
    ["apollo-federation-include-trace", "apollo-query-plan-experimental", "apollo-expose-query-plan", "x-apollo-tracing"];

const DROPPED: [&[&str]; 5] = [&OF_THIS_HOP, &CLAIMS, &SECOND_REQUEST_LINES, &OWN, &TRACES];

/// Families of dropped fields, by prefix; the first letters are those of [`in_dropped_family`].
const FAMILIES: [&str; 4] = ["proxy-", "x-forwarded", "x-portcullis-", "x-wg-"];

/// For each first octet, the lengths of dropped names as bits. Perf: most names are let through by one load.
static LENGTHS: [u64; 256] = lengths();

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
const fn lengths() -> [u64; 256] {
    let mut lengths = [0; 256];
    let mut group = 0;
    while group < DROPPED.len() {
        let mut at = 0;
        while at < DROPPED[group].len() {
            let name = DROPPED[group][at].as_bytes();
            lengths[name[0] as usize] |= 1 << name.len();
            at += 1;
        }
        group += 1;
    }
    lengths
}

/// The fate of a header field called `name`, in lower case.
pub(crate) fn fate(name: &str) -> Fate {
    match name {
        "host" => Fate::Host,
        "connection" => Fate::Connection,
        "te" => Fate::Te,
        _ if is_dropped(name) || in_dropped_family(name) => Fate::Dropped,
        _ => Fate::Forwarded,
    }
}

fn is_dropped(name: &str) -> bool {
    let lengths = name.bytes().next().and_then(|first| LENGTHS.get(usize::from(first))).copied().unwrap_or(0);
    let possible = u32::try_from(name.len()).ok().and_then(|length| lengths.checked_shr(length)).is_some_and(|bits| bits & 1 == 1);
    possible && DROPPED.iter().any(|group| group.contains(&name))
}

/// Underscores collide with dashes where names become environment variables: `x_forwarded_for` would arrive as `X-Forwarded-For`.
fn in_dropped_family(name: &str) -> bool {
    name.as_bytes().contains(&b'_')
        || (matches!(name.bytes().next(), Some(b'p' | b'x')) && FAMILIES.iter().any(|family| name.starts_with(family)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailers_keep_checksums_and_lose_everything_about_framing_and_trust() {
        for name in ["Content-Digest", "content-md5", "X-Checksum", "Signature", "ETag", "x-amz-checksum-crc32", "Server-Timing"] {
            assert!(!forbidden_in_trailers(name.as_bytes()), "{name}");
        }
        for name in [
            "Content-Length",
            "TRANSFER-ENCODING",
            "host",
            "Authorization",
            "Content-Encoding",
            "content-type",
            "Content-Range",
            "Trailer",
            "TE",
            "Connection",
            "Cookie",
            "Set-Cookie",
            "X-Forwarded-For",
            "Proxy-Authorization",
            "If-Match",
            "X-Request-Id",
            "Upgrade",
            "content_length",
            "X-HTTP-Method-Override",
            "X-Real-IP",
            "Forwarded",
            "Expect",
            "Keep-Alive",
        ] {
            assert!(forbidden_in_trailers(name.as_bytes()), "{name}");
        }
    }
}

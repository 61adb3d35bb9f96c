//! Request ids and W3C trace context.

use std::cell::Cell;

use hyper::header::{HeaderMap, HeaderName};

static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Ids of one exchange.
#[derive(Clone, Debug)]
pub(super) struct ExchangeIds {
    /// 32 hexadecimal digits, unique per exchange; in every refusal, in the record, and sent upstream as `X-Request-Id`.
    pub request_id: String,
    /// Trace id of the caller's trace, or a new one: 32 hexadecimal digits.
    pub trace_id: String,
    /// `traceparent` for the upstream: same trace, our own span as parent.
    pub traceparent: String,
    /// Whether the caller's trace goes on; if not, its `tracestate` is an orphan and is not passed on.
    pub continued: bool,
}

impl ExchangeIds {
    /// Continues the trace of `headers` when its `traceparent` is valid; otherwise starts a new one.
    pub(super) fn new(headers: Option<&HeaderMap>) -> Self {
        let mut request_id = String::with_capacity(32);
        push_hex(&mut request_id, random());
        push_hex(&mut request_id, random());
        let caller = headers.and_then(|headers| headers.get(&TRACEPARENT)).and_then(|value| parse(value.as_bytes()));
        let (trace_id, flags) = match caller {
            Some((trace_id, flags)) => (trace_id.to_owned(), flags),
            None => (request_id.clone(), "00"),
        };
        let mut traceparent = String::with_capacity(55);
        traceparent.push_str("00-");
        traceparent.push_str(&trace_id);
        traceparent.push('-');
        push_hex(&mut traceparent, random() | 1);
        traceparent.push('-');
        traceparent.push_str(flags);
        Self { request_id, trace_id, traceparent, continued: caller.is_some() }
    }
}

/// Trace id and flags of a valid version 00 `traceparent` (W3C Trace Context §3.2.2): lower-case hex, neither id all zeroes.
fn parse(value: &[u8]) -> Option<(&str, &str)> {
    let text = std::str::from_utf8(value).ok()?;
    let mut fields = text.split('-');
    let (version, trace_id, parent_id, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let hexadecimal = |field: &str, length: usize| {
        field.len() == length && field.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let valid = version == "00"
        && fields.next().is_none()
        && hexadecimal(trace_id, 32)
        && hexadecimal(parent_id, 16)
        && hexadecimal(flags, 2)
        && trace_id.bytes().any(|byte| byte != b'0')
        && parent_id.bytes().any(|byte| byte != b'0');
    valid.then_some((trace_id, flags))
}

/// Appends 16 digits.
/// Perf: three numbers per exchange; the formatting machinery costs five times as much, counted in benches/counts as `exchange.ids`.
fn push_hex(text: &mut String, number: u64) {
    for nibble in (0..16).rev() {
        let digit = (number >> (4 * nibble)) as u8 & 0xF;
        text.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + (digit - 10) }));
    }
}

/// One step of SplitMix64 over a per-thread state seeded by the standard library's random keys. Ids must differ; they need not be secret.
fn random() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    thread_local!(static STATE: Cell<u64> = Cell::new(RandomState::new().hash_one(std::thread::current().id())));
    let state = STATE.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
    STATE.set(state);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valid_trace_goes_on_and_an_invalid_one_is_replaced() {
        let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        for (received, kept) in [
            (valid, true),
            ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false),
            ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false),
            ("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(&TRACEPARENT, received.parse().unwrap());
            let ids = ExchangeIds::new(Some(&headers));
            assert_eq!(ids.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736", kept, "{received}");
            assert_eq!(ids.continued, kept, "{received}");
            assert!(parse(ids.traceparent.as_bytes()).is_some());
        }
    }

    #[test]
    fn ids_differ() {
        let first = ExchangeIds::new(None);
        let second = ExchangeIds::new(None);
        assert_ne!(first.request_id, second.request_id);
    }
}

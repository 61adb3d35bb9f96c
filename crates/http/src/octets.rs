//! Classes of octets (RFC 9110 §5.6, RFC 3986 §2) as tables, and the one scan that looks at many octets at once. No meaning beyond
//! the character level lives here.

/// A set of octets. Perf: one load per octet; the index is a byte, so there is no bounds check.
#[derive(Debug)]
pub(crate) struct Octets([bool; 256]);

impl Octets {
    /// The letters, the digits and every octet of `others`.
    const fn alphanumeric_and(others: &[u8]) -> Self {
        let mut set = Self::of(others).0;
        let mut octet = 0;
        #[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
        while octet < 256 {
            set[octet] |= (octet as u8).is_ascii_alphanumeric();
            octet += 1;
        }
        Self(set)
    }

    /// Exactly `members`.
    const fn of(members: &[u8]) -> Self {
        let mut set = [false; 256];
        let mut at = 0;
        #[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
        while at < members.len() {
            set[members[at] as usize] = true;
            at += 1;
        }
        Self(set)
    }

    /// Every visible ASCII octet but `others`.
    const fn visible_but(others: &[u8]) -> Self {
        let excluded = Self::of(others).0;
        let mut set = [false; 256];
        let mut octet = 0x21;
        #[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
        while octet < 0x7f {
            set[octet] = !excluded[octet];
            octet += 1;
        }
        Self(set)
    }

    /// Whether `octet` is a member.
    #[inline]
    pub(crate) fn has(&self, octet: u8) -> bool {
        self.0.get(usize::from(octet)).copied().unwrap_or(false)
    }

    /// Length of the longest prefix of `text` whose octets are all members.
    #[inline]
    pub(crate) fn prefix(&self, text: &[u8]) -> usize {
        text.iter().position(|&octet| !self.has(octet)).unwrap_or(text.len())
    }

    /// Whether every octet of `text` is a member.
    pub(crate) fn all(&self, text: &[u8]) -> bool {
        self.prefix(text) == text.len()
    }
}

/// `tchar` (RFC 9110 §5.6.2): what methods and field names are made of.
pub(crate) static TOKEN: Octets = Octets::alphanumeric_and(b"!#$%&'*+-.^_`|~");

/// What a request target may hold on the wire. Wider than RFC 3986 by the `{ | } \ ^` that clients send unescaped (the path rules judge
/// those later); `#` never belongs in a target, and quotes, angle brackets and back-ticks are read differently by different parsers.
pub(crate) static TARGET: Octets = Octets::visible_but(b"\"#<>`");

/// `unreserved` (RFC 3986 §2.3): octets that mean the same with and without percent-encoding.
pub(crate) static UNRESERVED: Octets = Octets::alphanumeric_and(b"-._~");

/// `pchar` without `;` and percent-encoding (RFC 3986 §3.3), and the `/` between segments.
pub(crate) static PATH: Octets = Octets::alphanumeric_and(b"-._~!$&'()*+,=:@/");

/// Whether `octet` may not stand in a field value (RFC 9110 §5.5): a control other than horizontal tab.
#[inline]
pub(crate) const fn is_control(octet: u8) -> bool {
    (octet < 0x20 && octet != b'\t') || octet == 0x7f
}

/// Perf: written without a way out, so that sixteen octets are compared at once.
#[inline]
fn control_among(octets: &[u8; 16]) -> bool {
    octets.iter().fold(0, |found, &octet| found | u8::from(is_control(octet))) != 0
}

/// The first control octet of `text` other than horizontal tab. Perf: sixteen octets a step, the last step overlaps the one before.
#[inline]
pub(crate) fn first_control(text: &[u8]) -> Option<u8> {
    let found = match text.last_chunk::<16>() {
        Some(last) => text.as_chunks::<16>().0.iter().any(control_among) || control_among(last),
        None => text.iter().fold(0, |found, &octet| found | u8::from(is_control(octet))) != 0,
    };
    if found { text.iter().copied().find(|&octet| is_control(octet)) } else { None }
}

const ONES: u64 = u64::MAX / 255;
const HIGHS: u64 = ONES * 0x80;

/// The high bit of each octet of `word` that is no ASCII letter, digit or dash: the octets of almost every field name. Sums stay
/// within their octet, because each starts below 0x80.
#[inline]
const fn uncommon(word: u64) -> u64 {
    const fn at_least(low: u64, octet: u8) -> u64 {
        low.wrapping_add(ONES.wrapping_mul(0x80 - octet as u64))
    }
    let low = word & !HIGHS;
    let folded = low | ONES.wrapping_mul(0x20);
    let letter = at_least(folded, b'a') & !at_least(folded, b'z' + 1);
    let digit = at_least(low, b'0') & !at_least(low, b'9' + 1);
    let other = (low ^ ONES.wrapping_mul(b'-' as u64)).wrapping_add(!HIGHS);
    (!(letter | digit) & other & HIGHS) | (word & HIGHS)
}

/// Length of the longest prefix of `text` that is a token. Perf: eight octets a step as long as they are common ones.
#[inline]
pub(crate) fn token(text: &[u8]) -> usize {
    let mut length = 0_usize;
    let mut rest = text;
    while let Some((eight, after)) = rest.split_first_chunk::<8>() {
        let uncommon = uncommon(u64::from_le_bytes(*eight));
        if uncommon != 0 {
            let common = uncommon.trailing_zeros() / 8;
            length = length.saturating_add(common as usize);
            let first = eight.get(common as usize).copied().unwrap_or(0);
            if !TOKEN.has(first) {
                return length;
            }
            break;
        }
        length = length.saturating_add(8);
        rest = after;
    }
    let tail = text.get(length..).unwrap_or_default();
    length.saturating_add(TOKEN.prefix(tail))
}

/// `text` without the spaces and tabs around it (OWS, RFC 9110 §5.6.3).
pub(crate) fn trimmed(text: &[u8]) -> &[u8] {
    let mut text = text;
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_same_control_octets_as_a_plain_loop_at_every_place_and_length() {
        for length in 0..40_usize {
            for at in 0..length {
                for octet in 0..=255_u8 {
                    let mut text = vec![b'a'; length];
                    text[at] = octet;
                    assert_eq!(first_control(&text), is_control(octet).then_some(octet), "{octet:#x} at {at} of {length}");
                }
            }
        }
    }

    #[test]
    fn finds_the_same_tokens_as_a_plain_loop_at_every_place_and_length() {
        for length in 0..20_usize {
            for at in 0..length {
                for octet in 0..=255_u8 {
                    for rest in [b'a', b'Z', b'_', b'-', b'0'] {
                        let mut text = vec![rest; length];
                        text[at] = octet;
                        assert_eq!(token(&text), TOKEN.prefix(&text), "{octet:#x} at {at} of {length}");
                    }
                }
            }
        }
    }

    #[test]
    fn octets_next_to_high_ones_are_still_seen() {
        assert_eq!(first_control(b"\xff\xff\xff\x00\xff\xff\xff\xff"), Some(0));
        assert_eq!(first_control(b"\x80\x7f\x80\x80\x80\x80\x80\x80"), Some(0x7f));
        assert_eq!(first_control("äöü ß \t ñandú".as_bytes()), None);
    }

    #[test]
    fn trims_spaces_and_tabs_alone() {
        assert_eq!(trimmed(b" \t a b\t "), b"a b");
        assert_eq!(trimmed(b" \t "), b"");
        assert_eq!(trimmed(b"\x0ba"), b"\x0ba");
    }
}

//! Host and port: one strict grammar for the Host field, the authority of an absolute target and `:authority`.

use std::net::Ipv6Addr;

use crate::octets::UNRESERVED;

/// Longest host name of the domain name system, in characters.
const NAME_CHARACTERS_MAX: usize = 253;

/// Whether `text` is `host [":" port]` (RFC 3986 §3.2.2), narrowed to what hosts are made of: letters, digits, `-._~`, no empty label,
/// no userinfo, no percent-encoding, no zone; a bracketed IPv6 address; a port between 0 and 65535 that is not empty.
pub(crate) fn is_valid(text: &[u8]) -> bool {
    let (host, port) = split(text);
    port.is_none_or(is_port) && is_host(host)
}

/// Host and port of an authority, without judging them.
fn split(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let after_address = memchr::memrchr(b']', text).map_or(0, |at| at.saturating_add(1));
    let tail = text.get(after_address..).unwrap_or_default();
    let Some(colon) = memchr::memchr(b':', tail) else { return (text, None) };
    let at = after_address.saturating_add(colon);
    (text.get(..at).unwrap_or_default(), text.get(at.saturating_add(1)..))
}

fn is_port(text: &[u8]) -> bool {
    if !matches!(text.len(), 1..=5) {
        return false;
    }
    let number = text.iter().try_fold(0_u32, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')));
    number.is_some_and(|number| u16::try_from(number).is_ok())
}

fn is_host(text: &[u8]) -> bool {
    if let [b'[', address @ .., b']'] = text {
        return str::from_utf8(address).is_ok_and(|address| address.parse::<Ipv6Addr>().is_ok());
    }
    let name = text.strip_suffix(b".").unwrap_or(text);
    !name.is_empty()
        && name.len() <= NAME_CHARACTERS_MAX
        && UNRESERVED.all(name)
        && !name.starts_with(b".")
        && !name.ends_with(b".")
        && !name.windows(2).any(|pair| pair == b"..")
}

/// The host of an authority in its one spelling, without port, as routes compare it.
pub fn host(authority: &str) -> &str {
    str::from_utf8(split(authority.as_bytes()).0).unwrap_or(authority)
}

/// One spelling of a valid authority: lower case, without the root's dot.
pub(crate) fn canonical(text: &str) -> String {
    let mut authority = text.to_ascii_lowercase();
    let host_end = host(&authority).len();
    if authority.get(..host_end).is_some_and(|host| host.ends_with('.')) {
        authority.remove(host_end.saturating_sub(1));
    }
    authority
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_hosts_as_the_grammar_says() {
        let long = "a".repeat(253);
        let valid = [
            "a",
            "shop.test",
            "SHOP.test.",
            "shop.test:80",
            "1.2.3.4:0",
            "[::1]",
            "[2001:db8::1]:8443",
            "a_b.test",
            "x:65535",
            &long,
        ];
        let too_long = "a".repeat(254);
        let invalid = [
            "",
            ":80",
            "a:",
            "a:x",
            "a:65536",
            "a:123456",
            "a:+1",
            "a:1:2",
            "u@a",
            "u:p@a",
            "a b",
            "a/b",
            "a?b",
            "a#b",
            "a%41",
            "a..b",
            ".a",
            ".",
            "[::1",
            "::1",
            "[::1]x",
            "[::1%25eth0]",
            "[::g]",
            "[]",
            "a,b",
            "a;b",
            "ä",
            "a\\b",
            "a:80 ",
            "[a]",
            "[::1]:",
            &too_long,
        ];
        for text in valid {
            assert!(is_valid(text.as_bytes()), "{text}");
        }
        for text in invalid {
            assert!(!is_valid(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn has_one_spelling() {
        assert_eq!(canonical("Shop.TEST.:8080"), "shop.test:8080");
        assert_eq!(canonical("Shop.TEST."), "shop.test");
        assert_eq!(canonical("[2001:DB8::1]:80"), "[2001:db8::1]:80");
        assert_eq!(host("[2001:db8::1]:80"), "[2001:db8::1]");
        assert_eq!(host("shop.test:80"), "shop.test");
    }
}

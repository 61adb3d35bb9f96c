//! The one reading of a request target: percent-decoding once, dot segments resolved, empty segments dropped.
//!
//! Normalised, because every server agrees on the result: unreserved characters are decoded, other escapes get upper-case digits,
//! characters that had to be escaped are, `.` and `..` are resolved (RFC 3986 §5.2.4, §6.2.2), runs of `/` become one. A slash at the
//! end stays. Refused, because servers differ: `;` parameters, backslash, an escaped slash or backslash, NUL and other controls, broken
//! escapes, `..` above the root, text that is not UTF-8, and an escaped escape whose second decoding would matter (`%252e`).

use portcullis_inspect::{Class, Finding, Target};

use crate::checks;
use crate::octets::{PATH, UNRESERVED};
use crate::query;

/// A target in its one reading, with what is held against it (check `http.path`; credentials in the query are asked for apart, with
/// [`crate::query::credentials`]). With findings the path is the best that could be made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The target.
    pub target: Target,
    /// What is held against it.
    pub findings: Vec<Finding>,
}

/// What makes a path ambiguous. One finding is reported, for the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    AboveRoot,
    Backslash,
    Control,
    DoubleEncoded,
    EncodedSlash,
    EscapeInvalid,
    NotAbsolute,
    NotUtf8,
    Parameter,
}

impl Doubt {
    fn finding(self) -> Finding {
        let (code, detail) = match self {
            Self::AboveRoot => ("PATH_ABOVE_ROOT", "the path leaves the root by `..`"),
            Self::Backslash => ("PATH_BACKSLASH", "the path holds a backslash"),
            Self::Control => ("PATH_CONTROL", "the path holds a control character"),
            Self::DoubleEncoded => {
                ("PATH_DOUBLE_ENCODED", "the path is percent-encoded twice where a second decoding would matter")
            }
            Self::EncodedSlash => ("PATH_ENCODED_SLASH", "the path holds an escaped slash"),
            Self::EscapeInvalid => ("PATH_ESCAPE_INVALID", "a percent sign is not followed by two hexadecimal digits"),
            Self::NotAbsolute => ("PATH_NOT_ABSOLUTE", "the path does not start with a slash"),
            Self::NotUtf8 => ("PATH_NOT_UTF8", "the path does not decode to UTF-8"),
            Self::Parameter => ("PATH_PARAMETER", "the path holds a parameter after `;`"),
        };
        Finding::new(checks::PATH.name, code, Class::Malformed, detail)
    }
}

/// Reads path and query as received, fragment excluded. `*` (of `OPTIONS *`) is kept as it is.
pub fn read(received: &str) -> Reading {
    let (raw_path, raw_query) = received.split_once('?').map_or((received, None), |(path, query)| (path, Some(query)));
    let (path, doubt) = normalised(raw_path);
    let mut findings = Vec::new();
    findings.extend(doubt.map(Doubt::finding));
    if let Some(query) = raw_query {
        findings.extend(query::character(query));
    }
    let target = Target { path, query: raw_query.map(str::to_owned), received: received.to_owned() };
    Reading { target, findings }
}

/// Perf: most paths are already in normal form, which one look at each octet tells.
fn normalised(raw: &str) -> (String, Option<Doubt>) {
    if is_normal(raw.as_bytes()) || raw == "*" {
        return (raw.to_owned(), None);
    }
    let mut normal = Normaliser { path: Vec::with_capacity(raw.len()), doubt: None };
    if !raw.is_empty() && !raw.starts_with('/') {
        normal.doubt(Doubt::NotAbsolute);
    }
    normal.segments(raw.as_bytes());
    let doubt = normal.doubt;
    (String::from_utf8_lossy(&normal.path).into_owned(), doubt)
}

/// Whether nothing is to be done: plain characters, no empty segment, none that starts with a dot.
fn is_normal(raw: &[u8]) -> bool {
    let mut before = 0;
    raw.first() == Some(&b'/')
        && raw.iter().all(|&octet| {
            let segment_start = before == b'/';
            before = octet;
            PATH.has(octet) && !(segment_start && matches!(octet, b'/' | b'.'))
        })
}

struct Normaliser {
    path: Vec<u8>,
    doubt: Option<Doubt>,
}

impl Normaliser {
    fn doubt(&mut self, doubt: Doubt) {
        self.doubt.get_or_insert(doubt);
    }

    /// Writes each segment behind its slash, and takes it back when it turns out to be a dot segment.
    fn segments(&mut self, raw: &[u8]) {
        let mut decoded = Vec::with_capacity(raw.len());
        let mut ends_open = true;
        for segment in raw.split(|&octet| octet == b'/') {
            let start = self.path.len();
            self.path.push(b'/');
            decoded.push(b'/');
            self.segment(segment, &mut decoded);
            let written = self.path.get(start.saturating_add(1)..).unwrap_or_default();
            ends_open = matches!(written, b"" | b"." | b"..");
            let above = written == b"..";
            let parameter = written.starts_with(b".%3B") || written.starts_with(b"..%3B");
            if ends_open {
                self.path.truncate(start);
            }
            if above {
                self.leave();
            }
            // Where parameters are taken off after decoding, this is a dot segment.
            if parameter {
                self.doubt(Doubt::Parameter);
            }
        }
        if ends_open {
            self.path.push(b'/');
        }
        match str::from_utf8(&decoded) {
            Err(_) => self.doubt(Doubt::NotUtf8),
            Ok(text) if text.chars().any(char::is_control) => self.doubt(Doubt::Control),
            Ok(_) => {}
        }
        if decoded.contains(&b'%') {
            self.judge_second_decoding(&decoded);
        }
    }

    /// Takes back the segment before. What is taken back was written once, so this stays linear.
    fn leave(&mut self) {
        match memchr::memrchr(b'/', &self.path) {
            Some(parent) => self.path.truncate(parent),
            None => self.doubt(Doubt::AboveRoot),
        }
    }

    fn segment(&mut self, segment: &[u8], decoded: &mut Vec<u8>) {
        let mut rest = segment;
        while let Some((&octet, after)) = rest.split_first() {
            rest = after;
            if octet == b'%' {
                match escape(after) {
                    Some((escaped, after)) => {
                        self.judge_escaped(escaped);
                        self.write(escaped, UNRESERVED.has(escaped));
                        decoded.push(escaped);
                        rest = after;
                        continue;
                    }
                    None => self.doubt(Doubt::EscapeInvalid),
                }
            }
            self.judge(octet);
            self.write(octet, PATH.has(octet));
            decoded.push(octet);
        }
    }

    fn judge(&mut self, octet: u8) {
        match octet {
            b';' => self.doubt(Doubt::Parameter),
            b'\\' => self.doubt(Doubt::Backslash),
            _ => {}
        }
    }

    /// Judges an octet that came escaped.
    fn judge_escaped(&mut self, octet: u8) {
        match octet {
            b'/' => self.doubt(Doubt::EncodedSlash),
            b'\\' => self.doubt(Doubt::Backslash),
            _ => {}
        }
    }

    /// Judges what a second decoding would make of the path. It looks at the decoded path, because the digits behind an escaped percent
    /// sign may have been escaped themselves (`%25%32e`). What a third decoding would change is refused whatever it is.
    fn judge_second_decoding(&mut self, decoded: &[u8]) {
        let mut twice = Vec::with_capacity(decoded.len());
        let mut rest = decoded;
        while let Some((&octet, after)) = rest.split_first() {
            rest = after;
            let Some((escaped, after)) = escape(after).filter(|_| octet == b'%') else {
                twice.push(octet);
                continue;
            };
            if escaped.is_ascii_control() || matches!(escaped, b'.' | b'/' | b'\\' | b';' | b'%') {
                return self.doubt(Doubt::DoubleEncoded);
            }
            twice.push(escaped);
            rest = after;
        }
        let changes_again = twice.split(|&octet| octet == b'%').skip(1).any(|behind| escape(behind).is_some());
        if changes_again || !str::from_utf8(&twice).is_ok_and(|text| !text.chars().any(char::is_control)) {
            self.doubt(Doubt::DoubleEncoded);
        }
    }

    fn write(&mut self, octet: u8, plain: bool) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        if plain {
            self.path.push(octet);
        } else {
            let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0');
            self.path.extend_from_slice(&[b'%', digit(octet >> 4), digit(octet & 15)]);
        }
    }
}

/// The octet that two hexadecimal digits at the start of `text` stand for, and what follows them.
pub(crate) fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let [high, low, rest @ ..] = text else { return None };
    let digit = |octet: &u8| char::from(*octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some((digit(high)? << 4 | digit(low)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_into_one_form() {
        let cases = [
            ("/", "/"),
            ("", "/"),
            ("*", "*"),
            ("/a/b", "/a/b"),
            ("/a/", "/a/"),
            ("//a///b//", "/a/b/"),
            ("/.", "/"),
            ("/./a/./", "/a/"),
            ("/a/../b", "/b"),
            ("/a/b/..", "/a/"),
            ("/a/b/../", "/a/"),
            ("/a/..", "/"),
            ("/a/%2e%2E/b", "/b"),
            ("/a/.%2e/b", "/b"),
            ("/a//../b", "/b"),
            ("/%41%7a%2d%5F%7E%2e%39", "/Az-_~.9"),
            ("/a%c3%a4", "/a%C3%A4"),
            ("/a%3ab:c", "/a%3Ab:c"),
            ("/a%20b", "/a%20b"),
            ("/{id}|^\"", "/%7Bid%7D%7C%5E%22"),
            ("/a%25b", "/a%25b"),
            ("/100%2541", "/100%2541"),
            ("/100%25%20off", "/100%25%20off"),
            ("/a/...%3B/a..%3b", "/a/...%3B/a..%3B"),
            ("/%25c3%25a4", "/%25c3%25a4"),
            ("/.a/..b/.../a.", "/.a/..b/.../a."),
            ("/a%3Bb", "/a%3Bb"),
            ("/!$&'()*+,=:@", "/!$&'()*+,=:@"),
        ];
        for (received, path) in cases {
            let reading = read(received);
            assert_eq!(reading.target.path, path, "{received}");
            assert_eq!(reading.findings, [], "{received}");
            assert_eq!(reading.target.received, received);
            assert_eq!(read(path).target.path, path, "normal form is its own normal form");
        }
    }

    #[test]
    fn ambiguous_paths_are_refused() {
        let cases = [
            ("/..", "PATH_ABOVE_ROOT"),
            ("/a/../..", "PATH_ABOVE_ROOT"),
            ("/%2e%2e/a", "PATH_ABOVE_ROOT"),
            ("//../a", "PATH_ABOVE_ROOT"),
            ("/a/..;/b", "PATH_PARAMETER"),
            ("/a;b=c", "PATH_PARAMETER"),
            ("/;", "PATH_PARAMETER"),
            ("/a\\b", "PATH_BACKSLASH"),
            ("/a%5cb", "PATH_BACKSLASH"),
            ("/a%2fb", "PATH_ENCODED_SLASH"),
            ("/a/..%2F", "PATH_ENCODED_SLASH"),
            ("/a%00", "PATH_CONTROL"),
            ("/a%0d%0a", "PATH_CONTROL"),
            ("/a%09", "PATH_CONTROL"),
            ("/a%7f", "PATH_CONTROL"),
            ("/a%c2%85", "PATH_CONTROL"),
            ("/%", "PATH_ESCAPE_INVALID"),
            ("/%a", "PATH_ESCAPE_INVALID"),
            ("/%zz", "PATH_ESCAPE_INVALID"),
            ("/%a/b", "PATH_ESCAPE_INVALID"),
            ("/%+1", "PATH_ESCAPE_INVALID"),
            ("/%u002e", "PATH_ESCAPE_INVALID"),
            ("/%c0%ae", "PATH_NOT_UTF8"),
            ("/%e0%80%af", "PATH_NOT_UTF8"),
            ("/%ff", "PATH_NOT_UTF8"),
            ("/%c3/%a4", "PATH_NOT_UTF8"),
            ("/%ed%a0%80", "PATH_NOT_UTF8"),
            ("/%252e%252e/", "PATH_DOUBLE_ENCODED"),
            ("/%252f", "PATH_DOUBLE_ENCODED"),
            ("/%255c", "PATH_DOUBLE_ENCODED"),
            ("/%2500", "PATH_DOUBLE_ENCODED"),
            ("/%25252e", "PATH_DOUBLE_ENCODED"),
            ("/%253b", "PATH_DOUBLE_ENCODED"),
            ("/%25%32e", "PATH_DOUBLE_ENCODED"),
            ("/%25%32%65", "PATH_DOUBLE_ENCODED"),
            ("/%252%65%252%65/a", "PATH_DOUBLE_ENCODED"),
            ("/%25%2532e", "PATH_DOUBLE_ENCODED"),
            ("/%25c0%25ae", "PATH_DOUBLE_ENCODED"),
            ("/%25c2%2585", "PATH_DOUBLE_ENCODED"),
            ("/a/..%3b/b", "PATH_PARAMETER"),
            ("/a/%2e%2e%3Bx=y/b", "PATH_PARAMETER"),
            ("/a/.%3b", "PATH_PARAMETER"),
            ("a", "PATH_NOT_ABSOLUTE"),
        ];
        for (received, code) in cases {
            let findings = read(received).findings;
            assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), [code], "{received}");
        }
    }

    #[test]
    fn the_path_of_every_octet_is_visible_ascii_without_dot_segments() {
        for first in 0..=255_u8 {
            for second in [b'.', b'/', b'a', b'%', b'2', first] {
                let escaped = format!("/a/%{first:02x}{}/../{}", char::from(second), char::from(first & 0x7f));
                let path = read(&escaped).target.path;
                assert!(path.starts_with('/') && path.bytes().all(|octet| octet.is_ascii_graphic()), "{escaped:?} {path:?}");
                assert!(
                    !path.contains("//") && path.split('/').all(|segment| segment != "." && segment != ".."),
                    "{escaped:?} {path:?}"
                );
                assert_eq!(read(&path).target.path, path);
            }
        }
    }

    #[test]
    fn the_query_stays_as_received() {
        let target = read("/a?b=%41?c&&;").target;
        assert_eq!(target.query.as_deref(), Some("b=%41?c&&;"));
        assert_eq!(read("/a?").target.query.as_deref(), Some(""));
        assert_eq!(read("/a").target.query, None);
    }
}

//! HTTP requests written down as text: the `.http` form read by `portcullis explain` and by the attack and benign cases.
//!
//! ```text
//! # comments may come first
//! POST /graphql HTTP/1.1
//! Host: shop.example
//! Content-Type: application/json
//!
//! {"query":"{me{id}}"}
//! ```
//!
//! The form states bytes, not meaning: head lines are sent as they stand, joined by CRLF, however wrong they are. The only thing added
//! is a `Content-Length` where there is a body and nothing frames it.

use std::fmt;

/// A request as written in a file. Not judged in any way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageFile {
    lines: Vec<Vec<u8>>,
    body: Vec<u8>,
}

/// Why a file is not in the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageFileProblem {
    /// Nothing but comments and blank lines.
    NoRequestLine,
    /// A head line holds a NUL or a lone CR, which the form cannot show.
    ControlByteInHead {
        /// Line of the file, from 1.
        line: usize,
    },
}

impl fmt::Display for MessageFileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRequestLine => f.write_str("there is no request line"),
            Self::ControlByteInHead { line } => {
                write!(f, "line {line} of the head holds a carriage return or NUL: write such a request in the `.raw` form")
            }
        }
    }
}

impl std::error::Error for MessageFileProblem {}

impl MessageFile {
    /// Reads the form. Lines of the head may end in LF or CRLF in the file; the body is taken verbatim, without one final line end.
    pub fn read(text: &[u8]) -> Result<Self, MessageFileProblem> {
        let mut rest = text;
        let mut number = 0;
        let mut lines: Vec<Vec<u8>> = Vec::new();
        while let Some((line, after)) = next_line(rest) {
            rest = after;
            number += 1;
            if lines.is_empty() && (line.is_empty() || line == b"#" || line.starts_with(b"# ")) {
                continue;
            }
            if line.is_empty() {
                break;
            }
            if line.iter().any(|byte| matches!(byte, b'\r' | 0)) {
                return Err(MessageFileProblem::ControlByteInHead { line: number });
            }
            lines.push(line.to_vec());
        }
        if lines.is_empty() {
            return Err(MessageFileProblem::NoRequestLine);
        }
        Ok(Self { lines, body: without_final_line_end(rest).to_vec() })
    }

    /// Method as written: the request line up to its first space.
    pub fn method(&self) -> &[u8] {
        self.lines.first().and_then(|line| line.split(|byte| *byte == b' ').next()).unwrap_or_default()
    }

    /// Body as written.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The bytes a client would send.
    pub fn wire(&self) -> Vec<u8> {
        let mut wire = Vec::with_capacity(self.body.len() + 512);
        for line in &self.lines {
            wire.extend_from_slice(line);
            wire.extend_from_slice(b"\r\n");
        }
        if !self.body.is_empty() && !self.is_framed() {
            wire.extend_from_slice(format!("Content-Length: {}\r\n", self.body.len()).as_bytes());
        }
        wire.extend_from_slice(b"\r\n");
        wire.extend_from_slice(&self.body);
        wire
    }

    /// Whether some head line says where the body ends. Spaces before the colon count: the author meant to frame it, wrongly.
    fn is_framed(&self) -> bool {
        self.lines.iter().skip(1).any(|line| {
            let name = line.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii();
            name.eq_ignore_ascii_case(b"content-length") || name.eq_ignore_ascii_case(b"transfer-encoding")
        })
    }
}

/// The next line without its end, and what follows it; `None` at the end of the text.
fn next_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if text.is_empty() {
        return None;
    }
    let (line, rest) = match text.iter().position(|byte| *byte == b'\n') {
        Some(end) => (text.get(..end)?, text.get(end + 1..)?),
        None => (text, &[][..]),
    };
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest))
}

fn without_final_line_end(body: &[u8]) -> &[u8] {
    let Some(body) = body.strip_suffix(b"\n") else { return body };
    body.strip_suffix(b"\r").unwrap_or(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(text: &str) -> String {
        String::from_utf8(MessageFile::read(text.as_bytes()).unwrap().wire()).unwrap()
    }

    #[test]
    fn comments_go_and_lines_end_in_crlf() {
        assert_eq!(wire("# a comment\n# another\nGET /a HTTP/1.1\nHost: x\n\n"), "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    #[test]
    fn a_head_without_a_blank_line_is_a_whole_head() {
        assert_eq!(wire("GET /a HTTP/1.1\nHost: x"), "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    #[test]
    fn a_body_gets_a_length_only_where_nothing_frames_it() {
        for (head, added) in [
            ("POST / HTTP/1.1\nHost: x", true),
            ("POST / HTTP/1.1\nContent-Length: 9", false),
            ("POST / HTTP/1.1\ncontent-length: 9", false),
            ("POST / HTTP/1.1\nTransfer-Encoding: chunked", false),
            ("POST / HTTP/1.1\nTransfer-Encoding : chunked", false),
            ("POST / HTTP/1.1\nX-Content-Length: 9", true),
        ] {
            let sent = wire(&format!("{head}\n\nabc\n"));
            assert_eq!(sent.contains("Content-Length: 3\r\n"), added, "{head}");
            assert!(sent.ends_with("\r\n\r\nabc"), "{head}");
        }
    }

    #[test]
    fn a_body_keeps_everything_but_one_final_line_end() {
        let file = MessageFile::read(b"POST / HTTP/1.1\n\n# not a comment\n\n{}\n\n").unwrap();
        assert_eq!(file.body(), b"# not a comment\n\n{}\n");
    }

    #[test]
    fn a_file_saved_with_crlf_reads_the_same() {
        let unix = MessageFile::read(b"# c\nPOST / HTTP/1.1\nHost: x\n\nabc\n").unwrap();
        assert_eq!(MessageFile::read(b"# c\r\nPOST / HTTP/1.1\r\nHost: x\r\n\r\nabc\r\n").unwrap(), unix);
    }

    #[test]
    fn wrong_heads_are_kept_as_they_stand() {
        assert_eq!(wire("GET  /a\nHost : x\n folded\n"), "GET  /a\r\nHost : x\r\n folded\r\n\r\n");
    }

    #[test]
    fn what_is_no_request_is_said() {
        for empty in ["", "\n\n", "# only a comment\n", "#\n"] {
            assert_eq!(MessageFile::read(empty.as_bytes()), Err(MessageFileProblem::NoRequestLine), "{empty:?}");
        }
        assert_eq!(MessageFile::read(b"GET / HTTP/1.1\nA: b\rc\n\n"), Err(MessageFileProblem::ControlByteInHead { line: 2 }));
    }
}

//! Writing: the one spelling in which a tree goes out.
//!
//! No white space; members keep their order, numbers their spelling. Strings are written as UTF-8, and only what the grammar demands is
//! escaped: `"`, `\` and control characters, in the shortest form, hexadecimal digits in lower case (as in RFC 8785 §3.2.2.2).

use crate::document::{Kind, Node, Value};
use crate::string;

/// Writes `text` as a JSON string, quotes included.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let plain = string::plain(rest);
        let (head, tail) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
        out.extend_from_slice(head);
        let Some((special, after)) = tail.split_first() else { break };
        write_escape(out, *special);
        rest = after;
    }
    out.push(b'"');
}

fn write_escape(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        0x08 => b'b',
        0x0C => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            let hex = |digit: u8| if digit < 10 { b'0' + digit } else { b'a' + (digit - 10) };
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', hex(byte >> 4), hex(byte & 0xF)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Something open while writing: where it ends and with what.
struct Closing {
    at: usize,
    bracket: u8,
}

impl Value<'_> {
    /// Writes the value with everything in it.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut closings: Vec<Closing> = Vec::new();
        let end = self.node.after as usize;
        let mut index = self.index;
        let mut first = true;
        while let Some(node) = self.nodes.get(index).filter(|_| index < end) {
            if !first {
                out.push(b',');
            }
            index = index.saturating_add(1);
            let mut node = *node;
            if node.kind == Kind::Name {
                self.write_text(out, &node);
                out.push(b':');
                let Some(value) = self.nodes.get(index) else { break };
                node = *value;
                index = index.saturating_add(1);
            }
            first = match node.kind {
                Kind::Array => open(out, &mut closings, &node, b'[', b']'),
                Kind::Object => open(out, &mut closings, &node, b'{', b'}'),
                _ => self.write_scalar(out, &node),
            };
            while let Some(closing) = closings.pop_if(|closing| closing.at == index) {
                out.push(closing.bracket);
                first = false;
            }
        }
    }

    fn write_scalar(&self, out: &mut Vec<u8>, node: &Node) -> bool {
        match node.kind {
            Kind::String | Kind::Name => self.write_text(out, node),
            _ => out.extend_from_slice(node.span.of(self.text).unwrap_or_default()),
        }
        false
    }

    fn write_text(&self, out: &mut Vec<u8>, node: &Node) {
        let raw = node.span.of(self.text).unwrap_or_default();
        if node.escaped {
            write_string(out, &string::meaning(raw, true));
        } else {
            out.push(b'"');
            out.extend_from_slice(raw);
            out.push(b'"');
        }
    }
}

/// Writes an opening bracket; what follows is the first of its kind.
fn open(out: &mut Vec<u8>, closings: &mut Vec<Closing>, node: &Node, opening: u8, bracket: u8) -> bool {
    out.push(opening);
    closings.push(Closing { at: node.after as usize, bracket });
    true
}

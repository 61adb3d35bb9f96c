//! The reader: one pass, no recursion.
//!
//! ```text
//! Value ──scalar──────────────▶ Next ──(nothing open)──▶ end of text
//!   │ ▲                          ▲ │ ▲
//!   │ └──','─────(in an array)───┼─┘ │
//!   ├──'['──▶ FirstItem ──']'────┤   │
//!   │              └──▶ Value    │   │ '}' or ']'
//!   └──'{'──▶ FirstName ──'}'────┘   │
//!                  └──▶ Name ──':'──▶ Value
//! ```

use portcullis_inspect::Span;

use crate::document::{Document, Kind, Node, Open};
use crate::fault::{Fault, Reason};
use crate::limits::Bounds;
use crate::{keys, number, string};

#[derive(Clone, Copy, Debug)]
enum Expect {
    Value,
    FirstItem,
    FirstName,
    Name,
    Next,
}

struct Reader<'r> {
    text: &'r [u8],
    at: usize,
    bounds: &'r Bounds,
    document: &'r mut Document,
}

type Step = Result<Expect, Fault>;

/// Fills `document` with the nodes of `text`.
pub(crate) fn read(document: &mut Document, text: &[u8], bounds: &Bounds) -> Result<(), Fault> {
    if text.starts_with(b"\xEF\xBB\xBF") {
        return Err(Fault::at(Reason::ByteOrderMark, 0));
    }
    if let Err(error) = std::str::from_utf8(text) {
        return Err(Fault::at(Reason::NotUtf8, error.valid_up_to()));
    }
    if u32::try_from(text.len()).is_err() {
        return Err(Fault::over(Reason::Nodes, 0, bounds.nodes));
    }
    Reader { text, at: 0, bounds, document }.run()
}

impl Reader<'_> {
    fn run(&mut self) -> Result<(), Fault> {
        let mut expect = Expect::Value;
        loop {
            self.skip_space();
            expect = match expect {
                Expect::Value => self.value()?,
                Expect::FirstItem if self.peek() == Some(b']') => self.close()?,
                Expect::FirstItem => {
                    self.count_child(Reason::Elements, self.bounds.elements)?;
                    self.value()?
                }
                Expect::FirstName if self.peek() == Some(b'}') => self.close()?,
                Expect::FirstName | Expect::Name => self.name()?,
                Expect::Next => match self.document.open.last() {
                    Some(open) => self.separator(open.object)?,
                    None if self.at == self.text.len() => return Ok(()),
                    None => return Err(self.fault(Reason::TrailingData)),
                },
            };
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn fault(&self, reason: Reason) -> Fault {
        Fault::at(reason, self.at)
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Step {
        match self.peek() {
            Some(b'"') => {
                self.string(Kind::String)?;
                Ok(Expect::Next)
            }
            Some(b'{') => self.open(Kind::Object),
            Some(b'[') => self.open(Kind::Array),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true", Kind::Bool(true)),
            Some(b'f') => self.word(b"false", Kind::Bool(false)),
            Some(b'n') => self.word(b"null", Kind::Null),
            _ => Err(self.fault(Reason::Syntax("a value was expected"))),
        }
    }

    /// `[` or `{`
    fn open(&mut self, kind: Kind) -> Step {
        if self.document.open.len() >= self.bounds.depth {
            return Err(Fault::over(Reason::Depth, self.at, self.bounds.depth));
        }
        let node = self.document.nodes.len();
        let object = kind == Kind::Object;
        self.push(kind, self.at, self.at, false)?;
        self.document.open.push(Open { node, children: 0, object });
        self.at += 1;
        Ok(if object { Expect::FirstName } else { Expect::FirstItem })
    }

    /// `,` or the end of the innermost container.
    fn separator(&mut self, object: bool) -> Step {
        match (self.peek(), object) {
            (Some(b','), true) => {
                self.at += 1;
                Ok(Expect::Name)
            }
            (Some(b','), false) => {
                self.at += 1;
                self.count_child(Reason::Elements, self.bounds.elements)?;
                Ok(Expect::Value)
            }
            (Some(b'}'), true) | (Some(b']'), false) => self.close(),
            _ => Err(self.fault(Reason::Syntax("a comma or the end of the array or object was expected"))),
        }
    }

    fn close(&mut self) -> Step {
        self.at += 1;
        let after = self.document.nodes.len();
        let Some(open) = self.document.open.pop() else { return Err(self.fault(Reason::Syntax("nothing to close"))) };
        if let Some(node) = self.document.nodes.get_mut(open.node) {
            node.span.end = self.at as u32;
            node.after = after as u32;
        }
        if open.object && open.children > 1 {
            self.check_names(open)?;
        }
        Ok(Expect::Next)
    }

    fn check_names(&self, open: Open) -> Result<(), Fault> {
        let first = open.node.saturating_add(1);
        let members = self.document.nodes.get(first..).unwrap_or_default();
        match keys::duplicate(self.text, members, first, open.children) {
            Some(span) => Err(Fault { reason: Reason::DuplicateKey, span, allowed: None }),
            None => Ok(()),
        }
    }

    /// Member name and `:`
    fn name(&mut self) -> Step {
        if self.peek() != Some(b'"') {
            return Err(self.fault(Reason::Syntax("a member name was expected")));
        }
        self.count_child(Reason::Members, self.bounds.members)?;
        self.string(Kind::Name)?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.fault(Reason::Syntax("a colon was expected")));
        }
        self.at += 1;
        Ok(Expect::Value)
    }

    fn count_child(&mut self, reason: Reason, allowed: usize) -> Result<(), Fault> {
        match self.document.open.last_mut() {
            Some(open) if open.children < allowed => {
                open.children += 1;
                Ok(())
            }
            _ => Err(Fault::over(reason, self.at, allowed)),
        }
    }

    fn string(&mut self, kind: Kind) -> Result<(), Fault> {
        let start = self.at.saturating_add(1);
        let inside = self.text.get(start..).unwrap_or_default();
        let found = string::scan(inside).map_err(|(reason, offset)| Fault::at(reason, start.saturating_add(offset)))?;
        if found.length > self.bounds.string_bytes {
            return Err(Fault::over(Reason::StringLength, start, self.bounds.string_bytes));
        }
        let end = start.saturating_add(found.length);
        self.push(kind, start, end, found.escaped)?;
        self.at = end.saturating_add(1);
        Ok(())
    }

    fn number(&mut self) -> Step {
        let allowed = self.bounds.number_chars;
        let length = number::scan(self.rest(), allowed).map_err(|reason| match reason {
            Reason::NumberLength => Fault::over(reason, self.at, allowed),
            _ => self.fault(reason),
        })?;
        self.scalar(Kind::Number, length)
    }

    fn word(&mut self, word: &'static [u8], kind: Kind) -> Step {
        if !self.rest().starts_with(word) {
            return Err(self.fault(Reason::Syntax("a value was expected")));
        }
        self.scalar(kind, word.len())
    }

    fn scalar(&mut self, kind: Kind, length: usize) -> Step {
        let end = self.at.saturating_add(length);
        self.push(kind, self.at, end, false)?;
        self.at = end;
        Ok(Expect::Next)
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize, escaped: bool) -> Result<(), Fault> {
        let index = self.document.nodes.len();
        if index >= self.bounds.nodes {
            return Err(Fault::over(Reason::Nodes, self.at, self.bounds.nodes));
        }
        let span = Span::new(start as u32, end as u32);
        self.document.nodes.push(Node { span, after: (index as u32).saturating_add(1), kind, escaped });
        Ok(())
    }
}

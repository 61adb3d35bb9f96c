//! The tree: one array of nodes in document order, and views of it.

use std::borrow::Cow;

use portcullis_inspect::Span;

use crate::fault::Fault;
use crate::limits::Bounds;
use crate::{reader, string};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number; its text is its value.
    Number,
    /// A string.
    String,
    /// An array; its elements follow.
    Array,
    /// An object; its members follow, each a [`Kind::Name`] and a value.
    Object,
    /// A member name; its value follows. Never seen through a [`Value`].
    Name,
}

/// One node. 16 bytes; the span of a string or name lies between its quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    /// Index behind the subtree. While a container is open, its own index.
    pub(crate) after: u32,
    pub(crate) kind: Kind,
    /// Whether a string or name holds escapes.
    pub(crate) escaped: bool,
}

/// A container that is still open while reading.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    pub(crate) node: usize,
    pub(crate) children: usize,
    pub(crate) object: bool,
}

/// A text as read. Keeps its buffers, so that one document read many times does not allocate.
#[derive(Clone, Debug, Default)]
pub struct Document {
    pub(crate) nodes: Vec<Node>,
    pub(crate) open: Vec<Open>,
}

impl Document {
    /// An empty document. Allocates nothing.
    pub const fn new() -> Self {
        Self { nodes: Vec::new(), open: Vec::new() }
    }

    /// Reads the whole of `text`, or says why not. After a fault the document is empty.
    pub fn read(&mut self, text: &[u8], bounds: &Bounds) -> Result<(), Fault> {
        self.nodes.clear();
        self.open.clear();
        let outcome = reader::read(self, text, bounds);
        if outcome.is_err() {
            self.nodes.clear();
        }
        outcome
    }

    /// The value that was read, over the text it was read from; `None` when nothing was read.
    pub fn root<'a>(&'a self, text: &'a [u8]) -> Option<Value<'a>> {
        Value::at(&self.nodes, text, 0)
    }

    /// Values and names read: what inspection of the tree costs.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// One value of a document.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    pub(crate) nodes: &'a [Node],
    pub(crate) text: &'a [u8],
    pub(crate) index: usize,
    pub(crate) node: Node,
}

impl<'a> Value<'a> {
    pub(crate) fn at(nodes: &'a [Node], text: &'a [u8], index: usize) -> Option<Self> {
        nodes.get(index).map(|node| Self { nodes, text, index, node: *node })
    }

    /// What it is.
    pub const fn kind(&self) -> Kind {
        self.node.kind
    }

    /// Where it stands; strings without their quotes.
    pub const fn span(&self) -> Span {
        self.node.span
    }

    /// Position in document order: find it again with [`Value::nth`].
    pub const fn index(&self) -> usize {
        self.index
    }

    /// The value at a position of the same document.
    pub fn nth(&self, index: usize) -> Option<Self> {
        Self::at(self.nodes, self.text, index)
    }

    /// The text as written; strings without their quotes.
    pub fn raw(&self) -> &'a [u8] {
        self.node.span.of(self.text).unwrap_or_default()
    }

    /// The string meant, borrowed where it holds no escapes; `None` for other kinds.
    pub fn as_str(&self) -> Option<Cow<'a, str>> {
        match self.node.kind {
            Kind::String | Kind::Name => Some(string::meaning(self.raw(), self.node.escaped)),
            _ => None,
        }
    }

    /// Members of an object, in order; none for other kinds.
    pub fn members(&self) -> Members<'a> {
        Members(self.children(Kind::Object))
    }

    /// Elements of an array, in order; none for other kinds.
    pub fn items(&self) -> Items<'a> {
        self.children(Kind::Array)
    }

    fn children(&self, of: Kind) -> Items<'a> {
        let end = if self.node.kind == of { self.node.after as usize } else { self.index };
        Items { nodes: self.nodes, text: self.text, next: self.index.saturating_add(1), end }
    }
}

/// Elements of an array.
#[derive(Clone, Debug)]
pub struct Items<'a> {
    nodes: &'a [Node],
    text: &'a [u8],
    next: usize,
    end: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        if self.next >= self.end {
            return None;
        }
        let value = Value::at(self.nodes, self.text, self.next)?;
        self.next = value.node.after as usize;
        Some(value)
    }
}

/// Members of an object: name and value.
#[derive(Clone, Debug)]
pub struct Members<'a>(Items<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let name = self.0.next()?;
        let value = self.0.next()?;
        Some((name.as_str()?, value))
    }
}

//! YAML text → a small tree that knows where each value stands.
//!
//! Only the part of YAML 1.2 that every reader reads alike: mappings, lists and scalars. Anchors, aliases, tags, merge keys, keys that are
//! not scalars, a second document and a key that stands twice are refused; depth, size and number of values are bounded before anything
//! is built. Scalars stay text: what a text means is said by the schema, not guessed from its looks.

use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::problem::{Collector, Draft, Fault};

/// Bytes of a configuration file.
pub(super) const TEXT_BYTES_MAX: usize = 1 << 20;
/// Values in a file.
const NODES_MAX: usize = 20_000;
/// Levels of nesting; the deepest setting needs six.
const DEPTH_MAX: usize = 16;

/// A value and where it stands, in bytes.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) content: Content,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Content {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A scalar before its meaning is known.
#[derive(Debug)]
pub(super) struct Scalar {
    pub(super) text: String,
    /// Written without quotes: YAML readers may take it for a number, a boolean or nothing.
    pub(super) plain: bool,
    /// Filled from the environment: never quoted in a problem.
    pub(super) from_env: bool,
    /// Something was filled in: inside `{…}` such a value needs quotes, so quotes do not make it text.
    pub(super) filled: bool,
    /// Already reported: later steps leave it alone.
    pub(super) lost: bool,
}

/// A key and its value.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Range<usize>,
    pub(super) value: Node,
}

/// Reads `text`. `None` when there is no tree to go on with; what is wrong has then been reported.
pub(super) fn read(text: &str, problems: &mut Collector) -> Option<Node> {
    if text.len() > TEXT_BYTES_MAX {
        problems.report(Draft::new(Fault::TooMuch, &(0..0), format!("the file is larger than {TEXT_BYTES_MAX} bytes")));
        return None;
    }
    let mut builder = Builder { text, offsets: Offsets::of(text), stack: Vec::new(), root: None, nodes: 0, usable: true, problems };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, span)) => builder.take(event, span)?,
            Err(error) => {
                let at = builder.offsets.byte(error.marker().index());
                builder.refuse(Fault::Yaml, &(at..at), format!("not YAML: {}", error.info()), None);
                return None;
            }
        }
    }
    if builder.root.is_none() && builder.usable {
        builder.refuse(Fault::Yaml, &(0..0), "the file is empty".to_owned(), Some("it needs at least `listeners` and `services`"));
    }
    builder.root.filter(|_| builder.usable)
}

/// Where characters start: the scanner counts characters, snippets count bytes.
enum Offsets {
    Ascii { len: usize },
    Table(Vec<usize>),
}

impl Offsets {
    fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii { len: text.len() };
        }
        Self::Table(text.char_indices().map(|(at, _)| at).chain(std::iter::once(text.len())).collect())
    }

    fn byte(&self, character: usize) -> usize {
        match self {
            Self::Ascii { len } => character.min(*len),
            Self::Table(table) => table.get(character).or(table.last()).copied().unwrap_or(0),
        }
    }
}

/// A list or mapping whose end has not come yet.
struct Frame {
    start: usize,
    content: Open,
}

enum Open {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, key: Option<(String, Range<usize>)>, seen: HashMap<String, Range<usize>> },
}

struct Builder<'a> {
    text: &'a str,
    offsets: Offsets,
    stack: Vec<Frame>,
    root: Option<Node>,
    nodes: usize,
    /// False once something was refused that leaves a hole in the tree.
    usable: bool,
    problems: &'a mut Collector,
}

impl Builder<'_> {
    /// Takes one event; `None` stops the reading.
    fn take(&mut self, event: Event<'_>, span: Span) -> Option<()> {
        let span = self.offsets.byte(span.start.index())..self.offsets.byte(span.end.index());
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                self.refuse(
                    Fault::Yaml,
                    &span,
                    "a second document starts here".to_owned(),
                    Some("a configuration is one document"),
                );
                None
            }
            Event::Alias(_) => {
                self.refuse(Fault::Yaml, &span, "aliases are not read".to_owned(), Some("write the value out where it is needed"));
                self.value(Node { span, content: Content::Scalar(Scalar::lost()) })
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(&span, anchor, tag.is_some());
                self.scalar(text.into_owned(), style == ScalarStyle::Plain, span)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_extras(&span, anchor, tag.is_some());
                self.open(&span, Open::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_extras(&span, anchor, tag.is_some());
                self.open(&span, Open::Map { entries: Vec::new(), key: None, seen: HashMap::new() })
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&span),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => Some(()),
        }
    }

    fn refuse(&mut self, fault: Fault, span: &Range<usize>, what: String, help: Option<&'static str>) {
        let draft = Draft::new(fault, span, what);
        self.problems.report(if let Some(help) = help { draft.help(help) } else { draft });
        self.usable = false;
    }

    fn refuse_extras(&mut self, span: &Range<usize>, anchor: usize, tagged: bool) {
        if anchor > 0 {
            self.refuse(Fault::Yaml, span, "anchors are not read".to_owned(), Some("write the value out where it is needed"));
        }
        if tagged {
            self.refuse(Fault::Yaml, span, "tags are not read".to_owned(), Some("every key says by itself what its value is"));
        }
    }

    /// Counts one value, and refuses to build more than the bounds allow.
    fn count(&mut self, span: &Range<usize>) -> Option<()> {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > NODES_MAX {
            self.refuse(Fault::TooMuch, span, format!("more than {NODES_MAX} values"), None);
            return None;
        }
        Some(())
    }

    fn open(&mut self, span: &Range<usize>, content: Open) -> Option<()> {
        self.count(span)?;
        if self.stack.len() >= DEPTH_MAX {
            self.refuse(Fault::TooMuch, span, format!("nested deeper than {DEPTH_MAX} levels"), None);
            return None;
        }
        if matches!(self.stack.last(), Some(Frame { content: Open::Map { key: None, .. }, .. })) {
            self.refuse(
                Fault::Yaml,
                span,
                "a key is a list or a mapping".to_owned(),
                Some("keys are names; quote a value with braces"),
            );
            return None;
        }
        self.stack.push(Frame { start: span.start, content });
        Some(())
    }

    fn close(&mut self, span: &Range<usize>) -> Option<()> {
        let frame = self.stack.pop()?;
        let (content, last) = match frame.content {
            Open::List(items) => {
                let last = items.last().map(|item| item.span.end);
                (Content::List(items), last)
            }
            Open::Map { entries, .. } => {
                let last = entries.last().map(|entry| entry.value.span.end);
                (Content::Map(entries), last)
            }
        };
        // A block collection ends where the scanner noticed, often lines below; its last value is the end a reader sees. A flow
        // collection ends with its bracket.
        let flow = matches!(self.text.as_bytes().get(frame.start), Some(b'[' | b'{'));
        let end = if flow { span.end } else { last.unwrap_or(span.end) };
        self.value(Node { span: frame.start..end.max(frame.start), content })
    }

    fn scalar(&mut self, text: String, plain: bool, span: Range<usize>) -> Option<()> {
        self.count(&span)?;
        if matches!(self.stack.last(), Some(Frame { content: Open::Map { key: None, .. }, .. })) {
            self.key(text, span);
            return Some(());
        }
        self.value(Node { span, content: Content::Scalar(Scalar { text, plain, from_env: false, filled: false, lost: false }) })
    }

    fn key(&mut self, text: String, span: Range<usize>) {
        if text == "<<" {
            self.refuse(Fault::Yaml, &span, "merge keys are not read".to_owned(), Some("write the keys out where they are needed"));
        }
        if let Some(Frame { content: Open::Map { key, .. }, .. }) = self.stack.last_mut() {
            *key = Some((text, span));
        }
    }

    fn value(&mut self, node: Node) -> Option<()> {
        match self.stack.last_mut().map(|frame| &mut frame.content) {
            None => self.root = Some(node),
            Some(Open::List(items)) => items.push(node),
            Some(Open::Map { entries, key, seen }) => {
                let Some((name, key_span)) = key.take() else {
                    self.refuse(Fault::Yaml, &node.span, "a key is an alias".to_owned(), None);
                    return None;
                };
                if let Some(first) = seen.get(&name) {
                    let draft = Draft::new(Fault::DuplicateKey, &key_span, format!("`{}` stands twice", shorten(&name)));
                    self.problems.report(draft.other(first, "first here").help("keep one of the two"));
                } else {
                    seen.insert(name.clone(), key_span.clone());
                    entries.push(Entry { key: name, key_span, value: node });
                }
            }
        }
        Some(())
    }
}

impl Scalar {
    fn lost() -> Self {
        Self { text: String::new(), plain: true, from_env: false, filled: false, lost: true }
    }
}

/// A name as quoted in a problem.
pub(super) fn shorten(name: &str) -> String {
    match name.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

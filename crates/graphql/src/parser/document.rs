//! The document as flat arrays.
//!
//! Seven arrays, each in the order of the text: definitions own runs of variables, directives and selections; fields own runs of
//! arguments and directives; arguments and variables own one value each, whose subtree follows it in the array of values. Trees
//! (selections, values) are in pre-order: `end` is the index after the subtree, `parent` the index of the node around it.
//!
//! Spans point into the text that was parsed, which the document does not own: whoever keeps a document keeps its text.

use portcullis_inspect::Span;

/// In place of an index: there is none.
pub const NONE: u32 = u32::MAX;

/// A run `start..end` of entries of one array.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Index of the first entry.
    pub start: u32,
    /// Index after the last entry.
    pub end: u32,
}

impl Run {
    /// Entries in the run.
    pub const fn count(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the run has no entry.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// The entries of the run; none when the run does not belong to this array.
    pub fn of<T>(self, array: &[T]) -> &[T] {
        array.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// What a definition defines (GraphQL §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefinitionKind {
    /// `query`, or a selection set alone.
    Query,
    /// `mutation`.
    Mutation,
    /// `subscription`.
    Subscription,
    /// `fragment`.
    Fragment,
}

/// An operation or a fragment (GraphQL §2.3, §2.8). Descriptions are read and not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What is defined.
    pub kind: DefinitionKind,
    /// Its name; empty for an operation without one.
    pub name: Span,
    /// Type condition of a fragment; empty for operations.
    pub condition: Span,
    /// Variable definitions.
    pub variables: Run,
    /// Directives of the definition itself.
    pub directives: Run,
    /// Selections, all levels; the first is of the first level.
    pub selections: Run,
}

/// What a selection is (GraphQL §2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectionKind {
    /// A field.
    Field,
    /// `...Name`.
    Spread,
    /// `... on Type { }` or `... { }`.
    Inline,
}

/// A field, a fragment spread or an inline fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Which of the three.
    pub kind: SelectionKind,
    /// Name of the field, of the fragment spread, or of the type condition; empty for an inline fragment without condition.
    pub name: Span,
    /// Alias of a field; empty when there is none.
    pub alias: Span,
    /// Arguments of a field.
    pub arguments: Run,
    /// Directives.
    pub directives: Run,
    /// Index after the subtree: one after this node when it has no selection set.
    pub end: u32,
    /// The selection around it, or [`NONE`] at the first level.
    pub parent: u32,
}

impl Selection {
    /// The key under which the answer holds this field: its alias, or else its name.
    pub const fn response_key(&self) -> Span {
        if self.alias.is_empty() { self.name } else { self.alias }
    }
}

/// A name with a value (GraphQL §2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: Span,
    /// Index of its value.
    pub value: u32,
}

/// A directive (GraphQL §2.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Its name, without `@`.
    pub name: Span,
    /// Its arguments.
    pub arguments: Run,
}

/// A variable definition (GraphQL §2.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name, without `$`.
    pub name: Span,
    /// The named type within all brackets.
    pub type_name: Span,
    /// The type from the inside out, one entry of [`Document::levels`] for the named type and one for each list around it.
    pub levels: Run,
    /// Index of the default value, or [`NONE`].
    pub default: u32,
    /// Directives.
    pub directives: Run,
}

/// What a value is (GraphQL §2.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// `$name`; the span is that of the name.
    Variable,
    /// An integer.
    Int,
    /// A number with fraction or exponent.
    Float,
    /// A quoted string; the span includes the quotes.
    String,
    /// A block string; the span includes the quotes.
    Block,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
    /// Any other name.
    Enum,
    /// `[ ]`.
    List,
    /// `{ }`.
    Object,
}

/// A value: a leaf, or a list or object followed by what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Name of the object field that holds it; empty elsewhere.
    pub key: Span,
    /// Its token; for a list or an object, the opening bracket.
    pub span: Span,
    /// Index after the subtree.
    pub end: u32,
    /// The list or object around it, or [`NONE`].
    pub parent: u32,
}

/// A parsed document. Reuse it: the arrays keep their capacity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    pub(super) definitions: Vec<Definition>,
    pub(super) variables: Vec<Variable>,
    pub(super) levels: Vec<bool>,
    pub(super) directives: Vec<Directive>,
    pub(super) selections: Vec<Selection>,
    pub(super) arguments: Vec<Argument>,
    pub(super) values: Vec<Value>,
    pub(super) tokens: u32,
    pub(super) fragments: u32,
}

impl Document {
    /// An empty document, which [`super::parse`] fills.
    pub fn new() -> Self {
        Self::default()
    }

    /// Definitions, in the order of the text.
    pub fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// All variable definitions.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Levels of the types of all variables: whether each is non-null (`!`).
    pub fn levels(&self) -> &[bool] {
        &self.levels
    }

    /// All directives.
    pub fn directives(&self) -> &[Directive] {
        &self.directives
    }

    /// All selections of all definitions, in pre-order.
    pub fn selections(&self) -> &[Selection] {
        &self.selections
    }

    /// All arguments, of fields and of directives.
    pub fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// All values, in pre-order per value.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Lexical tokens of the text: names, numbers, strings and punctuators. After a fault, those that were read.
    pub const fn tokens(&self) -> u32 {
        self.tokens
    }

    /// How many operations the document defines.
    pub const fn operation_count(&self) -> u32 {
        (self.definitions.len() as u32).saturating_sub(self.fragments)
    }

    /// How many fragments the document defines.
    pub const fn fragment_count(&self) -> u32 {
        self.fragments
    }

    /// Operations, in the order of the text.
    pub fn operations(&self) -> impl Iterator<Item = &Definition> {
        self.definitions.iter().filter(|definition| definition.kind != DefinitionKind::Fragment)
    }

    /// Fragment definitions, in the order of the text.
    pub fn fragments(&self) -> impl Iterator<Item = &Definition> {
        self.definitions.iter().filter(|definition| definition.kind == DefinitionKind::Fragment)
    }

    pub(super) fn clear(&mut self) {
        self.definitions.clear();
        self.variables.clear();
        self.levels.clear();
        self.directives.clear();
        self.selections.clear();
        self.arguments.clear();
        self.values.clear();
        self.fragments = 0;
        self.tokens = 0;
    }
}

/// The text under `span`; empty when the span does not lie in `text`.
#[inline]
pub(crate) fn text_of(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or_default()
}

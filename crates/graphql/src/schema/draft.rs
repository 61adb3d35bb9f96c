//! What the sources say, before it is merged: the same for both forms of upload.

use portcullis_inspect::{Problem, Problems, Source, Span};

use super::table::TypeKind;

/// Where something is written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// Number of the source; [`BUILT_IN`] for what every schema has.
    pub(super) source: u32,
    pub(super) span: Span,
}

/// In place of a source: the specification.
pub(super) const BUILT_IN: u32 = u32::MAX;

/// Why a source cannot be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unread {
    pub(super) span: Option<Span>,
    pub(super) what: &'static str,
    pub(super) help: Option<&'static str>,
}

/// A name and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) place: Place,
}

/// A type as it is referred to.
#[derive(Clone, Debug, Default)]
pub(super) struct Reference {
    pub(super) name: String,
    pub(super) lists: u8,
    pub(super) non_null: u32,
}

/// An argument or an input field.
#[derive(Clone, Debug)]
pub(super) struct InputDraft {
    pub(super) named: Named,
    pub(super) ty: Reference,
    /// Whether a default value is given.
    pub(super) has_default: bool,
}

#[derive(Clone, Debug)]
pub(super) struct FieldDraft {
    pub(super) named: Named,
    pub(super) arguments: Vec<InputDraft>,
    pub(super) ty: Reference,
}

/// A type definition or extension.
#[derive(Clone, Debug)]
pub(super) struct TypeDraft {
    pub(super) named: Named,
    pub(super) kind: TypeKind,
    pub(super) extends: bool,
    pub(super) one_of: bool,
    pub(super) interfaces: Vec<Named>,
    pub(super) fields: Vec<FieldDraft>,
    pub(super) inputs: Vec<InputDraft>,
    /// Members of a union, or values of an enumeration.
    pub(super) words: Vec<Named>,
}

impl TypeDraft {
    pub(super) fn new(named: Named, kind: TypeKind, extends: bool) -> Self {
        Self {
            named,
            kind,
            extends,
            one_of: false,
            interfaces: Vec::new(),
            fields: Vec::new(),
            inputs: Vec::new(),
            words: Vec::new(),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct DirectiveDraft {
    pub(super) named: Named,
    pub(super) arguments: Vec<InputDraft>,
    pub(super) locations: u32,
    pub(super) repeatable: bool,
}

/// Everything all sources say, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    /// Types of query (0), mutation (1) and subscription (2).
    pub(super) roots: Vec<(usize, Named)>,
    /// Whether there is a `schema` definition, so that the usual names of roots mean nothing.
    pub(super) names_roots: bool,
    pub(super) types: Vec<TypeDraft>,
    pub(super) directives: Vec<DirectiveDraft>,
}

/// Notes taken while compiling.
#[derive(Debug)]
pub(super) struct Notes<'a> {
    sources: &'a [Source],
    problems: Problems,
}

impl<'a> Notes<'a> {
    pub(super) fn new(sources: &'a [Source]) -> Self {
        Self { sources, problems: Vec::new() }
    }

    /// Notes that something is not as the specification says, and what is done about it.
    pub(super) fn note(&mut self, place: Place, what: String, help: Option<&str>) {
        let problem = self.problem(place, what, help);
        self.problems.push(problem);
    }

    pub(super) fn problem(&self, place: Place, what: String, help: Option<&str>) -> Problem {
        let source = self.sources.get(place.source as usize).map_or("schema", |source| source.name.as_str());
        let span = (place.source != BUILT_IN).then_some(place.span);
        Problem { source: source.to_owned(), span, what, help: help.map(str::to_owned) }
    }

    pub(super) fn finish(self) -> Problems {
        self.problems
    }
}

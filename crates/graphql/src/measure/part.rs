//! One definition alone: what its own text counts, and where it spreads fragments.

use portcullis_inspect::Span;

use crate::parser::{Definition, Document, NONE, Selection, SelectionKind, SelectionStep};

/// Numbers that add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) fields: u64,
    pub(crate) root_fields: u64,
    pub(crate) aliases: u64,
    pub(crate) directives: u64,
    pub(crate) spreads: u64,
    pub(crate) introspection_fields: u64,
}

/// Numbers of which the largest counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heights {
    /// Field depth outside of introspection.
    pub(crate) depth: u64,
    /// Field depth from `__schema` or `__type` on.
    pub(crate) introspection_depth: u64,
    /// Member lists within one another from there on.
    pub(crate) introspection_lists: u64,
    /// Depth of all fields alike: what this definition adds where it is spread inside introspection.
    pub(crate) any_depth: u64,
    /// Member lists within one another, wherever they stand: the same.
    pub(crate) any_lists: u64,
    pub(crate) directives_per_node: u64,
}

/// How far down a place is within its definition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Fields around it.
    pub(crate) depth: u64,
    /// Member lists around it.
    pub(crate) lists: u64,
}

impl Place {
    fn below(self, root: Self) -> Self {
        Self { depth: self.depth.saturating_sub(root.depth), lists: self.lists.saturating_sub(root.lists) }
    }
}

/// A fragment spread, seen from the definition it stands in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    /// Name of the fragment.
    pub(crate) name: Span,
    /// Index of its definition, or [`NONE`].
    pub(crate) target: u32,
    /// Where it stands.
    pub(crate) place: Place,
    /// Where it stands below the field of introspection around it, if there is one in this definition.
    pub(crate) introspected: Option<Place>,
}

/// What one definition counts by itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Part {
    pub(crate) tally: Tally,
    pub(crate) heights: Heights,
}

/// Walks `definition`; its spreads and the names of its aliased fields are appended to the two lists.
pub(crate) fn part_of(
    document: &Document,
    text: &str,
    definition: &Definition,
    spreads: &mut Vec<Spread>,
    aliased: &mut Vec<Span>,
) -> Part {
    let mut walk =
        PartWalk { text: text.as_bytes(), part: Part::default(), place: Place::default(), introspection: None, spreads, aliased };
    walk.directives(definition.directives.count());
    for variable in definition.variables.of(document.variables()) {
        walk.directives(variable.directives.count());
    }
    for step in document.walk_selections(definition.selections) {
        match step {
            SelectionStep::Enter { selection, opens, .. } => walk.enter(selection, opens),
            SelectionStep::Leave(selection) => walk.leave(selection),
        }
    }
    walk.part
}

struct PartWalk<'a> {
    text: &'a [u8],
    part: Part,
    place: Place,
    /// Place of the outermost `__schema` or `__type` around us.
    introspection: Option<Place>,
    spreads: &'a mut Vec<Spread>,
    aliased: &'a mut Vec<Span>,
}

impl PartWalk<'_> {
    #[inline]
    fn enter(&mut self, selection: &Selection, opens: bool) {
        self.directives(selection.directives.count());
        match selection.kind {
            SelectionKind::Field => self.field(selection, opens),
            SelectionKind::Spread => {
                let introspected = self.introspection.map(|root| self.place.below(root));
                self.part.tally.spreads = self.part.tally.spreads.saturating_add(1);
                self.spreads.push(Spread { name: selection.name, target: NONE, place: self.place, introspected });
            }
            SelectionKind::Inline => {}
        }
    }

    #[inline]
    fn field(&mut self, field: &Selection, opens: bool) {
        let Part { tally, heights } = &mut self.part;
        tally.fields = tally.fields.saturating_add(1);
        if self.place.depth == 0 {
            tally.root_fields = tally.root_fields.saturating_add(1);
        }
        if !field.alias.is_empty() {
            tally.aliases = tally.aliases.saturating_add(1);
            self.aliased.push(field.name);
        }
        let name = field.name.of(self.text).unwrap_or_default();
        let around = self.introspection;
        if is_introspection(name) {
            tally.introspection_fields = tally.introspection_fields.saturating_add(1);
            self.introspection = around.or(Some(self.place));
        }
        let lists = u64::from(is_member_list(name));
        let here = Place { depth: self.place.depth.saturating_add(1), lists: self.place.lists.saturating_add(lists) };
        heights.any_depth = heights.any_depth.max(here.depth);
        heights.any_lists = heights.any_lists.max(here.lists);
        match self.introspection {
            None => heights.depth = heights.depth.max(here.depth),
            Some(root) => {
                let below = here.below(root);
                heights.introspection_depth = heights.introspection_depth.max(below.depth);
                heights.introspection_lists = heights.introspection_lists.max(below.lists);
            }
        }
        if opens {
            self.place = here;
        } else {
            self.introspection = around;
        }
    }

    fn leave(&mut self, selection: &Selection) {
        if selection.kind != SelectionKind::Field {
            return;
        }
        let lists = u64::from(selection.name.of(self.text).is_some_and(is_member_list));
        self.place = Place { depth: self.place.depth.saturating_sub(1), lists: self.place.lists.saturating_sub(lists) };
        if self.introspection == Some(self.place) {
            self.introspection = None;
        }
    }

    #[inline]
    fn directives(&mut self, count: u32) {
        if count > 0 {
            let Part { tally, heights } = &mut self.part;
            tally.directives = tally.directives.saturating_add(u64::from(count));
            heights.directives_per_node = heights.directives_per_node.max(u64::from(count));
        }
    }
}

/// The two fields through which the schema can be read (GraphQL §4.1); `__typename` is none.
fn is_introspection(name: &[u8]) -> bool {
    name.first() == Some(&b'_') && matches!(name, b"__schema" | b"__type")
}

/// The fields of `__Type` that list members whose types list members again.
fn is_member_list(name: &[u8]) -> bool {
    matches!(name, b"fields" | b"inputFields" | b"interfaces" | b"possibleTypes")
}

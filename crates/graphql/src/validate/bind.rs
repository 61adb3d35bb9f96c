//! Every selection bound to what the schema says about it: one pass, parents before children, no stack.

use portcullis_inspect::{Budget, Exhausted, Span};

use super::fault::{Faults, Rule};
use super::literals::Expected;
use crate::measure::Graph;
use crate::parser::{Definition, DefinitionKind, Directive, Document, NONE, Run, Selection, SelectionKind, text_of};
use crate::schema::{Location, Schema, Scope, TypeRef};

/// What a selection is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The type it is selected in, or [`NONE`] where that is unknown.
    pub scope: u32,
    /// The field, or [`NONE`] for fragments and unknown fields.
    pub field: u32,
    /// The type of what it selects, or [`NONE`].
    pub inner: u32,
}

/// What all selections, variables and values of a document are bound to.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// One entry per selection.
    pub selections: Vec<Bound>,
    /// Type of each variable; `None` where the schema does not know it.
    pub variables: Vec<Option<TypeRef>>,
    /// What belongs where each value stands.
    pub(super) values: Vec<Expected>,
}

const UNBOUND: Bound = Bound { scope: NONE, field: NONE, inner: NONE };

/// Binds `document`. The graph has no faults: every spread leads somewhere.
pub(super) fn bind(
    document: &Document,
    text: &str,
    graph: &Graph,
    schema: &Schema,
    faults: &mut Faults,
    budget: &mut Budget,
) -> Result<Bounds, Exhausted> {
    budget.spend(document.selections().len() as u64)?;
    budget.spend(document.values().len() as u64)?;
    let bounds = Bounds {
        selections: vec![UNBOUND; document.selections().len()],
        variables: vec![None; document.variables().len()],
        values: vec![Expected::ANYTHING; document.values().len()],
    };
    let mut binder = Binder { document, text, graph, schema, faults, bounds, conditions: Vec::new(), directive_ids: Vec::new() };
    let conditions = document.definitions().iter().map(|definition| binder.root(definition)).collect();
    binder.conditions = conditions;
    for (index, definition) in (0_u32..).zip(document.definitions()) {
        binder.definition(index, definition);
    }
    Ok(binder.bounds)
}

pub(super) struct Binder<'a, 'f> {
    pub(super) document: &'a Document,
    pub(super) text: &'a str,
    graph: &'a Graph,
    pub(super) schema: &'a Schema,
    pub(super) faults: &'f mut Faults,
    pub(super) bounds: Bounds,
    /// Type each definition selects in.
    conditions: Vec<u32>,
    directive_ids: Vec<u32>,
}

impl Binder<'_, '_> {
    /// The type a definition selects in (GraphQL §5.2.1.1, §5.5.1.2, §5.5.1.3).
    fn root(&mut self, definition: &Definition) -> u32 {
        let kind = match definition.kind {
            DefinitionKind::Query => 0,
            DefinitionKind::Mutation => 1,
            DefinitionKind::Subscription => 2,
            DefinitionKind::Fragment => return self.condition(definition.condition),
        };
        let root = self.schema.root(kind);
        if root == NONE {
            self.faults.add(Rule::OperationKindNotServed, definition.name);
        }
        root
    }

    fn condition(&mut self, name: Span) -> u32 {
        let Some(id) = self.schema.type_named(text_of(self.text, name)) else {
            self.faults.add(Rule::UnknownType, name);
            return NONE;
        };
        if self.schema.type_at(id).is_some_and(|ty| ty.kind.is_composite()) {
            return id;
        }
        self.faults.add(Rule::FragmentOnLeaf, name);
        NONE
    }

    fn definition(&mut self, index: u32, definition: &Definition) {
        let location = match definition.kind {
            DefinitionKind::Query => Location::Query,
            DefinitionKind::Mutation => Location::Mutation,
            DefinitionKind::Subscription => Location::Subscription,
            DefinitionKind::Fragment => Location::FragmentDefinition,
        };
        let root = self.conditions.get(index as usize).copied().unwrap_or(NONE);
        self.variables(definition.variables);
        self.directives(definition.directives, location);
        let mut spreads = self.graph.spreads_of(index).iter();
        let selections = definition.selections.start..definition.selections.end;
        for (at, selection) in selections.zip(definition.selections.of(self.document.selections())) {
            let scope = match self.bounds.selections.get(selection.parent as usize) {
                Some(parent) => parent.inner,
                None => root,
            };
            let (bound, location) = match selection.kind {
                SelectionKind::Field => (self.field(at, selection, scope), Location::Field),
                SelectionKind::Spread => {
                    let target = spreads.next().and_then(|spread| self.conditions.get(spread.target as usize)).copied();
                    self.spread(selection, scope, target.unwrap_or(NONE));
                    (Bound { scope, ..UNBOUND }, Location::FragmentSpread)
                }
                SelectionKind::Inline => (self.inline(selection, scope), Location::InlineFragment),
            };
            if let Some(slot) = self.bounds.selections.get_mut(at as usize) {
                *slot = bound;
            }
            self.directives(selection.directives, location);
        }
    }

    /// A field, its arguments, and whether it has selections where its type does (GraphQL §5.3.1, §5.3.3, §5.4).
    #[inline]
    fn field(&mut self, at: u32, selection: &Selection, scope: u32) -> Bound {
        if scope == NONE {
            return UNBOUND;
        }
        let name = text_of(self.text, selection.name);
        let schema = self.schema;
        let found = schema.field_named(scope, name);
        let Some((id, field)) = found.and_then(|id| Some((id, schema.field_at(id)?))) else {
            self.faults.add_at(Rule::UnknownField, selection.name, || schema.type_name(scope).to_owned());
            return Bound { scope, ..UNBOUND };
        };
        let composite = schema.type_at(field.ty.named).is_some_and(|ty| ty.kind.is_composite());
        if composite != (selection.end > at.saturating_add(1)) {
            let rule = if composite { Rule::SelectionsMissing } else { Rule::SelectionsOnLeaf };
            self.faults.add_at(rule, selection.name, || schema.coordinate(id));
        }
        if !selection.arguments.is_empty() || field.required > 0 {
            let holder = Holder { scope: Scope::Field(id), inputs: field.arguments, required: field.required };
            self.arguments(selection.arguments, holder, selection.name);
        }
        Bound { scope, field: id, inner: if composite { field.ty.named } else { NONE } }
    }

    /// A spread of a fragment on `target` in `scope` (GraphQL §5.5.2.3).
    fn spread(&mut self, selection: &Selection, scope: u32, target: u32) {
        if scope != NONE && target != NONE && !self.schema.overlap(scope, target) {
            self.faults.add(Rule::ImpossibleSpread, selection.name);
        }
    }

    fn inline(&mut self, selection: &Selection, scope: u32) -> Bound {
        if selection.name.is_empty() {
            return Bound { scope, field: NONE, inner: scope };
        }
        let inner = self.condition(selection.name);
        self.spread(selection, scope, inner);
        Bound { scope, field: NONE, inner }
    }

    /// Variables have input types, and defaults of these types (GraphQL §5.6.1, §5.8.2).
    fn variables(&mut self, run: Run) {
        for (index, variable) in (run.start..run.end).zip(run.of(self.document.variables())) {
            let levels = variable.levels.of(self.document.levels());
            let named = self.schema.type_named(text_of(self.text, variable.type_name));
            let ty = named.and_then(|named| TypeRef::of_levels(named, levels));
            match ty {
                None => self.faults.add(Rule::UnknownType, variable.type_name),
                Some(ty) if !self.schema.type_at(ty.named).is_some_and(|ty| ty.kind.is_input()) => {
                    self.faults.add(Rule::VariableNotInput, variable.type_name);
                }
                Some(ty) => {
                    if variable.default != NONE {
                        self.literal(variable.default, Expected::of(ty));
                    }
                    if let Some(slot) = self.bounds.variables.get_mut(index as usize) {
                        *slot = Some(ty);
                    }
                }
            }
            self.directives(variable.directives, Location::VariableDefinition);
        }
    }

    #[inline]
    fn directives(&mut self, run: Run, location: Location) {
        if !run.is_empty() {
            self.some_directives(run.of(self.document.directives()), location);
        }
    }

    /// Directives that are known, may stand here, and stand once (GraphQL §5.7).
    fn some_directives(&mut self, written: &[Directive], location: Location) {
        self.directive_ids.clear();
        for directive in written {
            let name = text_of(self.text, directive.name);
            let schema = self.schema;
            let found = schema.directive_named(name).and_then(|id| Some((id, schema.directive_at(id)?)));
            let Some((id, row)) = found else {
                self.faults.add(Rule::UnknownDirective, directive.name);
                continue;
            };
            if row.locations & location as u32 == 0 {
                self.faults.add(Rule::MisplacedDirective, directive.name);
            }
            if !row.repeatable {
                self.directive_ids.push(id);
            }
            let holder = Holder { scope: Scope::Directive(id), inputs: row.arguments, required: row.required };
            self.arguments(directive.arguments, holder, directive.name);
        }
        self.directive_ids.sort_unstable();
        if self.directive_ids.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            let last = written.last().map(|directive| directive.name).unwrap_or_default();
            self.faults.add(Rule::DuplicateDirective, last);
        }
    }

    /// Arguments that are known and of the right type, and all that must be given (GraphQL §5.4.1, §5.4.3, §5.6.1). That none stands twice
    /// is [`super::names`]' matter.
    fn arguments(&mut self, run: Run, holder: Holder, owner: Span) {
        let mut given: u32 = 0;
        let schema = self.schema;
        for argument in run.of(self.document.arguments()) {
            let name = text_of(self.text, argument.name);
            let found = schema.input_named(holder.scope, holder.inputs, name).and_then(|id| schema.input_at(id));
            let Some(input) = found else {
                self.faults.add_at(Rule::UnknownArgument, argument.name, || schema.holder(holder.scope));
                continue;
            };
            given = given.saturating_add(u32::from(input.required));
            self.literal(argument.value, Expected { has_default: input.has_default, ..Expected::of(input.ty) });
        }
        if given < holder.required {
            self.faults.add_at(Rule::ArgumentMissing, owner, || schema.holder(holder.scope));
        }
    }
}

/// What arguments belong to.
#[derive(Clone, Copy)]
struct Holder {
    scope: Scope,
    inputs: Run,
    required: u32,
}

//! Fields that share a response name must be mergeable (FieldsInSetCanMerge, GraphQL §5.3.2).
//!
//! Instead of comparing pairs, sets are merged: all fields of one response name within a set form a group, each is compared with the
//! first, and what they select is one further set. A set is known by the fields whose selections it holds and is looked at once, a
//! fragment is looked through once per set, and every selection looked at is paid for. Comparing with the first suffices, because being
//! alike is transitive; groups with parents of several object types are split, as fields of different objects never meet in an answer.

use std::collections::BTreeSet;

use portcullis_inspect::{Budget, Exhausted};

use super::bind::{Bound, Bounds};
use super::fault::{Faults, Rule};
use super::sameness::same_field;
use crate::measure::Graph;
use crate::parser::{DefinitionKind, Document, NONE, Run, Selection, SelectionKind, text_of};
use crate::schema::Schema;

/// A document without other faults, and what it is bound to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub(super) document: &'a Document,
    pub(super) text: &'a str,
    pub(super) graph: &'a Graph,
    pub(super) schema: &'a Schema,
    pub(super) bound: &'a Bounds,
}

/// What fields of one response name must have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Demand {
    /// The shape of their values: they stand in different objects.
    Shape,
    /// Everything: they may stand in one object.
    Field,
}

/// A set of selections to look at.
#[derive(Debug)]
enum Set {
    /// Everything a definition selects.
    Definition(u32),
    /// What these fields select, taken together.
    Fields(Demand, Vec<u32>),
}

/// Looks at every set that an operation reaches.
pub(super) fn overlap(subject: Subject<'_>, faults: &mut Faults, budget: &mut Budget) -> Result<(), Exhausted> {
    let selections = subject.document.selections().len();
    let mut merger = Merger {
        subject,
        names: number_names(subject.document, subject.text),
        spreads: spread_targets(subject),
        alone: vec![false; selections],
        known: BTreeSet::new(),
        pending: Vec::new(),
        looked_through: vec![0; subject.document.definitions().len()],
        set: 0,
        fields: Vec::new(),
        ranges: Vec::new(),
    };
    for (index, definition) in (0_u32..).zip(subject.document.definitions()) {
        if definition.kind != DefinitionKind::Fragment {
            merger.pending.push(Set::Definition(index));
        }
    }
    while let Some(set) = merger.pending.pop() {
        if let Some(field) = merger.look(&set, budget)? {
            let selection = subject.document.selections().get(field as usize);
            let bound = subject.bound.selections.get(field as usize);
            let span = selection.map(Selection::response_key).unwrap_or_default();
            faults.add_at(Rule::FieldConflict, span, || {
                bound.map_or_else(String::new, |bound| subject.schema.coordinate(bound.field))
            });
            return Ok(());
        }
    }
    Ok(())
}

/// A number for each response name, by sorting; equal names get equal numbers. Fragments get none.
fn number_names(document: &Document, text: &str) -> Vec<u32> {
    let selections = document.selections();
    let mut names: Vec<(u64, u32)> = (0_u32..)
        .zip(selections)
        .filter(|(_, selection)| selection.kind == SelectionKind::Field)
        .map(|(index, selection)| (prefix(text_of(text, selection.response_key())), index))
        .collect();
    let key = |index: u32| selections.get(index as usize).map_or("", |selection| text_of(text, selection.response_key()));
    // Perf: most names differ within eight bytes or have no more; only others are compared as text.
    names.sort_unstable_by(|(a, i), (b, j)| a.cmp(b).then_with(|| key(*i).cmp(key(*j))));
    let mut numbers = vec![NONE; selections.len()];
    let (mut number, mut last): (u32, Option<(u64, u32)>) = (0, None);
    for (prefix, index) in names {
        if last.is_some_and(|(before, at)| before != prefix || key(at) != key(index)) {
            number = number.saturating_add(1);
        }
        last = Some((prefix, index));
        if let Some(slot) = numbers.get_mut(index as usize) {
            *slot = number;
        }
    }
    numbers
}

/// The first eight bytes of a name as a number.
fn prefix(name: &str) -> u64 {
    name.bytes().chain(std::iter::repeat(0)).take(8).fold(0, |number, byte| number << 8 | u64::from(byte))
}

/// For each selection that is a spread, the definition it leads to.
fn spread_targets(subject: Subject<'_>) -> Vec<u32> {
    if subject.graph.spreads.is_empty() {
        return Vec::new();
    }
    let mut targets = vec![NONE; subject.document.selections().len()];
    let spreads =
        subject.document.selections().iter().zip(&mut targets).filter(|(selection, _)| selection.kind == SelectionKind::Spread);
    for ((_, target), spread) in spreads.zip(&subject.graph.spreads) {
        *target = spread.target;
    }
    targets
}

struct Merger<'a> {
    subject: Subject<'a>,
    names: Vec<u32>,
    spreads: Vec<u32>,
    /// Fields whose own selections were looked at, or will be.
    alone: Vec<bool>,
    /// Merged sets that were looked at, or will be.
    known: BTreeSet<(Demand, Vec<u32>)>,
    pending: Vec<Set>,
    /// The last set in which each definition was looked through.
    looked_through: Vec<u32>,
    set: u32,
    /// Fields of the set: number of the response name, then index.
    fields: Vec<u64>,
    ranges: Vec<Run>,
}

impl Merger<'_> {
    /// Looks at one set; answers with a field in conflict.
    fn look(&mut self, set: &Set, budget: &mut Budget) -> Result<Option<u32>, Exhausted> {
        self.ranges.clear();
        let demand = match set {
            Set::Definition(index) => {
                self.ranges
                    .extend(self.subject.document.definitions().get(*index as usize).map(|definition| definition.selections));
                Demand::Field
            }
            Set::Fields(demand, fields) => {
                let inside = |index: &u32| {
                    let selection = self.subject.document.selections().get(*index as usize)?;
                    Some(Run { start: index.saturating_add(1), end: selection.end })
                };
                self.ranges.extend(fields.iter().filter_map(inside));
                *demand
            }
        };
        self.expand(budget)?;
        let mut fields = std::mem::take(&mut self.fields);
        fields.sort_unstable();
        let mut conflict = None;
        for group in fields.chunk_by(|a, b| a >> 32 == b >> 32) {
            conflict = match group {
                [alone] => self.descend_alone(*alone as u32, demand),
                _ => self.group(group, demand, budget)?,
            };
            if conflict.is_some() {
                break;
            }
        }
        self.fields = fields;
        Ok(conflict)
    }

    /// Collects the fields of the set, through fragments, each fragment once.
    fn expand(&mut self, budget: &mut Budget) -> Result<(), Exhausted> {
        self.set = self.set.saturating_add(1);
        self.fields.clear();
        while let Some(Run { start, end }) = self.ranges.pop() {
            let mut at = start;
            let mut steps: u64 = 0;
            while at < end
                && let Some(selection) = self.subject.document.selections().get(at as usize)
            {
                steps = steps.saturating_add(1);
                match selection.kind {
                    SelectionKind::Field => {
                        let name = self.names.get(at as usize).copied().unwrap_or(NONE);
                        self.fields.push(u64::from(name) << 32 | u64::from(at));
                        at = selection.end;
                    }
                    // What an inline fragment selects belongs to the same set and comes next.
                    SelectionKind::Inline => at = at.saturating_add(1),
                    SelectionKind::Spread => {
                        self.look_through(at);
                        at = selection.end;
                    }
                }
            }
            budget.spend(steps)?;
        }
        Ok(())
    }

    fn look_through(&mut self, spread: u32) {
        let Some(target) = self.spreads.get(spread as usize) else { return };
        let Some(last) = self.looked_through.get_mut(*target as usize) else { return };
        if *last != self.set {
            *last = self.set;
            self.ranges.extend(self.subject.document.definitions().get(*target as usize).map(|definition| definition.selections));
        }
    }

    fn parts(&self, field: u32) -> Option<(&Selection, &Bound)> {
        Some((self.subject.document.selections().get(field as usize)?, self.subject.bound.selections.get(field as usize)?))
    }

    /// A field that shares its name with none: what it selects is a set of its own. Where only shapes matter, it is looked at elsewhere.
    fn descend_alone(&mut self, field: u32, demand: Demand) -> Option<u32> {
        let opens =
            self.subject.document.selections().get(field as usize).is_some_and(|selection| selection.end > field.saturating_add(1));
        if let Some(seen) = self.alone.get_mut(field as usize)
            && demand == Demand::Field
            && opens
            && !*seen
        {
            *seen = true;
            self.pending.push(Set::Fields(Demand::Field, vec![field]));
        }
        None
    }

    /// Fields of one response name.
    fn group(&mut self, group: &[u64], demand: Demand, budget: &mut Budget) -> Result<Option<u32>, Exhausted> {
        budget.spend(group.len() as u64)?;
        let fields = || group.iter().map(|field| *field as u32);
        let Some(first) = fields().next() else { return Ok(None) };
        if let Some(odd) = fields().find(|field| !self.same_shape(first, *field)) {
            return Ok(Some(odd));
        }
        if demand == Demand::Shape {
            self.descend(fields().collect(), Demand::Shape, budget)?;
            return Ok(None);
        }
        let mut by_parent: Vec<(u32, u32)> = fields().map(|field| (self.object_of(field), field)).collect();
        by_parent.sort_unstable();
        let objects = by_parent.partition_point(|(object, _)| *object != NONE);
        let (objects, anywhere) = by_parent.split_at_checked(objects).unwrap_or_default();
        if objects.first().map(|(object, _)| object) == objects.last().map(|(object, _)| object) {
            return self.alike(fields().collect(), budget);
        }
        self.descend(fields().collect(), Demand::Shape, budget)?;
        for of_one in objects.chunk_by(|(a, _), (b, _)| a == b) {
            let mut together: Vec<u32> = of_one.iter().chain(anywhere).map(|(_, field)| *field).collect();
            budget.spend(together.len() as u64)?;
            together.sort_unstable();
            if let Some(odd) = self.alike(together, budget)? {
                return Ok(Some(odd));
            }
        }
        Ok(None)
    }

    /// The object type a field is selected in; [`NONE`] for an interface, which any object may stand behind.
    fn object_of(&self, field: u32) -> u32 {
        let scope = self.parts(field).map_or(NONE, |(_, bound)| bound.scope);
        let concrete = self.subject.schema.type_at(scope).is_some_and(|ty| ty.kind == crate::schema::TypeKind::Object);
        if concrete { scope } else { NONE }
    }

    /// SameResponseShape (GraphQL §5.3.2), without what the fields select.
    fn same_shape(&self, first: u32, field: u32) -> bool {
        let (Some((_, a)), Some((_, b))) = (self.parts(first), self.parts(field)) else { return false };
        if a.field == b.field {
            return true;
        }
        let schema = self.subject.schema;
        let (Some(a), Some(b)) = (schema.field_at(a.field), schema.field_at(b.field)) else { return false };
        let is_composite = |named: u32| schema.type_at(named).is_some_and(|ty| ty.kind.is_composite());
        let lists = a.ty.lists == b.ty.lists && a.ty.non_null == b.ty.non_null;
        lists && (a.ty.named == b.ty.named || (is_composite(a.ty.named) && is_composite(b.ty.named)))
    }

    /// Fields that may stand in one object: all the same, and what they select merges.
    fn alike(&mut self, fields: Vec<u32>, budget: &mut Budget) -> Result<Option<u32>, Exhausted> {
        let Subject { document, text, .. } = self.subject;
        let selection = |field: u32| document.selections().get(field as usize);
        let first = fields.first().and_then(|first| selection(*first));
        for field in fields.iter().skip(1) {
            let (Some(one), Some(other)) = (first, selection(*field)) else { continue };
            if !one.arguments.is_empty() {
                budget.spend(values_of(document, one))?;
            }
            if !same_field(document, text, one, other) {
                return Ok(Some(*field));
            }
        }
        self.descend(fields, Demand::Field, budget)?;
        Ok(None)
    }

    /// Remembers what `fields` select, taken together, as a set to look at.
    fn descend(&mut self, mut fields: Vec<u32>, demand: Demand, budget: &mut Budget) -> Result<(), Exhausted> {
        let selections = self.subject.document.selections();
        fields.retain(|field| selections.get(*field as usize).is_some_and(|selection| selection.end > field.saturating_add(1)));
        match fields.as_slice() {
            [] => {}
            [alone] => {
                self.descend_alone(*alone, demand);
            }
            _ => {
                budget.spend(fields.len() as u64)?;
                if self.known.insert((demand, fields.clone())) {
                    self.pending.push(Set::Fields(demand, fields));
                }
            }
        }
        Ok(())
    }
}

/// Values within the arguments of a field.
fn values_of(document: &Document, selection: &Selection) -> u64 {
    let arguments = selection.arguments.of(document.arguments());
    let first = arguments.first().map_or(0, |argument| argument.value);
    let last = arguments.last().and_then(|argument| document.values().get(argument.value as usize)).map_or(0, |value| value.end);
    u64::from(last.saturating_sub(first))
}

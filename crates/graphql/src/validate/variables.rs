//! Variables from each operation through the fragments it reaches: defined, used, and fitting where they are used (GraphQL §5.8.3 to
//! §5.8.5); and fragments that no operation reaches (§5.5.1.4).

use portcullis_inspect::{Budget, Exhausted};

use super::bind::Bounds;
use super::fault::{Faults, Rule};
use super::literals::may_stand;
use super::names::Uses;
use crate::measure::Graph;
use crate::parser::{Definition, DefinitionKind, Document, ValueKind, text_of};
use crate::schema::Schema;

/// Follows every operation of `document`.
pub(super) fn variables(
    document: &Document,
    text: &str,
    graph: &Graph,
    uses: &Uses,
    typed: (&Schema, &Bounds),
    faults: &mut Faults,
    budget: &mut Budget,
) -> Result<(), Exhausted> {
    let definitions = document.definitions();
    let reached = vec![0; definitions.len()];
    let mut walk =
        Walk { document, text, graph, uses, typed, faults, reached, path: Vec::new(), names: Vec::new(), used: Vec::new() };
    for (index, definition) in (0_u32..).zip(definitions) {
        if definition.kind != DefinitionKind::Fragment {
            walk.operation(index, definition, budget)?;
        }
    }
    let unreached = definitions
        .iter()
        .zip(&walk.reached)
        .find(|(definition, stamp)| definition.kind == DefinitionKind::Fragment && **stamp == 0);
    if let Some((definition, _)) = unreached {
        walk.faults.add(Rule::UnusedFragment, definition.name);
    }
    Ok(())
}

struct Walk<'a, 'f> {
    document: &'a Document,
    text: &'a str,
    graph: &'a Graph,
    uses: &'a Uses,
    typed: (&'a Schema, &'a Bounds),
    faults: &'f mut Faults,
    /// The last operation that reached a definition, counted from 1; 0 for none.
    reached: Vec<u32>,
    path: Vec<u32>,
    /// Variables of the operation by name, with their index.
    names: Vec<(&'a str, u32)>,
    used: Vec<bool>,
}

impl<'a> Walk<'a, '_> {
    fn operation(&mut self, index: u32, definition: &'a Definition, budget: &mut Budget) -> Result<(), Exhausted> {
        let run = definition.variables;
        let variables = run.of(self.document.variables());
        self.names.clear();
        self.names.extend(variables.iter().map(|variable| text_of(self.text, variable.name)).zip(run.start..));
        self.names.sort_unstable();
        self.used.clear();
        self.used.resize(variables.len(), false);
        let stamp = index.saturating_add(1);
        self.path.push(index);
        self.mark(index, stamp);
        while let Some(at) = self.path.pop() {
            let spreads = self.graph.spreads_of(at);
            let uses = self.uses.runs.get(at as usize).map_or(&[][..], |run| run.of(&self.uses.values));
            budget.spend(spreads.len().saturating_add(uses.len()).saturating_add(1) as u64)?;
            for value in uses {
                self.usage(*value, run.start);
            }
            for spread in spreads {
                if self.reached.get(spread.target as usize).is_some_and(|last| *last != stamp) {
                    self.mark(spread.target, stamp);
                    self.path.push(spread.target);
                }
            }
        }
        let unused = variables.iter().zip(&self.used).find(|(_, used)| !**used);
        if let Some((variable, _)) = unused {
            self.faults.add(Rule::UnusedVariable, variable.name);
        }
        Ok(())
    }

    fn mark(&mut self, index: u32, stamp: u32) {
        if let Some(last) = self.reached.get_mut(index as usize) {
            *last = stamp;
        }
    }

    /// One use of a variable, in an operation whose variables begin at `first`.
    fn usage(&mut self, value: u32, first: u32) {
        let Some(span) = self.document.values().get(value as usize).map(|value| value.span) else { return };
        let name = text_of(self.text, span);
        let at = self.names.partition_point(|(known, _)| *known < name);
        let Some((_, index)) = self.names.get(at).filter(|(known, _)| *known == name).copied() else {
            return self.faults.add(Rule::UndefinedVariable, span);
        };
        if let Some(used) = self.used.get_mut(index.saturating_sub(first) as usize) {
            *used = true;
        }
        let (schema, bounds) = self.typed;
        let ty = bounds.variables.get(index as usize).copied().flatten();
        let (Some(ty), Some(expected)) = (ty, bounds.values.get(value as usize)) else { return };
        if !may_stand(ty, self.has_default(index), expected) {
            self.faults.add_at(Rule::VariablePosition, span, || schema.type_name(expected.ty.named).to_owned());
        }
    }

    fn has_default(&self, variable: u32) -> bool {
        let default = self.document.variables().get(variable as usize).map(|variable| variable.default);
        let value = default.and_then(|default| self.document.values().get(default as usize));
        value.is_some_and(|value| value.kind != ValueKind::Null)
    }
}

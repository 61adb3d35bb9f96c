//! Names that must be unique within arguments, input objects and variable definitions (GraphQL §5.4.2, §5.6.3, §5.8.1), and where variables
//! are used. One walk over arguments and values; no schema.

use portcullis_inspect::{Budget, Exhausted, Span};

use super::fault::{Faults, Rule};
use crate::parser::{Document, Run, Value, ValueKind, text_of};

/// Up to so many names are compared with one another; more are sorted.
const PAIRWISE_MAX: usize = 8;

/// Variables as values, by the definition they stand in.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// Indices of values, in the order of the text.
    pub(super) values: Vec<u32>,
    /// The run of `values` of each definition.
    pub(super) runs: Vec<Run>,
}

/// Walks all arguments and values.
pub(super) fn names(document: &Document, text: &str, faults: &mut Faults, budget: &mut Budget) -> Result<Uses, Exhausted> {
    budget.spend(document.values().len() as u64)?;
    let mut walk = Walk { document, text, faults, uses: Uses::default(), names: Vec::new() };
    for definition in document.definitions() {
        let start = walk.uses.values.len() as u32;
        let variables = definition.variables.of(document.variables());
        walk.names.clear();
        walk.names.extend(variables.iter().map(|variable| (text_of(text, variable.name), variable.name)));
        walk.unique(Rule::DuplicateVariable);
        for variable in variables {
            walk.directives(variable.directives);
            if let Some(value) = document.values().get(variable.default as usize) {
                walk.value(variable.default, value);
            }
        }
        walk.directives(definition.directives);
        for selection in definition.selections.of(document.selections()) {
            walk.arguments(selection.arguments);
            walk.directives(selection.directives);
        }
        walk.uses.runs.push(Run { start, end: walk.uses.values.len() as u32 });
    }
    Ok(walk.uses)
}

struct Walk<'a, 'f> {
    document: &'a Document,
    text: &'a str,
    faults: &'f mut Faults,
    uses: Uses,
    names: Vec<(&'a str, Span)>,
}

impl Walk<'_, '_> {
    #[inline]
    fn directives(&mut self, run: Run) {
        for directive in run.of(self.document.directives()) {
            self.arguments(directive.arguments);
        }
    }

    #[inline]
    fn arguments(&mut self, run: Run) {
        if run.is_empty() {
            return;
        }
        let arguments = run.of(self.document.arguments());
        if arguments.len() > 1 {
            self.names.clear();
            self.names.extend(arguments.iter().map(|argument| (text_of(self.text, argument.name), argument.name)));
            self.unique(Rule::DuplicateArgument);
        }
        for argument in arguments {
            if let Some(value) = self.document.values().get(argument.value as usize) {
                self.value(argument.value, value);
            }
        }
    }

    fn value(&mut self, index: u32, root: &Value) {
        let values = self.document.values();
        for (index, value) in (index..root.end).zip(values.get(index as usize..root.end as usize).unwrap_or_default()) {
            match value.kind {
                ValueKind::Variable => self.uses.values.push(index),
                ValueKind::Object => {
                    self.names.clear();
                    let mut child = index.saturating_add(1);
                    while child < value.end
                        && let Some(field) = values.get(child as usize)
                    {
                        self.names.push((text_of(self.text, field.key), field.key));
                        child = field.end;
                    }
                    self.unique(Rule::DuplicateInputField);
                }
                _ => {}
            }
        }
    }

    /// Adds a fault of `rule` when two of `names` are the same.
    fn unique(&mut self, rule: Rule) {
        if self.names.len() > PAIRWISE_MAX {
            self.names.sort_unstable_by_key(|(name, span)| (*name, span.start));
            let twin = self.names.windows(2).find_map(|pair| match pair {
                [(a, _), (b, span)] if a == b => Some(*span),
                _ => None,
            });
            return twin.into_iter().for_each(|span| self.faults.add(rule, span));
        }
        for (index, (name, span)) in self.names.iter().enumerate() {
            if self.names.iter().take(index).any(|(other, _)| other == name) {
                return self.faults.add(rule, *span);
            }
        }
    }
}

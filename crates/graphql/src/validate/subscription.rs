//! A subscription selects exactly one root field, and always the same (GraphQL §5.2.4.1): none of introspection, and nothing that
//! `@skip` or `@include` could take away.

use portcullis_inspect::{Budget, Exhausted};

use super::fault::{Faults, Rule};
use crate::measure::Graph;
use crate::parser::{Definition, DefinitionKind, Document, Selection, SelectionKind, text_of};

/// Looks at the first level of every subscription, through fragments.
pub(super) fn subscription(
    document: &Document,
    text: &str,
    graph: &Graph,
    faults: &mut Faults,
    budget: &mut Budget,
) -> Result<(), Exhausted> {
    for (index, definition) in (0_u32..).zip(document.definitions()) {
        if definition.kind == DefinitionKind::Subscription {
            let mut roots = Roots { document, text, graph, key: None, sound: true };
            roots.collect(index, budget)?;
            if !roots.sound {
                faults.add(Rule::SubscriptionRoot, definition.name);
            }
        }
    }
    Ok(())
}

struct Roots<'a> {
    document: &'a Document,
    text: &'a str,
    graph: &'a Graph,
    /// Response name of the root field.
    key: Option<&'a str>,
    sound: bool,
}

impl Roots<'_> {
    fn collect(&mut self, index: u32, budget: &mut Budget) -> Result<(), Exhausted> {
        let mut reached = vec![false; self.document.definitions().len()];
        let mut path = vec![index];
        while let Some(at) = path.pop() {
            match reached.get_mut(at as usize) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            let Some(definition) = self.document.definitions().get(at as usize) else { continue };
            budget.spend(definition.selections.count().into())?;
            self.first_level(at, definition, &mut path);
        }
        Ok(())
    }

    fn first_level(&mut self, index: u32, definition: &Definition, path: &mut Vec<u32>) {
        let run = definition.selections;
        let mut spreads = self.graph.spreads_of(index).iter();
        // Selections up to here stand within a field.
        let mut within_field = run.start;
        for (at, selection) in (run.start..run.end).zip(run.of(self.document.selections())) {
            let target = if selection.kind == SelectionKind::Spread { spreads.next() } else { None };
            if at < within_field {
                continue;
            }
            self.sound &= !self.is_conditional(selection);
            match selection.kind {
                SelectionKind::Field => {
                    within_field = selection.end;
                    let key = text_of(self.text, selection.response_key());
                    let introspects = text_of(self.text, selection.name).starts_with("__");
                    self.sound &= !introspects && *self.key.get_or_insert(key) == key;
                }
                SelectionKind::Spread => path.extend(target.map(|spread| spread.target)),
                SelectionKind::Inline => {}
            }
        }
    }

    fn is_conditional(&self, selection: &Selection) -> bool {
        let directives = selection.directives.of(self.document.directives());
        directives.iter().any(|directive| matches!(text_of(self.text, directive.name), "skip" | "include"))
    }
}

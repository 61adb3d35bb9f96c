//! Which definition spreads which fragment: names resolved, cycles cut, definitions ordered from the bottom up.

use portcullis_inspect::Span;

use super::fault::{FragmentFault, FragmentFaultCode};
use super::part::{Part, Place, Spread, part_of};
use crate::parser::{Definition, DefinitionKind, Document, NONE, Run, text_of};

/// The graph of spreads.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// What each definition counts by itself.
    pub(crate) parts: Vec<Part>,
    /// Spreads of all definitions, in the order of the text.
    pub(crate) spreads: Vec<Spread>,
    /// The run of `spreads` of each definition.
    pub(crate) spread_runs: Vec<Run>,
    /// Names of aliased fields of all definitions, in the order of the text.
    pub(crate) aliased: Vec<Span>,
    /// The run of `aliased` of each definition.
    pub(crate) aliased_runs: Vec<Run>,
    /// Definitions, each after all that it spreads.
    pub(crate) order: Vec<u32>,
    /// The first fragment that no operation reaches, if there is one. The last part, which is none of a definition, spreads all of them.
    pub(crate) unused: Option<u32>,
    pub(crate) faults: Vec<FragmentFault>,
}

/// Who spreads a definition, near or far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Nobody,
    /// Fragments that no operation reaches.
    Unused,
    Operation,
}

/// How far the depth-first search has come with a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visit {
    Not,
    Underway,
    Done,
}

impl Graph {
    pub(crate) fn of(document: &Document, text: &str) -> Self {
        let mut graph = Self::default();
        for definition in document.definitions() {
            let (spreads, aliased) = (graph.spreads.len() as u32, graph.aliased.len() as u32);
            graph.parts.push(part_of(document, text, definition, &mut graph.spreads, &mut graph.aliased));
            graph.spread_runs.push(Run { start: spreads, end: graph.spreads.len() as u32 });
            graph.aliased_runs.push(Run { start: aliased, end: graph.aliased.len() as u32 });
        }
        let fragments = graph.index_fragments(document, text);
        graph.resolve(text, &fragments);
        graph.sort();
        if document.fragment_count() > 0 {
            graph.gather_unused(document);
        }
        graph
    }

    /// Spreads of the definition at `index`.
    pub(crate) fn spreads_of(&self, index: u32) -> &[Spread] {
        self.spread_runs.get(index as usize).map_or(&[], |run| run.of(&self.spreads))
    }

    fn fault(&mut self, code: FragmentFaultCode, span: Span) {
        if self.faults.iter().all(|fault| fault.code != code) {
            self.faults.push(FragmentFault { code, span });
        }
    }

    /// Fragments sorted by name, and by place among equals. A sorted list instead of a hash map: nothing a client could flood.
    fn index_fragments<'a>(&mut self, document: &Document, text: &'a str) -> Vec<(&'a str, Span, u32)> {
        let mut fragments: Vec<(&str, Span, u32)> = (0_u32..)
            .zip(document.definitions())
            .filter(|(_, definition)| definition.kind == DefinitionKind::Fragment)
            .map(|(index, definition)| (text_of(text, definition.name), definition.name, index))
            .collect();
        fragments.sort_unstable_by_key(|&(name, _, index)| (name, index));
        let twin = fragments.windows(2).find_map(|pair| match pair {
            [(name, ..), (other, span, _)] if name == other => Some(*span),
            _ => None,
        });
        if let Some(span) = twin {
            self.fault(FragmentFaultCode::DuplicateFragment, span);
        }
        fragments
    }

    fn resolve(&mut self, text: &str, fragments: &[(&str, Span, u32)]) {
        let mut unknown = None;
        for spread in &mut self.spreads {
            let name = text_of(text, spread.name);
            let at = fragments.partition_point(|(other, _, _)| *other < name);
            match fragments.get(at) {
                Some((found, _, index)) if *found == name => spread.target = *index,
                _ => unknown = unknown.or(Some(spread.name)),
            }
        }
        if let Some(span) = unknown {
            self.fault(FragmentFaultCode::UnknownFragment, span);
        }
    }

    /// Depth-first search without recursion. A spread that leads to a definition under way closes a cycle; it is cut.
    fn sort(&mut self) {
        let mut visits = vec![Visit::Not; self.parts.len()];
        let mut path: Vec<(u32, Run)> = Vec::new();
        for root in 0..self.parts.len() as u32 {
            self.begin(root, &mut visits, &mut path);
            while let Some((index, rest)) = path.last_mut() {
                if rest.is_empty() {
                    if let Some(visit) = visits.get_mut(*index as usize) {
                        *visit = Visit::Done;
                    }
                    self.order.push(*index);
                    path.pop();
                    continue;
                }
                let edge = rest.start;
                rest.start = edge.saturating_add(1);
                self.follow(edge, &mut visits, &mut path);
            }
        }
    }

    fn follow(&mut self, edge: u32, visits: &mut [Visit], path: &mut Vec<(u32, Run)>) {
        let Some(spread) = self.spreads.get_mut(edge as usize) else {
            return;
        };
        let target = spread.target;
        if visits.get(target as usize) == Some(&Visit::Underway) {
            let name = spread.name;
            spread.target = NONE;
            return self.fault(FragmentFaultCode::FragmentCycle, name);
        }
        self.begin(target, visits, path);
    }

    /// What no operation reaches is validated by the upstream all the same. So it is measured as if one more operation spread all of it
    /// below one field: a part is added that does.
    fn gather_unused(&mut self, document: &Document) {
        let operation = |definition: &Definition| definition.kind != DefinitionKind::Fragment;
        let mut reach: Vec<Reach> = document
            .definitions()
            .iter()
            .map(|definition| if operation(definition) { Reach::Operation } else { Reach::Nobody })
            .collect();
        let (mut unused, place) = (Vec::new(), Place { depth: 1, lists: 0 });
        // From the top down: whoever spreads a definition comes before it.
        for &index in self.order.iter().rev() {
            let Some(by) = reach.get(index as usize).copied() else { continue };
            if by == Reach::Nobody
                && let Some(definition) = document.definitions().get(index as usize)
            {
                unused.push(Spread { name: definition.name, target: index, place, introspected: None });
            }
            for spread in self.spreads_of(index) {
                if let Some(target) = reach.get_mut(spread.target as usize) {
                    *target = (*target).max(by).max(Reach::Unused);
                }
            }
        }
        self.unused = unused.iter().map(|spread| spread.target).min();
        if self.unused.is_some() {
            let start = self.spreads.len() as u32;
            self.spreads.append(&mut unused);
            self.order.push(self.parts.len() as u32);
            self.parts.push(Part::default());
            self.spread_runs.push(Run { start, end: self.spreads.len() as u32 });
            self.aliased_runs.push(Run::default());
        }
    }

    fn begin(&self, index: u32, visits: &mut [Visit], path: &mut Vec<(u32, Run)>) {
        let (Some(visit), Some(spreads)) = (visits.get_mut(index as usize), self.spread_runs.get(index as usize)) else {
            return;
        };
        if *visit == Visit::Not {
            *visit = Visit::Underway;
            path.push((index, *spreads));
        }
    }
}

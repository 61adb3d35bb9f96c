//! How often one field name is aliased in an operation, fragments counted at each place they are spread.
//!
//! A map per fragment would have to be merged along every spread. Instead: how often is each fragment expanded in this operation? That
//! is a sum over the graph from the top down. Then each alias counts as often as the definition it stands in.

use portcullis_inspect::{Budget, Exhausted, Span};

use super::graph::Graph;
use crate::parser::text_of;

/// The most aliased name of an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct MostAliased {
    /// How often.
    pub(super) count: u64,
    /// The name; empty when there is no alias.
    pub(super) name: Span,
    /// How often the next one is.
    pub(super) runner_up: u64,
}

impl MostAliased {
    fn offer(&mut self, count: u64, name: Span) {
        if count > self.count {
            *self = Self { count, name, runner_up: self.count };
        } else {
            self.runner_up = self.runner_up.max(count);
        }
    }
}

/// Aliased fields by name, and room to count in.
#[derive(Debug)]
pub(super) struct Aliases {
    /// For each entry of [`Graph::aliased`], the number of its name.
    names: Vec<u32>,
    /// Count per name, all zero between operations.
    counts: Vec<u64>,
    /// How often each definition is expanded, all zero between operations.
    expansions: Vec<u64>,
}

impl Aliases {
    /// Numbers the distinct names, by sorting.
    pub(super) fn of(graph: &Graph, text: &str) -> Self {
        let mut sorted: Vec<(&str, u32)> = graph.aliased.iter().map(|name| text_of(text, *name)).zip(0..).collect();
        sorted.sort_unstable();
        let mut names = vec![0; sorted.len()];
        let mut distinct: u32 = 0;
        let mut last = None;
        for (name, entry) in sorted {
            if last.is_some_and(|last| last != name) {
                distinct = distinct.saturating_add(1);
            }
            last = Some(name);
            if let Some(number) = names.get_mut(entry as usize) {
                *number = distinct;
            }
        }
        let counts = if names.is_empty() { Vec::new() } else { vec![0; (distinct as usize).saturating_add(1)] };
        Self { names, counts, expansions: vec![0; graph.parts.len()] }
    }

    /// The largest count of one name in the operation at `index`, and that name. The first in the text wins among equals.
    pub(super) fn most_of_one_name(&mut self, graph: &Graph, index: u32, budget: &mut Budget) -> Result<MostAliased, Exhausted> {
        if self.names.is_empty() {
            return Ok(MostAliased::default());
        }
        if graph.spreads_of(index).is_empty() {
            return self.count(graph, &[(index, 1)], budget);
        }
        let reached = self.expand(graph, index, budget)?;
        self.count(graph, &reached, budget)
    }

    /// Definitions that the operation reaches, each with how often it is expanded there.
    fn expand(&mut self, graph: &Graph, index: u32, budget: &mut Budget) -> Result<Vec<(u32, u64)>, Exhausted> {
        let mut reached = Vec::new();
        if let Some(times) = self.expansions.get_mut(index as usize) {
            *times = 1;
        }
        budget.spend(graph.order.len() as u64)?;
        for &user in graph.order.iter().rev() {
            let times = self.expansions.get_mut(user as usize).map_or(0, std::mem::take);
            if times == 0 {
                continue;
            }
            reached.push((user, times));
            let spreads = graph.spreads_of(user);
            budget.spend(spreads.len() as u64)?;
            for spread in spreads {
                if let Some(target) = self.expansions.get_mut(spread.target as usize) {
                    *target = target.saturating_add(times);
                }
            }
        }
        Ok(reached)
    }

    fn count(&mut self, graph: &Graph, reached: &[(u32, u64)], budget: &mut Budget) -> Result<MostAliased, Exhausted> {
        let entries = |index: u32| {
            let run = graph.aliased_runs.get(index as usize).copied().unwrap_or_default();
            run.start as usize..run.end as usize
        };
        for &(index, times) in reached {
            budget.spend(entries(index).len() as u64)?;
            for name in self.names.get(entries(index)).unwrap_or_default() {
                if let Some(count) = self.counts.get_mut(*name as usize) {
                    *count = count.saturating_add(times);
                }
            }
        }
        let mut most = MostAliased::default();
        for &(index, _) in reached {
            let spans = graph.aliased.get(entries(index)).unwrap_or_default();
            for (name, span) in self.names.get(entries(index)).unwrap_or_default().iter().zip(spans) {
                let count = self.counts.get_mut(*name as usize).map_or(0, std::mem::take);
                most.offer(count, *span);
            }
        }
        Ok(most)
    }
}

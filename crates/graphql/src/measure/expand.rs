//! From what each definition counts alone to what it counts with its fragments, from the bottom up.

use super::graph::Graph;
use super::part::{Heights, Part, Spread, Tally};

/// Each definition with all its fragments, in the order of the document. Linear in definitions and spreads.
pub(super) fn expand(graph: &Graph) -> Vec<Part> {
    let mut whole = graph.parts.clone();
    for &index in &graph.order {
        let Some(mut sum) = whole.get(index as usize).copied() else {
            continue;
        };
        for spread in graph.spreads_of(index) {
            if let Some(fragment) = whole.get(spread.target as usize) {
                sum.tally.add(&fragment.tally, spread);
                sum.heights.raise(&fragment.heights, spread);
            }
        }
        if let Some(entry) = whole.get_mut(index as usize) {
            *entry = sum;
        }
    }
    whole
}

impl Tally {
    fn add(&mut self, fragment: &Self, spread: &Spread) {
        let root_fields = if spread.place.depth == 0 { fragment.root_fields } else { 0 };
        self.fields = self.fields.saturating_add(fragment.fields);
        self.root_fields = self.root_fields.saturating_add(root_fields);
        self.aliases = self.aliases.saturating_add(fragment.aliases);
        self.directives = self.directives.saturating_add(fragment.directives);
        self.spreads = self.spreads.saturating_add(fragment.spreads);
        self.introspection_fields = self.introspection_fields.saturating_add(fragment.introspection_fields);
    }
}

impl Heights {
    fn raise(&mut self, fragment: &Self, spread: &Spread) {
        self.any_depth = self.any_depth.max(spread.place.depth.saturating_add(fragment.any_depth));
        self.any_lists = self.any_lists.max(spread.place.lists.saturating_add(fragment.any_lists));
        self.directives_per_node = self.directives_per_node.max(fragment.directives_per_node);
        let (depth, lists) = if let Some(place) = spread.introspected {
            // All of the fragment stands below a field of introspection.
            (place.depth.saturating_add(fragment.any_depth), place.lists.saturating_add(fragment.any_lists))
        } else {
            // A fragment that is nothing but introspection has no depth of its own, wherever it stands.
            let own = if fragment.depth == 0 { 0 } else { spread.place.depth.saturating_add(fragment.depth) };
            self.depth = self.depth.max(own);
            (fragment.introspection_depth, fragment.introspection_lists)
        };
        self.introspection_depth = self.introspection_depth.max(depth);
        self.introspection_lists = self.introspection_lists.max(lists);
    }
}

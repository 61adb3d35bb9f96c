//! Duplicate member names: found in time that no choice of names can make worse than `n log n`.

use std::borrow::Cow;

use portcullis_inspect::Span;

use crate::document::{Kind, Node};
use crate::string;

/// Up to so many names without escapes are compared pair by pair, without allocation. Otherwise names are sorted, each unescaped once:
/// pairs of long escaped names would be unescaped over and over.
const PAIRWISE_MAX: usize = 8;

#[derive(Clone, Copy, Debug, Default)]
struct Name<'a> {
    raw: &'a [u8],
    escaped: bool,
    span: Span,
}

impl<'a> Name<'a> {
    fn meaning(&self) -> Cow<'a, str> {
        string::meaning(self.raw, self.escaped)
    }
}

/// Names of the object whose members are `nodes`.
fn names<'a>(text: &'a [u8], nodes: &'a [Node], first: usize) -> impl Iterator<Item = Name<'a>> {
    let mut next = 0_usize;
    std::iter::from_fn(move || {
        let name = nodes.get(next)?;
        debug_assert_eq!(name.kind, Kind::Name);
        let value = nodes.get(next.saturating_add(1))?;
        next = (value.after as usize).saturating_sub(first);
        Some(Name { raw: name.span.of(text).unwrap_or_default(), escaped: name.escaped, span: name.span })
    })
}

/// Where a name stands that occurred before in the same object. `nodes` are the object's `count` members, the first of which has the
/// index `first` in its document.
pub(crate) fn duplicate(text: &[u8], nodes: &[Node], first: usize, count: usize) -> Option<Span> {
    let plain = count <= PAIRWISE_MAX && names(text, nodes, first).all(|name| !name.escaped);
    if plain { pairwise(names(text, nodes, first)) } else { sorted(names(text, nodes, first), count) }
}

fn pairwise<'a>(names: impl Iterator<Item = Name<'a>>) -> Option<Span> {
    let mut seen = [Name::default(); PAIRWISE_MAX];
    for (count, name) in names.enumerate() {
        if seen.iter().take(count).any(|earlier| earlier.raw == name.raw) {
            return Some(name.span);
        }
        *seen.get_mut(count)? = name;
    }
    None
}

fn sorted<'a>(names: impl Iterator<Item = Name<'a>>, count: usize) -> Option<Span> {
    let mut meanings = Vec::with_capacity(count);
    meanings.extend(names.map(|name| (name.meaning(), name.span)));
    meanings.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    meanings.windows(2).find_map(|pair| match pair {
        [a, b] if a.0 == b.0 => Some(if a.1.start < b.1.start { b.1 } else { a.1 }),
        _ => None,
    })
}

//! Whether two fields are written alike: one name, and the same arguments in any order (GraphQL §5.3.2). Values are compared by meaning:
//! fields of input objects in any order, strings by what their escapes stand for. A block string is
//! no quoted one, as servers hold that too.

use crate::parser::{Argument, Document, Selection, Value, ValueKind, string_value, text_of};

/// Up to so many arguments are sought in one another; more are sorted.
const PAIRWISE_MAX: usize = 8;

/// Whether `one` and `other` ask for the same field in the same way.
pub(super) fn same_field(document: &Document, text: &str, one: &Selection, other: &Selection) -> bool {
    let name = |span| text_of(text, span);
    if name(one.name) != name(other.name) || one.arguments.count() != other.arguments.count() {
        return false;
    }
    let (a, b) = (one.arguments.of(document.arguments()), other.arguments.of(document.arguments()));
    let same = |a: &Argument, b: &Argument| name(a.name) == name(b.name) && same_value(document, text, a.value, b.value);
    if a.len() <= PAIRWISE_MAX {
        return a.iter().all(|a| b.iter().any(|b| same(a, b)));
    }
    let sorted = |arguments: &[Argument]| {
        let mut arguments = arguments.to_vec();
        arguments.sort_unstable_by_key(|argument| name(argument.name));
        arguments
    };
    sorted(a).iter().zip(&sorted(b)).all(|(a, b)| same(a, b))
}

/// Whether the values at `a` and `b` mean the same.
fn same_value(document: &Document, text: &str, a: u32, b: u32) -> bool {
    let values = document.values();
    let (Some(one), Some(other)) = (values.get(a as usize), values.get(b as usize)) else { return false };
    if one.kind != ValueKind::List && one.kind != ValueKind::Object {
        return same_token(text, one, other);
    }
    if one.end.saturating_sub(a) != other.end.saturating_sub(b) {
        return false;
    }
    let (roots, size) = ([a, b], |index: u32, value: &Value| value.end.saturating_sub(index));
    in_order(values, text, a).into_iter().zip(in_order(values, text, b)).all(|(a, b)| {
        let (Some(one), Some(other)) = (values.get(a as usize), values.get(b as usize)) else { return false };
        let same_key = roots.contains(&a) || text_of(text, one.key) == text_of(text, other.key);
        same_key && same_token(text, one, other) && size(a, one) == size(b, other)
    })
}

/// Kind and text of a value, without its key and what it holds.
fn same_token(text: &str, a: &Value, b: &Value) -> bool {
    let meaning = |value: &Value| string_value(value.kind, text_of(text, value.span));
    let alike = || match a.kind {
        ValueKind::List | ValueKind::Object => true,
        ValueKind::String | ValueKind::Block => meaning(a) == meaning(b),
        _ => text_of(text, a.span) == text_of(text, b.span),
    };
    a.kind == b.kind && alike()
}

/// Indices of the values under `root` in an order that does not depend on how fields of input objects are ordered.
fn in_order(values: &[Value], text: &str, root: u32) -> Vec<u32> {
    let mut order = Vec::new();
    let mut open = vec![root];
    let mut children = Vec::new();
    while let Some(index) = open.pop() {
        order.push(index);
        let Some(value) = values.get(index as usize) else { continue };
        let mut child = index.saturating_add(1);
        children.clear();
        while child < value.end
            && let Some(held) = values.get(child as usize)
        {
            children.push(child);
            child = held.end;
        }
        if value.kind == ValueKind::Object {
            children.sort_by_key(|child| values.get(*child as usize).map(|held| text_of(text, held.key)));
        }
        open.extend(children.iter().rev());
    }
    order
}

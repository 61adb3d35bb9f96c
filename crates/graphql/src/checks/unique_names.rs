//! Names that may occur once: arguments of one field or directive, fields of one input object, variables of one operation
//! (GraphQL §5.4.2, §5.6.3, §5.8.1).
//!
//! Validation refuses the second one. But the tree holds both, and readers that run a document without validating it again, or that copy
//! arguments into a map on the way, differ in which of the two counts.

use portcullis_inspect::{CheckSpec, Class, Finding, Span};

use super::Subject;
use crate::parser::{Document, Run, ValueKind, text_of};

/// No name has two values.
pub(crate) const UNIQUE_NAMES: CheckSpec = CheckSpec {
    name: "graphql.unique_names",
    codes: &["DUPLICATE_ARGUMENT", "DUPLICATE_INPUT_FIELD", "DUPLICATE_VARIABLE"],
    refuses: "an argument, a field of an input object or a variable that is given twice: readers differ in which one counts",
    yields: false,
};

/// Up to so many names are compared pair by pair; more are sorted, so that no choice of names costs more than `n log n`.
const PAIRWISE_MAX: usize = 8;

pub(super) fn check(subject: Subject<'_>, findings: &mut Vec<Finding>) {
    let (document, mut names) = (subject.document, Names { text: &subject.envelope.query, spans: Vec::new() });
    for (code, detail, twin) in [
        ("DUPLICATE_ARGUMENT", "an argument is given twice", names.argument(document)),
        ("DUPLICATE_INPUT_FIELD", "a field of an input object is given twice", names.input_field(document)),
        ("DUPLICATE_VARIABLE", "a variable is defined twice", names.variable(document)),
    ] {
        findings.extend(twin.map(|span| Finding::new(UNIQUE_NAMES.name, code, Class::Invalid, detail).at(span)));
    }
}

/// The names of one place, and room for them.
struct Names<'a> {
    text: &'a str,
    spans: Vec<Span>,
}

impl Names<'_> {
    fn argument(&mut self, document: &Document) -> Option<Span> {
        let fields = document.selections().iter().map(|selection| selection.arguments);
        let directives = document.directives().iter().map(|directive| directive.arguments);
        let several = |run: &Run| run.count() > 1;
        fields.chain(directives).filter(several).find_map(|run| {
            self.spans.clear();
            self.spans.extend(run.of(document.arguments()).iter().map(|argument| argument.name));
            self.twin()
        })
    }

    fn variable(&mut self, document: &Document) -> Option<Span> {
        document.definitions().iter().find_map(|definition| {
            self.spans.clear();
            self.spans.extend(definition.variables.of(document.variables()).iter().map(|variable| variable.name));
            self.twin()
        })
    }

    /// Each value is looked at once as itself and once by the object that holds it.
    fn input_field(&mut self, document: &Document) -> Option<Span> {
        let values = document.values();
        let objects = values.iter().zip(1_usize..).filter(|(value, _)| value.kind == ValueKind::Object);
        objects.into_iter().find_map(|(object, first)| {
            self.spans.clear();
            let mut next = first;
            while next < object.end as usize
                && let Some(value) = values.get(next)
            {
                self.spans.push(value.key);
                next = (value.end as usize).max(next.saturating_add(1));
            }
            self.twin()
        })
    }

    /// The name that occurred before.
    fn twin(&mut self) -> Option<Span> {
        let text = self.text;
        if self.spans.len() <= PAIRWISE_MAX {
            let mut rest = self.spans.as_slice();
            while let Some((last, before)) = rest.split_last() {
                if before.iter().any(|name| text_of(text, *name) == text_of(text, *last)) {
                    return Some(*last);
                }
                rest = before;
            }
            return None;
        }
        self.spans.sort_unstable_by_key(|name| (text_of(text, *name), name.start));
        self.spans.windows(2).find_map(|pair| match pair {
            [a, b] if text_of(text, *a) == text_of(text, *b) => Some(*b),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parser::{ParseLimits, parse};

    fn twins(text: &str) -> [Option<&str>; 3] {
        let mut document = Document::new();
        parse(text, &ParseLimits::MAXIMUM, &mut document).unwrap_or_else(|fault| panic!("{fault:?} in {text}"));
        let mut names = Names { text, spans: Vec::new() };
        [names.argument(&document), names.input_field(&document), names.variable(&document)]
            .map(|span| span.map(|span| text_of(text, span)))
    }

    #[test]
    fn the_second_of_one_name_is_found() {
        for (text, expected) in [
            ("{a(b:1,c:2,b:3)}", [Some("b"), None, None]),
            ("{a@d(b:1 b:1)}", [Some("b"), None, None]),
            ("query($a:A@d(b:1 b:2)){a}", [Some("b"), None, None]),
            ("{a(b:{c:1 d:2 c:3})}", [None, Some("c"), None]),
            ("{a(b:[{c:{d:[{e:1 e:2}]}}])}", [None, Some("e"), None]),
            ("query($a:A={b:1 b:2}){a}", [None, Some("b"), None]),
            ("query($a:A,$a:B){a}", [None, None, Some("a")]),
            ("query($a:A){a} query($b:A,$c:A,$b:A){a}", [None, None, Some("b")]),
            ("{a(a1:1 a2:1 a3:1 a4:1 a5:1 a6:1 a7:1 a8:1 a9:1 a5:2)}", [Some("a5"), None, None]),
        ] {
            assert_eq!(twins(text), expected, "{text}");
        }
    }

    #[test]
    fn one_name_in_different_places_is_no_twin() {
        for text in [
            "{a(b:1 B:1) c(b:1)}",
            "{a(b:1)@d(b:1)@d(b:1)}",
            "{a(b:{b:{b:1} c:{b:1}})}",
            "{a(b:[{c:1}{c:2}])}",
            "query A($a:A){a} query B($a:A){a}",
            "{a(a1:1 a2:1 a3:1 a4:1 a5:1 a6:1 a7:1 a8:1 a9:1 A5:2)}",
        ] {
            assert_eq!(twins(text), [None; 3], "{text}");
        }
    }
}

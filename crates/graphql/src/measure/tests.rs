//! Documents → numbers.

use std::fmt::Write;

use portcullis_inspect::Budget;

use super::*;
use crate::parser::{ParseLimits, parse};

const STEPS: u64 = 100_000;

fn measured(text: &str) -> Measurement {
    let mut document = Document::new();
    parse(text, &ParseLimits::MAXIMUM, &mut document).unwrap_or_else(|fault| panic!("{fault:?} in {text}"));
    measure(&document, text, &mut Budget::new(STEPS)).unwrap()
}

/// Checks one number of the first operation.
fn check(number: fn(&OperationMeasure) -> u64, cases: &[(&str, u64)]) {
    for (text, expected) in cases {
        let measurement = measured(text);
        assert_eq!(number(&measurement.operations[0]), *expected, "{text}");
        assert_eq!(measurement.faults, [], "{text}");
    }
}

#[test]
fn depth_is_nested_fields_through_all_fragments() {
    check(
        |one| one.depth,
        &[
            ("{a}", 1),
            ("{a{b{c}}d}", 3),
            ("{__typename a{__typename}}", 2),
            ("{...{a{...on T{b{...@d{c}}}}}}", 3),
            ("{__typename me{...F}} fragment F on U{friends{...G}} fragment G on U{friends{friends{id}}}", 5),
            ("{me{...__schema}} fragment __schema on U{friends{friends{id}}}", 4),
            ("{a{...F}b{c{...F}}} fragment F on U{x{y}}", 4),
            ("{a ...F} fragment F on Q{...{...G}} fragment G on Q{b}", 1),
            ("{a{b{c{d}}}} fragment Unused on T{a{b{c{d{e{f}}}}}}", 4),
        ],
    );
}

#[test]
fn introspection_has_its_own_depth() {
    check(
        |one| one.depth,
        &[("{__schema{types{name}}}", 0), ("{a{b}__type(name:1){fields{name}}}", 2), ("{...F} fragment F on Q{__schema{a{b}}}", 0)],
    );
    check(
        |one| one.introspection_depth,
        &[
            ("{a{b{c}}}", 0),
            ("{__typename}", 0),
            ("{__schema{types{fields{name}}}}", 4),
            ("{...{x:__type(name:\"a\"){name}}}", 2),
            ("{__schema{types{...F}}} fragment F on __Type{fields{type{...G}}} fragment G on __Type{ofType{ofType{name}}}", 7),
            ("{a{...F}} fragment F on Q{b{__schema{types}}}", 2),
            ("{__schema{a{__schema{b{c}}}}d{__type{e}}}", 5),
        ],
    );
    check(|one| one.introspection_fields, &[("{a __typename}", 0), ("{__schema{a}...F ...F} fragment F on Q{__type{a}}", 3)]);
    check(
        |one| one.introspection_lists,
        &[
            ("{fields{fields{fields{a}}}}", 0),
            ("{__schema{types{fields{args{type{name}}}inputFields{name}}}}", 1),
            ("{__schema{types{fields{type{fields{type{fields{name}}}}}}}}", 3),
            (
                "{__schema{types{...F}}} fragment F on __Type{fields{type{...G}}} fragment G on __Type{interfaces{possibleTypes{name}}}",
                3,
            ),
            ("{a{...F}fields{fields{a}}} fragment F on Q{__type{fields{a}}}", 1),
        ],
    );
}

#[test]
fn fields_count_at_each_place_they_are_spread() {
    check(|one| one.fields, &[("{a b:c d{e}}", 4), ("{...F a{...F}...{...F}} fragment F on T{b c{d}}", 10)]);
    check(
        |one| one.root_fields,
        &[
            ("{a b{c d}}", 2),
            ("{...{a ...{b{c}}}...F} fragment F on Q{d ...G e{...G}} fragment G on Q{f g}", 6),
            ("{a{...F}} fragment F on T{b}", 1),
        ],
    );
}

#[test]
fn aliases_count_in_all_and_per_field_name() {
    let counts = |text| {
        let measurement = measured(text);
        (measurement.operations[0].aliases, measurement.operations[0].aliases_per_field)
    };
    for (text, expected) in [
        ("{a b}", (0, 0)),
        ("{x:a y:a z:b a}", (3, 2)),
        ("{a:__typename b:__typename}", (2, 2)),
        ("{x:a}", (1, 1)),
        ("{...F p{...F}q{...F}} fragment F on T{x:a y:b z:b}", (9, 6)),
        ("{...F x:a} fragment F on T{y:a ...G ...G} fragment G on T{z:b w:a}", (6, 4)),
        ("{a} fragment Unused on T{x:a}", (0, 0)),
        ("{x:ab y:a z:ab w:abc}", (4, 2)),
    ] {
        assert_eq!(counts(text), expected, "{text}");
    }
    let text = "{x:one y:two z:two}";
    assert_eq!(measured(text).operations[0].most_aliased.of(text.as_bytes()), Some(&b"two"[..]));
}

#[test]
fn directives_count_wherever_they_stand() {
    check(
        |one| one.directives,
        &[
            ("{a}", 0),
            ("query Q($a:A@d)@d@e{a@d ...F@d ...@d{b}}fragment F on T@d{c@d}", 8),
            ("{...F ...F} fragment F on T{a@d b@d}", 4),
        ],
    );
    check(
        |one| one.directives_per_node,
        &[("{a@a b@b}", 1), ("{...F} fragment F on T{a b{c@a@b@c}}", 3), ("query($a:A@a@b@c@d){a@a}", 4)],
    );
}

#[test]
fn unused_fragments_are_measured_like_one_more_operation() {
    let numbers = |text| {
        let measurement = measured(text);
        let last = measurement.operations.last().copied().unwrap_or_default();
        (measurement.operations.len(), last.depth, last.fields, last.root_fields, last.aliases_per_field, last.directives)
    };
    for (text, expected) in [
        ("{a ...F} fragment F on T{b}", (1, 1, 2, 2, 0, 0)),
        ("{a} fragment F on T{b}", (2, 2, 1, 0, 0, 0)),
        ("fragment F on T@d{b@d c{d}} {a}", (2, 3, 3, 0, 0, 2)),
        ("{a} fragment F on T{x:b ...G} fragment G on T{y:b ...H} fragment H on T{c}", (2, 2, 3, 0, 2, 0)),
        ("{a} fragment F on T{x:b} fragment G on T{y:b}", (2, 2, 2, 0, 2, 0)),
        ("{a ...G} fragment F on T{b ...G} fragment G on T{c}", (2, 2, 2, 0, 0, 0)),
        ("query A{...F} query B{a} fragment F on T{b}", (2, 1, 1, 1, 0, 0)),
    ] {
        assert_eq!(numbers(text), expected, "{text}");
    }
    let text = "{a} fragment F on T{b ...G} fragment G on T{c}";
    assert_eq!(measured(text).operations[1].definition, 1);
}

#[test]
fn every_operation_is_measured() {
    let measurement = measured("query A{a} query B($x:X,$y:Y){b{...F}} fragment F on T{x:c} mutation C{...F d}");
    let numbers: Vec<_> = measurement
        .operations
        .iter()
        .map(|one| (one.definition, one.depth, one.fields, one.variables, one.aliases_per_field))
        .collect();
    assert_eq!(numbers, [(0, 1, 1, 0, 0), (1, 2, 2, 2, 1), (3, 1, 2, 0, 1)]);
}

#[test]
fn what_is_wrong_with_fragments_is_told_once_each() {
    let codes = |text| measured(text).faults.iter().map(|fault| fault.code.as_str()).collect::<Vec<_>>();
    for (text, expected) in [
        ("{...F} fragment F on T{a}", &[][..]),
        ("{...F ...G ...H}", &["UNKNOWN_FRAGMENT"]),
        ("{...A} fragment A on Q{...A}", &["FRAGMENT_CYCLE"]),
        ("{a} fragment A on Q{a{...B}} fragment B on Q{...{...C}} fragment C on Q{...A ...B}", &["FRAGMENT_CYCLE"]),
        ("{...A} fragment A on Q{a} fragment B on Q{b} fragment A on Q{c}", &["DUPLICATE_FRAGMENT"]),
        ("{...A ...Z} fragment A on Q{...A} fragment A on Q{c}", &["DUPLICATE_FRAGMENT", "UNKNOWN_FRAGMENT", "FRAGMENT_CYCLE"]),
        ("{...A ...B} fragment A on Q{...C ...D} fragment B on Q{...D ...C} fragment C on Q{...D} fragment D on Q{d}", &[]),
    ] {
        assert_eq!(codes(text), expected, "{text}");
    }
}

/// The families that make expanding readers take exponential time or wrap their counters.
#[test]
fn doubling_fragments_saturate_and_cost_what_their_text_costs() {
    let chain = |link: fn(usize) -> String| {
        let links: String = (0..200).map(link).collect();
        format!("{{...F0}} {links} fragment F200 on Q{{x:a@d}}")
    };
    for text in [
        chain(|n| format!("fragment F{n} on Q{{...F{m} ...F{m}}}", m = n + 1)),
        chain(|n| format!("fragment F{n} on Q{{q{{...F{m}}} r:q{{...F{m}}}}}", m = n + 1)),
        chain(|n| format!("fragment F{n} on Q{{...{{...F{m}}} ...on Q{{q{{...F{m}}}}}}}", m = n + 1)),
    ] {
        let mut document = Document::new();
        parse(&text, &ParseLimits::MAXIMUM, &mut document).unwrap();
        let mut budget = Budget::new(5_000);
        let measurement = measure(&document, &text, &mut budget).unwrap();
        let one = measurement.operations[0];
        assert_eq!([one.fields, one.aliases, one.aliases_per_field, one.directives, one.spreads], [u64::MAX; 5]);
        assert!(one.depth <= 201 && measurement.faults.is_empty());
    }
}

#[test]
fn a_budget_that_cannot_pay_is_reported() {
    let mut document = Document::new();
    parse("{a b c}", &ParseLimits::MAXIMUM, &mut document).unwrap();
    assert_eq!(measure(&document, "{a b c}", &mut Budget::new(3)), Err(Exhausted));
    assert!(measure(&document, "{a b c}", &mut Budget::new(4)).is_ok());
}

#[test]
fn facts_follow_their_table() {
    let text = "query($a:A){x:a y:a@d ...F __schema{types{fields{name}}}} fragment F on Q{b{c}}";
    let mut document = Document::new();
    parse(text, &ParseLimits::MAXIMUM, &mut document).unwrap();
    let measurement = measure(&document, text, &mut Budget::new(STEPS)).unwrap();
    let facts = facts(&document, text, &measurement.operations[0], 1);
    let told: Vec<(&str, u64)> = facts.iter().map(|fact| (FACTS[usize::from(fact.id.0)].name, fact.value)).collect();
    let expected = [
        ("graphql.bytes", text.len() as u64),
        ("graphql.tokens", 39),
        ("graphql.operations", 1),
        ("graphql.fragments", 1),
        ("graphql.variables", 1),
        ("graphql.depth", 2),
        ("graphql.fields", 8),
        ("graphql.root_fields", 4),
        ("graphql.aliases", 2),
        ("graphql.aliases_per_field", 2),
        ("graphql.directives", 1),
        ("graphql.directives_per_node", 1),
        ("graphql.spreads", 1),
        ("graphql.introspection_fields", 1),
        ("graphql.introspection_depth", 4),
        ("graphql.introspection_lists", 1),
    ];
    assert_eq!(told, expected);
    assert_eq!(facts[9].coordinate.as_deref(), Some("a"));
}

#[test]
fn a_name_stands_out_where_no_other_is_over_the_limit() {
    let text = "{w:a x:a y:a w:b x:b}";
    let mut document = Document::new();
    parse(text, &ParseLimits::MAXIMUM, &mut document).unwrap();
    let measurement = measure(&document, text, &mut Budget::new(STEPS)).unwrap();
    for (allowed, expected) in [(0, None), (1, None), (2, Some("a")), (3, Some("a"))] {
        let facts = facts(&document, text, &measurement.operations[0], allowed);
        assert_eq!((facts[9].value, facts[9].coordinate.as_deref()), (3, expected), "{allowed}");
    }
}

/// Documents with fragments against the same documents with every spread written out.
#[test]
fn arithmetic_equals_expansion() {
    for seed in 0..2_000 {
        let (compact, expanded) = Twins::new(seed).documents();
        let (arithmetic, written_out) = (measured(&compact), measured(&expanded));
        let expected = OperationMeasure { spreads: arithmetic.operations[0].spreads, ..written_out.operations[0] };
        let most = |measure: &OperationMeasure| OperationMeasure { most_aliased: Span::default(), ..*measure };
        assert_eq!(most(&arithmetic.operations[0]), most(&expected), "{compact}\n{expanded}");
    }
}

/// Writes a document in both forms. Fragment n spreads only fragments above n, so nothing is circular.
struct Twins {
    state: u64,
    /// Selection sets of the fragments, each in both forms.
    fragments: Vec<(String, String)>,
}

impl Twins {
    fn new(seed: u64) -> Self {
        Self { state: seed, fragments: Vec::new() }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % bound
    }

    fn documents(mut self) -> (String, String) {
        for _ in 0..self.below(5) {
            let fragment = self.set(3);
            self.fragments.push(fragment);
        }
        let (mut compact, expanded) = self.set(3);
        for (number, (set, _)) in self.fragments.iter().enumerate() {
            write!(compact, " fragment F{number} on T{set}").unwrap();
        }
        (compact, expanded)
    }

    fn set(&mut self, depth: u64) -> (String, String) {
        let (mut compact, mut expanded) = (String::from("{"), String::from("{"));
        for _ in 0..=self.below(3) {
            let head = match self.below(6) {
                0 if !self.fragments.is_empty() => {
                    let number = self.below(self.fragments.len() as u64) as usize;
                    let directive = ["", "@d", "@d@e"][self.below(3) as usize];
                    write!(compact, "...F{number}{directive} ").unwrap();
                    write!(expanded, "...{directive}{} ", self.fragments[number].1).unwrap();
                    continue;
                }
                1 if depth > 0 => "...on T".to_owned(),
                _ => {
                    let alias = ["", "", "x:", "y:"][self.below(4) as usize];
                    let name = ["a", "b", "ab", "fields", "interfaces", "__schema", "__type", "__typename"][self.below(8) as usize];
                    format!("{alias}{name}{}", ["", "", "@d"][self.below(3) as usize])
                }
            };
            let set = if depth > 0 && (head.starts_with("...") || self.below(2) == 0) {
                self.set(depth - 1)
            } else {
                (" ".into(), " ".into())
            };
            write!(compact, "{head}{}", set.0).unwrap();
            write!(expanded, "{head}{}", set.1).unwrap();
        }
        (compact + "}", expanded + "}")
    }
}

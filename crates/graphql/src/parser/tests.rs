//! Texts → trees or faults.

use portcullis_inspect::Span;

use super::*;

const LIMITS: ParseLimits = ParseLimits { tokens: 1_000, nesting: 20, name_bytes: 30 };

fn fault(text: &str, limits: &ParseLimits) -> Option<ParseFault> {
    parse(text, limits, &mut Document::new()).err()
}

fn code(text: &str, limits: &ParseLimits) -> Option<&'static str> {
    fault(text, limits).map(|fault| fault.code.as_str())
}

#[test]
fn documents_of_the_grammar_are_read() {
    for text in [
        "{a}",
        "\u{feff}\u{feff}{\u{feff}a\u{feff}}\u{feff}",
        "{a,,,b#c}\n}",
        "query{a}",
        "query query($a:[[Int!]]!=[[1]]@d@e(x:{y:[1 -2.5e3,\"s\"]})$b:B){a(b:$b)}",
        "mutation M @d(a:$x) {a}",
        "subscription on{on}",
        "fragment fragment on on@on{on}{...fragment}",
        "{...onT ...on on{a} ...{a} ...@d{a} ...F@d}",
        "{true:false null(null:null,true:true,false:nul)}",
        "{a(b:[]c:{}d:[{}]e:{f:[[]]})}",
        "{a(b:0 c:-0 d:0.0 e:1e5 f:1.5E-3 g:-0e+0)}",
        r#"{a(b:"\u{1F600}\uD83D\uDE00\u00e9\"\\\/\b\f\n\r\t")}"#,
        "{a(b:\"\u{0}\u{b}\u{7f}\u{2028}\")}",
        "{a(b:\"\" c:\"\"\"\"\"\" d:\"\"\"\\\"\"\" \"\"\")}",
        "\"d\" query Q(\"\"\"d\"\"\" $a:A) {a} \"d\" fragment F on T {a}",
        "{a}{b}",
    ] {
        assert_eq!(fault(text, &LIMITS), None, "{text}");
    }
}

#[test]
fn everything_else_is_a_syntax_error() {
    for text in [
        "",
        " ",
        "#",
        "{",
        "}",
        "{}",
        "{a",
        "{a}}",
        "{a{}}",
        "{a()}",
        "{a(b)}",
        "{a(b:)}",
        "{a(b:1}",
        "{a:b:c}",
        "{a b:}",
        "query",
        "query()",
        "query(){a}",
        "query($a){a}",
        "query($a:){a}",
        "query($a:[A){a}",
        "query($a:A]){a}",
        "query($a:A!!){a}",
        "query($a:A=$b){a}",
        "query($a:A=[{b:$b}]){a}",
        "query($a:A@d(b:$b)){a}",
        "query($a:A@d=1){a}",
        "queryQ{a}",
        "Query{a}",
        "fragment on on T{a}",
        "fragment F{a}",
        "fragment F on{a}",
        "fragment F($a:A) on T{a}",
        "{...}",
        "{...on}",
        "{...on T}",
        "{... on{a}}",
        "{....F}",
        "{.. .F}",
        "{...F{a}}",
        "{...F(a:1)}",
        "{a@}",
        "{a@ d()}",
        "{a(b:01)}",
        "{a(b:1.)}",
        "{a(b:.1)}",
        "{a(b:+1)}",
        "{a(b:1e)}",
        "{a(b:1x)}",
        "{a(b:1_)}",
        "{a(b:0x1)}",
        "{a(b:1.2.3)}",
        "{a(b:1...)}",
        "{a(b:-)}",
        "{a(b:--1)}",
        "{a(b:\"a\nb\")}",
        "{a(b:\"a\rb\")}",
        "{a(b:\")}",
        "{a(b:\"\\\")}",
        r#"{a(b:"\x")}"#,
        r#"{a(b:"\U0041")}"#,
        r#"{a(b:"\u12")}"#,
        r#"{a(b:"\u00G0")}"#,
        r#"{a(b:"\uD83D")}"#,
        r#"{a(b:"\uDE00")}"#,
        r#"{a(b:"\uD83D\u0041")}"#,
        r#"{a(b:"\uD83D\u{DE00}")}"#,
        r#"{a(b:"\u{D83D}")}"#,
        r#"{a(b:"\u{}")}"#,
        r#"{a(b:"\u{110000}")}"#,
        r#"{a(b:"\u{41")}"#,
        r#"{a(b:"\u{FFFFFFFF0041}")}"#,
        r#"{a(b:"\u{+41}")}"#,
        "{a(b:\"\"\")}",
        "{a(b:\"\"\"\"\")}",
        "{a(b:\"\"\"\\\"\"\")}",
        "{a(b:'c')}",
        "{a(b:c&d)}",
        "{a|b}",
        "{a;b}",
        "{\u{e9}}",
        "{a\u{0}}",
        "{a\u{a0}b}",
        "{a\u{2028}b}",
        "{a\u{b}}",
        "\u{fffe}{a}",
        "{a}\u{1a}",
        "\"d\"{a}",
        "\"d\" \"d\" query{a}",
        "query \"d\" Q{a}",
        "type T{a:B}",
        "schema{query:Q}",
        "extend type T@d",
        "{a(b:[1)}",
        "{a(b:{c:1])}",
        "{a(b:{c})}",
        "{a(b:{:1})}",
        "{a(b:{$c:1})}",
        "{a(b:$)}",
        "{a(b:$1)}",
        "{$a}",
        "{a=1}",
        "{a!}",
        "[a]",
        "(a)",
    ] {
        assert_eq!(code(text, &LIMITS), Some("SYNTAX_ERROR"), "{text}");
    }
}

#[test]
fn a_fault_names_its_place() {
    for (text, start, end) in [("{a ?}", 3, 3), ("{a(b:1.x)}", 5, 7), ("{a} }", 4, 5), ("{a(b:\"x\ny\")}", 5, 7), ("{a", 2, 2)] {
        let found = fault(text, &LIMITS).map(|fault| fault.span);
        assert_eq!(found, Some(Span::new(start, end)), "{text}");
    }
}

#[test]
fn tokens_are_bounded() {
    // { a ( b : "s" ) ... F } are ten; ignored tokens are none.
    let text = "\u{feff}{ a(b:\"s\"),,, ...F #c\n}";
    for (tokens, expected) in [(9, Some("TOKENS_EXCEEDED")), (10, None), (11, None)] {
        assert_eq!(code(text, &ParseLimits { tokens, ..LIMITS }), expected, "{tokens}");
    }
    let mut document = Document::new();
    parse(text, &LIMITS, &mut document).unwrap();
    assert_eq!(document.tokens(), 10);
}

#[test]
fn brackets_are_bounded_whatever_their_kind() {
    for text in ["{a{b{c}}}", "{a(b:[1])}", "{a(b:{c:1})}", "query($a:[[A]]){a}"] {
        for (nesting, expected) in [(2, Some("NESTING_EXCEEDED")), (3, None), (4, None)] {
            assert_eq!(code(text, &ParseLimits { nesting, ..LIMITS }), expected, "{text} {nesting}");
        }
    }
    assert_eq!(code("{a{b}c{d}e(f:[1][2])}", &ParseLimits { nesting: 2, ..LIMITS }), Some("NESTING_EXCEEDED"));
    assert_eq!(code("{a{b}c{d}e(f:1)}", &ParseLimits { nesting: 2, ..LIMITS }), None);
}

#[test]
fn names_are_bounded() {
    for text in ["{abcd}", "{abcd:e}", "{e(f:$abcd)}", "{...abcd}", "{e@abcd}", "{e(f:abcd)}"] {
        for (name_bytes, expected) in [(3, Some("NAME_TOO_LONG")), (4, None), (5, None)] {
            assert_eq!(
                code(text, &ParseLimits { name_bytes, ..LIMITS }),
                expected.filter(|_| !text.starts_with("query")),
                "{text} {name_bytes}"
            );
        }
    }
}

#[test]
fn deep_documents_cost_no_stack() {
    let depth = 100_000;
    for (open, close) in [("{a", "}"), ("...{", "}"), ("[", "]"), ("{a:", "}")] {
        let (before, after) = if open.starts_with('[') || open.ends_with(':') { ("{a(b:", ")}") } else { ("{a", "}") };
        let inner = if open == "...{" {
            "a"
        } else if before.ends_with(':') {
            "1"
        } else {
            ""
        };
        let text = format!("{before}{}{inner}{}{after}", open.repeat(depth), close.repeat(depth));
        let mut document = Document::new();
        assert_eq!(parse(&text, &ParseLimits::MAXIMUM, &mut document), Ok(()), "{open}");
        let steps = document.walk_selections(document.definitions()[0].selections).count();
        assert!(steps > 0 && document.selections().len() + document.values().len() > depth);
    }
}

#[test]
fn nodes_know_where_they_end_and_what_is_around_them() {
    let mut document = Document::new();
    parse("{a{b(x:[1{y:[]}])...{c}}d}", &LIMITS, &mut document).unwrap();
    let selections: Vec<(u32, u32)> = document.selections().iter().map(|one| (one.end, one.parent)).collect();
    assert_eq!(selections, [(4, NONE), (2, 0), (4, 0), (4, 2), (5, NONE)]);
    let values: Vec<(ValueKind, u32, u32)> = document.values().iter().map(|one| (one.kind, one.end, one.parent)).collect();
    let expected = [(ValueKind::List, 4, NONE), (ValueKind::Int, 2, 0), (ValueKind::Object, 4, 0), (ValueKind::List, 4, 2)];
    assert_eq!(values, expected);
}

#[test]
fn a_reused_document_does_not_grow_and_keeps_nothing() {
    let text = "query Q($a:[A!]=[1{b:2}]@d(e:1)){f:g(h:$a)@i{j ...K ...{l}}} fragment K on T{m}";
    let mut document = Document::new();
    parse(text, &LIMITS, &mut document).unwrap();
    let capacities = |document: &Document| {
        [
            document.definitions.capacity(),
            document.variables.capacity(),
            document.levels.capacity(),
            document.directives.capacity(),
            document.selections.capacity(),
            document.arguments.capacity(),
            document.values.capacity(),
        ]
    };
    let (before, first) = (capacities(&document), document.clone());
    assert!(parse("{a(b:[{c:\"", &LIMITS, &mut document).is_err());
    parse(text, &LIMITS, &mut document).unwrap();
    assert_eq!(capacities(&document), before);
    assert_eq!(document, first);
}

#[test]
fn strings_have_their_values() {
    for (raw, value) in [
        (r#""""#, ""),
        (r#""a b""#, "a b"),
        (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (r#""\u0041\u00e9\u{1F600}\uD83D\uDE00\u{000000000041}""#, "A\u{e9}\u{1F600}\u{1F600}A"),
        (r#""\\u0041\\""#, "\\u0041\\"),
        (r#""\uDBFF\uDFFF\uD800\uDC00""#, "\u{10FFFF}\u{10000}"),
    ] {
        assert_eq!(string_value(ValueKind::String, raw), value, "{raw}");
    }
}

#[test]
fn block_strings_lose_their_indentation_and_nothing_else() {
    for (content, value) in [
        ("", ""),
        ("a", "a"),
        ("  a", "  a"),
        ("\n  a\n    b\n\n  c\n", "a\n  b\n\nc"),
        ("a\n  b\n c", "a\n b\nc"),
        ("a\r\n  b\r  c\n", "a\nb\nc"),
        ("\n\t a\n\t  b", "a\n b"),
        ("   \n\n  ", ""),
        ("x\n   \n  y\n ", "x\n \ny"),
        ("\n    \n   a\n  \n", "a"),
        ("a \n b ", "a \nb "),
        ("\\\"\"\" \\n \\u0041 \"\" \\", "\"\"\" \\n \\u0041 \"\" \\"),
        ("\n  \\\"\"\"\n  b", "\"\"\"\nb"),
        ("\n\u{a0}a\n \u{a0}b", "\u{a0}a\n \u{a0}b"),
        ("a\u{2028}\n  b\u{b}", "a\u{2028}\nb\u{b}"),
    ] {
        let raw = format!("\"\"\"{content}\"\"\"");
        assert_eq!(string_value(ValueKind::Block, &raw), value, "{content:?}");
    }
}

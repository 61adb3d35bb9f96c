//! Texts → canonical texts.

use super::*;
use crate::parser::{ParseLimits, parse};

fn printed(text: &str) -> String {
    let mut document = Document::new();
    parse(text, &ParseLimits::MAXIMUM, &mut document).unwrap_or_else(|fault| panic!("{fault:?} in {text}"));
    let mut out = String::new();
    print(&document, text, &mut out);
    out
}

#[test]
fn documents_are_printed_canonically() {
    for (text, expected) in [
        ("{ a }", "{a}"),
        ("query { a }", "{a}"),
        ("query Q { a }", "query Q{a}"),
        ("query @d { a }", "query@d{a}"),
        ("query ($a: A) { a }", "query($a:A){a}"),
        ("mutation { a }", "mutation{a}"),
        (
            "subscription S ( $a : [ # ]\n A ! ] ! = [ 1 , 2 ] @d ( e : 1 ) , $b:B ) { a }",
            "subscription S($a:[A!]!=[1 2]@d(e:1)$b:B){a}",
        ),
        ("\u{feff}{ a , b # c\n c : d }", "{a b c:d}"),
        ("{ a ( b : 1 , c : [ ] , d : { } , e : { f : [ [ $g ] { h : null } ] } ) }", "{a(b:1 c:[]d:{}e:{f:[[$g]{h:null}]})}"),
        ("{ a ... F ... { b } ... on T @d { c } ... @d { e } }", "{a ...F ...{b}...on T@d{c}...@d{e}}"),
        ("{ a(b: 1) ...F a { b } c }", "{a(b:1)...F a{b}c}"),
        ("{ a(b: [1 2.5 -3 \"x\" \"\" RED true]) }", "{a(b:[1 2.5 -3 \"x\" \"\" RED true])}"),
        ("{ a @d @e(f: 1) b }", "{a@d@e(f:1)b}"),
        ("fragment F on T @d { a } { ...F }", "fragment F on T@d{a}{...F}"),
        ("\"d\" query Q ( \"d\" $a : A ) { a } \"\"\"d\"\"\" fragment F on T { a }", "query Q($a:A){a}fragment F on T{a}"),
        ("{ a } query { b } query Q { c }", "{a}{b}query Q{c}"),
    ] {
        assert_eq!(printed(text), expected, "{text}");
        assert_eq!(printed(expected), expected);
    }
}

#[test]
fn strings_are_printed_so_that_the_oldest_grammar_reads_them() {
    for (literal, expected) in [
        (r#""a \"b\" \u00e9 \n""#, r#""a \"b\" \u00e9 \n""#),
        (r#""\u{41}\u{e9}\u{0}\u{22}\u{5C}\u{FFFF}""#, r#""\u0041\u00e9\u0000\u0022\u005c\uffff""#),
        (r#""\u{1F600}\u{10FFFF}""#, "\"\u{1F600}\u{10FFFF}\""),
        (r#""\uD83D\uDE00 x""#, "\"\u{1F600} x\""),
        (r#""\\u{41}\\uD83D""#, r#""\\u{41}\\uD83D""#),
        ("\"\t\u{1}\u{1f}\u{7f}\u{0}\"", "\"\t\\u0001\\u001f\u{7f}\\u0000\""),
        ("\"\"\"\"\"\"", "\"\""),
        ("\"\"\"\n  a \"b\"\n    \\n \u{1}\u{e9}\n\"\"\"", "\"a \\\"b\\\"\\n  \\\\n \\u0001\u{e9}\""),
    ] {
        let text = format!("{{a(b:{literal})}}");
        assert_eq!(printed(&text), format!("{{a(b:{expected})}}"), "{literal}");
    }
    assert_eq!(printed("{a(b:\"\"\"\\\"\"\"\\\"\"\" \"\"\")}"), r#"{a(b:"\"\"\"\"\"\" ")}"#);
}

#[test]
fn a_document_printed_with_another_text_is_harmless() {
    let mut document = Document::new();
    parse("query Q($a:A=\"x\"){a(b:{c:$a})...F}", &ParseLimits::MAXIMUM, &mut document).unwrap();
    for text in ["", "{", "é語😀é語😀é語😀é語😀é語😀", "\"\\u\\u{\\\"\"\"\\u{\\uD83D\\uD83D\\u\\"] {
        print(&document, text, &mut String::new());
    }
}

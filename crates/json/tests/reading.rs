//! What is read, what is refused, and how it is written again.

use portcullis_json::{Bounds, Document, Kind, Reason, write_string};

fn outcome(text: &[u8]) -> Result<String, Reason> {
    outcome_under(text, &Bounds::default())
}

fn outcome_under(text: &[u8], bounds: &Bounds) -> Result<String, Reason> {
    let mut document = Document::new();
    document.read(text, bounds).map_err(|fault| fault.reason)?;
    let mut out = Vec::new();
    if let Some(root) = document.root(text) {
        root.write(&mut out);
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

#[test]
fn texts_are_written_in_one_spelling() {
    for (text, written) in [
        ("null", "null"),
        (" \t\r\n{ } ", "{}"),
        ("[ ]", "[]"),
        ("[[],{},[[]]]", "[[],{},[[]]]"),
        (r#"{"b":1,"a":{"x":[1.50,-0,1E5],"y":true}}"#, r#"{"b":1,"a":{"x":[1.50,-0,1E5],"y":true}}"#),
        (r#"["\u0041\/\u00e9\ud83d\ude00"]"#, r#"["A/é😀"]"#),
        (r#""\u0000\u001F\n\"\\\u007f""#, "\"\\u0000\\u001f\\n\\\"\\\\\u{7f}\""),
        (r#"{"qu\u0065ry" : "x" , "y" : [ false , null ] }"#, r#"{"query":"x","y":[false,null]}"#),
        (r#"{"":0}"#, r#"{"":0}"#),
        (r#"{"a":{"a":{"a":[]}},"b":[{"a":1},{"a":2}]}"#, r#"{"a":{"a":{"a":[]}},"b":[{"a":1},{"a":2}]}"#),
    ] {
        assert_eq!(outcome(text.as_bytes()).as_deref(), Ok(written), "{text}");
        assert_eq!(outcome(written.as_bytes()).as_deref(), Ok(written), "written twice: {text}");
    }
}

#[test]
fn names_equal_after_unescaping_are_duplicates() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"query":"{me}","query":"{evil}"}"#,
        r#"{"qu\u0065ry":"{evil}","query":"{me}"}"#,
        r#"{"query":"{me}","qu\u0065ry":"{evil}"}"#,
        r#"{"\u0061":1,"\u0061":2}"#,
        r#"{"\/":1,"/":2}"#,
        r#"{"😀":1,"\ud83d\ude00":2}"#,
        r#"{"":1,"":2}"#,
        r#"[{"x":{"a":1,"b":{},"a":[]}}]"#,
        r#"{"a":{"z":1},"b":[1,2],"a":0}"#,
    ] {
        assert_eq!(outcome(text.as_bytes()), Err(Reason::DuplicateKey), "{text}");
    }
    for text in [r#"{"a":1,"A":2}"#, r#"{"a":{"a":1}}"#, r#"[{"a":1},{"a":1}]"#, r#"{"a":1,"a ":2}"#, r#"{"é":1,"e\u0301":2}"#] {
        assert!(outcome(text.as_bytes()).is_ok(), "{text}");
    }
}

#[test]
fn duplicates_are_found_at_every_object_size() {
    for size in [2, 7, 8, 9, 10, 100, 999] {
        let names: Vec<String> = (0..size).map(|n| format!("\"k{n}\":[{n}]")).collect();
        assert!(outcome(format!("{{{}}}", names.join(",")).as_bytes()).is_ok(), "{size}");
        for twin in [0, size / 2, size - 1] {
            let text = format!("{{{},\"\\u006b{twin}\":0}}", names.join(","));
            assert_eq!(outcome(text.as_bytes()), Err(Reason::DuplicateKey), "{size} {twin}");
        }
    }
}

#[test]
fn what_is_outside_the_grammar_is_refused() {
    for text in [
        "",
        " ",
        "{",
        "[",
        "}",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "[1 2]",
        "[1}",
        "{\"a\":1]",
        "nul",
        "nulL",
        "True",
        "NaN",
        "Infinity",
        "-Infinity",
        "undefined",
        "+1",
        ".5",
        "01",
        "1.",
        "\"",
        "\"a",
        "\"\n\"",
        "// x\n1",
        "/* */1",
        "[1]//",
        "\u{a0}1",
        "\u{c}1",
        "{1:2}",
        "{null:1}",
        "{\"a\"::1}",
        "[\"a\":1]",
        "\0",
        "{\"a\":1,,\"b\":2}",
        "tru",
        "[true,fals]",
    ] {
        let reason = outcome(text.as_bytes()).expect_err(text);
        assert!(matches!(reason, Reason::Syntax(_) | Reason::TrailingData), "{text}: {reason:?}");
    }
}

#[test]
fn nothing_may_follow_the_value() {
    for text in ["{}{}", "1 2", "null null", "[]]", "{}}", "\"a\"\"b\"", "{} x", "{}\0", "nullnull", "1x", "0x10"] {
        assert_eq!(outcome(text.as_bytes()), Err(Reason::TrailingData), "{text}");
    }
}

#[test]
fn only_utf8_without_mark_is_read() {
    for (text, reason) in [
        (&b"\xEF\xBB\xBF{}"[..], Reason::ByteOrderMark),
        (b"\xFF\xFE{\0}\0", Reason::NotUtf8),
        (b"\"\xff\"", Reason::NotUtf8),
        (b"\"\xc0\xaf\"", Reason::NotUtf8),
        (b"\"\xed\xa0\x80\"", Reason::NotUtf8),
        (b"\"\xf4\x90\x80\x80\"", Reason::NotUtf8),
        (b"\"\\ud800\"", Reason::LoneSurrogate),
        (b"{\"\\udfff\":1}", Reason::LoneSurrogate),
    ] {
        assert_eq!(outcome(text), Err(reason), "{text:?}");
    }
    // Inside a string the mark is a character like any other.
    assert!(outcome("\"\u{feff}\"".as_bytes()).is_ok());
    assert_eq!(outcome(b"{\0}\0"), Err(Reason::Syntax("a member name was expected")));
}

#[test]
fn limits_are_exact() {
    let bounds = Bounds { depth: 3, members: 3, elements: 4, nodes: 9, string_bytes: 5, number_chars: 6 };
    for (text, reason) in [
        ("[[1]]", None),
        ("[[[]]]", None),
        ("[[[[]]]]", Some(Reason::Depth)),
        ("[{\"a\":[{}]}]", Some(Reason::Depth)),
        ("{\"a\":1,\"b\":2}", None),
        ("{\"a\":1,\"b\":2,\"c\":3}", None),
        ("{\"a\":1,\"b\":2,\"c\":3,\"d\":4}", Some(Reason::Members)),
        ("[1,2,3]", None),
        ("[1,2,3,4]", None),
        ("[1,2,3,4,5]", Some(Reason::Elements)),
        ("[1,[1,2,3,4],[]]", None),
        ("[[1,2],[3,4],[5]]", None),
        ("[[1,2],[3,4],[5,6]]", Some(Reason::Nodes)),
        ("\"abcd\"", None),
        ("\"abcde\"", None),
        ("\"abcdef\"", Some(Reason::StringLength)),
        ("{\"abcdef\":1}", Some(Reason::StringLength)),
        ("12345", None),
        ("123456", None),
        ("1234567", Some(Reason::NumberLength)),
    ] {
        assert_eq!(outcome_under(text.as_bytes(), &bounds).err(), reason, "{text}");
    }
}

#[test]
fn the_deepest_text_needs_no_stack() {
    let deep = "[".repeat(1_000_000);
    assert_eq!(outcome(deep.as_bytes()), Err(Reason::Depth));
    let bounds = Bounds { depth: usize::MAX, nodes: usize::MAX, ..Bounds::default() };
    let balanced = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    assert_eq!(outcome_under(balanced.as_bytes(), &bounds).as_deref(), Ok(balanced.as_str()));
}

#[test]
fn a_document_is_empty_after_a_fault() {
    let mut document = Document::new();
    document.read(b"[1,2,3]", &Bounds::default()).expect("read");
    assert_eq!(document.len(), 4);
    document.read(b"[1,2,3", &Bounds::default()).expect_err("no end");
    assert!(document.is_empty());
    assert!(document.root(b"[1,2,3").is_none());
}

#[test]
fn views_give_members_items_and_meanings() {
    let text = br#"{"a":[1,"x\ty",{"b":null}],"c":true}"#;
    let mut document = Document::new();
    document.read(text, &Bounds::default()).expect("read");
    let root = document.root(text).expect("a root");
    let members: Vec<(String, Kind)> = root.members().map(|(name, value)| (name.into_owned(), value.kind())).collect();
    assert_eq!(members, [("a".to_owned(), Kind::Array), ("c".to_owned(), Kind::Bool(true))]);
    let (_, list) = root.members().next().expect("a member");
    let kinds: Vec<Kind> = list.items().map(|item| item.kind()).collect();
    assert_eq!(kinds, [Kind::Number, Kind::String, Kind::Object]);
    assert_eq!(list.items().nth(1).and_then(|item| item.as_str()).as_deref(), Some("x\ty"));
    assert_eq!(root.items().count(), 0);
    assert_eq!(list.members().count(), 0);
    let mut out = Vec::new();
    list.write(&mut out);
    assert_eq!(out, br#"[1,"x\ty",{"b":null}]"#);
}

/// Every small text over a hostile alphabet: what we read, an independent reader reads, to the same value.
#[test]
fn what_is_read_agrees_with_an_independent_reader() {
    let alphabet = ["{", "}", "[", "]", ",", ":", "\"a\"", "\"\\u0061\"", "1", "-0.5e1", "true", " ", "x", "\"", "0"];
    let mut document = Document::new();
    let mut read = 0;
    for mut number in 0..759_375_u32 {
        let mut text = String::new();
        for _ in 0..5 {
            text.push_str(alphabet[(number % 15) as usize]);
            number /= 15;
        }
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        if document.read(text.as_bytes(), &Bounds::default()).is_ok() {
            read += 1;
            let mut out = Vec::new();
            document.root(text.as_bytes()).expect("a root").write(&mut out);
            let ours: serde_json::Value = serde_json::from_slice(&out).expect("our own writing");
            assert_eq!(theirs.expect("read by both"), ours, "{text}");
        } else if let Ok(value) = theirs {
            // Only duplicates may be read there and refused here.
            assert!(value.to_string().len() < text.replace(' ', "").len(), "refused here alone: {text}");
        }
    }
    assert!(read > 1_000, "{read}");
}

#[test]
fn strings_survive_writing_and_reading() {
    let all: String = (0..=0x0010_FFFF).step_by(7).filter_map(char::from_u32).collect();
    let mut out = Vec::new();
    write_string(&mut out, &all);
    let bounds = Bounds { string_bytes: usize::MAX, ..Bounds::default() };
    let mut document = Document::new();
    document.read(&out, &bounds).expect("read");
    assert_eq!(document.root(&out).and_then(|value| value.as_str()).as_deref(), Some(all.as_str()));
}

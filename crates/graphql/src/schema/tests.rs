//! Sources in, tables or problems out.

use portcullis_inspect::{Problems, Source};

use super::{Schema, load};

fn sources(texts: &[&str]) -> Vec<Source> {
    (1..).zip(texts).map(|(at, text)| Source { name: format!("{at}.graphql"), text: text.as_bytes().to_vec() }).collect()
}

fn read(texts: &[&str]) -> Result<(Schema, Problems), Problems> {
    load(&sources(texts))
}

fn notes(text: &str) -> Vec<String> {
    match read(&[text]) {
        Ok((_, notes)) => notes.into_iter().map(|note| note.what).collect(),
        Err(problems) => panic!("{problems:?}"),
    }
}

fn field(schema: &Schema, coordinate: &str) -> Option<String> {
    let (ty, field) = coordinate.split_once('.')?;
    let field = schema.field_at(schema.field_named(schema.type_named(ty)?, field)?)?;
    Some(field.ty.spelled(schema.text(schema.type_at(field.ty.named)?.name)))
}

#[test]
fn several_files_and_extensions_make_one_schema() {
    let (schema, notes) = read(&[
        "\u{FEFF}\"what it is\" schema @x { query: Root } directive @x on SCHEMA extend type Root { b: [[Int!]!]! }",
        "type Root { a: Node } interface Node { id: ID! } interface Leaf { id: ID! }",
        "extend interface Leaf implements & Node\ntype T implements Leaf & Node { id: ID! }",
    ])
    .unwrap();
    assert!(notes.is_empty(), "{notes:?}");
    for (coordinate, ty) in [
        ("Root.a", Some("Node")),
        ("Root.b", Some("[[Int!]!]!")),
        ("Root.__typename", Some("String!")),
        ("Root.__schema", Some("__Schema!")),
        ("Root.__type", Some("__Type")),
        ("T.__schema", None),
        ("T.id", Some("ID!")),
        ("T.a", None),
        ("__Type.ofType", Some("__Type")),
        ("__Meta.__schema", None),
    ] {
        assert_eq!(field(&schema, coordinate).as_deref(), ty, "{coordinate}");
    }
    let id = |name| schema.type_named(name).unwrap();
    assert!(schema.overlap(id("Leaf"), id("Node")) && schema.overlap(id("T"), id("Leaf")) && !schema.overlap(id("T"), id("Root")));
}

#[test]
fn a_type_called_extend_is_no_extension() {
    let (schema, notes) = read(&["type Query { a: extend } type extend interface I { a: Int }"]).unwrap();
    assert_eq!(notes.iter().map(|note| note.what.as_str()).collect::<Vec<_>>(), ["type `extend` has no members"]);
    assert_eq!(field(&schema, "I.a").as_deref(), Some("Int"));
}

#[test]
fn introspection_results_say_the_same_as_sdl() {
    let json = r#"{"data":{"__schema":{"queryType":{"name":"Root"},"mutationType":null,"types":[
        {"kind":"OBJECT","name":"Root","interfaces":[],"fields":[{"name":"a","args":[{"name":"x","defaultValue":"1",
        "type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Int"}}}],
        "type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"OBJECT","name":"Root"}}}}]},
        {"kind":"SCALAR","name":"Int"},{"kind":"OBJECT","name":"__Type","fields":[]}],
        "directives":[{"name":"live","locations":["QUERY"],"args":[]}]}}}"#;
    let (schema, notes) = read(&[json]).unwrap();
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(field(&schema, "Root.a").as_deref(), Some("[Root]!"));
    let a = schema.field_at(schema.field_named(schema.type_named("Root").unwrap(), "a").unwrap()).unwrap();
    assert_eq!((a.arguments.count(), a.required), (1, 0));
    assert!(schema.directive_named("live").is_some() && schema.directive_named("skip").is_some());
}

#[test]
fn doubtful_schemas_load_with_a_note() {
    for (text, note) in [
        ("type Query { a: Int a: String }", "field `a` is defined twice"),
        ("type Query { a: Int } type Query { b: Int }", "type `Query` is defined twice"),
        ("type Query { a: Int } extend type P @key(fields: \"id\") { id: ID }", "`P` is extended and nowhere defined"),
        ("type Query { a: Int b: Missing }", "`b` has the type `Missing`, which is not defined"),
        ("type Query { a(x: Query): Int }", "`x` has the type `Query`, which is not an input type"),
        ("type Query { a: I } input I { x: Int }", "`a` has the type `I`, which is not an output type"),
        ("type Query { a: Int } union U = Query | Int", "`Int` is not an object type"),
        ("type Query implements N { a: Int } interface N { b: Int }", "`Query` lacks the field `N.b`"),
        ("type Query implements N { a: Int } interface N { a: String }", "the field of `Query` differs from `N.a`"),
        ("type Query { a: Int } input I { i: I! }", "a value of input type `I` would have to contain itself"),
        ("type Query { a: Int } input I @oneOf { a: Int! }", "`I.a` of a oneOf type is non-null or has a default value"),
        ("type Query { a: Int } enum E", "type `E` has no members"),
    ] {
        assert!(notes(text).iter().any(|found| found == note), "{text}: {:?}", notes(text));
    }
    for text in [
        "type Query { a: Int } input I { i: I j: [I!]! }",
        "type Query @shareable { a: Int @external } extend schema @link(url: \"x\", import: [\"@key\"])",
        "type Query implements N { a(x: Int, y: Int): Int! } interface N { a(x: Int): Int }",
        "scalar ID type Query { a: ID }",
    ] {
        assert_eq!(notes(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_is_no_schema_is_refused_with_its_place() {
    for (text, what, place) in [
        ("type Query { a: Int ", "the bracket that opens here is not closed", Some("{")),
        ("type Query { a: Int } oops", "the schema does not follow the grammar here", Some("o")),
        ("type Query {\n  %: Int }", "this is no token of GraphQL", Some("")),
        ("type A { a: Int }", "the schema has no type for queries", Some("")),
        ("schema { query: Nowhere }", "`Nowhere` is the type of an operation and no object type", Some("Nowhere")),
        ("{\"data\": {}}", "the JSON holds no `__schema`", None),
        ("{\"data\": {\"data\": 1, \"data\": 2}}", "the introspection result is no strict JSON", None),
    ] {
        let problems = read(&[text]).map(drop).unwrap_err();
        let first = problems.first().unwrap();
        let shown = first.span.map(|span| text.get(span.start as usize..span.end as usize).unwrap_or_default());
        assert_eq!((first.what.as_str(), shown), (what, place), "{text}");
    }
}

#[test]
fn deep_default_values_are_refused_before_anything_recurses() {
    let deep =
        |levels: usize| format!("type Query {{ a(x: Any = {}1{}): Int }} scalar Any", "[".repeat(levels), "]".repeat(levels));
    assert!(read(&[&deep(97)]).is_ok());
    assert_eq!(read(&[&deep(99)]).unwrap_err()[0].what, "the schema nests brackets deeper than 100");
    assert!(read(&[&deep(1_000_000)]).is_err());
    let lists = |levels: usize| format!("type Query {{ a: {}Int{} }}", "[".repeat(levels), "]".repeat(levels));
    assert!(read(&[&lists(30)]).is_ok());
    assert_eq!(read(&[&lists(31)]).unwrap_err()[0].what, "a type nests more than 30 lists");
}

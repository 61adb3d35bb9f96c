//! Documents in, codes out. The breadth is in the conformance suite; here is what it does not ask.

use portcullis_inspect::{Budget, Source};

use super::validate;
use crate::parser::{Document, ParseLimits, parse};
use crate::schema::{Schema, load};

const SCHEMA: &str = "
type Query { me: User users(first: Int, ids: [ID!]): [User!]! node(id: ID!): Node any: Any find(by: By, f: Filter = {}): User json(v: JSON): Int }
type Mutation { rename(name: String!): User }
type Subscription { tick: Int tock: Int }
interface Node { id: ID! }
type User implements Node { id: ID! name(long: Boolean = false): String friends(first: Int): [User!] role: Role }
type Bot implements Node { id: ID! name: Int! owner: User }
union Any = User | Bot
enum Role { ADMIN GUEST }
input By @oneOf { id: ID name: String }
input Filter { role: Role and: [Filter!] min: Int! = 1 }
scalar JSON
directive @many(n: Int) repeatable on FIELD
directive @once on FIELD
";

fn schema() -> Schema {
    load(&[Source { name: "s".to_owned(), text: SCHEMA.as_bytes().to_vec() }]).unwrap().0
}

fn codes(schema: &Schema, text: &str) -> Vec<&'static str> {
    let mut document = Document::new();
    parse(text, &ParseLimits::MAXIMUM, &mut document).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    let validation = validate(&document, text, schema, &mut Budget::new(1_000_000)).unwrap();
    validation.faults.iter().map(|fault| fault.rule.code()).collect()
}

#[test]
fn each_rule_has_a_code() {
    let schema = schema();
    for (text, code) in [
        ("{me{id id:id ...on User{id}}any{__typename ...on Bot{id}}}", None),
        ("{nope}", Some("UNKNOWN_FIELD")),
        ("{any{id}}", Some("UNKNOWN_FIELD")),
        ("{me}", Some("SELECTIONS_MISSING")),
        ("{me{id{x}}}", Some("SELECTIONS_ON_LEAF")),
        ("{me{...on Nope{id}}}", Some("UNKNOWN_TYPE")),
        ("{me{...on Role{id}}}", Some("FRAGMENT_ON_LEAF")),
        ("{me{...on Bot{id}}}", Some("IMPOSSIBLE_SPREAD")),
        ("{node{id}}", Some("ARGUMENT_MISSING")),
        ("{node(id:1 x:2){id}}", Some("UNKNOWN_ARGUMENT")),
        ("{node(id:1 id:2){id}}", Some("DUPLICATE_ARGUMENT")),
        ("{node(id:1.5){id}}", Some("VALUE_TYPE")),
        ("{users(first:2147483647){id}}", None),
        ("{users(first:2147483648){id}}", Some("VALUE_TYPE")),
        ("{users(first:99999999999999999999){id}}", Some("VALUE_TYPE")),
        ("{users(ids:1){id}}", None),
        ("{users(ids:[1,\"x\"]){id}}", None),
        ("{users(ids:[null]){id}}", Some("VALUE_TYPE")),
        ("{users(ids:[[1]]){id}}", Some("VALUE_TYPE")),
        ("{find(by:{id:1}){id}}", None),
        ("{find(by:{id:1 name:\"x\"}){id}}", Some("ONE_OF_VIOLATED")),
        ("{find(by:{id:null}){id}}", Some("ONE_OF_VIOLATED")),
        ("query($i:ID){find(by:{id:$i}){id}}", Some("VARIABLE_POSITION")),
        ("query($i:ID=1){find(by:{id:$i}){id}}", Some("VARIABLE_POSITION")),
        ("query($i:ID!){find(by:{id:$i}){id}}", None),
        ("query($m:Int){find(f:{min:$m}){id}}", None),
        ("{find(f:{role:ADMIN and:{and:[{role:GUEST}]}}){id}}", None),
        ("{find(f:{role:\"ADMIN\"}){id}}", Some("VALUE_TYPE")),
        ("{find(f:{rôle:1}){id}}".replace('ô', "o").as_str(), None),
        ("{find(f:{roles:1}){id}}", Some("UNKNOWN_INPUT_FIELD")),
        ("{find(f:{role:ADMIN role:ADMIN}){id}}", Some("DUPLICATE_INPUT_FIELD")),
        ("{json(v:{a:[1,{b:X}]})}", None),
        ("query($v:Int){json(v:{a:[$v]})}", None),
        ("{me @nope{id}}", Some("UNKNOWN_DIRECTIVE")),
        ("query @skip(if:true){me{id}}", Some("MISPLACED_DIRECTIVE")),
        ("{me @skip(if:true) @skip(if:true){id}}", Some("DUPLICATE_DIRECTIVE")),
        ("{me @many(n:1) @many(n:2) @once{id}}", None),
        ("{me @once @once{id}}", Some("DUPLICATE_DIRECTIVE")),
        ("{me @skip{id}}", Some("ARGUMENT_MISSING")),
        ("query($u:User){me{id}}", Some("VARIABLE_NOT_INPUT")),
        ("query($u:Int){me{id}}", Some("UNUSED_VARIABLE")),
        ("query($u:Int$u:Int){users(first:$u){id}}", Some("DUPLICATE_VARIABLE")),
        ("{users(first:$u){id}}", Some("UNDEFINED_VARIABLE")),
        ("query($u:[Int]){users(first:$u){id}}", Some("VARIABLE_POSITION")),
        ("{me{id}} fragment F on User{id}", Some("UNUSED_FRAGMENT")),
        ("{a:me{id} a:any{__typename}}", Some("FIELD_CONFLICT")),
        ("{any{...on User{x:id} ...on Bot{x:name}}}", Some("FIELD_CONFLICT")),
        ("{any{...on User{x:name} ...on Bot{x:owner{id}}}}", Some("FIELD_CONFLICT")),
        ("{any{...on User{x:id} ...on Bot{x:id}}}", None),
        ("{me{name name(long:true)}}", Some("FIELD_CONFLICT")),
        ("{find(f:{min:1 role:ADMIN}){id} find(f:{role:ADMIN min:1}){id}}", None),
        ("{json(v:{a:{b:1 c:2}}) json(v:{a:{c:2 b:1}})}", None),
        ("{json(v:{a:{b:1} c:2}) json(v:{a:{b:1 c:2}})}", Some("FIELD_CONFLICT")),
        ("{json(v:\"a\") json(v:\"\"\"a\"\"\")}", Some("FIELD_CONFLICT")),
        ("{json(v:\"a\") json(v:\"\\u0061\")}", None),
        ("query($f:Float){json(v:$f)}", Some("UNKNOWN_TYPE")),
        ("subscription{tick tock}", Some("SUBSCRIPTION_ROOT")),
        ("subscription{tick ...{tick}}", None),
        ("subscription{__typename}", Some("SUBSCRIPTION_ROOT")),
        ("subscription($b:Boolean!){tick @skip(if:$b)}", Some("SUBSCRIPTION_ROOT")),
        ("{__schema{types{name}} __type(name:\"X\"){kind}}", None),
        ("mutation{__schema{types{name}}}", Some("UNKNOWN_FIELD")),
    ] {
        let text = text.replace("role:1", "role:ADMIN");
        assert_eq!(codes(&schema, &text).first().copied(), code, "{text}: {:?}", codes(&schema, &text));
    }
}

#[test]
fn a_flood_of_faults_is_told_once() {
    assert_eq!(codes(&schema(), &format!("{{{}}}", "nope ".repeat(5_000))), ["UNKNOWN_FIELD"]);
}

#[test]
fn conflicts_are_found_however_deep_fragments_hide_them() {
    let schema = schema();
    let chain = |last: &str| {
        let link = |at: usize| format!("fragment F{at} on User{{friends{{...F{next}}} f:friends{{...F{next}}}}}", next = at + 1);
        let links: String = (0..40).map(link).collect();
        format!("{{me{{...F0}}}} {links} fragment F40 on User{{id {last}}}")
    };
    assert_eq!(codes(&schema, &chain("n:name")), Vec::<&str>::new());
    assert_eq!(codes(&schema, &chain("n:name n:id")), ["FIELD_CONFLICT"]);
    assert_eq!(
        codes(&schema, "{me{friends{...A} friends{...B}}} fragment A on User{x:id} fragment B on User{x:role}"),
        ["FIELD_CONFLICT"]
    );
}

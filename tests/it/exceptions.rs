//! Exceptions: one scoped case passes, everything beside it stays refused, and the text a refusal comes with is the text that works.

use std::process::Command;

use crate::cases::findings;
use crate::client::{ask, graphql};
use crate::gateway::{Gateway, Layout};
use crate::upstream::Upstream;

/// Fields nested to this depth.
fn nested(levels: usize) -> Vec<u8> {
    graphql(&format!("{}id{}", "{a".repeat(levels - 1) + "{", "}".repeat(levels)))
}

fn with(exception: &str, upstream: &Upstream) -> Gateway {
    Layout { shop: &["limits: { graphql.depth: 5 }", "exceptions:", &format!("  {exception}")], ..Layout::default() }
        .start(upstream.address())
}

fn code(gateway: &Gateway, levels: usize) -> Option<String> {
    ask(gateway.address(), nested(levels)).unwrap().code()
}

const WHY: &str = "reason: \"the app's start page\", owner: \"shop team\"";

#[test]
fn an_exception_lets_its_case_pass_up_to_its_number() {
    let upstream = Upstream::start();
    let gateway = with(
        &format!("- {{ check: graphql.depth, path: /graphql, address: 127.0.0.0/8, up_to: 8, {WHY}, expires: 2999-01-01 }}"),
        &upstream,
    );
    for (levels, wanted) in [(5, None), (6, None), (8, None), (9, Some("DEPTH_EXCEEDED"))] {
        assert_eq!(code(&gateway, levels).as_deref(), wanted, "{levels}");
    }
    let record = gateway
        .record(0, |record| findings(record).any(|finding| finding["disposition"] == "excepted"))
        .expect("the use is recorded");
    assert_eq!((record["outcome"].as_str(), record["forwarded"].as_str()), (Some("allowed"), Some("canonical")));
    assert_eq!(upstream.seen().len(), 3);
}

#[test]
fn uses_are_counted() {
    let upstream = Upstream::start();
    let gateway = with(&format!("- {{ check: graphql.depth, path: /graphql, up_to: 9, {WHY}, expires: 2999-01-01 }}"), &upstream);
    for levels in [6, 7, 4] {
        assert_eq!(code(&gateway, levels), None);
    }
    gateway.record(2, |_| true).expect("the last record");
    assert!((gateway.metric("portcullis_exceptions_used_total", "") - 2.0).abs() < f64::EPSILON);
}

#[test]
fn an_exception_out_of_scope_changes_nothing() {
    for exception in [
        "- { check: graphql.depth, address: 10.0.0.0/8, up_to: 9, WHY, expires: 2999-01-01 }",
        "- { check: graphql.depth, coordinate: Query.other, up_to: 9, WHY, expires: 2999-01-01 }",
        "- { check: graphql.aliases, up_to: 900, WHY, expires: 2999-01-01 }",
        "- { check: graphql.depth, up_to: 9, WHY, expires: 2001-01-01 }",
    ] {
        let upstream = Upstream::start();
        let gateway = with(&exception.replace("WHY", WHY), &upstream);
        assert_eq!(code(&gateway, 6).as_deref(), Some("DEPTH_EXCEEDED"), "{exception}");
        assert_eq!(code(&gateway, 5), None, "{exception}");
    }
}

#[test]
fn the_exception_a_refusal_comes_with_works_as_it_is() {
    let upstream = Upstream::start();
    let gateway = with(&format!("- {{ check: graphql.aliases, up_to: 900, {WHY}, expires: 2999-01-01 }}"), &upstream);
    let refusal = ask(gateway.address(), nested(7)).unwrap();
    let record = gateway.record_of(&refusal.request_id().expect("refused")).expect("a record");
    let text = findings(&record).find_map(|finding| finding["exception"].as_str()).expect("an exception").to_owned();
    let signed = text.replace("reason: \"\"", "reason: \"start page\"").replace("owner: \"\"", "owner: \"shop team\"");
    let gateway = with(&signed, &upstream);
    assert_eq!(code(&gateway, 7), None, "{signed}");
    assert_eq!(code(&gateway, 8).as_deref(), Some("DEPTH_EXCEEDED"), "{signed}");
}

/// `count` aliases of `field`.
fn aliases(field: &str, count: usize) -> String {
    (0..count).map(|number| format!("{field}{number}:{field} ")).collect()
}

#[test]
fn an_exception_from_one_place_lets_no_other_pass() {
    let types = "- { check: graphql.introspection, coordinate: Query.__type, WHY, expires: 2999-01-01 }";
    let logins = "- { check: graphql.aliases_per_field, coordinate: login, up_to: 40, WHY, expires: 2999-01-01 }";
    for (exception, document, wanted) in [
        (types, "{__type(name:\"A\"){name}}".to_owned(), None),
        (types, "{__schema{description}}".to_owned(), Some("INTROSPECTION_REFUSED")),
        (types, "{__type(name:\"A\"){name}__schema{description}}".to_owned(), Some("INTROSPECTION_REFUSED")),
        (logins, format!("{{{}}}", aliases("login", 40)), None),
        (logins, format!("{{{}}}", aliases("login", 41)), Some("TOO_MANY_ALIASES_OF_ONE_FIELD")),
        (logins, format!("{{a{{{}{}}}}}", aliases("login", 40), aliases("verify", 30)), None),
        (logins, format!("{{a{{{}{}}}}}", aliases("login", 40), aliases("verify", 31)), Some("TOO_MANY_ALIASES_OF_ONE_FIELD")),
    ] {
        let upstream = Upstream::start();
        let gateway = with(&exception.replace("WHY", WHY), &upstream);
        assert_eq!(ask(gateway.address(), graphql(&document)).unwrap().code().as_deref(), wanted, "{document}");
    }
}

/// Output of `portcullis check` on a configuration, and whether it succeeded.
fn check(text: &str) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("portcullis.yaml");
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    let output = command.args(["check", "--config"]).arg(&file).env("UPSTREAM", "127.0.0.1:9").output().unwrap();
    (output.status.success(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

fn layout(exception: &str) -> String {
    Layout { shop: &["exceptions:", &format!("  {exception}")], ..Layout::default() }.text()
}

#[test]
fn check_reports_what_has_expired() {
    let (_, text) = check(&layout(&format!("- {{ check: graphql.depth, path: /graphql, up_to: 30, {WHY}, expires: 2001-01-01 }}")));
    assert!(text.contains("expired") && text.contains("graphql.depth"), "{text}");
    let (ok, text) =
        check(&layout(&format!("- {{ check: graphql.depth, path: /graphql, up_to: 30, {WHY}, expires: 2999-01-01 }}")));
    assert!(ok && !text.contains("expired"), "{text}");
}

#[test]
fn an_exception_explains_itself_and_names_a_check_that_yields() {
    for wrong in [
        "- { check: graphql.depth, path: /other, up_to: 30, reason: \"a\", owner: \"b\", expires: 2999-01-01 }",
        "- { check: graphql.depth, reason: \"a\", owner: \"b\", expires: 2999-01-01 }",
        "- { check: graphql.depth, up_to: 30, owner: \"a\", expires: 2999-01-01 }",
        "- { check: graphql.depth, up_to: 30, reason: \"a\", expires: 2999-01-01 }",
        "- { check: graphql.depth, up_to: 30, reason: \"a\", owner: \"b\" }",
        "- { check: graphql.depth, up_to: 30, reason: \"\", owner: \"b\", expires: 2999-01-01 }",
        "- { check: graphql.dept, up_to: 30, reason: \"a\", owner: \"b\", expires: 2999-01-01 }",
        "- { check: http.framing, reason: \"a\", owner: \"b\", expires: 2999-01-01 }",
    ] {
        let (ok, text) = check(&layout(wrong));
        assert!(!ok, "{wrong}\n{text}");
    }
}

//! Whole requests: what is found, and what goes on in their place.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Version};
use portcullis_graphql::GraphQl;
use portcullis_inspect::{
    Acts, Body, Budget, Class, Context, Contract, Engine, Forward, Head, Intake, Limits, Message, Outgoing, Peer, Refusal, Report,
    Scheme, Target, Time,
};

/// A request in short: method, query component, header fields, body.
struct Request<'a>(Method, Option<&'a str>, &'a [(&'static str, &'a str)], &'a [u8]);

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

impl Request<'_> {
    fn head(&self) -> Head {
        let mut headers = HeaderMap::new();
        for (name, value) in self.2 {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        let query = self.1.map(str::to_owned);
        let target = Target { path: "/graphql".to_owned(), query, received: "/graphql".to_owned() };
        let (method, authority) = (self.0.clone(), "shop.test".to_owned());
        Head { method, authority, target, headers, version: Version::HTTP_11, findings: Vec::new() }
    }

    fn report(&self) -> Report {
        contract().map(|contract| self.report_of(&*contract, whole, 2_000_000)).unwrap_or_default()
    }

    /// What `contract` says about the request, its body handed over as `body`, for `steps` of work.
    fn report_of(&self, contract: &dyn Contract, body: fn(&Bytes) -> Body<'_>, steps: u64) -> Report {
        let limits = Limits::defaults(&[GraphQl.limits()]);
        let (head, bytes) = (self.head(), Bytes::copy_from_slice(self.3));
        let peer = Peer { address: ([127, 0, 0, 1], 1).into(), scheme: Scheme::Http };
        let message = Message { head: &head, body: body(&bytes), peer: &peer };
        let mut budget = Budget::new(steps);
        contract.inspect(&message, &mut Context { now: Time(0), budget: &mut budget, limits: &limits })
    }

    fn codes(&self) -> Vec<&'static str> {
        self.report().findings.iter().map(|finding| finding.code).collect()
    }

    fn forwarded(&self) -> Option<Outgoing> {
        match self.report().understood?.emit() {
            Ok(Forward::Canonical(outgoing)) => Some(outgoing),
            _ => None,
        }
    }
}

fn whole(bytes: &Bytes) -> Body<'_> {
    Body::Whole(bytes)
}

fn prefix(bytes: &Bytes) -> Body<'_> {
    Body::Prefix(bytes)
}

fn contract() -> Option<std::sync::Arc<dyn Contract>> {
    let limits = Limits::defaults(&[GraphQl.limits()]);
    GraphQl.compile(&[], &limits).ok()
}

fn post(body: &str) -> Request<'_> {
    Request(Method::POST, None, JSON, body.as_bytes())
}

fn get(query: &str) -> Request<'_> {
    Request(Method::GET, Some(query), &[], b"")
}

#[test]
fn a_post_goes_on_in_one_form() {
    for (body, forwarded) in [
        (r#"{"query":"{me{id}}"}"#, r#"{"query":"{me{id}}"}"#),
        (r#" { "query" : "{\n  me {\n id } }" } "#, r#"{"query":"{me{id}}"}"#),
        (
            r#"{"variables":{"b":1.50,"a":[ ]},"operationName":"A","query":"query A{me{id}}","extensions":null}"#,
            r#"{"query":"query A{me{id}}","operationName":"A","variables":{"b":1.50,"a":[]},"extensions":null}"#,
        ),
        (r#"{"query":"{me{id}}","operationName":""}"#, r#"{"query":"{me{id}}"}"#),
        (
            r#"{"query":"{me{id}}","operationName":null,"variables":null}"#,
            r#"{"query":"{me{id}}","operationName":null,"variables":null}"#,
        ),
        (r#"{"qu\u0065ry":"{a(b:\"\u00e9\\n\")}"}"#, r#"{"query":"{a(b:\"é\\n\")}"}"#),
        (
            r#"{"query":"{me{id}}","variables":{"n":99999999999999999999}}"#,
            r#"{"query":"{me{id}}","variables":{"n":99999999999999999999}}"#,
        ),
    ] {
        assert_eq!(post(body).codes(), [""; 0], "{body}");
        let outgoing = post(body).forwarded().unwrap();
        assert_eq!(String::from_utf8_lossy(&outgoing.body), forwarded);
        assert_eq!(outgoing.query, None);
        assert_eq!(outgoing.content_type.unwrap(), "application/json");
    }
}

#[test]
fn a_get_goes_on_in_one_form() {
    for (query, forwarded) in [
        ("query={me{id}}", "query=%7Bme%7Bid%7D%7D"),
        ("query=%7Bme+%7Bid%7D%7D", "query=%7Bme%7Bid%7D%7D"),
        ("operationName=&query={me{id}}&variables=", "query=%7Bme%7Bid%7D%7D"),
        (
            "variables=%7B%22a%22:%201%7D&query=query+A($a:Int){b(c:$a)}&operationName=A&extensions={}",
            "query=query%20A%28%24a%3AInt%29%7Bb%28c%3A%24a%29%7D&operationName=A&variables=%7B%22a%22%3A1%7D&extensions=%7B%7D",
        ),
        ("query={me{id}}&variables=null", "query=%7Bme%7Bid%7D%7D&variables=null"),
    ] {
        assert_eq!(get(query).codes(), [""; 0], "{query}");
        let outgoing = get(query).forwarded().unwrap();
        assert_eq!(outgoing.query.as_deref(), Some(forwarded));
        assert!(outgoing.body.is_empty() && outgoing.content_type.is_none());
    }
}

#[test]
fn envelopes_that_could_be_read_in_two_ways_are_refused() {
    for (body, code) in [
        (r#"{"query":"{me{id}}","query":"{secretAdmin}"}"#, "DUPLICATE_JSON_KEY"),
        (r#"{"qu\u0065ry":"{evil}","query":"{me{id}}"}"#, "DUPLICATE_JSON_KEY"),
        (r#"{"query":"{me{id}}"}{"query":"{evil}"}"#, "JSON_TRAILING_DATA"),
        ("", "JSON_SYNTAX"),
        ("query={me{id}}", "JSON_SYNTAX"),
        ("[]", "BATCHING_REFUSED"),
        (r#"[{"query":"{me{id}}"}]"#, "BATCHING_REFUSED"),
        (r#"[[{"query":"{me{id}}"}]]"#, "BATCHING_REFUSED"),
        (r#""{me{id}}""#, "ENVELOPE_SHAPE"),
        ("null", "ENVELOPE_SHAPE"),
        ("{}", "QUERY_MISSING"),
        (r#"{"query":null}"#, "ENVELOPE_SHAPE"),
        (r#"{"query":["{me{id}}"]}"#, "ENVELOPE_SHAPE"),
        (r#"{"query":"{me{id}}","variables":[]}"#, "ENVELOPE_SHAPE"),
        (r#"{"query":"{me{id}}","variables":"{}"}"#, "ENVELOPE_SHAPE"),
        (r#"{"query":"{me{id}}","extensions":0}"#, "ENVELOPE_SHAPE"),
        (r#"{"query":"{me{id}}","operationName":1}"#, "ENVELOPE_SHAPE"),
        (r#"{"query":"{me{id}}","Query":"{evil}"}"#, "UNKNOWN_ENVELOPE_MEMBER"),
        (r#"{"query":"{me{id}}","id":"x"}"#, "UNKNOWN_ENVELOPE_MEMBER"),
        (r#"{"query":""}"#, "SYNTAX_ERROR"),
        (r#"{"query":"{me\u0000{id}}"}"#, "SYNTAX_ERROR"),
        (r#"{"query":"\ufeff{me{id}}"}"#, ""),
        (r#"{"query":"{me{id}}","variables":{"n":1e999999}}"#, "JSON_NUMBER_OUT_OF_RANGE"),
    ] {
        let expected: Vec<&str> = Some(code).into_iter().filter(|code| !code.is_empty()).collect();
        assert_eq!(post(body).codes(), expected, "{body}");
    }
}

#[test]
fn transports_other_than_post_json_and_get_are_refused() {
    let query = br#"{"query":"{me{id}}"}"#;
    for (request, codes) in [
        (Request(Method::PUT, None, JSON, query), &["METHOD_NOT_ALLOWED"][..]),
        (Request(Method::OPTIONS, None, &[], b""), &["METHOD_NOT_ALLOWED"]),
        (Request(Method::HEAD, Some("query={a}"), &[], b""), &["METHOD_NOT_ALLOWED"]),
        (Request(Method::POST, None, &[], query), &["UNSUPPORTED_MEDIA_TYPE"]),
        (Request(Method::POST, Some("query={evil}"), JSON, query), &["AMBIGUOUS_PARAMETERS"]),
        (Request(Method::POST, Some("query={evil}"), &[], b""), &["AMBIGUOUS_PARAMETERS"]),
        (Request(Method::POST, Some("utm=1"), JSON, query), &["UNKNOWN_PARAMETER"]),
        (Request(Method::GET, Some("query={a}"), &[], b"{}"), &["GET_BODY"]),
        (Request(Method::GET, Some("query={a}"), &[("content-type", "message/rfc822")], b""), &["UNSUPPORTED_MEDIA_TYPE"]),
        (Request(Method::GET, Some("query={a}"), &[("accept", "text/html")], b""), &["NOT_ACCEPTABLE"]),
        (Request(Method::GET, Some("query={a}"), &[("sec-fetch-site", "cross-site")], b""), &["CROSS_SITE_REQUEST"]),
        (Request(Method::GET, None, &[], b""), &["QUERY_MISSING"]),
        (get("query={a}&query={b}"), &["DUPLICATE_PARAMETER"]),
        (get("query=%257Bme%257Bid%257D%257D"), &["SYNTAX_ERROR"]),
        (get("query={a}&variables=[]"), &["ENVELOPE_SHAPE"]),
        (get("query={a}&variables={},%22query%22:1"), &["JSON_TRAILING_DATA"]),
        (get("query={a}&_=1"), &["UNKNOWN_PARAMETER"]),
        (get("query=mutation{a}"), &["GET_MUTATION"]),
        (get("query=subscription{a}"), &["GET_MUTATION"]),
        (get("query=query+A{me{id}}mutation+B{a}&operationName=A"), &["GET_MUTATION"]),
        (get("query={a}&operationName=B"), &["OPERATION_NOT_FOUND"]),
    ] {
        assert_eq!(request.codes(), codes, "{} {:?}", request.0, request.1);
    }
}

#[test]
fn one_operation_is_chosen_or_none_runs() {
    for (query, name, code) in [
        ("query A{a}", "A", ""),
        ("query A{a}", "", ""),
        ("query A{a}", "B", "OPERATION_NOT_FOUND"),
        ("query A{a}", "a", "OPERATION_NOT_FOUND"),
        ("{a}", "A", "OPERATION_NOT_FOUND"),
        ("query A{a} query B{b}", "B", ""),
        ("query A{a} query B{b}", "C", "OPERATION_NOT_FOUND"),
        ("query A{a} query B{b}", "", "OPERATION_NAME_REQUIRED"),
        ("query A{a} query A{b}", "A", "DUPLICATE_OPERATION"),
        ("query A{a} mutation B{b} query A{c}", "B", "DUPLICATE_OPERATION"),
        ("query A{a} {b}", "A", "ANONYMOUS_OPERATION_NOT_ALONE"),
        ("{a} {b}", "", "ANONYMOUS_OPERATION_NOT_ALONE"),
        ("fragment F on T{a}", "", "NO_OPERATION"),
    ] {
        let body = format!(r#"{{"query":"{query}","operationName":"{name}"}}"#);
        assert_eq!(post(&body).codes().first().copied().unwrap_or_default(), code, "{body}");
    }
}

#[test]
fn introspection_is_seen_in_every_spelling() {
    for (query, asks) in [
        ("{__schema{queryType{name}}}", true),
        (r"{__schema\n{types{name}}}", true),
        ("{,__schema,{types{name}}}", true),
        (r"{__schema#x\n{types{name}}}", true),
        ("{x:__schema{types{name}}}", true),
        (r#"{...{__type(name:\"User\"){name}}}"#, true),
        ("{...F} fragment F on Query{__schema{types{name}}}", true),
        ("{me{__unknown}}", true),
        ("query IntrospectionQuery{me{id}}", false),
        ("{__typename me{__typename}}", false),
        (r#"{a(b:\"__schema\") __schema:me{id}}"#, false),
        ("{me{...__schema}} fragment __schema on User{id}", false),
    ] {
        let body = format!(r#"{{"query":"{query}"}}"#);
        let expected: &[&str] = if asks { &["INTROSPECTION_REFUSED"] } else { &[] };
        assert_eq!(post(&body).codes(), expected, "{query}");
    }
}

#[test]
fn refusals_speak_graphql_and_tell_nothing() {
    let accept = |value: &'static str| vec![("accept", value)];
    for (code, class, fields, status) in [
        ("INTROSPECTION_REFUSED", Class::Forbidden, vec![], 403),
        ("INTROSPECTION_REFUSED", Class::Forbidden, accept("application/graphql-response+json"), 403),
        ("INTROSPECTION_REFUSED", Class::Forbidden, accept("application/json"), 200),
        ("DEPTH_EXCEEDED", Class::Excessive, accept("application/json"), 200),
        ("DEPTH_EXCEEDED", Class::Excessive, vec![], 400),
        ("SYNTAX_ERROR", Class::Malformed, accept("application/json"), 200),
        ("SYNTAX_ERROR", Class::Malformed, vec![], 400),
        ("JSON_SYNTAX", Class::Malformed, accept("application/json"), 400),
        ("DUPLICATE_JSON_KEY", Class::Malformed, accept("application/json"), 400),
        ("CROSS_SITE_REQUEST", Class::Forbidden, accept("application/json"), 403),
        ("GET_MUTATION", Class::MethodNotAllowed, accept("application/json"), 405),
        ("NOT_ACCEPTABLE", Class::NotAcceptable, accept("text/html"), 406),
        ("BODY_TOO_LARGE", Class::ContentTooLarge, accept("application/json"), 413),
        ("SERVICE_BUSY", Class::Unavailable, accept("application/json"), 503),
    ] {
        let head = Request(Method::GET, None, &fields, b"").head();
        let refusal = Refusal { code, class, request_id: "r-1".to_owned(), retry_after: Some(2), allow: None };
        let reply = contract().unwrap().refuse(&refusal, Some(&head));
        assert_eq!(reply.status.as_u16(), status, "{code} {fields:?}");
        assert_eq!(reply.headers.get("cache-control").unwrap(), "no-store");
        assert_eq!(reply.headers.get("allow").is_some(), status == 405);
        let body = String::from_utf8(reply.body.to_vec()).unwrap();
        assert!(body.ends_with(&format!(r#"","extensions":{{"code":"{code}","request_id":"r-1"}}}}]}}"#)), "{body}");
    }
}

#[test]
fn a_refusal_without_a_head_has_a_form_too() {
    let refusal = Refusal { code: "X", class: Class::Internal, request_id: "\"\n".to_owned(), retry_after: None, allow: None };
    let reply = contract().unwrap().refuse(&refusal, None);
    let expected =
        r#"{"errors":[{"message":"The request could not be processed.","extensions":{"code":"X","request_id":"\"\n"}}]}"#;
    assert_eq!(&reply.body[..], expected.as_bytes());
}

#[test]
fn limits_act_at_their_number() {
    let limits = Limits::defaults(&[GraphQl.limits()]);
    let intake = contract().unwrap().intake(&post("").head(), &limits);
    assert_eq!(intake, Intake::Collect { bytes_max: 1_048_576 });
    let allowed = usize::try_from(limits.value("graphql.bytes")).unwrap();
    for (length, codes) in [(allowed - 1, &[][..]), (allowed, &[]), (allowed + 1, &["DOCUMENT_TOO_LARGE"])] {
        let body = format!(r#"{{"query":"{{me}}{}"}}"#, ",".repeat(length - 4));
        assert_eq!(post(&body).codes(), codes, "{length}");
    }
}

#[test]
fn every_row_is_told_apart_by_its_name() {
    let mut names: Vec<&str> =
        GraphQl.limits().iter().map(|row| row.name).chain(GraphQl.checks().iter().map(|row| row.name)).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    for row in GraphQl.limits().iter().filter(|row| row.acts == Acts::OnFact) {
        assert!(GraphQl.facts().iter().any(|fact| fact.name == row.name), "no fact is called {}", row.name);
    }
}

#[test]
fn a_body_over_its_limit_is_never_taken_for_none() {
    let contract = contract().unwrap();
    for (request, code) in [(post(""), "BODY_TOO_LARGE"), (post("{}"), "BODY_TOO_LARGE"), (get("query={a}"), "GET_BODY")] {
        let report = request.report_of(&*contract, prefix, 100);
        assert_eq!(report.findings.first().map(|finding| finding.code), Some(code));
        assert!(report.understood.is_none());
    }
    let found = post("").report_of(&*contract, prefix, 100).findings;
    assert_eq!(found.first().map(|finding| (finding.used, finding.allowed)), Some((Some(1_048_577), Some(1_048_576))));
}

#[test]
fn work_is_bounded_to_the_step() {
    let contract = contract().unwrap();
    let request = post(r#"{"query":"{me{id}}","variables":{"a":[1,2,3]}}"#);
    let needed = (0..1_000).find(|steps| request.report_of(&*contract, whole, *steps).findings.is_empty()).unwrap();
    for steps in 0..needed {
        let report = request.report_of(&*contract, whole, steps);
        assert_eq!(
            report.findings.iter().map(|finding| finding.code).collect::<Vec<_>>(),
            ["WORK_EXCEEDED"],
            "{steps} of {needed}"
        );
        assert!(report.understood.is_none());
    }
}

#[test]
fn buffers_carry_nothing_from_message_to_message() {
    let contract = contract().unwrap();
    let texts = [
        r#"{"query":"query A($a:Int){a(b:[1,{c:$a}]) @x {d}}","operationName":"A","variables":{"a":[1,2,{"b":null}]}}"#,
        r#"{"query":"{me{id}}"}"#,
        r#"{"query":"{me{"}"#,
        r#"{"query":"{...F} fragment F on T{a b}","variables":{}}"#,
        r#"{"query":"{me{id}}","variables":{"a":1,"a":2}}"#,
    ];
    for first in texts {
        for second in texts {
            drop(post(first).report_of(&*contract, whole, 10_000));
            let after = post(second).report_of(&*contract, whole, 10_000);
            let fresh = post(second).report();
            assert_eq!(after.findings, fresh.findings);
            assert_eq!(format!("{:?}", after.units), format!("{:?}", fresh.units));
            let emitted = |report: Report| report.understood.map(|understood| format!("{:?}", understood.emit()));
            assert_eq!(emitted(after), emitted(fresh));
        }
    }
}

#[test]
fn each_operation_is_a_unit_and_knows_how_many_there_are() {
    let operations = GraphQl.facts().iter().position(|fact| fact.name == "graphql.operations").unwrap();
    for count in [1, 2, 2_000] {
        let texts: Vec<String> = (0..count).map(|number| format!("query A{number}{{a}}")).collect();
        let report = post(&format!(r#"{{"query":"{} fragment F on T{{a}}","operationName":"A0"}}"#, texts.join(" "))).report();
        // The last one is the fragment that none of them uses.
        assert_eq!(report.units.len(), count + 1);
        assert_eq!(report.units.iter().filter(|unit| unit.kind == "fragment").count(), 1);
        assert!(report.units.iter().all(|unit| unit.facts[operations].value == count as u64));
    }
}

//! The record: one per exchange, whatever its end; enough to understand it; never a body or a secret.

use crate::case_file::collect;
use crate::cases::findings;
use crate::client::{Connection, ask, graphql, request};
use crate::gateway::{Gateway, Layout};
use crate::upstream::Upstream;

#[test]
fn an_allowed_exchange_says_who_what_and_how() {
    let upstream = Upstream::start();
    let gateway = Gateway::with("baseline", upstream.address());
    assert_eq!(ask(gateway.address(), graphql("query Front{me{id}}")).unwrap().status, 200);
    let record = gateway.record(0, |_| true).expect("a record");
    for (key, value) in [
        ("method", "POST"),
        ("target", "/graphql"),
        ("service", "shop"),
        ("protocol", "graphql"),
        ("outcome", "allowed"),
        ("forwarded", "canonical"),
    ] {
        assert_eq!(record[key], value, "{record}");
    }
    assert_eq!((record["status"].as_u64(), record["complete"].as_bool()), (Some(200), Some(true)));
    assert!(record["client"].as_str().is_some_and(|client| client.starts_with("127.0.0.1:")));
    assert!(record["time"].as_str().is_some_and(|time| time.ends_with('Z')));
    assert_eq!(record["facts"][0]["graphql.depth"], 2, "{record}");
    assert_eq!(record["upstream"]["status"], 200);
}

#[test]
fn the_upstream_and_the_record_share_the_request_id() {
    let upstream = Upstream::start();
    let gateway = Gateway::with("baseline", upstream.address());
    let bytes = request("GET /files/a", &[("X-Request-Id", "chosen-by-the-client")], b"");
    assert_eq!(ask(gateway.address(), bytes).unwrap().status, 200);
    let record = gateway.record(0, |_| true).expect("a record");
    assert_eq!(upstream.seen()[0].header("x-request-id"), [record["request_id"].as_str().unwrap()]);
}

#[test]
fn trace_context_is_passed_on_and_recorded() {
    let upstream = Upstream::start();
    let gateway = Gateway::with("baseline", upstream.address());
    let trace = "0af7651916cd43dd8448eb211c80319c";
    for (sent, kept) in [
        (format!("00-{trace}-b7ad6b7169203331-01"), true),
        (format!("00-{}-b7ad6b7169203331-01", "0".repeat(32)), false),
        ("nonsense".to_owned(), false),
    ] {
        upstream.forget();
        let before = gateway.records().len();
        ask(gateway.address(), request("GET /files/a", &[("traceparent", &sent)], b"")).unwrap();
        let record = gateway.record(before, |_| true).expect("a record");
        let forwarded = upstream.seen()[0].header("traceparent").join(",");
        let id = record["trace_id"].as_str().unwrap().to_owned();
        assert_eq!(id == trace, kept, "{sent}");
        assert!(id.len() == 32 && forwarded.starts_with(&format!("00-{id}-")), "{sent}: {forwarded}");
    }
}

#[test]
fn every_exchange_has_one_record_whatever_its_end() {
    let upstream = Upstream::start();
    let gateway = Gateway::with("baseline", upstream.address());
    let sent = [
        graphql("{me{id}}"),
        graphql("{me{"),
        request("GET /files/a", &[], b""),
        request("GET /nowhere", &[], b""),
        request("TRACE /files/a", &[], b""),
        request("PUT /graphql", &[], b"{}"),
        b"GET /files/a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".to_vec(),
        b"nonsense\r\n\r\n".to_vec(),
    ];
    for (number, bytes) in sent.iter().enumerate() {
        let answer = ask(gateway.address(), bytes).unwrap();
        let record = gateway.record(number, |_| true).expect("a record");
        assert_eq!(record["status"], answer.status, "{record}");
        if answer.status >= 400 {
            assert_eq!(record["request_id"].as_str(), answer.request_id().as_deref(), "{record}");
            assert!(findings(&record).count() > 0, "{record}");
        }
    }
    ask(gateway.address(), graphql("{last}")).unwrap();
    gateway.record(sent.len(), |_| true).expect("a last record");
    assert_eq!(gateway.records().len(), sent.len() + 1, "no second record for any");
}

#[test]
fn pipelined_exchanges_have_a_record_each() {
    let upstream = Upstream::start();
    let gateway = Gateway::with("baseline", upstream.address());
    let mut connection = Connection::open(gateway.address());
    connection.send([graphql("{a}"), graphql("{b"), graphql("{c}")].concat()).unwrap();
    let statuses: Vec<u16> = (0..3).map(|_| connection.answer(false).unwrap().status).collect();
    assert_eq!(statuses, [200, 400, 200]);
    assert!(gateway.record(2, |_| true).is_some());
    let ids: std::collections::BTreeSet<String> = gateway.records().iter().map(|record| record["request_id"].to_string()).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn a_refusal_comes_with_the_exception_that_would_allow_it() {
    let upstream = Upstream::start();
    let gateway = Gateway::with("baseline", upstream.address());
    let answer = ask(gateway.address(), graphql(&format!("{}id{}", "{a".repeat(40) + "{", "}".repeat(41)))).unwrap();
    assert_eq!(answer.code().as_deref(), Some("DEPTH_EXCEEDED"));
    let record = gateway.record_of(&answer.request_id().unwrap()).expect("a record");
    let finding = findings(&record).find(|finding| finding["check"] == "graphql.depth").expect("the finding");
    let text = finding["exception"].as_str().expect("an exception to paste");
    for part in ["check: graphql.depth", "/graphql", "127.0.0.1", "up_to: 41", "reason:", "owner:", "expires:"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn secrets_and_bodies_are_never_written() {
    let upstream = Upstream::start();
    let gateway = Gateway::with("baseline", upstream.address());
    let secret = "sw0rdf1sh";
    let sent = [
        request(&format!("GET /files/a?api_key={secret}&page=2"), &[], b""),
        request(&format!("GET /files/a?TOKEN={secret}"), &[], b""),
        request(&format!("GET /files/a?x=1&pass%77ord={secret}"), &[], b""),
        request(&format!("GET /files/a?access_token={secret};b"), &[], b""),
        request("GET /files/a", &[("Authorization", &format!("Bearer {secret}")), ("Cookie", &format!("id={secret}"))], b""),
        request("POST /files/a", &[], secret.as_bytes()),
        graphql(&format!("{{login(password:\"{secret}\"){{id}}}}")),
        graphql(&format!("{{login(password:\"{secret}\"){{")),
        request(
            "POST /graphql",
            &[("Content-Type", "application/json")],
            format!("{{\"query\":\"{{a}}\",\"{secret}\":1,\"{secret}\":2}}").as_bytes(),
        ),
        request(&format!("GET /nowhere?password={secret}"), &[], b""),
        format!("GET /files/a?password={secret} HTTP/1.1\r\nHost: a\r\nAuthorization : {secret}\r\n\r\n").into_bytes(),
    ];
    for (number, bytes) in sent.iter().enumerate() {
        let _ = ask(gateway.address(), bytes);
        let record = gateway.record(number, |_| true).expect("a record").to_string();
        assert!(!record.contains(secret), "{}\n{record}", String::from_utf8_lossy(bytes));
    }
    assert!(!format!("{:?}", gateway.log()).contains(secret));
    assert!(gateway.records()[0]["target"].as_str().is_some_and(|target| target.contains("page=2")), "the rest stays readable");
}

#[test]
fn records_go_to_a_file_where_the_configuration_says_so() {
    let upstream = Upstream::start();
    let gateway = Layout { process: "audit: { to: file, path: audit.jsonl }", ..Layout::default() }.start(upstream.address());
    assert_eq!(ask(gateway.address(), graphql("{me{id}}")).unwrap().status, 200);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    loop {
        let mut files = Vec::new();
        collect(gateway.folder(), &mut files);
        let file = files.iter().find(|file| file.ends_with("audit.jsonl"));
        if file.is_some_and(|file| std::fs::read_to_string(file).unwrap().contains("\"outcome\":\"allowed\"")) {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "no record in {files:?}");
        std::thread::park_timeout(std::time::Duration::from_millis(20));
    }
    assert!(gateway.records().is_empty(), "and not to stdout");
}

#[test]
fn a_record_does_not_grow_with_the_operations_of_a_document() {
    let upstream = Upstream::start();
    let gateway = Gateway::with("baseline", upstream.address());
    let document: String = (0..2_000).map(|number| format!("query A{number}{{a}}")).collect();
    let refusal = ask(gateway.address(), graphql(&document)).unwrap();
    let record = gateway.record_of(&refusal.request_id().expect("refused")).expect("a record");
    let told: Vec<_> = findings(&record).map(|finding| (finding["code"].as_str(), finding["used"].as_u64())).collect();
    assert_eq!(told, [(Some("OPERATION_NAME_REQUIRED"), None), (Some("TOO_MANY_OPERATIONS"), Some(2_000))]);
    assert!(record.to_string().len() < 8_000, "{} bytes", record.to_string().len());
}

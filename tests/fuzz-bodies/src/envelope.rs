//! The GraphQL contract as a whole. The input is a request: its first line `METHOD QUERY`, then `name: value` lines, an empty line, and
//! the body. What does not fit this form is passed over, so that almost every input is some request.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Version};
use portcullis_graphql::GraphQl;
use portcullis_inspect::{
    Body, Budget, Class, Context, Contract, Engine as _, FactId, Forward, Head, Limits, Message, Outgoing, Peer, Refusal, Report,
    Scheme, Target, Time,
};

/// Steps one message may cost.
const STEPS: u64 = 200_000;

/// One contract for all inputs, as in the product: its pool of buffers carries over from message to message.
static CONTRACT: LazyLock<Arc<dyn Contract>> =
    LazyLock::new(|| GraphQl.compile(&[], &limits()).expect("a contract without sources"));

/// What goes on is understood like what came, and goes on unchanged if it comes again.
pub(crate) fn body(input: &[u8]) {
    let (head, body) = request(input);
    let report = inspect(&head, &body);
    refusals(&report, &head);
    let Some(Ok(Forward::Canonical(outgoing))) = report.understood.as_ref().map(|understood| understood.emit()) else { return };
    let (sent, sent_body) = forwarded(&head, &outgoing);
    let again = inspect(&sent, &sent_body);
    assert_eq!(units(&again), units(&report), "what goes on measures the same");
    let came: Vec<&str> = report.findings.iter().map(|finding| finding.code).collect();
    // A GET goes on without the Content-Type that told its origin apart from a plain form's.
    let new = again.findings.iter().find(|finding| !came.contains(&finding.code) && finding.code != "CROSS_SITE_REQUEST");
    assert!(new.is_none(), "only what goes on is refused: {new:?}");
    let understood = again.understood.expect("what goes on is understood");
    let Ok(Forward::Canonical(outgoing_again)) = understood.emit() else { panic!("what goes on can be emitted") };
    assert_eq!(outgoing_again.body, outgoing.body);
    assert_eq!((outgoing_again.query, outgoing_again.content_type), (outgoing.query, outgoing.content_type));
}

fn limits() -> Limits {
    Limits::defaults(&[GraphQl.limits()])
}

fn peer() -> Peer {
    Peer { address: SocketAddr::from(([192, 0, 2, 7], 4711)), scheme: Scheme::Http }
}

fn inspect(head: &Head, body: &Bytes) -> Report {
    let (limits, peer) = (limits(), peer());
    let mut budget = Budget::new(STEPS);
    let message = Message { head, body: Body::Whole(body), peer: &peer };
    let report = CONTRACT.inspect(&message, &mut Context { now: Time::from_seconds(0), budget: &mut budget, limits: &limits });
    assert!(budget.spent() <= STEPS);
    assert!(report.understood.is_some() || !report.findings.is_empty(), "what was not understood has a reason");
    report
}

/// Every finding can be told to the client, and none is a fault of ours.
fn refusals(report: &Report, head: &Head) {
    for finding in &report.findings {
        let refusal = Refusal::of(finding, "0");
        let reply = CONTRACT.refuse(&refusal, Some(head));
        assert!(!reply.body.is_empty() && finding.class != Class::Internal, "{finding:?}");
    }
}

/// Kinds, names and facts of the operations, without the facts that depend on spelling: bytes and tokens.
fn units(report: &Report) -> Vec<String> {
    let shape = |id: FactId| !matches!(id, FactId(0 | 1));
    let units = report.units.iter().map(|unit| {
        let facts: Vec<_> = unit.facts.iter().filter(|fact| shape(fact.id)).collect();
        format!("{} {:?} {facts:?}", unit.kind, unit.name)
    });
    units.collect()
}

fn forwarded(head: &Head, outgoing: &Outgoing) -> (Head, Bytes) {
    let mut sent = head.clone();
    match &outgoing.content_type {
        Some(media_type) => drop(sent.headers.insert(CONTENT_TYPE, media_type.clone())),
        None => drop(sent.headers.remove(CONTENT_TYPE)),
    }
    if outgoing.query.is_some() {
        sent.target.query.clone_from(&outgoing.query);
    }
    (sent, outgoing.body.clone())
}

fn request(input: &[u8]) -> (Head, Bytes) {
    let (fields, body) = match input.windows(2).position(|pair| pair == b"\n\n") {
        Some(end) => (&input[..end], &input[end + 2..]),
        None => (input, &[][..]),
    };
    let mut lines = fields.split(|&octet| octet == b'\n');
    let first = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let (method, query) = first.split_once(' ').map_or((first.as_str(), None), |(method, query)| (method, Some(query.to_owned())));
    let mut headers = HeaderMap::new();
    for line in lines {
        let Some(colon) = line.iter().position(|&octet| octet == b':') else { continue };
        let (name, value) = (HeaderName::from_bytes(&line[..colon]), HeaderValue::from_bytes(line[colon + 1..].trim_ascii()));
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    let head = Head {
        method: Method::from_bytes(method.as_bytes()).unwrap_or(Method::POST),
        authority: "shop.example".to_owned(),
        target: Target { path: "/graphql".to_owned(), query, received: "/graphql".to_owned() },
        headers,
        version: Version::HTTP_11,
        findings: Vec::new(),
    };
    (head, Bytes::copy_from_slice(body))
}

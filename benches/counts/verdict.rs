//! The whole verdict, from collected body to permit, and the record of it.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Version};
use portcullis::audit::{FactEntry, Record, UpstreamEntry};
use portcullis::proxy::judge::{Case, Taken};
use portcullis::{config, engines, setup};
use portcullis_http::head::{self, Provenance};
use portcullis_inspect::{Head, Time};
use portcullis_policy::{Answer, Verdict};
use portcullis_registry::Service;

use super::http::{browser_head, peer};
use super::json::envelope_text;

/// 2026-01-01.
const NOW: Time = Time::from_seconds(1_767_225_600);

fn service(path: &str) -> Arc<Service> {
    let engines = engines::all();
    let text = include_str!("../inputs/portcullis.yaml");
    let loaded = config::load_text("portcullis.yaml", text, Path::new("."), &|_| None, &engines::known(&engines), NOW);
    let config = loaded.expect("the configuration is in order").config;
    let active = setup::activate(&config, &engines, 1, 1, None).expect("the configuration can be used");
    Arc::clone(active.snapshot.route("shop.example.com", path).expect("a service at this path"))
}

fn verdict(service: Arc<Service>, head: Head, taken: Taken) -> Box<dyn FnMut()> {
    Box::new(move || {
        // The head is used up; copying it is part of the count.
        let (service, head, taken) = (Arc::clone(&service), head.clone(), taken.clone());
        let case = Case { service, head, taken, peer: peer(), now: NOW, decode_ratio: 20 };
        let mut decision = match black_box(case).judge().verdict {
            Verdict::Pending(pending) => pending.settle(&[Answer::Granted]),
            Verdict::Refused(decision) => decision,
        };
        let permit = decision.permit();
        assert!(permit.is_some(), "refused: {:?}", decision.because());
        drop(black_box(permit));
    })
}

/// A GraphQL request: envelope, document, numbers, decision, and the body that goes upstream.
pub fn graphql() -> Box<dyn FnMut()> {
    let mut fields = HeaderMap::new();
    for (name, value) in [("host", "shop.example.com"), ("content-type", "application/json"), ("accept", "application/json")] {
        fields.insert(name, HeaderValue::from_static(value));
    }
    let uri = "/graphql".parse().expect("a target");
    let head = head::read(Method::POST, &uri, Version::HTTP_11, fields, &Provenance::of(&peer()));
    verdict(service("/graphql"), head, Taken::Whole(Bytes::from(envelope_text())))
}

/// A request of a service without contract.
pub fn http() -> Box<dyn FnMut()> {
    let (uri, fields) = browser_head();
    let head = head::read(Method::GET, &uri, Version::HTTP_11, fields, &Provenance::of(&peer()));
    verdict(service("/files/a"), head, Taken::Streamed { length: Some(0) })
}

/// One line of the audit.
pub fn audit_line() -> Box<dyn FnMut()> {
    let names = ["graphql.bytes", "graphql.tokens", "graphql.depth", "graphql.fields", "graphql.root_fields", "graphql.aliases"];
    let fact = |fact| FactEntry { fact, operation: 0, used: 12, allowed: Some(500), coordinate: None };
    let record = Record {
        time: "2026-01-01T00:00:00.123Z".to_owned(),
        request_id: "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
        client: "192.0.2.7:50123".into(),
        scheme: "https",
        version: "HTTP/1.1",
        method: "POST".to_owned(),
        host: "shop.example.com".to_owned(),
        target: "/graphql".to_owned(),
        service: Some("shop".to_owned()),
        protocol: Some("graphql"),
        mode: Some("enforce"),
        revision: 1,
        outcome: "allowed",
        facts: names.into_iter().map(fact).collect(),
        forwarded: Some("canonical"),
        upstream: Some(UpstreamEntry { status: Some(200), attempts: 1, first_byte_us: 812, error: None }),
        status: 200,
        complete: true,
        ..Record::default()
    };
    let mut line = Vec::new();
    Box::new(move || {
        line.clear();
        black_box(&record).write_line(&mut line);
        black_box(&line);
    })
}

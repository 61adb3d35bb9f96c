//! A panic in one exchange: that exchange is refused and counted, and nothing else notices. The server is the real one, started through
//! the library, with one more protocol whose contract panics.

use std::sync::Arc;

use portcullis::server::{Environment, Server};
use portcullis::{engines, telemetry};
use portcullis_inspect::{
    CheckSpec, Context, Contract, Engine, FactSpec, Head, Intake, LimitSpec, Limits, Message, Problems, Refusal, Reply, Report,
    Source,
};

use crate::client::{ask, request};
use crate::upstream::Upstream;

#[derive(Debug)]
struct Panicking;

impl Engine for Panicking {
    fn name(&self) -> &'static str {
        "panicking"
    }

    fn limits(&self) -> &'static [LimitSpec] {
        &[]
    }

    fn facts(&self) -> &'static [FactSpec] {
        &[]
    }

    fn checks(&self) -> &'static [CheckSpec] {
        &[]
    }

    fn compile(&self, _sources: &[Source], _limits: &Limits) -> Result<Arc<dyn Contract>, Problems> {
        Ok(Arc::new(Self))
    }
}

impl Contract for Panicking {
    fn intake(&self, _head: &Head, _limits: &Limits) -> Intake {
        Intake::Collect { bytes_max: 1 << 20 }
    }

    fn inspect(&self, _message: &Message<'_>, _context: &mut Context<'_>) -> Report {
        panic!("as it must in this test")
    }

    fn refuse(&self, _refusal: &Refusal, _head: Option<&Head>) -> Reply {
        panic!("and here too")
    }
}

const CONFIG: &str = "
listeners: [{ address: 127.0.0.1:0 }]
admin: { address: 127.0.0.1:0 }
audit: { to: file, path: audit.jsonl }
services:
  - { name: panics, protocol: panicking, paths: [/panics], upstream: \"http://${UPSTREAM}\" }
  - { name: files, protocol: http, paths: [/files/*], upstream: \"http://${UPSTREAM}\" }
";

#[test]
fn a_panic_refuses_its_exchange_and_nothing_else() {
    let upstream = Upstream::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("portcullis.yaml");
    std::fs::write(&file, CONFIG).unwrap();
    let address = upstream.address().to_string();
    let environment = Environment::of(move |name| (name == "UPSTREAM").then(|| address.clone()));
    let mut protocols = engines::all();
    protocols.push(Arc::new(Panicking));
    let (server, _config) = Server::start(&file, environment, protocols).unwrap();
    let gateway = server.listeners()[0].address;

    // Small bodies are judged on the reactor thread, large ones beside it.
    for body in [vec![b'x'; 10], vec![b'x'; 200_000]] {
        let answer = ask(gateway, request("POST /panics", &[], &body)).unwrap();
        assert_eq!((answer.status, answer.code().as_deref()), (500, Some("INTERNAL_ERROR")));
        assert!(!answer.text().contains("must"), "{}", answer.text());
        assert_eq!(ask(gateway, request("GET /files/a", &[], b"")).unwrap().status, 200);
    }

    let levels = telemetry::Levels { revision: 1, connections: 0, exchanges: 0, buffered: 0, audit_lost: 0 };
    assert!(server.plane().metrics.text(levels).contains("portcullis_panics_total 2"));
    assert_eq!((server.plane().exchanges.held(), server.plane().bytes.held()), (0, 0), "what the exchanges held is given back");
    assert_eq!(upstream.seen().len(), 2);
    server.drain();
    let audit = std::fs::read_to_string(folder.path().join("audit.jsonl")).unwrap();
    let failed = audit.lines().filter(|line| line.contains("\"outcome\":\"failed\"") && line.contains("INTERNAL_ERROR")).count();
    assert_eq!(failed, 2, "{audit}");
}

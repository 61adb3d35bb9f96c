//! The engine `http`: services without a contract. Their heads are judged (framing, host, path, methods, size), their bodies stream past
//! under a bound.

use std::sync::Arc;

use http::Method;
use portcullis_inspect::{
    Body, CheckSpec, Class, Context, Contract, Engine, Fact, FactId, FactSpec, Finding, Forward, Head, Intake, LimitSpec, Limits,
    Message, Problem, Problems, Quantity, Refusal, Reply, Report, Source, Understood, Unit,
};

use crate::checks::CHECKS;
use crate::limits::{BODY, STREAMED};
use crate::refusal;

const BODY_FACT: FactId = FactId(0);

static FACTS: [FactSpec; 1] = [FactSpec {
    name: "http.body",
    quantity: Quantity::Bytes,
    meaning: "length of the request body in bytes as announced, or as collected where it was; absent when it is neither",
}];

/// The protocol of services without a contract.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl Engine for Plain {
    fn name(&self) -> &'static str {
        "http"
    }

    fn limits(&self) -> &'static [LimitSpec] {
        STREAMED
    }

    fn facts(&self) -> &'static [FactSpec] {
        &FACTS
    }

    fn checks(&self) -> &'static [CheckSpec] {
        &CHECKS
    }

    fn compile(&self, sources: &[Source], _limits: &Limits) -> Result<Arc<dyn Contract>, Problems> {
        if sources.is_empty() {
            return Ok(Arc::new(NoContract));
        }
        Err(sources.iter().map(unwanted).collect())
    }
}

fn unwanted(source: &Source) -> Problem {
    Problem {
        source: source.name.clone(),
        span: None,
        what: "a service of protocol `http` has no contract".to_owned(),
        help: Some("remove the schema, or name the protocol it belongs to".to_owned()),
    }
}

#[derive(Debug)]
struct NoContract;

impl Contract for NoContract {
    fn intake(&self, _head: &Head, limits: &Limits) -> Intake {
        Intake::Stream { bytes_max: limits.value(BODY.name) }
    }

    fn inspect(&self, message: &Message<'_>, context: &mut Context<'_>) -> Report {
        let bytes_max = context.limits.value(BODY.name);
        let length = match message.body {
            Body::Whole(body) | Body::Prefix(body) => Some(body.len() as u64),
            Body::Streamed { length } => length,
        };
        let findings = length
            .filter(|length| *length > bytes_max)
            .map(|length| Finding::over(&BODY, Class::ContentTooLarge, length, bytes_max));
        let facts = length.map(|length| Fact::new(BODY_FACT, length));
        Report {
            units: vec![Unit { kind: kind(&message.head.method), name: None, facts: facts.into_iter().collect() }],
            findings: findings.into_iter().collect(),
            understood: Some(Arc::new(Streaming { bytes_max })),
        }
    }

    fn refuse(&self, refusal: &Refusal, _head: Option<&Head>) -> Reply {
        refusal::problem(refusal)
    }
}

/// The word for a method; methods beyond RFC 9110 and PATCH share one, so that labels stay bounded.
fn kind(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// A head was all there was to understand.
#[derive(Debug)]
struct Streaming {
    bytes_max: u64,
}

impl Understood for Streaming {
    fn emit(&self) -> Result<Forward, Box<Finding>> {
        Ok(Forward::Stream { bytes_max: self.bytes_max })
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Version};
    use portcullis_inspect::{Budget, Peer, Scheme, Time};

    use super::*;
    use crate::head::{self, Provenance};

    fn report(method: Method, length: Option<u64>) -> Report {
        let peer = Peer { address: "192.0.2.1:1".parse().unwrap(), scheme: Scheme::Http };
        let uri = "http://a/".parse().unwrap();
        let head = head::read(method, &uri, Version::HTTP_11, HeaderMap::new(), &Provenance::of(&peer));
        let mut limits = Limits::defaults(&[STREAMED]);
        limits.set("http.body", 10);
        let contract = Plain.compile(&[], &limits).unwrap();
        assert_eq!(contract.intake(&head, &limits), Intake::Stream { bytes_max: 10 });
        let mut context = Context { now: Time(0), budget: &mut Budget::new(0), limits: &limits };
        contract.inspect(&Message { head: &head, body: Body::Streamed { length }, peer: &peer }, &mut context)
    }

    #[test]
    fn an_announced_length_is_bounded() {
        for (length, code) in [(None, None), (Some(9), None), (Some(10), None), (Some(11), Some("BODY_TOO_LARGE"))] {
            let report = report(Method::POST, length);
            assert_eq!(report.findings.first().map(|finding| finding.code), code);
            assert_eq!(report.units[0].facts.first().map(|fact| fact.value), length);
            assert!(matches!(report.understood.unwrap().emit(), Ok(Forward::Stream { bytes_max: 10 })));
        }
    }

    #[test]
    fn methods_have_bounded_names() {
        assert_eq!(report(Method::PUT, None).units[0].kind, "PUT");
        assert_eq!(report("PURGE".parse().unwrap(), None).units[0].kind, "other");
    }

    #[test]
    fn a_contract_is_not_taken() {
        let source = Source { name: "a.graphql".to_owned(), text: Vec::new() };
        let problems = Plain.compile(&[source], &Limits::defaults(&[STREAMED])).unwrap_err();
        assert_eq!(problems[0].source, "a.graphql");
    }
}

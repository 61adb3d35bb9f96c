//! `portcullis explain`: what would happen to one request, and why, without sending anything.
//!
//! The request goes the way of a real one: the same framing machine, the same HTTP library, the same reading of the head, the same call
//! that judges. Only the sockets are missing.

mod reading;
mod telling;

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use portcullis_http::head::{self, Provenance};
use portcullis_http::query;
use portcullis_inspect::{Finding, Head, Intake, Peer, Refusal, Reply, Scheme, Time};
use portcullis_policy::{Answer, Decision, Outcome, Permit, Verdict};
use portcullis_registry::Service;

use super::{FAILED, REFUSED, complain, say};
use crate::live::Active;
use crate::proxy::exchange::{lost, no_route};
use crate::proxy::judge::{Case, Taken};
use crate::proxy::{notes, now, refuse};
use crate::server::{Environment, load};
use crate::{audit::Record, engines, setup};

use reading::Request;
use telling::{Explanation, Forwarded, Told};

/// Stands where a real refusal has its request id.
const REQUEST_ID: &str = "-";

/// What the command line asks.
#[derive(Debug)]
pub(super) struct Question<'a> {
    /// The configuration.
    pub(super) config: &'a Path,
    /// The request: an HTTP message, or a GraphQL document.
    pub(super) request: &'a Path,
    /// As if it came from here.
    pub(super) from: IpAddr,
    /// As if it came over TLS.
    pub(super) tls: bool,
    /// Whether to answer in JSON.
    pub(super) json: bool,
}

/// Answers 0 when the request would pass, 1 when it would be refused or the configuration is wrong.
pub(super) fn explain(question: &Question<'_>) -> u8 {
    let engines = engines::all();
    let loaded = match load(question.config, &Environment::process(), &engines) {
        Ok(loaded) => loaded,
        Err(problems) => {
            complain(&problems.render(false));
            return REFUSED;
        }
    };
    let active = match setup::activate(&loaded.config, &engines, 1, 1, None) {
        Ok(active) => active,
        Err(error) => {
            complain(&error.to_string());
            return REFUSED;
        }
    };
    let text = match std::fs::read(question.request) {
        Ok(text) => text,
        Err(error) => {
            complain(&format!("{} cannot be read: {error}", question.request.display()));
            return FAILED;
        }
    };
    let scheme = if question.tls { Scheme::Https } else { Scheme::Http };
    let desk = Desk { active, peer: Peer { address: SocketAddr::new(question.from, 0), scheme }, now: now() };
    let explanation = match reading::wire(&text, question.request, &loaded.config) {
        Ok(wire) => desk.explain(&wire),
        Err(what) => {
            complain(&format!("{}: {what}", question.request.display()));
            return FAILED;
        }
    };
    say(&if question.json { explanation.json() } else { explanation.text() });
    u8::from(explanation.outcome == Outcome::Refused.as_str()) * REFUSED
}

/// What a request meets.
struct Desk {
    active: Active,
    peer: Peer,
    now: Time,
}

impl Desk {
    fn explain(&self, wire: &[u8]) -> Explanation {
        let mut record = Record { outcome: Outcome::Refused.as_str(), ..Record::default() };
        let told = match self.judge(wire, &mut record) {
            Ok(permit) => Told::Forwarded(Forwarded::of(permit)),
            Err(reply) => Told::Refused(reply),
        };
        Explanation::new(record, told)
    }

    fn judge(&self, wire: &[u8], record: &mut Record) -> Result<Permit, Reply> {
        let Request { parts, body } =
            reading::request(wire, self.active.edge.framing, self.peer.scheme).map_err(|finding| held(record, &finding))?;
        let head = head::read(parts.method, &parts.uri, parts.version, parts.headers, &Provenance::of(&self.peer));
        head.method.as_str().clone_into(&mut record.method);
        record.host.clone_from(&head.authority);
        record.target = query::redacted(&head.target.received);
        let Some(service) = self.active.snapshot.route(&head.authority, &head.target.path).cloned() else {
            return Err(held(record, &head.findings.first().cloned().unwrap_or_else(no_route)));
        };
        record.service = Some(service.name.clone());
        record.protocol = Some(service.protocol);
        record.mode = Some(service.policy.mode().as_str());
        let path = head.target.path.clone();
        let mut decision = self.decide(&service, head, body, record);
        let permit = decision.permit();
        notes::decision(record, &decision, &service.policy, &path, &self.peer, self.now);
        permit.ok_or_else(|| match decision.refusal(REQUEST_ID) {
            Some(refusal) => refuse::reply(&refusal, Some(&service), decision.head()),
            None => held(record, &lost()),
        })
    }

    fn decide(&self, service: &Arc<Service>, head: Head, body: Bytes, record: &mut Record) -> Decision {
        let limits = service.policy.limits_for(&head, &self.peer, self.now);
        let taken = match service.contract.intake(&head, &limits) {
            Intake::Collect { bytes_max } if body.len() as u64 > bytes_max => Taken::Prefix(body),
            Intake::Collect { .. } => Taken::Whole(body),
            Intake::Stream { .. } => Taken::Streamed { length: Some(body.len() as u64) },
        };
        drop(limits);
        let decode_ratio = self.active.edge.decode_ratio;
        let judgement = Case { service: Arc::clone(service), head, taken, peer: self.peer, now: self.now, decode_ratio }.judge();
        record.work = judgement.work;
        match judgement.verdict {
            Verdict::Refused(decision) => decision,
            Verdict::Pending(pending) => {
                // Slots are the running process's to give; here every one is free.
                let answers = vec![Answer::Granted; pending.demands().len()];
                pending.settle(&answers)
            }
        }
    }
}

/// A refusal by the data plane itself, before any service has words of its own.
fn held(record: &mut Record, finding: &Finding) -> Reply {
    notes::held(record, finding);
    refuse::reply(&Refusal::of(finding, REQUEST_ID), None, None)
}

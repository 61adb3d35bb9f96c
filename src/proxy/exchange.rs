//! One request and its answer: the whole path as named steps.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::header::{ACCEPT, CONNECTION, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, Version};
use portcullis_http::head::{self, Provenance};
use portcullis_http::limits::EXCHANGES;
use portcullis_http::{answer, query};
use portcullis_inspect::{Class, Finding, Head, Intake, Peer, Refusal, Scheme, Target, Time};
use portcullis_policy::{Answer, Decision, Demand, Mode, Permit, PermitBody, Verdict};
use portcullis_registry::Service;

use super::answer::{AnswerBody, Turn, UpstreamBody};
use super::body::{self, BodyTimes};
use super::finish::Finish;
use super::forward::{Ids, Received, forward};
use super::ids::ExchangeIds;
use super::judge::{Case, Judgement, Taken};
use super::ledger::Ledger;
use super::stream::{BodyStream, StreamBounds};
use super::{faults, notes, now, refuse};
use crate::audit::{Record, UpstreamEntry};
use crate::live::Active;
use crate::live::Plane;

/// Bodies larger than this are inspected off the reactor thread, so that a large message does not hold up small ones.
const INSPECT_INLINE_BYTES: usize = 64 * 1024;

/// One client connection, as its exchanges see it.
#[derive(Debug)]
pub struct Connection {
    plane: Arc<Plane>,
    worker: usize,
    peer: Peer,
    /// Its address and port as records show them.
    client: Arc<str>,
    provenance: Arc<Provenance>,
    ledger: Ledger,
}

impl Connection {
    /// A connection served by `worker`. What its guard refuses arrives through `ledger`.
    pub fn new(plane: Arc<Plane>, worker: usize, peer: Peer, ledger: Ledger) -> Self {
        let provenance = Arc::new(Provenance::of(&peer));
        let client = peer.address.to_string().into();
        Self { plane, worker, peer, client, provenance, ledger }
    }

    /// Answers one request, whatever happens: a panic refuses this exchange and nothing else.
    pub async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<AnswerBody>, Infallible> {
        let version = request.version();
        let mut exchange = Exchange::begin(&self, &request);
        let ran = AssertUnwindSafe(exchange.run(request)).catch_unwind().await;
        let mut response = match ran {
            Ok(Ok(response)) => exchange.finish(response),
            Ok(Err(stop)) => exchange.refuse(stop),
            Err(_) => {
                // What panicked once is not asked for words again.
                exchange.service = None;
                self.plane.metrics.panics.inc();
                let finding =
                    Finding::new("portcullis.internal", "INTERNAL_ERROR", Class::Internal, "the exchange panicked and was refused");
                exchange.refuse(Stop::Held(finding))
            }
        };
        if version < Version::HTTP_2 && exchange.last {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(response)
    }
}

/// Why an exchange is not forwarded, or not answered by its upstream.
enum Stop {
    /// The data plane could not go on.
    Held(Finding),
    /// Policy refused.
    Decided(Refusal, Option<Head>),
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Self {
        Self::Held(finding)
    }
}

struct Exchange {
    plane: Arc<Plane>,
    worker: usize,
    peer: Peer,
    provenance: Arc<Provenance>,
    /// Leaves with the answer; an exchange that is given up gives it up too.
    turn: Option<Turn>,
    now: Time,
    active: Arc<Active>,
    fault: Option<Finding>,
    /// Whether the connection closes behind this exchange.
    last: bool,
    finish: Option<Finish>,
    ids: ExchangeIds,
    service: Option<Arc<Service>>,
    /// What a refusal has to negotiate by, kept because the head leaves with the permit.
    method: Method,
    accept: Option<HeaderValue>,
}

impl Exchange {
    fn begin(connection: &Connection, request: &Request<Incoming>) -> Self {
        let active = connection.plane.live.now();
        let number = connection.ledger.begin();
        let now = now();
        let fault = connection.ledger.refused(number);
        let spent = number.saturating_add(1) >= active.edge.requests_per_connection;
        if spent {
            connection.ledger.spend();
        }
        let last = fault.is_some() || spent || connection.plane.draining();
        // A faulty head was replaced by a synthetic one, which says nothing about the client.
        let ids = ExchangeIds::new(fault.is_none().then(|| request.headers()));
        let record = Record {
            time: jiff::Timestamp::from_millisecond(now.0).unwrap_or_default().to_string(),
            request_id: ids.request_id.clone(),
            trace_id: ids.trace_id.clone(),
            client: Arc::clone(&connection.client),
            scheme: connection.peer.scheme.as_str(),
            version: version_text(request.version()),
            revision: active.snapshot.revision,
            outcome: "failed",
            ..Record::default()
        };
        Self {
            finish: Some(Finish::new(Arc::clone(&connection.plane), record)),
            plane: Arc::clone(&connection.plane),
            worker: connection.worker,
            peer: connection.peer,
            provenance: Arc::clone(&connection.provenance),
            turn: Some(Turn { ledger: connection.ledger.clone(), number }),
            now,
            active,
            fault,
            last,
            ids,
            service: None,
            method: request.method().clone(),
            accept: request.headers().get(ACCEPT).cloned(),
        }
    }

    /// The path of a request. An error is a refusal; the record is kept along the way.
    async fn run(&mut self, request: Request<Incoming>) -> Result<Response<UpstreamBody>, Stop> {
        if let Some(finding) = self.fault.take() {
            return Err(finding.into());
        }
        self.admit()?;
        let (head, incoming) = self.head(request)?;
        let service = self.route(&head)?;
        let (taken, received) = self.take_in(&service, &head, incoming).await?;
        let path = head.target.path.clone();
        let judgement = self.judge(Arc::clone(&service), head, taken).await?;
        let permit = self.decide(&service, judgement, &path)?;
        self.forward(&service, permit, received).await
    }

    /// Takes one of the process's exchange slots.
    fn admit(&mut self) -> Result<(), Finding> {
        let max = self.active.edge.exchanges;
        let Some(slot) = self.plane.exchanges.take(max) else {
            let mut finding =
                Finding::new(EXCHANGES.name, EXCHANGES.code, Class::Unavailable, "every exchange slot of the process is taken");
            finding.allowed = Some(max);
            return Err(finding);
        };
        if let Some(finish) = &mut self.finish {
            finish.hold(slot);
        }
        Ok(())
    }

    /// The one reading of the head.
    fn head(&mut self, request: Request<Incoming>) -> Result<(Head, Incoming), Finding> {
        let (parts, incoming) = request.into_parts();
        let excess = if parts.version >= Version::HTTP_2 { self.excess(&parts) } else { None };
        let head = head::read(parts.method, &parts.uri, parts.version, parts.headers, &self.provenance);
        let record = self.record();
        record.method = notes::shown(head.method.as_str());
        record.host = notes::shown(&head.authority);
        record.target = notes::shown(&query::redacted(&head.target.received));
        match excess {
            Some(finding) => Err(finding),
            None => Ok((head, incoming)),
        }
    }

    /// What the guard bounds for HTTP/1 heads, for those it has not seen.
    fn excess(&self, parts: &Parts) -> Option<Finding> {
        head::excess(&parts.uri, &parts.headers, &self.active.edge.framing)
    }

    /// Host and path name the service; content never does.
    fn route(&mut self, head: &Head) -> Result<Arc<Service>, Finding> {
        let Some(service) = self.active.snapshot.route(&head.authority, &head.target.path) else {
            // What is wrong with the head itself says more than that nothing answers there.
            return Err(head.findings.first().cloned().unwrap_or_else(no_route));
        };
        let service = Arc::clone(service);
        let record = self.record();
        record.service = Some(service.name.clone());
        record.protocol = Some(service.protocol);
        record.mode = Some(service.policy.mode().as_str());
        self.service = Some(Arc::clone(&service));
        Ok(service)
    }

    /// Collects the body, or leaves it to stream.
    async fn take_in(&mut self, service: &Service, head: &Head, mut incoming: Incoming) -> Result<(Taken, Received), Finding> {
        let edge = &self.active.edge;
        let deadline = tokio::time::Instant::now() + edge.body_time;
        let idle = edge.body_idle_time;
        let mode = service.policy.mode();
        let limits = service.policy.limits_for(head, &self.peer, self.now);
        let Some(finish) = &mut self.finish else { return Err(lost()) };
        let progress = Arc::clone(&finish.received);
        let length = http_body::Body::size_hint(&incoming).exact();
        let stream = |prefix, incoming, bytes_max| {
            let bounds = StreamBounds { bytes_max, idle, deadline };
            Received::Stream(Box::new(BodyStream::new(prefix, incoming, bounds, Arc::clone(&progress))))
        };
        match service.contract.intake(head, &limits) {
            Intake::Stream { bytes_max } => {
                let bytes_max = (mode == Mode::Enforce).then_some(bytes_max);
                Ok((Taken::Streamed { length }, stream(None, incoming, bytes_max)))
            }
            Intake::Collect { .. } if mode == Mode::Off => Ok((Taken::Streamed { length }, stream(None, incoming, None))),
            Intake::Collect { bytes_max } => {
                let times = BodyTimes { idle, deadline };
                let collected = body::collect(&mut incoming, bytes_max, times, &mut finish.bytes, &progress).await?;
                if !collected.over {
                    return Ok((Taken::Whole(collected.bytes.clone()), Received::Whole(collected.bytes)));
                }
                let prefix = collected.bytes;
                Ok((Taken::Prefix(prefix.clone()), stream(Some(prefix), incoming, None)))
            }
        }
    }

    /// Inspects and judges, on this thread or, for a large body, beside it.
    async fn judge(&mut self, service: Arc<Service>, head: Head, taken: Taken) -> Result<Judgement, Finding> {
        let large = matches!(&taken, Taken::Whole(bytes) | Taken::Prefix(bytes) if bytes.len() > INSPECT_INLINE_BYTES);
        let case = Case { service, head, taken, peer: self.peer, now: self.now, decode_ratio: self.active.edge.decode_ratio };
        let judgement = if large {
            match tokio::task::spawn_blocking(move || case.judge()).await {
                Ok(judgement) => judgement,
                Err(joined) => match joined.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_) => return Err(lost()),
                },
            }
        } else {
            case.judge()
        };
        if let Some(finish) = &mut self.finish {
            finish.record.work = judgement.work;
            // Decoding made bytes of its own; they count like those received.
            let more = judgement.decoded_bytes.saturating_sub(finish.bytes.held());
            if !finish.bytes.grow(more) {
                return Err(faults::overloaded());
            }
        }
        Ok(judgement)
    }

    /// Answers the demands, settles, records, and asks for the permit.
    fn decide(&mut self, service: &Service, judgement: Judgement, path: &str) -> Result<Permit, Stop> {
        let mut decision = match judgement.verdict {
            Verdict::Refused(decision) => decision,
            Verdict::Pending(pending) => {
                let answers = pending.demands().iter().map(|demand| self.grant(service, *demand)).collect::<Vec<_>>();
                pending.settle(&answers)
            }
        };
        let permit = decision.permit();
        let (peer, now) = (self.peer, self.now);
        self.plane.metrics.exceptions(service, &decision);
        let judged_us = self.finish.as_ref().map_or(0, Finish::elapsed_us);
        let record = self.record();
        record.judged_us = judged_us;
        notes::decision(record, &decision, &service.policy, path, &peer, now);
        match permit {
            Some(permit) => {
                record.forwarded = Some(match permit.body() {
                    PermitBody::Canonical(_) => "canonical",
                    PermitBody::Original => "original",
                    PermitBody::Stream { .. } => "stream",
                });
                Ok(permit)
            }
            None => Err(self.stop(&mut decision)),
        }
    }

    fn stop(&self, decision: &mut Decision) -> Stop {
        match decision.refusal(&self.ids.request_id) {
            Some(refusal) => Stop::Decided(refusal, decision.take_head()),
            None => Stop::Held(lost()),
        }
    }

    fn grant(&mut self, service: &Service, demand: Demand) -> Answer {
        let Demand::Exchange { max } = demand;
        let slot = self.active.slots.get(service.index).and_then(|slots| slots.take(max));
        match (slot, &mut self.finish) {
            (Some(slot), Some(finish)) => {
                finish.hold(slot);
                Answer::Granted
            }
            _ => Answer::Denied,
        }
    }

    /// Uses the permit up.
    async fn forward(&mut self, service: &Service, permit: Permit, received: Received) -> Result<Response<UpstreamBody>, Stop> {
        let upstream = self.active.upstreams.get(service.index).map(Arc::clone).ok_or_else(lost)?;
        let deadline = Instant::now() + upstream.settings().total_timeout;
        let ids = Ids { request_id: &self.ids.request_id, traceparent: &self.ids.traceparent, continued: self.ids.continued };
        let sent = forward(permit, received, &upstream, self.worker, ids, deadline).await;
        let client_fault = self.finish.as_ref().and_then(|finish| finish.received.fault());
        let record = self.record();
        let answered = match sent {
            Ok(answered) => answered,
            Err((finding, attempts)) => {
                let finding = client_fault.unwrap_or(finding);
                record.upstream = Some(UpstreamEntry { attempts, error: Some(finding.detail.clone()), ..UpstreamEntry::default() });
                return Err(finding.into());
            }
        };
        let first_byte_us = u64::try_from(answered.first_byte.as_micros()).unwrap_or(u64::MAX);
        let status = Some(answered.response.status().as_u16());
        record.upstream = Some(UpstreamEntry { status, attempts: answered.attempts, first_byte_us, error: None });
        let (mut parts, incoming) = answered.response.into_parts();
        answer::strip(&mut parts.headers);
        // The version is each hop's own (RFC 9112 §2.3).
        parts.version = Version::HTTP_11;
        let answer = UpstreamBody::new(incoming, answered.lease, upstream.settings().idle_timeout, deadline.into());
        // A client that does not read keeps this much of the answer here; the process must have room for it.
        if self.finish.as_mut().is_some_and(|finish| !finish.bytes.grow(answer.room())) {
            return Err(faults::overloaded().into());
        }
        Ok(Response::from_parts(parts, answer))
    }

    fn finish(&mut self, response: Response<UpstreamBody>) -> Response<AnswerBody> {
        self.record().status = response.status().as_u16();
        response.map(|body| AnswerBody::upstream(body, self.take_finish(), self.turn.take()))
    }

    fn refuse(&mut self, stop: Stop) -> Response<AnswerBody> {
        let (refusal, head) = match stop {
            Stop::Decided(refusal, head) => (refusal, head),
            Stop::Held(finding) => {
                let record = self.record();
                record.outcome = outcome_of(&finding);
                notes::held(record, &finding);
                (Refusal::of(&finding, &self.ids.request_id), None)
            }
        };
        let head = head.unwrap_or_else(|| self.remembered_head());
        let reply = refuse::reply(&refusal, self.service.as_deref(), Some(&head));
        self.last = self.last || refuse::closes(refusal.class);
        self.record().status = reply.status.as_u16();
        refuse::response(reply).map(|bytes| AnswerBody::whole(bytes, self.take_finish(), self.turn.take()))
    }

    /// As much of the head as a refusal negotiates by.
    fn remembered_head(&self) -> Head {
        let mut headers = HeaderMap::new();
        if let Some(accept) = &self.accept {
            headers.insert(ACCEPT, accept.clone());
        }
        let target = Target { path: "/".to_owned(), query: None, received: "/".to_owned() };
        let method = self.method.clone();
        Head { method, authority: String::new(), target, headers, version: Version::HTTP_11, findings: Vec::new() }
    }

    fn record(&mut self) -> &mut Record {
        let plane = &self.plane;
        &mut self.finish.get_or_insert_with(|| Finish::new(Arc::clone(plane), Record::default())).record
    }

    fn take_finish(&mut self) -> Finish {
        self.finish.take().unwrap_or_else(|| Finish::new(Arc::clone(&self.plane), Record::default()))
    }
}

fn outcome_of(finding: &Finding) -> &'static str {
    match finding.class {
        Class::BadGateway | Class::GatewayTimeout | Class::Internal => "failed",
        Class::Unavailable if finding.check.starts_with("upstream.") => "failed",
        _ => "refused",
    }
}

/// No service answers at this host and path.
pub fn no_route() -> Finding {
    Finding::new("http.route", "NO_ROUTE", Class::NotFound, "no service answers at this host and path")
}

/// A state that should not be: refused, because what cannot be judged is not forwarded.
pub fn lost() -> Finding {
    Finding::new("portcullis.internal", "INTERNAL_ERROR", Class::Internal, "the exchange lost its state")
}

const fn version_text(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2.0",
        _ => "HTTP/1.1",
    }
}

/// Scheme of a listener.
pub const fn scheme(tls: bool) -> Scheme {
    if tls { Scheme::Https } else { Scheme::Http }
}

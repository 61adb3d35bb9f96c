//! Inspect, then judge: the one call into the core that decides. The proxy and `explain` both come through here, so that what is explained
//! is what happens.

use std::sync::Arc;

use bytes::Bytes;
use portcullis_http::coding::{Coding, DecodeLimits, Decoder};
use portcullis_http::limits::BODY;
use portcullis_http::{head, query};
use portcullis_inspect::{Body, Budget, Context, Finding, Head, Intake, Message, Peer, Report, Time};
use portcullis_policy::{Mode, Verdict};
use portcullis_registry::Service;

/// The body as the shell took it in.
#[derive(Clone, Debug)]
pub enum Taken {
    /// Read to its end, still encoded.
    Whole(Bytes),
    /// The beginning of a body over its limit.
    Prefix(Bytes),
    /// Left to stream.
    Streamed {
        /// Announced length.
        length: Option<u64>,
    },
}

/// One message, ready to be judged.
#[derive(Debug)]
pub struct Case {
    /// The service the route named.
    pub service: Arc<Service>,
    /// Its head.
    pub head: Head,
    /// Its body.
    pub taken: Taken,
    /// The other end.
    pub peer: Peer,
    /// The moment.
    pub now: Time,
    /// Bound of decoded bytes over encoded ones.
    pub decode_ratio: u64,
}

/// What came of it.
#[derive(Debug)]
pub struct Judgement {
    /// Refused, or pending its demands.
    pub verdict: Verdict,
    /// Steps of work spent.
    pub work: u64,
    /// Size of the body after decoding.
    pub decoded_bytes: u64,
}

impl Case {
    /// Judges. Linear in the body; nothing waits.
    pub fn judge(mut self) -> Judgement {
        if self.service.policy.mode() == Mode::Off {
            let verdict = self.service.policy.judge(self.head, Report::default(), &self.peer, self.now);
            return Judgement { verdict, work: 0, decoded_bytes: 0 };
        }
        let policy = &self.service.policy;
        let limits = policy.limits_for(&self.head, &self.peer, self.now);
        let mut budget = Budget::new(limits.value("service.work"));
        let intake = self.service.contract.intake(&self.head, &limits);
        let mut decoded_bytes = 0;
        if matches!(intake, Intake::Collect { .. }) {
            head::limit_accept_encoding(&mut self.head.headers);
        }
        let credentials = self.head.target.query.as_deref().and_then(query::credentials);
        self.head.findings.extend(credentials);
        let body = decoded(&self.head, self.taken, intake, self.decode_ratio);
        let report = match &body {
            Err(finding) => Report::not_understood((**finding).clone()),
            Ok(body) => {
                let body = match body {
                    Taken::Whole(bytes) => Body::Whole(bytes),
                    Taken::Prefix(bytes) => Body::Prefix(bytes),
                    Taken::Streamed { length } => Body::Streamed { length: *length },
                };
                if let Body::Whole(bytes) | Body::Prefix(bytes) = body {
                    decoded_bytes = bytes.len() as u64;
                }
                let message = Message { head: &self.head, body, peer: &self.peer };
                let mut context = Context { now: self.now, budget: &mut budget, limits: &limits };
                self.service.contract.inspect(&message, &mut context)
            }
        };
        let work = budget.spent();
        let verdict = policy.judge(self.head, report, &self.peer, self.now);
        Judgement { verdict, work, decoded_bytes }
    }
}

/// Removes the content coding of a collected body.
fn decoded(head: &Head, taken: Taken, intake: Intake, ratio_max: u64) -> Result<Taken, Box<Finding>> {
    let (Taken::Whole(bytes), Intake::Collect { bytes_max }) = (&taken, intake) else { return Ok(taken) };
    let coding = Coding::of(&head.headers)?;
    if coding == Coding::Identity {
        return Ok(taken);
    }
    let mut decoder = Decoder::new(coding, DecodeLimits { bytes_max, ratio_max });
    let mut out = Vec::new();
    match decoder.push(bytes, &mut out) {
        // As large as one that came without coding: the contract says no in its own row.
        Err(over) if over.check == BODY.name => return Ok(Taken::Prefix(bytes.clone())),
        pushed => pushed?,
    }
    decoder.finish()?;
    Ok(Taken::Whole(Bytes::from(out)))
}

//! An explanation, for a person or for a program.

use std::fmt::Write;

use portcullis_inspect::Reply;
use portcullis_policy::{Permit, PermitBody};
use serde::Serialize;

use crate::audit::{FactEntry, FindingEntry, Record};

/// What would be sent upstream.
#[derive(Debug, Serialize)]
pub(super) struct Forwarded {
    method: String,
    target: String,
    /// `canonical`, `original`, `stream`.
    form: &'static str,
    /// The canonical body, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

impl Forwarded {
    pub(super) fn of(permit: Permit) -> Self {
        let (head, body) = permit.into_parts();
        let (form, text) = match &body {
            PermitBody::Canonical(bytes) => ("canonical", Some(String::from_utf8_lossy(bytes).into_owned())),
            PermitBody::Original => ("original", None),
            PermitBody::Stream { .. } => ("stream", None),
        };
        Self { method: head.method.to_string(), target: Permit::target(&head, &body), form, body: text }
    }
}

/// How it ends for the client.
#[derive(Debug)]
pub(super) enum Told {
    /// It goes upstream.
    Forwarded(Forwarded),
    /// It is answered here.
    Refused(Reply),
}

/// What would happen, and why.
#[derive(Debug, Serialize)]
pub(super) struct Explanation {
    /// `allowed`, `would-refuse`, `refused`.
    pub(super) outcome: &'static str,
    /// Check that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'static str>,
    /// Its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    method: String,
    host: String,
    target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'static str>,
    findings: Vec<FindingEntry>,
    facts: Vec<FactEntry>,
    work: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    forwarded: Option<Forwarded>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Answered>,
}

/// The answer the client would see.
#[derive(Debug, Serialize)]
struct Answered {
    status: u16,
    body: String,
}

impl Explanation {
    pub(super) fn new(record: Record, told: Told) -> Self {
        let (forwarded, answer) = match told {
            Told::Forwarded(forwarded) => (Some(forwarded), None),
            Told::Refused(reply) => {
                let body = String::from_utf8_lossy(&reply.body).into_owned();
                (None, Some(Answered { status: reply.status.as_u16(), body }))
            }
        };
        Self {
            outcome: record.outcome,
            check: record.check,
            code: record.code,
            method: record.method,
            host: record.host,
            target: record.target,
            service: record.service,
            protocol: record.protocol,
            mode: record.mode,
            findings: record.findings,
            facts: record.facts,
            work: record.work,
            forwarded,
            answer,
        }
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        match (self.check, self.code) {
            (Some(check), Some(code)) => writeln!(out, "{}: {check} ({code})", self.outcome)?,
            _ => writeln!(out, "{}", self.outcome)?,
        }
        if !self.method.is_empty() {
            writeln!(out, "request   {} {} at {}", self.method, self.target, self.host)?;
        }
        if let (Some(service), Some(protocol), Some(mode)) = (&self.service, self.protocol, self.mode) {
            writeln!(out, "service   {service} ({protocol}, {mode})")?;
        }
        for finding in &self.findings {
            write_finding(out, finding)?;
        }
        if !self.facts.is_empty() {
            writeln!(out, "facts")?;
        }
        for fact in &self.facts {
            let allowed = fact.allowed.map_or("no limit".to_owned(), |allowed| format!("of {allowed}"));
            let place = fact.coordinate.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
            writeln!(out, "  [{}] {:<34} {:>10} {allowed}{place}", fact.operation, fact.fact, fact.used)?;
        }
        writeln!(out, "work      {} steps", self.work)?;
        if let Some(forwarded) = &self.forwarded {
            writeln!(out, "forwarded {} {} ({})", forwarded.method, forwarded.target, forwarded.form)?;
            if let Some(body) = forwarded.body.as_ref().filter(|body| !body.is_empty()) {
                writeln!(out, "          {body}")?;
            }
        }
        if let Some(answer) = &self.answer {
            writeln!(out, "answered  {} {}", answer.status, answer.body)?;
        }
        Ok(())
    }
}

fn write_finding(out: &mut String, finding: &FindingEntry) -> std::fmt::Result {
    write!(out, "finding   {} {} ({}): {}", finding.check, finding.code, finding.disposition, finding.detail)?;
    if let Some(place) = &finding.coordinate {
        write!(out, ", at {place}")?;
    }
    if let Some(offset) = finding.offset {
        write!(out, ", byte {offset}")?;
    }
    match (finding.used, finding.allowed) {
        (Some(used), Some(allowed)) => write!(out, ", {used} used of {allowed}")?,
        (Some(used), None) => write!(out, ", {used} used")?,
        _ => {}
    }
    writeln!(out)?;
    if let Some(exception) = &finding.exception {
        writeln!(out, "  exception that would let it pass:")?;
        writeln!(out, "    {}", exception.as_str())?;
    }
    Ok(())
}

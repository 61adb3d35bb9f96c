//! One service's policy: what counts, how much, and for whom not.

use std::borrow::Cow;

use http::Method;
use portcullis_inspect::{Acts, CheckSpec, Class, FactSpec, Finding, Head, LimitSpec, Limits, Peer, Report, Time};

use crate::decision::not_understood;
use crate::{Decision, Demand, Disposition, Exception, Judged, Mode, PathPattern, Pending, Proposal, Verdict};

/// What a policy is made of.
#[derive(Clone, Debug)]
pub struct PolicyParts {
    /// Mode of the service.
    pub mode: Mode,
    /// Modes of checks that are not simply enforced.
    pub checks: Vec<(String, Mode)>,
    /// Every limit row of the service with its value.
    pub limits: Limits,
    /// Methods that may be used; all, when absent.
    pub methods: Option<Vec<Method>>,
    /// Exceptions, in the order of the file.
    pub exceptions: Vec<Exception>,
    /// The protocol's table of facts.
    pub facts: &'static [FactSpec],
    /// Every check that exists for the service.
    pub known: Vec<&'static CheckSpec>,
}

/// A compiled policy. Judging is linear in facts, findings and exceptions.
#[derive(Debug)]
pub struct Policy {
    parts: PolicyParts,
    /// For each fact, the row that bounds it and its value.
    thresholds: Vec<Option<(&'static LimitSpec, u64)>>,
    /// For each fact, the value of the row of its name, thresholds and hard limits alike.
    allowed: Vec<Option<u64>>,
    exchanges_max: u64,
}

impl Policy {
    /// Compiles the parts.
    pub fn new(parts: PolicyParts) -> Self {
        let threshold = |fact: &FactSpec| parts.limits.iter().find(|(row, _)| row.name == fact.name && row.acts == Acts::OnFact);
        let thresholds = parts.facts.iter().map(threshold).collect();
        let value = |fact: &FactSpec| parts.limits.iter().find(|(row, _)| row.name == fact.name).map(|(_, value)| value);
        let allowed = parts.facts.iter().map(value).collect();
        let exchanges_max = parts.limits.value("service.exchanges");
        Self { parts, thresholds, allowed, exchanges_max }
    }

    /// Mode of the service.
    pub const fn mode(&self) -> Mode {
        self.parts.mode
    }

    /// The exceptions, in the order of the file.
    pub fn exceptions(&self) -> &[Exception] {
        &self.parts.exceptions
    }

    /// The limits of the service.
    pub const fn limits(&self) -> &Limits {
        &self.parts.limits
    }

    /// The table that names the facts of a report.
    pub const fn facts(&self) -> &'static [FactSpec] {
        self.parts.facts
    }

    /// The value of the row that bounds a fact, wherever that row acts.
    pub fn allowed(&self, fact: portcullis_inspect::FactId) -> Option<u64> {
        self.allowed.get(usize::from(fact.0)).copied().flatten()
    }

    /// The row and value that bound a fact, where policy compares them.
    fn threshold(&self, fact: portcullis_inspect::FactId) -> Option<(&'static LimitSpec, u64)> {
        self.thresholds.get(usize::from(fact.0)).copied().flatten()
    }

    /// Hard limits for one exchange: the service's, loosened by every exception in scope that names a hard limit and an `up_to`.
    pub fn limits_for(&self, head: &Head, peer: &Peer, now: Time) -> Cow<'_, Limits> {
        let mut limits = Cow::Borrowed(&self.parts.limits);
        for exception in &self.parts.exceptions {
            let Some(up_to) = exception.up_to else { continue };
            let hard = self.parts.limits.iter().any(|(row, _)| row.name == exception.check && row.acts == Acts::WhileReading);
            if hard && exception.coordinate.is_none() && exception.applies(&head.target.path, peer.ip(), now) {
                let held = limits.value(&exception.check);
                limits.to_mut().set(&exception.check, held.max(up_to));
            }
        }
        limits
    }

    /// Weighs a report. The head moves into the decision: what was judged is what a permit will carry.
    pub fn judge(&self, mut head: Head, report: Report, peer: &Peer, now: Time) -> Verdict {
        if self.parts.mode == Mode::Off {
            let decision = Decision { mode: Mode::Off, head: Some(head), report, judged: Vec::new(), allow: None };
            return Verdict::Pending(Pending { decision, demands: self.demands() });
        }
        let findings = std::mem::take(&mut head.findings);
        let mut decision = Decision { mode: self.parts.mode, head: None, report, judged: Vec::new(), allow: None };
        let reported = std::mem::take(&mut decision.report.findings);
        let over = self.over_thresholds(&decision.report);
        let method = self.method(&head);
        if method.is_some() {
            decision.allow = self.allow();
        }
        for finding in findings.into_iter().chain(method).chain(reported).chain(over) {
            if let Some(disposition) = self.disposition(&finding, &head, peer, now) {
                decision.judged.push(Judged { finding, disposition });
            }
        }
        // A message that was not understood has no canonical form: a monitored or excepted finding cannot let it pass.
        if decision.report.understood.is_none() && decision.because().is_none() {
            decision.hold(
                not_understood("the message was not understood, so there is no canonical form to send"),
                Disposition::Enforced,
            );
        }
        decision.head = Some(head);
        if decision.because().is_some() && self.parts.mode == Mode::Enforce {
            Verdict::Refused(decision)
        } else {
            Verdict::Pending(Pending { decision, demands: self.demands() })
        }
    }

    /// The exception that would let `finding` pass, unless none can: what is malformed has no form to be sent on, and some paths cannot
    /// be written down as an exact pattern. A hard limit stopped the
    /// reading at its value, so how much the message would have used is not known; twice the limit is proposed.
    pub fn proposal(&self, finding: &Finding, path: &str, peer: &Peer, now: Time) -> Option<Proposal> {
        if !PathPattern::names(path) {
            return None;
        }
        if self.yields(finding.check) {
            return Some(Proposal::new(finding, path, peer.ip(), now));
        }
        let (row, allowed) = self.row(finding.check).filter(|(row, _)| row.acts == Acts::WhileReading)?;
        let mut proposal = Proposal::new(finding, path, peer.ip(), now);
        proposal.coordinate = None;
        // An exception may have loosened the row already.
        let held = finding.allowed.unwrap_or(0).max(allowed);
        proposal.up_to = Some(held.saturating_mul(2).max(finding.used.unwrap_or(0)).min(row.ceiling));
        Some(proposal)
    }

    fn demands(&self) -> Vec<Demand> {
        vec![Demand::Exchange { max: self.exchanges_max }]
    }

    fn allow(&self) -> Option<String> {
        let methods = self.parts.methods.as_ref()?;
        Some(methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", "))
    }

    fn method(&self, head: &Head) -> Option<Finding> {
        let methods = self.parts.methods.as_ref()?;
        let listed = methods.contains(&head.method);
        (!listed).then(|| {
            let detail = format!("method `{:.32}` is not listed", head.method.as_str());
            Finding::new("service.methods", "METHOD_NOT_ALLOWED", Class::MethodNotAllowed, detail)
        })
    }

    /// One finding per row and coordinate, with the largest number of all operations: a document may hold thousands.
    fn over_thresholds(&self, report: &Report) -> Vec<Finding> {
        let mut over: Vec<Finding> = Vec::new();
        for fact in report.units.iter().flat_map(|unit| &unit.facts) {
            let Some((row, allowed)) = self.threshold(fact.id) else { continue };
            if fact.value > allowed {
                let coordinate = fact.coordinate.as_deref();
                if let Some(held) = over.iter_mut().find(|held| held.check == row.name && held.coordinate.as_deref() == coordinate)
                {
                    held.used = held.used.max(Some(fact.value));
                    continue;
                }
                let mut finding = Finding::over(row, Class::Excessive, fact.value, allowed);
                finding.coordinate = coordinate.map(str::to_owned);
                over.push(finding);
            }
        }
        over
    }

    fn disposition(&self, finding: &Finding, head: &Head, peer: &Peer, now: Time) -> Option<Disposition> {
        if !self.yields(finding.check) {
            return Some(Disposition::Enforced);
        }
        let mode = self.parts.checks.iter().find(|(check, _)| check == finding.check).map_or(Mode::Enforce, |(_, mode)| *mode);
        if mode == Mode::Off {
            return None;
        }
        let covers = |exception: &Exception| exception.covers(finding, &head.target.path, peer.ip(), now);
        if let Some(index) = self.parts.exceptions.iter().position(covers) {
            return Some(Disposition::Excepted(index));
        }
        Some(if mode == Mode::Monitor { Disposition::Monitored } else { Disposition::Enforced })
    }

    /// Whether a mode or an exception can let a finding of `check` pass: checks say so themselves, thresholds always can. A hard limit
    /// stopped the reading, so there is nothing to let pass (an exception loosens it beforehand); what nobody lists does not yield.
    fn yields(&self, check: &str) -> bool {
        self.parts.known.iter().any(|row| row.name == check && row.yields)
            || self.row(check).is_some_and(|(row, _)| row.acts == Acts::OnFact)
    }

    fn row(&self, check: &str) -> Option<(&'static LimitSpec, u64)> {
        self.parts.limits.iter().find(|(row, _)| row.name == check)
    }
}

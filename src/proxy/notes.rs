//! Writing down what happened: from decision to record.

use portcullis_http::path;
use portcullis_inspect::{Finding, Peer, Time, Unit};
use portcullis_policy::{Decision, Disposition, Judged, Policy};

use crate::audit::{FactEntry, FindingEntry, Record};

/// Longest stretch of a client's text in a record, in bytes.
const SHOWN: usize = 512;

/// Operations of one message whose facts a record tells. A document may hold thousands, and what is over a limit is a finding anyway.
const OPERATIONS_SHOWN: usize = 16;

/// Cuts client text for the record.
pub(crate) fn shown(text: &str) -> String {
    let mut end = text.len().min(SHOWN);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default().to_owned()
}

/// A finding of the data plane itself, always enforced.
pub(crate) fn held(record: &mut Record, finding: &Finding) {
    record.check = Some(finding.check);
    record.code = Some(finding.code);
    record.findings.push(entry(finding, "enforced"));
}

/// The whole decision: findings with what became of them, the exception each would need to pass, and the facts beside their limits.
pub(crate) fn decision(record: &mut Record, decision: &Decision, policy: &Policy, path: &str, peer: &Peer, now: Time) {
    record.outcome = decision.outcome().as_str();
    if let Some(finding) = decision.because() {
        record.check = Some(finding.check);
        record.code = Some(finding.code);
    }
    for Judged { finding, disposition } in decision.judged() {
        let mut entry = entry(finding, word(*disposition));
        if !matches!(disposition, Disposition::Excepted(_)) {
            // A path that is in doubt itself is none an exception can name.
            let named = path::read(path).findings.is_empty();
            let proposal = if named { policy.proposal(finding, path, peer, now) } else { None };
            entry.exception = proposal.as_ref().map(Into::into);
        }
        record.findings.push(entry);
    }
    record.facts = facts(decision.units(), policy);
}

/// The facts of the first operations beside their limits.
pub(crate) fn facts(units: &[Unit], policy: &Policy) -> Vec<FactEntry> {
    let mut entries = Vec::new();
    for (operation, unit) in units.iter().take(OPERATIONS_SHOWN).enumerate() {
        for fact in &unit.facts {
            let Some(spec) = policy.facts().get(usize::from(fact.id.0)) else { continue };
            let allowed = policy.allowed(fact.id);
            let coordinate = fact.coordinate.as_deref().map(shown);
            entries.push(FactEntry { fact: spec.name, operation, used: fact.value, allowed, coordinate });
        }
    }
    entries
}

const fn word(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Enforced => "enforced",
        Disposition::Monitored => "monitored",
        Disposition::Excepted(_) => "excepted",
    }
}

fn entry(finding: &Finding, disposition: &'static str) -> FindingEntry {
    FindingEntry {
        check: finding.check,
        code: finding.code,
        disposition,
        detail: shown(&finding.detail),
        coordinate: finding.coordinate.as_deref().map(shown),
        offset: finding.span.map(|span| span.start),
        used: finding.used,
        allowed: finding.allowed,
        exception: None,
    }
}

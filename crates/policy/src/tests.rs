//! Judging, as tables: what is found, under which policy, and how it ends.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, Version};
use portcullis_inspect::{
    Acts, CheckSpec, Class, Fact, FactId, FactSpec, Finding, Forward, Head, LimitSpec, Limits, Outgoing, Peer, Quantity, Report,
    Scheme, Target, Time, Understood, Unit,
};

use crate::{Answer, Decision, Exception, Mode, Outcome, PathPattern, PermitBody, Policy, PolicyParts, Verdict};

const NOW: Time = Time(1_000);

const fn row(name: &'static str, acts: Acts, code: &'static str) -> LimitSpec {
    LimitSpec { name, quantity: Quantity::Count, default: 5, ceiling: 100, acts, code, bounds: "test", why: "test" }
}

static ROWS: [LimitSpec; 2] =
    [row("test.depth", Acts::OnFact, "DEPTH_EXCEEDED"), row("test.tokens", Acts::WhileReading, "TOKENS_EXCEEDED")];
static FACTS: [FactSpec; 1] = [FactSpec { name: "test.depth", quantity: Quantity::Levels, meaning: "nesting" }];
static CHECKS: [CheckSpec; 2] = [
    CheckSpec { name: "test.shape", codes: &["SHAPE"], refuses: "shapes", yields: true },
    CheckSpec { name: "test.syntax", codes: &["SYNTAX"], refuses: "nonsense", yields: false },
];

#[derive(Debug)]
struct Printed;

impl Understood for Printed {
    fn emit(&self) -> Result<Forward, Box<Finding>> {
        Ok(Forward::Canonical(Outgoing { body: Bytes::from_static(b"canonical"), content_type: None, query: None }))
    }
}

fn parts() -> PolicyParts {
    PolicyParts {
        mode: Mode::Enforce,
        checks: Vec::new(),
        limits: Limits::defaults(&[&ROWS, crate::LIMITS]),
        methods: None,
        exceptions: Vec::new(),
        facts: &FACTS,
        known: CHECKS.iter().chain(crate::CHECKS).collect(),
    }
}

fn exception(check: &str) -> Exception {
    Exception {
        check: check.to_owned(),
        coordinate: None,
        path: None,
        address: None,
        up_to: None,
        reason: "a test".to_owned(),
        owner: "tests".to_owned(),
        expires: Time(2_000),
    }
}

fn head() -> Head {
    let target = Target { path: "/a".to_owned(), query: None, received: "/a//".to_owned() };
    let headers = HeaderMap::new();
    Head { method: Method::POST, authority: "a".to_owned(), target, headers, version: Version::HTTP_11, findings: Vec::new() }
}

fn peer() -> Peer {
    Peer { address: "192.0.2.1:9".parse().unwrap(), scheme: Scheme::Http }
}

fn measured(depth: u64) -> Report {
    let fact = Fact { id: FactId(0), value: depth, coordinate: Some("Query.a".into()) };
    Report {
        units: vec![Unit { kind: "query", name: None, facts: vec![fact] }],
        findings: Vec::new(),
        understood: Some(Arc::new(Printed)),
    }
}

fn found(check: &'static str, understood: bool) -> Report {
    let mut report = measured(1);
    report.findings.push(Finding::new(check, "SHAPE", Class::Forbidden, "a shape"));
    if !understood {
        report.understood = None;
    }
    report
}

fn decide(policy: &Policy, report: Report) -> Decision {
    match policy.judge(head(), report, &peer(), NOW) {
        Verdict::Refused(decision) => decision,
        Verdict::Pending(pending) => {
            let granted = vec![Answer::Granted; pending.demands().len()];
            pending.settle(&granted)
        }
    }
}

fn outcome(parts: PolicyParts, report: Report) -> Outcome {
    decide(&Policy::new(parts), report).outcome()
}

#[test]
fn a_threshold_lets_its_value_pass_and_nothing_beyond() {
    for (depth, expected) in [(4, Outcome::Allowed), (5, Outcome::Allowed), (6, Outcome::Refused)] {
        assert_eq!(outcome(parts(), measured(depth)), expected, "{depth}");
    }
}

#[test]
fn the_mode_of_a_check_decides_what_its_finding_does() {
    for (mode, expected, recorded) in
        [(Mode::Enforce, Outcome::Refused, 1), (Mode::Monitor, Outcome::Allowed, 1), (Mode::Off, Outcome::Allowed, 0)]
    {
        let policy = Policy::new(PolicyParts { checks: vec![("test.shape".to_owned(), mode)], ..parts() });
        let decision = decide(&policy, found("test.shape", true));
        assert_eq!((decision.outcome(), decision.judged().len()), (expected, recorded), "{mode}");
    }
}

#[test]
fn a_check_that_does_not_yield_refuses_whatever_its_mode() {
    for check in ["test.syntax", "test.unheard-of"] {
        let checks = vec![(check.to_owned(), Mode::Off)];
        assert_eq!(
            outcome(PolicyParts { checks, exceptions: vec![exception(check)], ..parts() }, found(check, true)),
            Outcome::Refused
        );
    }
}

#[test]
fn what_was_not_understood_is_not_sent_even_when_nothing_is_enforced() {
    let checks = vec![("test.shape".to_owned(), Mode::Monitor)];
    let policy = Policy::new(PolicyParts { checks, ..parts() });
    let mut decision = decide(&policy, found("test.shape", false));
    assert_eq!(decision.because().map(|finding| finding.code), Some("NOT_UNDERSTOOD"));
    assert!(decision.permit().is_none());
}

#[test]
fn an_exception_covers_its_scope_and_nothing_else() {
    let plain = exception("test.depth");
    let scoped = |change: fn(&mut Exception)| {
        let mut exception = plain.clone();
        change(&mut exception);
        exception
    };
    for (name, exception, expected) in [
        ("unscoped", plain.clone(), Outcome::Allowed),
        ("its path", scoped(|e| e.path = PathPattern::parse("/a").ok()), Outcome::Allowed),
        ("another path", scoped(|e| e.path = PathPattern::parse("/b").ok()), Outcome::Refused),
        ("its network", scoped(|e| e.address = "192.0.2.0/24".parse().ok()), Outcome::Allowed),
        ("another network", scoped(|e| e.address = "198.51.100.0/24".parse().ok()), Outcome::Refused),
        ("its coordinate", scoped(|e| e.coordinate = Some("Query.a".to_owned())), Outcome::Allowed),
        ("another coordinate", scoped(|e| e.coordinate = Some("Query.b".to_owned())), Outcome::Refused),
        ("up to the use", scoped(|e| e.up_to = Some(9)), Outcome::Allowed),
        ("up to one less", scoped(|e| e.up_to = Some(8)), Outcome::Refused),
        ("another check", scoped(|e| "test.shape".clone_into(&mut e.check)), Outcome::Refused),
        ("last moment", scoped(|e| e.expires = Time(NOW.0 + 1)), Outcome::Allowed),
        ("expired", scoped(|e| e.expires = NOW), Outcome::Refused),
    ] {
        assert_eq!(outcome(PolicyParts { exceptions: vec![exception], ..parts() }, measured(9)), expected, "{name}");
    }
}

#[test]
fn a_hard_limit_is_loosened_before_reading_and_never_after() {
    let mut loosening = exception("test.tokens");
    loosening.up_to = Some(9);
    let policy = Policy::new(PolicyParts { exceptions: vec![loosening], ..parts() });
    assert_eq!(policy.limits_for(&head(), &peer(), NOW).value("test.tokens"), 9);
    assert_eq!(policy.limits_for(&head(), &peer(), Time(2_000)).value("test.tokens"), 5);
    assert_eq!(decide(&policy, found("test.tokens", false)).outcome(), Outcome::Refused);
}

#[test]
fn monitor_forwards_what_came_and_says_what_it_would_have_done() {
    let policy = Policy::new(PolicyParts { mode: Mode::Monitor, ..parts() });
    let mut decision = decide(&policy, measured(9));
    assert_eq!(decision.outcome(), Outcome::WouldRefuse);
    assert!(decision.permit().is_some_and(|permit| matches!(permit.body(), PermitBody::Original)));
}

#[test]
fn a_permit_is_made_once_and_never_for_a_refused_message() {
    let policy = Policy::new(parts());
    let mut allowed = decide(&policy, measured(1));
    assert!(allowed.permit().is_some() && allowed.permit().is_none());
    assert!(decide(&policy, measured(9)).permit().is_none());
}

#[test]
fn a_demand_without_an_answer_counts_as_denied() {
    let policy = Policy::new(parts());
    let Verdict::Pending(pending) = policy.judge(head(), measured(1), &peer(), NOW) else { panic!("nothing speaks against it") };
    assert_eq!(pending.demands().len(), 1);
    let decision = pending.settle(&[]);
    assert_eq!(decision.because().map(|finding| finding.code), Some("SERVICE_BUSY"));
}

#[test]
fn a_refused_message_makes_no_demand() {
    assert!(matches!(Policy::new(parts()).judge(head(), measured(9), &peer(), NOW), Verdict::Refused(_)));
}

#[test]
fn only_listed_methods_pass() {
    for (method, expected) in [(Method::POST, Outcome::Allowed), (Method::GET, Outcome::Refused)] {
        assert_eq!(outcome(PolicyParts { methods: Some(vec![method.clone()]), ..parts() }, measured(1)), expected, "{method}");
    }
}

#[test]
fn of_many_operations_the_worst_is_told_once() {
    let mut report = measured(7);
    let unit = report.units[0].clone();
    report.units.extend((8..2_000).map(|depth| Unit { facts: measured(depth).units[0].facts.clone(), ..unit.clone() }));
    let decision = decide(&Policy::new(parts()), report);
    let over: Vec<_> = decision.judged().iter().map(|judged| judged.finding.used).collect();
    assert_eq!(over, [Some(1_999)]);
}

#[test]
fn a_path_no_exception_can_name_gets_no_proposal() {
    let policy = Policy::new(parts());
    let finding = decide(&policy, measured(9)).because().cloned().unwrap();
    for (path, expected) in [("/a", true), ("/a/*", false), ("/a*b", false)] {
        assert_eq!(policy.proposal(&finding, path, &peer(), NOW).is_some(), expected, "{path}");
    }
}

#[test]
fn a_proposal_goes_on_from_a_limit_that_was_loosened_before() {
    let policy = Policy::new(parts());
    let mut finding = Finding::new("test.tokens", "TOKENS", Class::Excessive, "");
    (finding.used, finding.allowed) = (Some(11), Some(10));
    assert_eq!(policy.proposal(&finding, "/a", &peer(), NOW).and_then(|proposal| proposal.up_to), Some(20));
}

#[test]
fn every_proposal_lets_its_message_pass() {
    let policy = Policy::new(parts());
    let mut decision = decide(&policy, measured(9));
    let finding = decision.because().cloned().unwrap();
    let proposal = policy.proposal(&finding, "/a", &peer(), NOW).unwrap();
    let exception = Exception {
        check: proposal.check.to_owned(),
        coordinate: proposal.coordinate,
        path: PathPattern::parse(&proposal.path).ok(),
        address: proposal.address.parse().ok(),
        up_to: proposal.up_to,
        expires: proposal.expires,
        ..exception("")
    };
    assert_eq!(outcome(PolicyParts { exceptions: vec![exception], ..parts() }, measured(9)), Outcome::Allowed);
    assert!(decision.permit().is_none());
    assert!(policy.proposal(&Finding::new("test.syntax", "SYNTAX", Class::Malformed, ""), "/a", &peer(), NOW).is_none());
}

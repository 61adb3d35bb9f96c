//! Runs the case files through the real binary: one gateway and one upstream per configuration, one connection per case, every failure
//! of every case reported at once.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::case_file::{Case, Sight, all};
use crate::client::{Answer, Connection, NoAnswer, request};
use crate::gateway::Gateway;
use crate::upstream::{Seen, Upstream};

#[test]
fn every_case_ends_as_its_file_says() {
    let mut cases = all().unwrap_or_else(|faults| panic!("{}", faults.join("\n")));
    if let Ok(part) = std::env::var("CASE") {
        cases.retain(|case| case.name.contains(&part));
    }
    let mut groups: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in &cases {
        groups.entry(&case.expect.config).or_default().push(case);
    }
    let failures: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = groups.iter().map(|(config, cases)| scope.spawn(|| run(config, cases))).collect();
        running.into_iter().flat_map(|group| group.join().expect("a group of cases ran to its end")).collect()
    });
    assert!(failures.is_empty(), "{} of {} cases failed:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

/// Runs the cases of one configuration; answers one entry per case that failed.
fn run(config: &str, cases: &[&Case]) -> Vec<String> {
    let upstream = Upstream::start();
    let gateway = Gateway::with(config, upstream.address());
    failures(&gateway, &upstream, cases.iter().copied())
}

/// Runs cases through a gateway in front of `upstream`, one after the other; answers one entry per case that failed.
pub fn failures<'a>(gateway: &Gateway, upstream: &Upstream, cases: impl Iterator<Item = &'a Case>) -> Vec<String> {
    let mut failures = Vec::new();
    for case in cases {
        let found = Trial { gateway, upstream, case }.run();
        if !found.is_empty() {
            failures.push(format!("{}:\n    {}", case.name, found.join("\n    ")));
        }
    }
    failures
}

struct Trial<'a> {
    gateway: &'a Gateway,
    upstream: &'a Upstream,
    case: &'a Case,
}

impl Trial<'_> {
    fn run(&self) -> Vec<String> {
        self.upstream.forget();
        let before = self.gateway.records().len();
        let mut connection = Connection::open(self.gateway.address());
        connection.send_aside(self.case.sent.clone(), self.case.expect.half_closes);
        let mut faults = Vec::new();
        let answers = self.answers(&mut connection, &mut faults);
        self.check_refusal(&answers, before, &mut faults);
        self.check_upstream(&mut faults);
        self.check_closed(&mut connection, &mut faults);
        faults
    }

    fn answers(&self, connection: &mut Connection<std::net::TcpStream>, faults: &mut Vec<String>) -> Vec<Answer> {
        let mut answers = Vec::new();
        let is_head = self.case.sent.starts_with(b"HEAD ");
        for expected in &self.case.expect.statuses {
            match connection.answer(is_head) {
                Ok(answer) => {
                    if answer.status != *expected {
                        faults.push(format!("status {} instead of {expected}: {}", answer.status, answer.text()));
                    }
                    answers.push(answer);
                }
                Err(none) => {
                    faults.push(format!("no answer ({none:?}) instead of {expected}"));
                    break;
                }
            }
        }
        answers
    }

    /// The refusal names the code; the audit record of the same request names check and code; nothing of the request comes back.
    fn check_refusal(&self, answers: &[Answer], before: usize, faults: &mut Vec<String>) {
        let Some(code) = &self.case.expect.code else { return };
        // A refusal in GraphQL's older form is a 200 with errors.
        let refusals = answers.iter().rev().filter(|answer| answer.status >= 400 || answer.code().is_some());
        let Some(answer) = refusals.into_iter().next() else {
            faults.push(format!("nothing was refused with {code}"));
            return;
        };
        let is_head = self.case.sent.starts_with(b"HEAD ");
        if !is_head {
            let found = answer.code();
            if found.as_deref() != Some(code) {
                faults.push(format!("code {found:?} instead of {code}: {}", answer.text()));
            }
            if let Some(echo) = echo(&self.case.sent, &answer.body) {
                faults.push(format!("the refusal echoes `{echo}`"));
            }
        }
        let record = match answer.request_id() {
            Some(id) => self.gateway.record_of(&id),
            None if is_head => self.gateway.record(before, |_| true),
            None => {
                faults.push(format!("the refusal carries no request id: {}", answer.text()));
                return;
            }
        };
        let Some(record) = record else {
            faults.push("there is no audit record of the refusal".to_owned());
            return;
        };
        let check = self.case.check();
        if !findings(&record).any(|finding| finding["code"] == code.as_str() && finding["check"] == check.as_str()) {
            faults.push(format!("the audit record holds no finding {code} of {check}: {record}"));
        }
    }

    fn check_upstream(&self, faults: &mut Vec<String>) {
        let expect = &self.case.expect;
        let default = if self.case.expect.statuses == [200] { Some(Sight::Whole(1)) } else { None };
        let seen = self.upstream.seen();
        if let Some(sight) = expect.upstream.or(default) {
            let whole = seen.iter().filter(|seen| seen.whole).count();
            let held = match sight {
                Sight::Nothing => seen.is_empty(),
                Sight::Cut => whole == 0,
                Sight::Whole(count) => whole == count,
            };
            if !held {
                faults.push(format!("the upstream saw {whole} whole of {} requests instead of {sight:?}: {seen:#?}", seen.len()));
            }
        }
        let wants_more = expect.forwarded_target.is_some()
            || expect.forwarded_body.is_some()
            || !expect.forwarded_headers.is_empty()
            || !expect.forwarded_absent.is_empty();
        match seen.last() {
            Some(last) => self.check_forwarded(last, faults),
            None if wants_more => faults.push("nothing was forwarded".to_owned()),
            None => {}
        }
    }

    fn check_forwarded(&self, seen: &Seen, faults: &mut Vec<String>) {
        let expect = &self.case.expect;
        if let Some(target) = expect.forwarded_target.as_deref().filter(|target| *target != seen.target()) {
            faults.push(format!("forwarded target `{}` instead of `{target}`", seen.target()));
        }
        if let Some(body) = expect.forwarded_body.as_deref().filter(|body| *body != seen.text()) {
            faults.push(format!("forwarded body `{}` instead of `{body}`", seen.text()));
        }
        for (name, value) in &expect.forwarded_headers {
            let held = seen.header(name);
            if held != [value.as_str()] {
                faults.push(format!("forwarded {name} {held:?} instead of `{value}`"));
            }
        }
        for name in &expect.forwarded_absent {
            let held = seen.header(name);
            if !held.is_empty() {
                faults.push(format!("forwarded {name} {held:?}, which must not reach the upstream"));
            }
        }
    }

    /// A connection that must stay open is shown to be usable by one more request.
    fn check_closed(&self, connection: &mut Connection<std::net::TcpStream>, faults: &mut Vec<String>) {
        match self.case.expect.closed {
            Some(true) if !connection.is_closed() => faults.push("the connection stays open, or more was sent".to_owned()),
            Some(false) => match connection.ask(request("GET /files/after", &[], b"")) {
                Ok(answer) if answer.status < 500 => {}
                other => faults.push(format!("the connection is of no more use: {other:?}")),
            },
            _ => {}
        }
        if self.case.expect.statuses.is_empty() && connection.answer(false) != Err(NoAnswer::Closed) {
            faults.push("something was answered".to_owned());
        }
    }
}

/// Findings of an audit record.
pub fn findings(record: &Value) -> impl Iterator<Item = &Value> {
    record["findings"].as_array().into_iter().flatten()
}

/// The first stretch of 16 bytes of the request that comes back in a refusal.
fn echo(sent: &[u8], refusal: &[u8]) -> Option<String> {
    refusal
        .windows(16)
        .find(|window| sent.windows(16).any(|held| held == *window))
        .map(|window| String::from_utf8_lossy(window).into_owned())
}

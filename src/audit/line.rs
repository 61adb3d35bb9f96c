//! A record as one line of JSON.
//!
//! Perf: written by hand. Member names and our own words need no look for escapes, and that look, byte by byte, was most of what a general
//! writer costs; counted in benches/counts as `audit.line`. Facts take their short form here: one object per operation, what is zero
//! left out; the limits beside them are those of the revision.

use super::Record;
use super::record::{FactEntry, UpstreamEntry};

/// An object that is being written.
struct Object<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> Object<'a> {
    fn open(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    fn close(self) {
        self.out.push(b'}');
    }

    fn name(&mut self, name: &'static str) {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    /// Text that may hold anything.
    fn text(&mut self, name: &'static str, text: &str) {
        self.name(name);
        portcullis_json::write_string(self.out, text);
    }

    /// A word of ours: nothing in it needs an escape.
    fn word(&mut self, name: &'static str, word: &'static str) {
        self.name(name);
        self.out.push(b'"');
        self.out.extend_from_slice(word.as_bytes());
        self.out.push(b'"');
    }

    fn some_word(&mut self, name: &'static str, word: Option<&'static str>) {
        if let Some(word) = word {
            self.word(name, word);
        }
    }

    fn number(&mut self, name: &'static str, number: u64) {
        self.name(name);
        self.out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }
}

impl Record {
    /// Appends the record as one JSON object, without a line end.
    pub fn write_line(&self, out: &mut Vec<u8>) {
        let mut line = Object::open(out);
        line.text("time", &self.time);
        line.text("request_id", &self.request_id);
        line.text("trace_id", &self.trace_id);
        line.text("client", &self.client);
        line.word("scheme", self.scheme);
        line.word("version", self.version);
        line.text("method", &self.method);
        line.text("host", &self.host);
        line.text("target", &self.target);
        if let Some(service) = &self.service {
            line.text("service", service);
        }
        line.some_word("protocol", self.protocol);
        line.some_word("mode", self.mode);
        line.number("revision", self.revision);
        line.word("outcome", self.outcome);
        line.some_word("code", self.code);
        line.some_word("check", self.check);
        if !self.findings.is_empty() {
            line.name("findings");
            // Writing to memory cannot fail.
            let _ = serde_json::to_writer(&mut *line.out, &self.findings);
        }
        facts(&mut line, &self.facts);
        line.some_word("forwarded", self.forwarded);
        if let Some(entry) = &self.upstream {
            upstream(&mut line, entry);
        }
        line.number("status", u64::from(self.status));
        line.number("bytes_in", self.bytes_in);
        line.number("bytes_out", self.bytes_out);
        line.number("work", self.work);
        line.number("judged_us", self.judged_us);
        line.number("total_us", self.total_us);
        line.name("complete");
        line.out.extend_from_slice(if self.complete { b"true" } else { b"false" });
        line.close();
    }
}

fn facts(line: &mut Object<'_>, facts: &[FactEntry]) {
    if facts.is_empty() {
        return;
    }
    line.name("facts");
    line.out.push(b'[');
    for (index, operation) in facts.chunk_by(|one, next| one.operation == next.operation).enumerate() {
        if index > 0 {
            line.out.push(b',');
        }
        let mut object = Object::open(line.out);
        for fact in operation.iter().filter(|fact| fact.used > 0) {
            object.number(fact.fact, fact.used);
        }
        object.close();
    }
    line.out.push(b']');
}

fn upstream(line: &mut Object<'_>, entry: &UpstreamEntry) {
    line.name("upstream");
    let mut object = Object::open(line.out);
    if let Some(status) = entry.status {
        object.number("status", u64::from(status));
    }
    object.number("attempts", u64::from(entry.attempts));
    object.number("first_byte_us", entry.first_byte_us);
    if let Some(error) = &entry.error {
        object.text("error", error);
    }
    object.close();
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::audit::FindingEntry;

    fn read(record: &Record) -> Value {
        let mut line = Vec::new();
        record.write_line(&mut line);
        serde_json::from_slice(&line).unwrap()
    }

    fn fact(fact: &'static str, operation: usize, used: u64) -> FactEntry {
        FactEntry { fact, operation, used, allowed: Some(9), coordinate: None }
    }

    #[test]
    fn what_a_client_wrote_stays_inside_its_string() {
        let record = Record { target: "/\",\"outcome\":\"allowed\n".to_owned(), outcome: "refused", ..Record::default() };
        let line = read(&record);
        assert_eq!((&line["target"], &line["outcome"]), (&json!(record.target), &json!("refused")));
    }

    #[test]
    fn facts_stand_by_operation_and_zero_is_left_out() {
        let record = Record { facts: vec![fact("a.b", 0, 3), fact("a.c", 0, 0), fact("a.b", 1, 4)], ..Record::default() };
        assert_eq!(read(&record)["facts"], json!([{ "a.b": 3 }, { "a.b": 4 }]));
    }

    #[test]
    fn what_is_absent_is_not_written() {
        let line = read(&Record::default());
        for name in ["service", "protocol", "mode", "code", "check", "findings", "facts", "forwarded", "upstream"] {
            assert!(line.get(name).is_none(), "{name}");
        }
        assert_eq!((&line["status"], &line["complete"]), (&json!(0), &json!(false)));
    }

    #[test]
    fn findings_and_the_upstreams_part_are_written_whole() {
        let finding = FindingEntry {
            check: "graphql.depth",
            code: "DEPTH_EXCEEDED",
            disposition: "enforced",
            detail: "too \"deep\"".to_owned(),
            coordinate: None,
            offset: Some(7),
            used: Some(21),
            allowed: Some(20),
            exception: None,
        };
        let upstream = UpstreamEntry { status: None, attempts: 2, first_byte_us: 5, error: Some("gone".to_owned()) };
        let line = read(&Record { findings: vec![finding], upstream: Some(upstream), ..Record::default() });
        assert_eq!(line["findings"][0]["detail"], "too \"deep\"");
        assert_eq!(line["upstream"], json!({ "attempts": 2, "first_byte_us": 5, "error": "gone" }));
    }
}

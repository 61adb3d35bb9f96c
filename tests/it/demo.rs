//! The demo keeps its promises: its five requests, sent as printed, get the answers printed beneath them, and it drains when asked to.
//!
//! `cargo test` builds the demo along with the tests; alone it is built by `cargo build --example demo`.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::client::{Connection, ask, request};

fn binary() -> PathBuf {
    let demo = Path::new(env!("CARGO_BIN_EXE_portcullis")).parent().unwrap().join("examples/demo");
    assert!(demo.exists(), "build it first: cargo build --example demo");
    demo
}

/// The running demo. Dropping it kills it.
struct Demo {
    child: Child,
    out: BufReader<ChildStdout>,
    stops: Vec<Stop>,
    said: String,
}

/// A request of the tour, and its answer.
#[derive(Debug)]
struct Stop {
    command: String,
    status: u16,
    /// `…` stands for a request id.
    answer: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Demo {
    /// Starts the demo and reads what it says up to the first record.
    fn start() -> Self {
        let mut child = Command::new(binary()).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the demo starts");
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut demo = Self { child, out, stops: Vec::new(), said: String::new() };
        while !demo.said.contains("one audit record per request:\n\n") {
            let line = demo.line();
            assert!(!line.is_empty(), "the demo ended: {}", demo.said);
            demo.said.push_str(&line);
        }
        demo.stops = stops(&demo.said);
        demo
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line
    }

    fn front(&self) -> SocketAddr {
        let url = self.said.split("http://").nth(1).expect("the demo says where it listens");
        url.split_whitespace().next().unwrap().parse().unwrap()
    }

    fn metrics(&self) -> SocketAddr {
        self.said.split("Metrics     http://").nth(1).and_then(|rest| rest.split("/metrics").next()).unwrap().parse().unwrap()
    }
}

fn stops(said: &str) -> Vec<Stop> {
    let commands = said.lines().filter_map(|line| line.trim().strip_prefix("curl "));
    let answers = said.lines().filter_map(|line| line.trim().strip_prefix("=> "));
    let stop = |(command, answer): (&str, &str)| {
        let (status, answer) = answer.split_once(' ').expect("status and body");
        Stop { command: command.to_owned(), status: status.parse().unwrap(), answer: answer.to_owned() }
    };
    commands.zip(answers).map(stop).collect()
}

/// Words of a command line, as a shell reads single quotes.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in command.chars() {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => words.last_mut().unwrap().push(other),
        }
    }
    words
}

/// What curl would send, and where to.
fn sent(command: &str) -> (SocketAddr, Vec<u8>) {
    let (mut method, mut url, mut headers, mut body) = (None, None, Vec::new(), None);
    let mut words = words(command).into_iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-i" => {}
            "-X" => method = words.next(),
            "-d" => body = words.next(),
            "-H" => headers.extend(words.next()),
            _ => url = word.strip_prefix("http://").map(str::to_owned),
        }
    }
    let url = url.expect("an address");
    let (host, path) = url.split_at(url.find('/').expect("a path"));
    let method = method.unwrap_or_else(|| if body.is_some() { "POST" } else { "GET" }.to_owned());
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: curl/8.0\r\nAccept: */*\r\n");
    for header in headers {
        text.push_str(&format!("{header}\r\n"));
    }
    let body = body.unwrap_or_default();
    if !body.is_empty() {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    (host.parse().unwrap(), format!("{text}\r\n{body}").into_bytes())
}

/// Whether `body` is what was promised, with a request id at each `…`.
fn keeps(promise: &str, body: &str) -> bool {
    match promise.split_once('…') {
        None => promise == body,
        Some((before, after)) => {
            let id = body.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            id.is_some_and(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
        }
    }
}

#[test]
fn every_request_of_the_tour_gets_the_answer_printed_beneath_it() {
    let mut demo = Demo::start();
    assert_eq!(demo.stops.len(), 5, "{}", demo.said);
    // Twice: what was refused the first time must have changed nothing.
    for _ in 0..2 {
        for stop in &demo.stops {
            let (address, request) = sent(&stop.command);
            let answer = ask(address, request).unwrap();
            assert_eq!(answer.status, stop.status, "{stop:?}: {}", answer.text());
            assert!(keeps(&stop.answer, &answer.text()), "{stop:?}: {}", answer.text());
        }
    }
    let outcomes: Vec<String> = (0..10)
        .map(|_| serde_json::from_str::<Value>(&demo.line()).expect("a record")["outcome"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(outcomes[..5], ["allowed", "refused", "refused", "allowed", "refused"]);
    assert_eq!(outcomes[5..], outcomes[..5]);
}

#[test]
fn the_demo_has_metrics_and_drains() {
    let mut demo = Demo::start();
    let page = ask(demo.metrics(), request("GET /metrics", &[], b"")).unwrap().text();
    assert!(page.contains("portcullis_"), "{page}");
    let mut idle = Connection::open(demo.front());
    let asked = idle.ask(request("GET /inventory/items/1", &[], b"")).unwrap();
    assert_eq!(asked.status, 200);
    let stopped = Command::new("sh").arg("-c").arg(format!("kill -INT {}", demo.child.id())).status().unwrap();
    assert!(stopped.success());
    assert!(idle.is_closed(), "a connection nobody uses is closed");
    let record = demo.line();
    assert!(record.contains("\"outcome\":\"allowed\""), "{record}");
    assert!(demo.line().starts_with("Drained"));
    assert!(demo.child.wait().unwrap().success());
}

#[test]
fn two_demos_stand_side_by_side() {
    let (one, two) = (Demo::start(), Demo::start());
    assert_ne!((one.front(), one.metrics()), (two.front(), two.metrics()));
    for demo in [&one, &two] {
        assert_eq!(ask(demo.front(), request("GET /inventory/items", &[], b"")).unwrap().status, 200);
    }
}

#[test]
fn the_shipped_schema_is_the_one_the_shop_serves() {
    let output = Command::new(binary()).arg("--print-schema").output().unwrap();
    let file = crate::root().join("schemas/shop.graphql");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &output.stdout).unwrap();
    }
    let shipped = std::fs::read_to_string(&file).unwrap();
    assert_eq!(
        shipped,
        String::from_utf8(output.stdout).unwrap(),
        "cargo run --example demo -- --print-schema > schemas/shop.graphql"
    );
}

#[test]
fn the_readme_shows_the_tour_as_it_is_printed() {
    let readme = std::fs::read_to_string(crate::root().join("README.md")).unwrap();
    let demo = Demo::start();
    let front = demo.front().to_string();
    for stop in &demo.stops {
        let command = stop.command.replace(&front, "127.0.0.1:8080");
        assert!(readme.contains(&format!("curl {command}")), "README.md lacks: curl {command}");
        assert!(readme.contains(&stop.answer), "README.md lacks: {}", stop.answer);
    }
}

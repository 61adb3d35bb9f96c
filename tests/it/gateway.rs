//! The real binary, started with a configuration. Dropping it kills it.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longest wait for something the binary is sure to do. Only a hang reaches it.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the binary has written so far: JSON lines, kept in order; a line that is not JSON is kept as a string.
#[derive(Default)]
struct Log {
    lines: Mutex<Vec<Value>>,
    grew: Condvar,
}

impl Log {
    /// Follows a pipe to its end on a thread of its own.
    fn follow(pipe: impl Read + Send + 'static) -> Arc<Self> {
        let log = Arc::new(Self::default());
        let writer = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let value = serde_json::from_str(&line).unwrap_or(Value::String(line));
                writer.lines.lock().unwrap().push(value);
                writer.grew.notify_all();
            }
        });
        log
    }

    fn all(&self) -> Vec<Value> {
        self.lines.lock().unwrap().clone()
    }

    /// Waits for the first line at or after `from` that `wanted` accepts; `None` when the time is over.
    fn wait(&self, from: usize, patience: Duration, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        let deadline = Instant::now() + patience;
        let mut lines = self.lines.lock().unwrap();
        let mut read = from;
        loop {
            if let Some(found) = lines.iter().skip(read).find(|line| wanted(line)) {
                return Some(found.clone());
            }
            read = read.max(lines.len());
            let left = deadline.checked_duration_since(Instant::now())?;
            lines = self.grew.wait_timeout(lines, left).unwrap().0;
        }
    }
}

/// A running gateway.
pub struct Gateway {
    child: Child,
    log: Arc<Log>,
    audit: Arc<Log>,
    listeners: Vec<SocketAddr>,
    admin: Option<SocketAddr>,
    folder: tempfile::TempDir,
}

impl Gateway {
    /// Starts the binary with `config` and waits until it is ready. `${UPSTREAM}` in the text is the address of `upstream`.
    pub fn start(config: &str, upstream: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::start_in(folder, config, upstream)
    }

    /// The same, with files the configuration names already lying in `folder`.
    pub fn start_in(folder: tempfile::TempDir, config: &str, upstream: SocketAddr) -> Self {
        let file = folder.path().join("portcullis.yaml");
        std::fs::write(&file, config).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_portcullis"))
            .args(["run", "--config"])
            .arg(&file)
            .current_dir(folder.path())
            .env("UPSTREAM", upstream.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let audit = Log::follow(child.stdout.take().unwrap());
        let log = Log::follow(child.stderr.take().unwrap());
        let mut gateway = Self { child, log, audit, listeners: Vec::new(), admin: None, folder };
        gateway.wait_ready();
        gateway
    }

    /// With a configuration of `tests/configs`.
    pub fn with(name: &str, upstream: SocketAddr) -> Self {
        Self::start(&config(name), upstream)
    }

    fn wait_ready(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while self.log.wait(0, Duration::from_millis(100), |line| line["event"] == "ready").is_none() {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "not ready ({ended:?}): {:#?}", self.log.all());
        }
        let addresses = |event: &str| -> Vec<SocketAddr> {
            let lines = self.log.all();
            lines
                .iter()
                .filter(|line| line["event"] == event)
                .map(|line| line["address"].as_str().unwrap().parse().unwrap())
                .collect()
        };
        let (listeners, admin) = (addresses("listening"), addresses("admin").first().copied());
        self.listeners = listeners;
        self.admin = admin;
    }

    /// The first listener.
    pub fn address(&self) -> SocketAddr {
        self.listeners[0]
    }

    pub fn admin(&self) -> SocketAddr {
        self.admin.expect("the configuration has an admin listener")
    }

    /// Where the configuration and its files lie.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn config_file(&self) -> PathBuf {
        self.folder.path().join("portcullis.yaml")
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Audit records so far.
    pub fn records(&self) -> Vec<Value> {
        self.audit.all()
    }

    /// The first audit record after the first `from` that `wanted` accepts; waits for it.
    pub fn record(&self, from: usize, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        self.audit.wait(from, Duration::from_secs(5), wanted)
    }

    /// The audit record of the exchange with this id; waits for it.
    pub fn record_of(&self, request_id: &str) -> Option<Value> {
        self.record(0, |record| record["request_id"] == request_id)
    }

    /// Log lines so far.
    pub fn log(&self) -> Vec<Value> {
        self.log.all()
    }

    /// The first log line after the first `from` that `wanted` accepts; waits for it.
    pub fn logged(&self, from: usize, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        self.log.wait(from, PATIENCE, wanted)
    }

    /// Value of a metric on the admin listener, summed over the series whose labels contain `labels`.
    pub fn metric(&self, name: &str, labels: &str) -> f64 {
        let page =
            crate::client::ask(self.admin(), crate::client::request("GET /metrics", &[], b"")).expect("metrics answer").text();
        page.lines()
            .filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' '])) && line.contains(labels))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }

    /// Sends a signal, as in `TERM`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", self.pid())).status().unwrap();
        assert!(sent.success(), "kill -{name}");
    }

    /// Waits for the process to end by itself.
    pub fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "still running: {:#?}", self.log.all());
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("log of the gateway: {:#?}", self.log.all());
        }
    }
}

/// Text of a configuration in `tests/configs`.
pub fn config(name: &str) -> String {
    let file = crate::root().join("tests/configs").join(format!("{name}.yaml"));
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The baseline configuration with additions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layout<'a> {
    /// Lines at the top level.
    pub process: &'a str,
    /// More settings of both upstreams, each beginning with a comma.
    pub upstream: &'a str,
    /// More settings of the GraphQL service, one `key: value` after the other.
    pub shop: &'a [&'a str],
    /// More settings of the streaming service.
    pub files: &'a [&'a str],
}

impl Layout<'_> {
    pub fn text(&self) -> String {
        let indented = |lines: &[&str]| lines.iter().flat_map(|line| ["    ", line, "\n"]).collect::<String>();
        format!(
            "listeners:\n  - address: 127.0.0.1:0\nadmin: {{ address: 127.0.0.1:0 }}\n{process}\nservices:\n\
             \x20 - name: shop\n    protocol: graphql\n    paths: [/graphql]\n    upstream: {{ url: \"http://${{UPSTREAM}}\"{upstream} }}\n{shop}\
             \x20 - name: files\n    protocol: http\n    paths: [/files/*]\n    methods: [GET, HEAD, PUT, POST, PATCH, DELETE, OPTIONS]\n\
             \x20   upstream: {{ url: \"http://${{UPSTREAM}}\"{upstream} }}\n{files}",
            process = self.process,
            upstream = self.upstream,
            shop = indented(self.shop),
            files = indented(self.files),
        )
    }

    /// Starts the gateway so configured.
    pub fn start(&self, upstream: SocketAddr) -> Gateway {
        Gateway::start(&self.text(), upstream)
    }
}

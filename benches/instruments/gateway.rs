//! The Portcullis under test, stopped when dropped.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running Portcullis.
pub struct Gateway {
    child: Child,
    /// Where it listens.
    pub port: u16,
    /// Its process.
    pub pid: u32,
}

impl Gateway {
    /// Starts it in front of `upstream`, recording to a file in `folder`: a GraphQL service at `/graphql` and a plain one at `/files/*`.
    /// `limits` is the content of the section of that name.
    pub fn start(folder: &Path, upstream: u16, limits: &str) -> Self {
        std::fs::create_dir_all(folder).expect("a folder");
        let (file, records) = (folder.join("portcullis.yaml"), folder.join("audit.jsonl").display().to_string());
        let text = format!(
            "listeners: [{{ address: 127.0.0.1:0 }}]
admin: \"off\"
audit: {{ to: file, path: {records} }}
limits: {{ {limits} }}
services:
  - {{ name: shop, protocol: graphql, paths: [/graphql], upstream: {{ url: \"http://127.0.0.1:{upstream}\" }} }}
  - {{ name: files, protocol: http, paths: [/files/*], methods: [GET, POST], upstream: {{ url: \"http://127.0.0.1:{upstream}\" }} }}
"
        );
        std::fs::write(&file, text).expect("portcullis.yaml");
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        let mut child = command.arg("run").arg("--config").arg(&file).stderr(Stdio::piped()).spawn().expect("portcullis runs");
        let mut said = BufReader::new(child.stderr.take().expect("its standard error")).lines().map_while(Result::ok);
        let mut before = String::new();
        let listening = loop {
            match said.next() {
                Some(line) if line.contains("\"listening\"") => break line,
                Some(line) => before.push_str(&line),
                None => panic!("portcullis does not start: {before}"),
            }
        };
        let told: serde_json::Value = serde_json::from_str(&listening).expect("a line of JSON");
        let port = told["address"].as_str().and_then(|address| address.rsplit(':').next()).and_then(|port| port.parse().ok());
        // What it says later must not fill the pipe.
        std::thread::spawn(move || said.for_each(drop));
        let pid = child.id();
        Self { child, port: port.expect("a port"), pid }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let killed = self.child.kill().and_then(|()| self.child.wait());
        drop(killed);
    }
}

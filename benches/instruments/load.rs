//! Load by wrk: the same number of connections, kept alive, each sending its next request when its last one was answered.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A request body to send.
pub struct Post {
    script: PathBuf,
}

impl Post {
    /// Sends `body` as JSON; the script for that goes into `folder`.
    pub fn json(folder: &Path, body: &str) -> Self {
        let script = folder.join("post.lua");
        let text = format!("wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nwrk.body = [==[{body}]==]\n");
        std::fs::write(&script, text).expect("a script for wrk");
        Self { script }
    }
}

/// One kind of load.
pub struct Load<'a> {
    /// Path and query.
    pub path: &'a str,
    /// Body; GET without.
    pub post: Option<&'a Post>,
    /// Seconds it lasts.
    pub seconds: u32,
}

impl Load<'_> {
    /// Loads a port and answers how many requests were answered. A request that fails stops the bench.
    pub fn run(&self, port: u16) -> u32 {
        let mut wrk = Command::new("wrk");
        wrk.args(["-t1", "-c32", "--timeout", "10s", "-d"]).arg(format!("{}s", self.seconds));
        if let Some(post) = self.post {
            wrk.arg("-s").arg(&post.script);
        }
        let output = wrk.arg(format!("http://127.0.0.1:{port}{}", self.path)).output().expect("wrk runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(!said.contains("Non-2xx") && !said.contains("Socket errors"), "requests failed:\n{said}");
        let requests = said.lines().find_map(|line| line.split_once(" requests in")).map(|(count, _)| count.trim());
        requests.and_then(|count| count.parse().ok()).expect("wrk says how many requests")
    }
}

//! What the process benches share: servers that stop when dropped, load, and what a tree of processes has used.

#![allow(dead_code, unused_imports, reason = "each bench uses its part")]

mod gateway;
mod load;
mod nginx;
mod usage;

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

pub use gateway::Gateway;
pub use load::{Load, Post};
pub use nginx::Nginx;
pub use usage::{cpu, open_files, resident};

/// A port nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// The first of `commands` that cannot be started here.
pub fn missing(commands: &[&'static str]) -> Option<&'static str> {
    commands.iter().find(|command| Command::new(command).arg("-v").output().is_err()).copied()
}

/// A number from the environment.
pub fn setting(name: &str, default: u32) -> u32 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// About 1 KB of JSON.
pub fn answer() -> String {
    let items: Vec<_> = (100..120).map(|i| format!(r#"{{"id":{i},"name":"item number {i}","price":{i}00}}"#)).collect();
    format!(r#"{{"data":{{"items":[{}]}}}}"#, items.join(","))
}

/// An upstream that costs as little as one can: nginx, answering from memory; below `/files/big`, from a file of 8 MB.
pub fn upstream(folder: &Path) -> Nginx {
    std::fs::create_dir_all(folder.join("files/big")).expect("a folder");
    std::fs::write(folder.join("files/big/8m"), vec![b'x'; 8 << 20]).expect("a file");
    let (root, answer) = (folder.display(), answer());
    Nginx::start(folder, 1, |port| {
        format!(
            "access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; default_type application/json; sendfile on;
             server {{ listen 127.0.0.1:{port} backlog=4096; root {root}; location / {{ return 200 '{answer}'; }} location /files/big {{ }} }}"
        )
    })
}

/// nginx as a plain reverse proxy in front of `upstream`, writing one line per request.
pub fn plain_proxy(folder: &Path, upstream: u16) -> Nginx {
    let log = folder.join("access.log").display().to_string();
    Nginx::start(folder, 2, |port| {
        format!(
            "access_log {log} combined; keepalive_timeout 600s;
             upstream behind {{ server 127.0.0.1:{upstream}; keepalive 64; }}
             server {{ listen 127.0.0.1:{port} backlog=4096; location / {{
               proxy_pass http://behind; proxy_http_version 1.1;
               proxy_set_header Connection \"\"; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; }} }}"
        )
    })
}

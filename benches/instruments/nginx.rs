//! nginx, started from a configuration of ours and stopped when dropped.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::free_port;

/// A running nginx.
pub struct Nginx {
    file: PathBuf,
    /// Where it listens.
    pub port: u16,
    /// Its master process.
    pub pid: u32,
}

impl Nginx {
    /// Starts nginx with `workers` workers; `http` makes the contents of its `http` block, given a free port.
    pub fn start(folder: &Path, workers: u32, http: impl FnOnce(u16) -> String) -> Self {
        std::fs::create_dir_all(folder).expect("a folder");
        let (port, file, place) = (free_port(), folder.join("nginx.conf"), folder.display());
        let text = format!(
            "daemon on; pid {place}/nginx.pid; error_log {place}/error.log warn; worker_processes {workers};
             events {{ worker_connections 8192; }}
             http {{ client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; {} }}\n",
            http(port)
        );
        std::fs::write(&file, text).expect("nginx.conf");
        let started = Command::new("nginx").arg("-c").arg(&file).output().expect("nginx runs");
        assert!(started.status.success(), "nginx: {}", String::from_utf8_lossy(&started.stderr));
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        let pid = std::fs::read_to_string(folder.join("nginx.pid")).expect("nginx.pid");
        Self { file, port, pid: pid.trim().parse().expect("a process id") }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let stopped = Command::new("nginx").arg("-c").arg(&self.file).args(["-s", "stop"]).output();
        drop(stopped);
    }
}

//! Memory: at rest, and per idle connection.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::instruments::{Gateway, open_files, resident};

/// Limits under which one address may hold as many connections as are measured.
pub const LIMITS: &str = "http.connections: 20000, http.connections_per_address: 20000, http.idle_time: 10m";

/// Resident bytes of a process that has served nothing.
const IDLE_MAX: u64 = 20 << 20;
/// Connections held open at once.
const CONNECTIONS: usize = 5000;

/// Measures a gateway that was just started; answers what fails.
pub fn idle(gateway: &Gateway) -> Vec<String> {
    let bytes = resident(gateway.pid);
    println!("memory    portcullis, idle: {:.1} MiB", bytes as f64 / f64::from(1 << 20));
    (bytes > IDLE_MAX).then(|| format!("idle: {bytes} bytes resident, {IDLE_MAX} allowed")).into_iter().collect()
}

/// Opens connections, has one request answered on each, and tells what they cost while they wait.
pub fn per_connection(name: &str, pid: u32, port: u16) {
    if open_files() < CONNECTIONS as u64 + 200 {
        println!("memory    {name}: skipped, this process may open only {} files", open_files());
        return;
    }
    let before = resident(pid);
    let waiting: Vec<TcpStream> = (0..CONNECTIONS).map(|_| served(port)).collect();
    std::thread::sleep(Duration::from_millis(500));
    let more = resident(pid).saturating_sub(before);
    let each = more as f64 / CONNECTIONS as f64 / 1024.0;
    println!("memory    {name}, per idle connection at {CONNECTIONS}: {each:.1} KiB");
    drop(waiting);
}

/// A connection on which one request was answered.
fn served(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    stream.write_all(b"GET /files/item.json HTTP/1.1\r\nHost: a\r\n\r\n").expect("a request sent");
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    while !answer.ends_with(b"]}}") {
        let count = stream.read(&mut part).expect("an answer");
        assert!(count > 0, "the connection closed: {}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&part[..count]);
    }
    stream
}

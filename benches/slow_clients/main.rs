//! Slow clients: 1,500 connections that send or read as little as they can must cost the others next to nothing.
//!
//! `cargo bench --bench slow_clients` needs nginx (as the upstream) and wrk. 500 clients send a head byte by byte, 500 a body, 500 ask for
//! 8 MB and do not read them; whom Portcullis closes comes back at once. The same good load runs without and with them, in turns: every
//! good request has to be answered, at a CPU cost at most a tenth above.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a bench: it prints, and stops where it cannot go on"
)]

mod crowd;
#[path = "../instruments/mod.rs"]
mod instruments;

use std::process::ExitCode;
use std::time::Duration;

use crowd::{Crowd, Manner};
use instruments::{Gateway, Load, cpu, missing, open_files, setting, upstream};

/// Connections of each kind.
const EACH: usize = 500;
/// Time for the crowd to get stuck.
const SETTLE: Duration = Duration::from_secs(2);
/// CPU per good request with slow clients over without.
const RATIO_MAX: f64 = 1.1;
/// Patience short enough that slow clients are cut off during the bench.
const LIMITS: &str = "http.connections_per_address: 20000, http.head_time: 5s, http.body_idle_time: 5s, http.body_time: 8s, http.write_stall_time: 5s";

fn main() -> ExitCode {
    if let Some(command) = missing(&["nginx", "wrk"]) {
        println!("slow_clients: skipped, {command} is not installed");
        return ExitCode::SUCCESS;
    }
    if open_files() < 3 * EACH as u64 + 200 {
        println!("slow_clients: skipped, this process may open only {} files", open_files());
        return ExitCode::SUCCESS;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let upstream = upstream(&folder.path().join("upstream"));
    let gateway = Gateway::start(&folder.path().join("portcullis"), upstream.port, LIMITS);
    let load = Load { path: "/files/item.json", post: None, seconds: setting("SECONDS", 8) };
    let spent = || {
        let before = cpu(gateway.pid);
        let requests = load.run(gateway.port);
        cpu(gateway.pid).saturating_sub(before).as_secs_f64() * 1e6 / f64::from(requests)
    };
    let mut ratios = Vec::new();
    spent();
    for _ in 0..setting("ROUNDS", 5) {
        let without = spent();
        let crowd = Crowd::gather(gateway.port, &[Manner::Head, Manner::Body, Manner::Read], EACH);
        // What filling every buffer once costs is over before the good load is measured; who comes back pays it again.
        std::thread::sleep(SETTLE);
        let with = spent();
        let returned = crowd.disperse();
        let ratio = with / without;
        println!(
            "slow clients  {without:.1} µs per request without, {with:.1} with, ratio {ratio:.2}; {returned} cut off and back"
        );
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    let median = ratios[ratios.len() / 2];
    println!("slow clients  ratio {median:.2} (median), {RATIO_MAX} allowed; every good request was answered");
    if median > RATIO_MAX { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

//! Portcullis beside nginx: CPU per request and memory per connection, in one run on one machine.
//!
//! `cargo bench --bench beside_nginx` needs nginx and wrk (Debian's packages) and says so when they are absent. Both proxies stand before
//! the same upstream, take the same load in turns and write one record per request to a file. What counts is the ratio of CPU time, user
//! and system, over all processes and threads: it hardly depends on the machine, and not on how long anything took. `ROUNDS` and
//! `SECONDS` lengthen the run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    unreachable_pub,
    reason = "a bench: it prints, and stops where it cannot go on"
)]

#[path = "../instruments/mod.rs"]
mod instruments;
mod memory;
mod ratio;

use std::process::ExitCode;

use instruments::{Gateway, Load, Post, missing, plain_proxy, setting, upstream};

/// A query as a shop's front end sends it, 0.9 KB.
const QUERY: &str = include_str!("../inputs/product-page.graphql");

/// CPU over nginx's for a request that passes through unread, and for one that is parsed, measured and written anew.
const PASS_THROUGH_MAX: f64 = 1.5;
const GRAPHQL_MAX: f64 = 1.8;

fn main() -> ExitCode {
    if let Some(command) = missing(&["nginx", "wrk"]) {
        println!("beside_nginx: skipped, {command} is not installed");
        return ExitCode::SUCCESS;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = folder.path();
    let upstream = upstream(&place.join("upstream"));
    let nginx = plain_proxy(&place.join("nginx"), upstream.port);
    let gateway = Gateway::start(&place.join("portcullis"), upstream.port, memory::LIMITS);
    let body = serde_json::json!({ "query": QUERY, "variables": { "slug": "blue-kettle", "reviews": 20 } }).to_string();
    let post = Post::json(place, &body);
    let seconds = setting("SECONDS", 8);

    let mut failures = memory::idle(&gateway);
    let pass = Load { path: "/files/item.json", post: None, seconds };
    failures.extend(ratio::compare("pass-through GET", &pass, &nginx, &gateway, PASS_THROUGH_MAX));
    let graphql = Load { path: "/graphql", post: Some(&post), seconds };
    failures.extend(ratio::compare("GraphQL POST", &graphql, &nginx, &gateway, GRAPHQL_MAX));
    records(place, &mut failures);
    memory::per_connection("nginx", nginx.pid, nginx.port);
    memory::per_connection("portcullis", gateway.pid, gateway.port);
    for failure in &failures {
        println!("FAILED  {failure}");
    }
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Both wrote their records; what is written at the moment of looking may be a little behind.
fn records(place: &std::path::Path, failures: &mut Vec<String>) {
    for file in ["nginx/access.log", "portcullis/audit.jsonl"] {
        let bytes = std::fs::metadata(place.join(file)).map_or(0, |metadata| metadata.len());
        println!("records   {file}: {} MB", bytes >> 20);
        if bytes == 0 {
            failures.push(format!("{file}: no records"));
        }
    }
}

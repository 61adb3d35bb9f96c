//! What must hold for every input of every reader. Each module is the body of one fuzz target, a plain function of bytes that panics
//! when a promise is broken, so that the same bodies run under the fuzzer (`fuzz/`) and, over the committed corpora, as ordinary tests.
//!
//! A body compares: a reader with itself (whole and in pieces; what was written with what was read) and with a second, independent one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests: a panic is the answer"
)]

mod coding;
mod config;
mod deviations;
mod envelope;
mod framing;
mod graphql;
mod json;
mod path;
mod pieces;
mod released;

/// One fuzz target: the name of its binary and corpus, and what must hold.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Name.
    pub name: &'static str,
    /// Panics when `input` breaks a promise.
    pub body: fn(&[u8]),
}

/// Every target.
pub static TARGETS: [Target; 7] = [
    Target { name: "coding", body: coding::body },
    Target { name: "config", body: config::body },
    Target { name: "envelope", body: envelope::body },
    Target { name: "framing", body: framing::body },
    Target { name: "graphql", body: graphql::body },
    Target { name: "json", body: json::body },
    Target { name: "path", body: path::body },
];

/// Runs the target called `name`.
pub fn run(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a known target");
    (target.body)(input);
}

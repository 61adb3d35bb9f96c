//! One integration binary: the real `portcullis`, started with a configuration, in front of an upstream that records what it is sent.
//!
//! `gateway` (the binary), `upstream` (the recording, sometimes lying server) and `client` (exact bytes over a socket) are the
//! instruments. `case_file` and `cases` run the attack and benign files. `architecture` and `tidy` read the repository itself. Every
//! other room is one promise of the data plane, shown through the binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::format_collect,
    clippy::panic,
    clippy::print_stderr,
    clippy::format_push_string,
    clippy::case_sensitive_file_extension_comparisons,
    unreachable_pub,
    reason = "tests: a panic is the answer"
)]

mod client;
mod gateway;
mod upstream;

mod case_file;
mod cases;

mod admin;
mod audit;
mod coverage;
mod demo;
mod desync;
mod exceptions;
mod explain;
mod fuzz_replay;
mod http2;
mod monitor;
mod overload;
mod panics;
mod policies;
mod readme;
mod reload;
mod slow;
mod tls;
mod upstream_tls;
mod upstreams;

mod source;

mod architecture;
mod threat_model;
mod tidy;

/// The root of the repository.
fn root() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
}

//! The `portcullis` binary.

use std::process::ExitCode;

/// Perf: a sixth of all instructions of a request went into the allocator of the C library (docs/decisions/0015).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    portcullis::cli::main()
}

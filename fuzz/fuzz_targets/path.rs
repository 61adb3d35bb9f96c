//! The fuzz target `path`; what must hold is in `tests/fuzz-bodies/src/path.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_bodies::run("path", input));

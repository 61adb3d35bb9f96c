//! The fuzz target `json`; what must hold is in `tests/fuzz-bodies/src/json.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_bodies::run("json", input));

//! The fuzz target `config`; what must hold is in `tests/fuzz-bodies/src/config.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_bodies::run("config", input));

//! The fuzz target `envelope`; what must hold is in `tests/fuzz-bodies/src/envelope.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_bodies::run("envelope", input));

//! The fuzz target `coding`; what must hold is in `tests/fuzz-bodies/src/coding.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_bodies::run("coding", input));

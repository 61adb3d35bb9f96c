//! The fuzz target `framing`; what must hold is in `tests/fuzz-bodies/src/framing.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_bodies::run("framing", input));

//! The fuzz target `graphql`; what must hold is in `tests/fuzz-bodies/src/graphql.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz_bodies::run("graphql", input));

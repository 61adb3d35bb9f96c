//! The shell of Portcullis as a library: what the binary wires together.

pub mod cli;
pub mod config;

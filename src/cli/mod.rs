//! The command line: one file per verb.
//!
//! Exit codes: 0 done (for `explain`: the message would pass); 1 the configuration is wrong (for `explain`: the message would be refused);
//! 2 the command line is wrong; 3 something outside failed (a file, a socket).

mod check;
mod explain;
pub mod message_file;
mod run;

use std::io::Write;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The configuration, or the message, is refused.
pub const REFUSED: u8 = 1;
/// Something outside failed.
pub const FAILED: u8 = 3;

/// A protocol-aware security firewall: a reverse proxy that forwards only what it has understood.
#[derive(Debug, Parser)]
#[command(name = "portcullis", version, about, disable_help_subcommand = false)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Stand in front of the services of a configuration.
    Run {
        /// The configuration file.
        #[arg(long, short, value_name = "FILE", default_value = "portcullis.yaml")]
        config: PathBuf,
    },
    /// Check a configuration and everything it refers to, and list what is wrong, all at once.
    Check {
        /// The configuration file.
        #[arg(long, short, value_name = "FILE", default_value = "portcullis.yaml")]
        config: PathBuf,
    },
    /// Tell what would happen to one request, and why, without sending anything.
    Explain {
        /// The configuration file.
        #[arg(long, short, value_name = "FILE", default_value = "portcullis.yaml")]
        config: PathBuf,
        /// The request: an HTTP message as text, or a GraphQL document (`.graphql`, `.gql`).
        #[arg(value_name = "REQUEST")]
        request: PathBuf,
        /// Judge as if it came from this address.
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
        from: IpAddr,
        /// Judge as if it came over TLS.
        #[arg(long)]
        tls: bool,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let code = match Arguments::parse().verb {
        Verb::Run { config } => run::run(&config),
        Verb::Check { config } => check::check(&config),
        Verb::Explain { config, request, from, tls, json } => {
            explain::explain(&explain::Question { config: &config, request: &request, from, tls, json })
        }
    };
    ExitCode::from(code)
}

/// Writes to standard error; a closed pipe is nobody's problem.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
}

/// Writes to standard output; a closed pipe is nobody's problem.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{}", text.trim_end());
}

//! `portcullis check`: everything wrong with a configuration, before it is in force.

use std::io::IsTerminal;
use std::path::Path;

use super::{REFUSED, complain, say};
use crate::server::{Environment, load};
use crate::{engines, setup};

/// Reads, checks and compiles without opening a socket.
pub(super) fn check(file: &Path) -> u8 {
    let colour = std::io::stderr().is_terminal();
    let engines = engines::all();
    let loaded = match load(file, &Environment::process(), &engines) {
        Ok(loaded) => loaded,
        Err(problems) => {
            complain(&problems.render(colour));
            return REFUSED;
        }
    };
    for warning in &loaded.warnings {
        complain(&warning.render(colour));
    }
    let active = match setup::activate(&loaded.config, &engines, 1, 1, None) {
        Ok(active) => active,
        Err(error) => {
            complain(&error.to_string());
            return REFUSED;
        }
    };
    for warning in &active.warnings {
        complain(&format!("warning: {warning}"));
    }
    say(&format!(
        "{}: {} service(s), no error, {} warning(s)",
        file.display(),
        loaded.config.services.len(),
        loaded.warnings.len().saturating_add(active.warnings.len())
    ));
    for service in &loaded.config.services {
        say(&format!("  {:<20} {:<8} {}", service.name.as_str(), service.protocol, format!("{:?}", service.mode).to_lowercase()));
    }
    0
}

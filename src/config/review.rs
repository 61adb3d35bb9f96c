//! The desk at which sections are judged together: what is known, where files lie, what moment it is, and what was found so far.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use portcullis_inspect::{CheckSpec, LimitSpec, Time};

use super::Known;
use super::problem::{Collector, Draft, Fault};
use super::section::Section;

/// What every section needs to judge itself.
#[derive(Debug)]
pub(super) struct Review<'a> {
    pub(super) known: &'a Known<'a>,
    /// Folder the file's paths are relative to.
    pub(super) base: &'a Path,
    pub(super) now: Time,
    pub(super) problems: &'a mut Collector,
    /// Every file the configuration refers to.
    pub(super) files: BTreeSet<PathBuf>,
}

impl Review<'_> {
    /// Reports `what` at the section's value.
    pub(super) fn report(&mut self, fault: Fault, section: &Section, what: impl Into<String>, help: impl Into<String>) {
        self.problems.report(Draft::new(fault, &section.span, what).help(help));
    }

    /// The text of the section as the file has it, for a message.
    pub(super) fn quote(&self, section: &Section) -> String {
        self.problems.quote(&section.span)
    }
}

impl<'a> Known<'a> {
    /// Names of the protocols.
    pub(super) fn protocols(&self) -> Vec<&'static str> {
        self.engines.iter().map(|engine| engine.name()).collect()
    }

    /// Rows of the process.
    pub(super) fn process_rows(&self) -> impl Iterator<Item = &'static LimitSpec> + 'a {
        self.limits.iter().flat_map(|table| table.iter())
    }

    /// Rows a service of `protocol` may set: its engine's, and those of the process that do not act before a service is known.
    pub(super) fn service_rows(&self, protocol: &str) -> impl Iterator<Item = &'static LimitSpec> + 'a {
        let engine = self.engines.iter().find(|engine| engine.name() == protocol);
        let own = engine.into_iter().flat_map(|engine| engine.limits().iter());
        own.chain(self.process_rows().filter(|row| is_for_services(row)))
    }

    /// Checks a service of `protocol` may set, beside its rows.
    pub(super) fn service_checks(&self, protocol: &str) -> impl Iterator<Item = &'static CheckSpec> + 'a {
        let engine = self.engines.iter().find(|engine| engine.name() == protocol);
        let own = engine.into_iter().flat_map(|engine| engine.checks().iter());
        own.chain(self.checks.iter().flat_map(|table| table.iter()))
    }

    /// Rows any service may set, each name once.
    pub(super) fn all_service_rows(&self) -> Vec<&'static LimitSpec> {
        let rows = self.engines.iter().flat_map(|engine| engine.limits().iter());
        unique(rows.chain(self.process_rows().filter(|row| is_for_services(row))), |row| row.name)
    }

    /// Every check any service knows, each name once.
    pub(super) fn all_checks(&self) -> Vec<&'static CheckSpec> {
        let checks = self.engines.iter().flat_map(|engine| engine.checks().iter());
        unique(checks.chain(self.checks.iter().flat_map(|table| table.iter())), |check| check.name)
    }
}

/// `http.*` rows of the process act on connections and heads, before it is known which service a request is for.
fn is_for_services(row: &LimitSpec) -> bool {
    !row.name.starts_with("http.") && row.acts != portcullis_inspect::Acts::InTheShell
}

fn unique<T>(rows: impl Iterator<Item = &'static T>, name: impl Fn(&T) -> &'static str) -> Vec<&'static T> {
    let mut seen = BTreeSet::new();
    rows.filter(|row| seen.insert(name(row))).collect()
}

//! The desk at which sections are judged together: what is known, where files lie, what moment it is, and what was found so far.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use portcullis_inspect::{CheckSpec, Engine, LimitSpec, Time};

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
    fn engine(&self, protocol: &str) -> Option<&'a Arc<dyn Engine>> {
        self.engines.iter().find(|engine| engine.name() == protocol)
    }

    /// Names of the protocols.
    pub(super) fn protocols(&self) -> Vec<&'static str> {
        self.engines.iter().map(|engine| engine.name()).collect()
    }

    /// Rows of the process.
    pub(super) fn process_rows(&self) -> impl Iterator<Item = &'static LimitSpec> + 'a {
        self.process_limits.iter().flat_map(|table| table.iter())
    }

    /// Tables of the rows a service of `protocol` has.
    pub(super) fn service_tables(&self, protocol: &str) -> Vec<&'static [LimitSpec]> {
        let engine = self.engine(protocol);
        engine.map(|engine| engine.limits()).into_iter().chain(self.service_limits.iter().copied()).collect()
    }

    /// Rows a service of `protocol` may set: its engine's, and those that every service has. A row that is the process's as well acts before
    /// the service is known.
    pub(super) fn service_rows(&self, protocol: &str) -> impl Iterator<Item = &'static LimitSpec> + 'a {
        let known = *self;
        let own = self.engine(protocol).into_iter().flat_map(|engine| engine.limits().iter());
        own.filter(move |row| !known.is_process_row(row)).chain(self.service_limits.iter().flat_map(|table| table.iter()))
    }

    fn is_process_row(&self, row: &LimitSpec) -> bool {
        self.process_rows().any(|process| process.name == row.name)
    }

    /// Checks a service of `protocol` has, beside its rows.
    pub(super) fn service_checks(&self, protocol: &str) -> impl Iterator<Item = &'static CheckSpec> + 'a {
        let own = self.engine(protocol).into_iter().flat_map(|engine| engine.checks().iter());
        unique(own.chain(self.service_checks.iter().flat_map(|table| table.iter())), |check| check.name).into_iter()
    }

    /// Rows any service may set, each name once.
    pub(super) fn all_service_rows(&self) -> Vec<&'static LimitSpec> {
        unique(self.engines.iter().flat_map(|engine| self.service_rows(engine.name())), |row| row.name)
    }

    /// Every check any service knows, each name once.
    pub(super) fn all_checks(&self) -> Vec<&'static CheckSpec> {
        unique(self.engines.iter().flat_map(|engine| self.service_checks(engine.name())), |check| check.name)
    }
}

fn unique<T>(rows: impl Iterator<Item = &'static T>, name: impl Fn(&T) -> &'static str) -> Vec<&'static T> {
    let mut seen = BTreeSet::new();
    rows.filter(|row| seen.insert(name(row))).collect()
}

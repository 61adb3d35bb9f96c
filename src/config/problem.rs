//! Problems of a configuration: what is wrong, where it stands in the file, and what was probably meant.
//!
//! Problems are collected, never thrown one by one: an operator sees all of them in one run. Text from the environment is never quoted;
//! a problem shows the file as it was written.

use std::fmt::{self, Display};
use std::ops::Range;
use std::sync::Arc;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, NamedSource, Severity, SourceCode, SourceSpan,
    SpanContents,
};

/// Problems kept of one file. A file with more is not read by a person anyway; the rest is counted.
const PROBLEMS_MAX: usize = 100;

/// Bytes of the lines shown around a place, and of the place itself. The drawing of a snippet fails on lines of some ten thousand columns.
const LINE_BYTES_MAX: usize = 2000;

/// Bytes of the file quoted in one message.
const QUOTE_MAX: usize = 60;

macro_rules! faults {
    ($($(#[$doc:meta])* $variant:ident => $code:literal,)*) => {
        /// What is wrong, by its stable code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Fault { $($(#[$doc])* $variant,)* }

        impl Fault {
            /// Stable code, in capitals.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }
        }
    };
}

faults! {
    /// The text is not YAML, or uses a part of YAML that is not read here.
    Yaml => "CONFIG_YAML",
    /// Too large, too deep or too many values.
    TooMuch => "CONFIG_TOO_MUCH",
    /// A key stands twice in one mapping.
    DuplicateKey => "CONFIG_DUPLICATE_KEY",
    /// `${…}` cannot be filled.
    Environment => "CONFIG_ENVIRONMENT",
    /// A key nobody knows.
    UnknownKey => "CONFIG_UNKNOWN_KEY",
    /// A key that must be there is not.
    MissingKey => "CONFIG_MISSING_KEY",
    /// Text where a list belongs, and the like.
    WrongType => "CONFIG_WRONG_TYPE",
    /// A value outside the list of allowed ones.
    UnknownValue => "CONFIG_UNKNOWN_VALUE",
    /// A value that cannot be read as what it should be.
    BadValue => "CONFIG_BAD_VALUE",
    /// A number without unit where one is needed, or with a wrong one.
    BadUnit => "CONFIG_BAD_UNIT",
    /// A number above or below what is allowed.
    OutOfRange => "CONFIG_OUT_OF_RANGE",
    /// A file that is named cannot be read, or holds something else.
    File => "CONFIG_FILE",
    /// Two things that cannot be together, or one that can never take effect.
    Contradiction => "CONFIG_CONTRADICTION",
    /// A service or path no request can reach.
    Unreachable => "CONFIG_UNREACHABLE",
    /// An exception that can never apply.
    ExceptionNeverApplies => "CONFIG_EXCEPTION_NEVER_APPLIES",
    /// An exception whose last day has passed.
    ExceptionExpired => "CONFIG_EXCEPTION_EXPIRED",
    /// An exception that lets everything of a service pass.
    ExceptionUnscoped => "CONFIG_EXCEPTION_UNSCOPED",
    /// Allowed, and likely to be regretted.
    Exposed => "CONFIG_EXPOSED",
    /// A secret written into the file.
    Secret => "CONFIG_SECRET",
    /// The reader of the configuration contradicts its own schema: a defect of Portcullis.
    Internal => "CONFIG_INTERNAL",
}

/// Why a scalar cannot be read as what it should be. `what` never holds the value, which may come from the environment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) fault: Fault,
    /// Follows the quoted value: "`10` has no unit".
    pub(super) what: String,
    /// The probably meant spelling, derived from the value.
    pub(super) meant: Option<String>,
    /// Advice that does not depend on the value.
    pub(super) help: Option<&'static str>,
}

impl Complaint {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { fault: Fault::BadValue, what: what.into(), meant: None, help: None }
    }

    pub(super) fn unit(what: impl Into<String>) -> Self {
        Self { fault: Fault::BadUnit, ..Self::new(what) }
    }

    pub(super) fn meant(mut self, meant: impl Into<String>) -> Self {
        self.meant = Some(meant.into());
        self
    }

    pub(super) fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }
}

/// One thing wrong in a configuration file.
#[derive(Clone, Debug)]
pub struct ConfigProblem {
    fault: Fault,
    warning: bool,
    what: String,
    help: Option<String>,
    span: Range<usize>,
    other: Option<(Range<usize>, &'static str)>,
    source: Snippet,
}

/// The file as snippets show it: whole lines, and not the neighbours, which may hold what nobody asked to see.
#[derive(Clone, Debug)]
struct Snippet {
    file: Arc<NamedSource<String>>,
    /// Shows the marked text alone: the rest of its line is a secret.
    narrow: bool,
}

impl SourceCode for Snippet {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = self.file.inner();
        let (start, end) = (span.offset(), span.offset().saturating_add(span.len()));
        // Without context the reader wants the place itself.
        let (Some(head), Some(tail)) = (text.get(..start), text.get(end..)) else {
            return self.file.read_span(span, 0, 0);
        };
        if self.narrow || (before == 0 && after == 0) {
            return self.file.read_span(span, 0, 0);
        }
        let first = head.rfind('\n').map_or(0, |at| at.saturating_add(1));
        let last = end.saturating_add(tail.find('\n').unwrap_or(tail.len()));
        if last.saturating_sub(first) > LINE_BYTES_MAX {
            return self.file.read_span(span, 0, 0);
        }
        self.file.read_span(&(first..last).into(), 0, 0)
    }
}

impl ConfigProblem {
    /// What kind of fault it is.
    pub const fn fault(&self) -> Fault {
        self.fault
    }

    /// Whether the configuration can be used all the same.
    pub const fn is_warning(&self) -> bool {
        self.warning
    }

    /// What is wrong: lower case, no final stop.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What was probably meant, or what is allowed.
    pub fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Line and column, both from 1; the column counts characters.
    pub fn position(&self) -> (usize, usize) {
        let before = self.source.file.inner().get(..self.span.start).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count().saturating_add(1);
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
        (line, column)
    }

    /// The problem with its place and snippet, as shown on a terminal.
    pub fn render(&self, colour: bool) -> String {
        let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(120).with_context_lines(1);
        let mut text = String::new();
        // Writing to a `String` does not fail; if the snippet cannot be drawn, the sentence still can.
        if handler.render_report(&mut text, self).is_err() {
            text = format!("{}: {}\n", self.fault.code(), self.what);
        }
        text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n") + "\n"
    }

    fn is_same(&self, other: &Self) -> bool {
        self.fault == other.fault && self.span == other.span && self.what == other.what
    }
}

impl Display for ConfigProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.what)
    }
}

impl std::error::Error for ConfigProblem {}

impl Diagnostic for ConfigProblem {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        Some(Box::new(self.fault.code()))
    }

    fn severity(&self) -> Option<Severity> {
        Some(if self.warning { Severity::Warning } else { Severity::Error })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let here = LabeledSpan::new_primary_with_span(Some("here".to_owned()), self.span.clone());
        let other = self.other.iter().map(|(span, label)| LabeledSpan::new_with_span(Some((*label).to_owned()), span.clone()));
        Some(Box::new(std::iter::once(here).chain(other)))
    }
}

/// Everything wrong in a configuration, errors and warnings, in the order of the file.
#[derive(Clone, Debug)]
pub struct ConfigProblems {
    name: String,
    list: Vec<ConfigProblem>,
    left_out: usize,
}

impl ConfigProblems {
    /// The problems, in the order of the file.
    pub fn list(&self) -> &[ConfigProblem] {
        &self.list
    }

    /// The problems themselves.
    pub(super) fn into_list(self) -> Vec<ConfigProblem> {
        self.list
    }

    /// All problems as shown on a terminal, and a last line that counts them.
    pub fn render(&self, colour: bool) -> String {
        let each: Vec<String> = self.list.iter().map(|problem| problem.render(colour)).collect();
        format!("{}\n{self}\n", each.join("\n"))
    }
}

impl Display for ConfigProblems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let warnings = self.list.iter().filter(|problem| problem.warning).count();
        let errors = self.list.len().saturating_sub(warnings);
        write!(formatter, "{}: {errors} {}", self.name, if errors == 1 { "error" } else { "errors" })?;
        if warnings > 0 {
            write!(formatter, ", {warnings} {}", if warnings == 1 { "warning" } else { "warnings" })?;
        }
        if self.left_out > 0 {
            write!(formatter, ", and {} more not shown", self.left_out)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigProblems {}

impl Diagnostic for ConfigProblems {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.list.iter().map(|problem| problem as &dyn Diagnostic)))
    }
}

/// A problem about to be reported; the collector adds the file.
#[derive(Debug)]
pub(super) struct Draft {
    fault: Fault,
    warning: bool,
    what: String,
    help: Option<String>,
    span: Range<usize>,
    other: Option<(Range<usize>, &'static str)>,
}

impl Draft {
    pub(super) fn new(fault: Fault, span: &Range<usize>, what: impl Into<String>) -> Self {
        Self { fault, warning: false, what: what.into(), help: None, span: span.clone(), other: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn other(mut self, span: &Range<usize>, label: &'static str) -> Self {
        self.other = Some((span.clone(), label));
        self
    }

    pub(super) fn warning(mut self) -> Self {
        self.warning = true;
        self
    }
}

/// Collects what is found wrong while a file is read.
#[derive(Debug)]
pub(super) struct Collector {
    source: Arc<NamedSource<String>>,
    list: Vec<ConfigProblem>,
    left_out: usize,
}

impl Collector {
    pub(super) fn new(name: &str, text: &str) -> Self {
        Self { source: Arc::new(NamedSource::new(name, text.to_owned())), list: Vec::new(), left_out: 0 }
    }

    /// Whether further problems are only counted.
    pub(super) fn is_full(&self) -> bool {
        self.list.len() >= PROBLEMS_MAX
    }

    pub(super) fn report(&mut self, draft: Draft) {
        if self.is_full() {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        let end = self.source.inner().len();
        let start = draft.span.start.min(end);
        let span = self.on_one_line(self.visible(start..draft.span.end.clamp(start, end)));
        let problem = ConfigProblem {
            fault: draft.fault,
            warning: draft.warning,
            what: draft.what,
            help: draft.help,
            other: draft
                .other
                .map(|(span, label)| (self.on_one_line(span), label))
                .filter(|(other, _)| self.fit_together(&span, other)),
            span,
            source: Snippet { file: Arc::clone(&self.source), narrow: draft.fault == Fault::Secret },
        };
        if !self.list.iter().any(|known| known.is_same(&problem)) {
            self.list.push(problem);
        }
    }

    /// An empty value has no character to point at: the last one before it stands for it.
    fn visible(&self, span: Range<usize>) -> Range<usize> {
        let before = self.source.inner().get(..span.start).map(str::trim_end).unwrap_or_default();
        let there = self.source.inner().get(span.start..).is_some_and(|rest| rest.starts_with(|c: char| !c.is_whitespace()));
        match before.chars().next_back() {
            Some(last) if span.is_empty() && !there => before.len().saturating_sub(last.len_utf8())..before.len(),
            _ => span,
        }
    }

    /// The part of `span` on its first line, no longer than can be shown.
    fn on_one_line(&self, span: Range<usize>) -> Range<usize> {
        let text = self.source.inner().get(span.clone()).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        let length = line.char_indices().map(|(at, _)| at).find(|at| *at >= LINE_BYTES_MAX).unwrap_or(line.len());
        span.start..span.start.saturating_add(length)
    }

    /// Whether a snippet can show both: they stand on different lines, or on one that is not too long.
    fn fit_together(&self, one: &Range<usize>, other: &Range<usize>) -> bool {
        let (start, end) = (one.start.min(other.start), one.end.max(other.end));
        let between = self.source.inner().get(start..end).unwrap_or_default();
        between.len() < LINE_BYTES_MAX || between.lines().all(|line| line.len() < LINE_BYTES_MAX)
    }

    /// Reports why the scalar at `span` cannot be read. What was meant is left out when the value comes from the environment.
    pub(super) fn complain(&mut self, complaint: Complaint, span: &Range<usize>, from_env: bool) {
        let meant = complaint.meant.filter(|_| !from_env).map(|meant| format!("did you mean `{meant}`?"));
        // What holds a secret is not repeated: neither in the sentence nor in the snippet.
        let secret = complaint.fault == Fault::Secret;
        let span = if secret { &(span.start..span.start.saturating_add(4).min(span.end)) } else { span };
        let what =
            if secret { format!("the value {}", complaint.what) } else { format!("{} {}", self.quote(span), complaint.what) };
        let help = match (meant, complaint.help) {
            (Some(meant), Some(help)) => Some(format!("{meant} {help}")),
            (meant, help) => meant.or_else(|| help.map(str::to_owned)),
        };
        let mut draft = Draft::new(complaint.fault, span, what);
        draft.help = help;
        self.report(draft);
    }

    /// The text at `span` as it stands in the file, in back-ticks, shortened.
    pub(super) fn quote(&self, span: &Range<usize>) -> String {
        let written = self.source.inner().get(span.clone()).unwrap_or_default().trim();
        let line = written.lines().next().unwrap_or_default();
        if line.is_empty() {
            return "the empty value".to_owned();
        }
        let end = line.char_indices().map(|(at, _)| at).find(|at| *at >= QUOTE_MAX).unwrap_or(line.len());
        let cut = if end < written.len() { "…" } else { "" };
        format!("`{}{cut}`", line.get(..end).unwrap_or_default())
    }

    pub(super) fn has_errors(&self) -> bool {
        self.list.iter().any(|problem| !problem.warning)
    }

    /// All problems in the order of the file.
    pub(super) fn finish(mut self) -> ConfigProblems {
        self.list.sort_by_key(|problem| (problem.span.start, problem.warning));
        ConfigProblems { name: self.source.name().to_owned(), list: self.list, left_out: self.left_out }
    }
}

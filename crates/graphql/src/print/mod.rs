//! From tree to text: the canonical form of a document, which is what the upstream gets.
//!
//! Written so that the oldest supported grammar (June 2018) and every later one read the same tree: no insignificant token but the
//! spaces that keep two tokens apart, no descriptions, strings in the spelling of [`literal`]. An operation that is an anonymous query
//! without variables and directives is printed in its short form. Printing what was printed changes nothing.

mod literal;
#[cfg(test)]
mod tests;
mod writer;

use portcullis_inspect::Span;

use crate::parser::{Definition, DefinitionKind, Document, NONE, Run, SelectionKind, SelectionStep, ValueKind, ValueStep, text_of};
use writer::Writer;

/// Appends the canonical form of `document` to `out`. `text` is what the document was parsed from; with any other text the result
/// means nothing (and nothing panics). The canonical form is at most six times as long as the text.
pub fn print(document: &Document, text: &str, out: &mut String) {
    out.reserve(text.len());
    let mut printer = Printer { document, text, writer: Writer::new(out) };
    for definition in document.definitions() {
        printer.definition(definition);
    }
}

struct Printer<'a, 'out> {
    document: &'a Document,
    text: &'a str,
    writer: Writer<'out>,
}

impl Printer<'_, '_> {
    fn definition(&mut self, definition: &Definition) {
        let short = definition.name.is_empty() && definition.variables.is_empty() && definition.directives.is_empty();
        match definition.kind {
            DefinitionKind::Query if short => {}
            DefinitionKind::Query => self.operation("query", definition),
            DefinitionKind::Mutation => self.operation("mutation", definition),
            DefinitionKind::Subscription => self.operation("subscription", definition),
            DefinitionKind::Fragment => {
                self.writer.word("fragment");
                self.name(definition.name);
                self.writer.word("on");
                self.name(definition.condition);
            }
        }
        self.directives(definition.directives);
        self.selections(definition.selections);
    }

    fn operation(&mut self, keyword: &str, definition: &Definition) {
        self.writer.word(keyword);
        if !definition.name.is_empty() {
            self.name(definition.name);
        }
        self.variables(definition.variables);
    }

    fn variables(&mut self, run: Run) {
        if run.is_empty() {
            return;
        }
        self.writer.mark('(');
        for variable in run.of(self.document.variables()) {
            self.writer.mark('$');
            self.name(variable.name);
            self.writer.mark(':');
            self.variable_type(variable.type_name, variable.levels);
            if variable.default != NONE {
                self.writer.mark('=');
                self.value(variable.default);
            }
            self.directives(variable.directives);
        }
        self.writer.mark(')');
    }

    /// A type from the inside out is a name and its levels; on paper the brackets of all levels come first.
    fn variable_type(&mut self, name: Span, levels: Run) {
        let levels = levels.of(self.document.levels());
        levels.iter().skip(1).for_each(|_| self.writer.mark('['));
        self.name(name);
        for (level, non_null) in levels.iter().enumerate() {
            if level > 0 {
                self.writer.mark(']');
            }
            if *non_null {
                self.writer.mark('!');
            }
        }
    }

    #[inline]
    fn directives(&mut self, run: Run) {
        if !run.is_empty() {
            self.some_directives(run);
        }
    }

    fn some_directives(&mut self, run: Run) {
        for directive in run.of(self.document.directives()) {
            self.writer.mark('@');
            self.name(directive.name);
            self.arguments(directive.arguments);
        }
    }

    #[inline]
    fn arguments(&mut self, run: Run) {
        if !run.is_empty() {
            self.some_arguments(run);
        }
    }

    fn some_arguments(&mut self, run: Run) {
        self.writer.mark('(');
        for argument in run.of(self.document.arguments()) {
            self.name(argument.name);
            self.writer.mark(':');
            self.value(argument.value);
        }
        self.writer.mark(')');
    }

    fn selections(&mut self, run: Run) {
        self.writer.mark('{');
        for step in self.document.walk_selections(run) {
            let SelectionStep::Enter { selection, opens, .. } = step else {
                self.writer.mark('}');
                continue;
            };
            match selection.kind {
                SelectionKind::Field => {
                    if !selection.alias.is_empty() {
                        self.name(selection.alias);
                        self.writer.mark(':');
                    }
                    self.name(selection.name);
                    self.arguments(selection.arguments);
                }
                SelectionKind::Spread => {
                    self.writer.spread();
                    self.name(selection.name);
                }
                SelectionKind::Inline => {
                    self.writer.spread();
                    if !selection.name.is_empty() {
                        self.writer.word("on");
                        self.name(selection.name);
                    }
                }
            }
            self.directives(selection.directives);
            if opens {
                self.writer.mark('{');
            }
        }
        self.writer.mark('}');
    }

    fn value(&mut self, index: u32) {
        for step in self.document.walk_value(index) {
            let (value, opens) = match step {
                ValueStep::Enter { value, opens, .. } => (value, opens),
                ValueStep::Leave(value) => {
                    self.writer.mark(if value.kind == ValueKind::List { ']' } else { '}' });
                    continue;
                }
            };
            if !value.key.is_empty() {
                self.name(value.key);
                self.writer.mark(':');
            }
            let token = text_of(self.text, value.span);
            match value.kind {
                ValueKind::Variable => {
                    self.writer.mark('$');
                    self.writer.word(token);
                }
                ValueKind::String | ValueKind::Block => literal::print(value.kind, token, &mut self.writer),
                ValueKind::List => self.bracket('[', ']', opens),
                ValueKind::Object => self.bracket('{', '}', opens),
                _ => self.writer.word(token),
            }
        }
    }

    fn bracket(&mut self, open: char, close: char, opens: bool) {
        self.writer.mark(open);
        if !opens {
            self.writer.mark(close);
        }
    }

    #[inline]
    fn name(&mut self, span: Span) {
        self.writer.word(text_of(self.text, span));
    }
}

//! Our reading of documents, for outside parsers to compare with theirs.
//!
//! In: one JSON object a line, with `source` and perhaps `id`. Out: one a line with `id`, `source`, `accepted`, and if accepted `printed`
//! (canonical text) and `tree`. The tree has the kinds of graphql-js with names as plain strings, no locations, no descriptions, string
//! values decoded, block strings as plain `StringValue`s.

use std::io::{BufRead, Write};
use std::process::ExitCode;

use portcullis_graphql::parser::{
    Argument, Definition, DefinitionKind, Document, NONE, ParseLimits, Run, Selection, SelectionKind, SelectionStep, Value,
    ValueKind, ValueStep, Variable, parse, string_value,
};
use portcullis_graphql::print::print;
use portcullis_inspect::Span;
use serde_json::{Value as Json, json};

use crate::Failure;

/// Limits under which documents are read here: the defaults of the product, which also keep outside parsers from overflowing.
const LIMITS: ParseLimits = ParseLimits { tokens: 15_000, nesting: 200, name_bytes: 256 };

/// Reads documents and writes trees, until the input ends.
pub fn run(input: impl BufRead, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let mut document = Document::new();
    for (number, line) in input.lines().enumerate() {
        let row: Json = serde_json::from_str(&line?)?;
        let id = row.get("id").cloned().unwrap_or_else(|| json!(number + 1));
        let source = row.get("source").and_then(Json::as_str).ok_or("a row without `source`")?;
        let answer = if parse(source, &LIMITS, &mut document).is_ok() {
            let mut printed = String::new();
            print(&document, source, &mut printed);
            json!({"id": id, "accepted": true, "source": source, "printed": printed, "tree": tree(&document, source)})
        } else {
            json!({"id": id, "accepted": false, "source": source})
        };
        writeln!(out, "{answer}")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The tree of `document`, which was parsed from `text`.
pub fn tree(document: &Document, text: &str) -> Json {
    let reader = Reader { document, text };
    json!({"kind": "Document", "definitions": reader.list(document.definitions(), Reader::definition)})
}

struct Reader<'a> {
    document: &'a Document,
    text: &'a str,
}

impl Reader<'_> {
    fn list<T>(&self, entries: &[T], one: impl Fn(&Self, &T) -> Json) -> Json {
        entries.iter().map(|entry| one(self, entry)).collect()
    }

    fn name(&self, span: Span) -> Json {
        if span.is_empty() { Json::Null } else { self.token(span).into() }
    }

    fn token(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    fn definition(&self, one: &Definition) -> Json {
        let name = self.name(one.name);
        let directives = self.directives(one.directives);
        let selections = self.selections(one.selections);
        let operation = match one.kind {
            DefinitionKind::Query => "query",
            DefinitionKind::Mutation => "mutation",
            DefinitionKind::Subscription => "subscription",
            DefinitionKind::Fragment => {
                let condition = self.name(one.condition);
                return json!({"kind": "FragmentDefinition", "name": name, "typeCondition": condition, "directives": directives,
                    "selectionSet": selections});
            }
        };
        let variables = self.list(one.variables.of(self.document.variables()), Self::variable);
        json!({"kind": "OperationDefinition", "operation": operation, "name": name, "variableDefinitions": variables,
            "directives": directives, "selectionSet": selections})
    }

    fn variable(&self, one: &Variable) -> Json {
        let mut kind = json!({"kind": "NamedType", "name": self.name(one.type_name)});
        for (level, non_null) in one.levels.of(self.document.levels()).iter().enumerate() {
            if level > 0 {
                kind = json!({"kind": "ListType", "type": kind});
            }
            if *non_null {
                kind = json!({"kind": "NonNullType", "type": kind});
            }
        }
        let default = if one.default == NONE { Json::Null } else { self.value(one.default) };
        json!({"kind": "VariableDefinition", "variable": self.name(one.name), "type": kind, "defaultValue": default,
            "directives": self.directives(one.directives)})
    }

    fn directives(&self, run: Run) -> Json {
        self.list(run.of(self.document.directives()), |reader, one| {
            let arguments = reader.arguments(one.arguments);
            json!({"kind": "Directive", "name": reader.name(one.name), "arguments": arguments})
        })
    }

    fn arguments(&self, run: Run) -> Json {
        self.list(
            run.of(self.document.arguments()),
            |reader, one: &Argument| json!({"kind": "Argument", "name": reader.name(one.name), "value": reader.value(one.value)}),
        )
    }

    fn selections(&self, run: Run) -> Json {
        let mut sets: Vec<Vec<Json>> = vec![Vec::new()];
        for step in self.document.walk_selections(run) {
            let finished = match step {
                SelectionStep::Enter { opens: true, .. } => {
                    sets.push(Vec::new());
                    continue;
                }
                SelectionStep::Enter { selection, .. } => self.selection(selection, Json::Null),
                SelectionStep::Leave(selection) => self.selection(selection, sets.pop().into()),
            };
            sets.last_mut().into_iter().for_each(|set| set.push(finished.clone()));
        }
        sets.pop().into()
    }

    fn selection(&self, one: &Selection, set: Json) -> Json {
        let name = self.name(one.name);
        let directives = self.directives(one.directives);
        match one.kind {
            SelectionKind::Field => json!({"kind": "Field", "alias": self.name(one.alias), "name": name,
                "arguments": self.arguments(one.arguments), "directives": directives, "selectionSet": set}),
            SelectionKind::Spread => json!({"kind": "FragmentSpread", "name": name, "directives": directives}),
            SelectionKind::Inline => {
                json!({"kind": "InlineFragment", "typeCondition": name, "directives": directives, "selectionSet": set})
            }
        }
    }

    fn value(&self, index: u32) -> Json {
        let mut open: Vec<Vec<Json>> = vec![Vec::new()];
        for step in self.document.walk_value(index) {
            let (value, finished) = match step {
                ValueStep::Enter { opens: true, .. } => {
                    open.push(Vec::new());
                    continue;
                }
                ValueStep::Enter { value, .. } => (value, self.one_value(value, Vec::new())),
                ValueStep::Leave(value) => (value, self.one_value(value, open.pop().unwrap_or_default())),
            };
            let key = self.name(value.key);
            let entry = if key.is_null() { finished } else { json!({"kind": "ObjectField", "name": key, "value": finished}) };
            open.last_mut().into_iter().for_each(|entries| entries.push(entry.clone()));
        }
        open.pop().and_then(|mut root| root.pop()).unwrap_or(Json::Null)
    }

    fn one_value(&self, value: &Value, entries: Vec<Json>) -> Json {
        let token = self.token(value.span);
        match value.kind {
            ValueKind::Variable => json!({"kind": "Variable", "name": token}),
            ValueKind::Int => json!({"kind": "IntValue", "value": token}),
            ValueKind::Float => json!({"kind": "FloatValue", "value": token}),
            ValueKind::String | ValueKind::Block => json!({"kind": "StringValue", "value": string_value(value.kind, token)}),
            ValueKind::Boolean => json!({"kind": "BooleanValue", "value": token == "true"}),
            ValueKind::Null => json!({"kind": "NullValue"}),
            ValueKind::Enum => json!({"kind": "EnumValue", "value": token}),
            ValueKind::List => json!({"kind": "ListValue", "values": entries}),
            ValueKind::Object => json!({"kind": "ObjectValue", "fields": entries}),
        }
    }
}

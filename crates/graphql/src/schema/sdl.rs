//! The schema definition language (GraphQL §3), read by async-graphql-parser after our own lexer has bounded the text.

use std::collections::BTreeSet;

use async_graphql_parser::types::{
    BaseType, ConstDirective, DirectiveDefinition, DirectiveLocation, FieldDefinition, InputValueDefinition, SchemaDefinition,
    Type, TypeDefinition, TypeKind as Kind, TypeSystemDefinition,
};
use async_graphql_parser::{Error, Pos, Positioned, parse_schema};
use async_graphql_value::Name;
use portcullis_inspect::Span;

use super::draft::{DirectiveDraft, Draft, FieldDraft, InputDraft, Named, Place, Reference, TypeDraft, Unread};
use super::prepass::prepare;
use super::table::{Location, TypeKind};
use super::types::LISTS_MAX;

/// Reads `text`, source number `source`, into `draft`.
pub(super) fn read(source: u32, text: &str, draft: &mut Draft) -> Result<(), Unread> {
    let prepared = prepare(source, text)?;
    draft.types.extend(prepared.extensions);
    if prepared.text.is_empty() {
        return Ok(());
    }
    let lines = Lines::of(&prepared.text);
    let document = parse_schema(&prepared.text).map_err(|error| unread(&error, &lines))?;
    let reader = Reader { source, lines, repeatable: prepared.repeatable };
    for definition in &document.definitions {
        match definition {
            TypeSystemDefinition::Schema(schema) => reader.schema(&schema.node, draft),
            TypeSystemDefinition::Type(ty) => draft.types.push(reader.definition(&ty.node)?),
            TypeSystemDefinition::Directive(directive) => draft.directives.push(reader.directive(&directive.node)?),
        }
    }
    Ok(())
}

fn unread(error: &Error, lines: &Lines<'_>) -> Unread {
    let (what, pos) = match error {
        Error::Syntax { start, .. } => ("the schema does not follow the grammar here", *start),
        Error::MultipleRoots { pos, .. } => ("the schema names two types for one kind of operation", *pos),
        Error::MissingQueryRoot { pos } => ("the schema names no type for queries", *pos),
        _ => ("the schema cannot be read", Pos::default()),
    };
    Unread { span: Some(lines.span(pos, 1)), what, help: None }
}

/// Where lines begin: the front end speaks of lines and columns, we of bytes.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<u32>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let after = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at.saturating_add(1) as u32);
        Self { text, starts: std::iter::once(0).chain(after).collect() }
    }

    fn span(&self, pos: Pos, length: usize) -> Span {
        let start = self.starts.get(pos.line.saturating_sub(1)).copied().unwrap_or_default();
        let line = self.text.get(start as usize..).unwrap_or_default();
        let column = line.char_indices().nth(pos.column.saturating_sub(1)).map_or(0, |(at, _)| at);
        let start = start.saturating_add(column as u32);
        Span::new(start, start.saturating_add(length as u32))
    }
}

struct Reader<'t> {
    source: u32,
    lines: Lines<'t>,
    repeatable: BTreeSet<String>,
}

impl Reader<'_> {
    fn named(&self, name: &Positioned<Name>) -> Named {
        let text = name.node.as_str();
        let span = self.lines.span(name.pos, text.len());
        Named { name: text.to_owned(), place: Place { source: self.source, span } }
    }

    fn all_named(&self, names: &[Positioned<Name>]) -> Vec<Named> {
        names.iter().map(|name| self.named(name)).collect()
    }

    fn schema(&self, schema: &SchemaDefinition, draft: &mut Draft) {
        draft.names_roots |= !schema.extend;
        for (kind, root) in [&schema.query, &schema.mutation, &schema.subscription].into_iter().enumerate() {
            draft.roots.extend(root.iter().map(|root| (kind, self.named(root))));
        }
    }

    fn definition(&self, written: &TypeDefinition) -> Result<TypeDraft, Unread> {
        let named = self.named(&written.name);
        let mut draft = TypeDraft::new(named, kind_of(written), written.extend);
        match &written.kind {
            Kind::Scalar => {}
            Kind::Object(object) => {
                draft.interfaces = self.all_named(&object.implements);
                draft.fields = self.fields(&object.fields)?;
            }
            Kind::Interface(interface) => {
                draft.interfaces = self.all_named(&interface.implements);
                draft.fields = self.fields(&interface.fields)?;
            }
            Kind::Union(union) => draft.words = self.all_named(&union.members),
            Kind::Enum(values) => draft.words = values.values.iter().map(|value| self.named(&value.node.value)).collect(),
            Kind::InputObject(input) => {
                draft.inputs = self.inputs(&input.fields)?;
                draft.one_of = has(&written.directives, "oneOf");
            }
        }
        Ok(draft)
    }

    fn fields(&self, fields: &[Positioned<FieldDefinition>]) -> Result<Vec<FieldDraft>, Unread> {
        let field = |field: &Positioned<FieldDefinition>| {
            let (named, ty) = (self.named(&field.node.name), self.reference(&field.node.ty)?);
            Ok(FieldDraft { named, arguments: self.inputs(&field.node.arguments)?, ty })
        };
        fields.iter().map(field).collect()
    }

    fn inputs(&self, inputs: &[Positioned<InputValueDefinition>]) -> Result<Vec<InputDraft>, Unread> {
        let input = |input: &Positioned<InputValueDefinition>| {
            let (named, ty) = (self.named(&input.node.name), self.reference(&input.node.ty)?);
            Ok(InputDraft { named, ty, has_default: input.node.default_value.is_some() })
        };
        inputs.iter().map(input).collect()
    }

    fn reference(&self, written: &Positioned<Type>) -> Result<Reference, Unread> {
        let mut non_null = Vec::new();
        let mut ty = &written.node;
        let name = loop {
            non_null.push(!ty.nullable);
            match &ty.base {
                BaseType::Named(name) => break name.as_str(),
                BaseType::List(item) => ty = item,
            }
        };
        let lists = u8::try_from(non_null.len().saturating_sub(1)).ok().filter(|lists| *lists <= LISTS_MAX);
        let Some(lists) = lists else {
            let span = Some(self.lines.span(written.pos, 1));
            return Err(Unread { span, what: "a type nests more than 30 lists", help: None });
        };
        let non_null = non_null.iter().fold(0, |bits, bang| bits << 1 | u32::from(*bang));
        // Read from the outside in: the last one read is the named type, bit 0.
        Ok(Reference { name: name.to_owned(), lists, non_null })
    }

    fn directive(&self, written: &DirectiveDefinition) -> Result<DirectiveDraft, Unread> {
        Ok(DirectiveDraft {
            named: self.named(&written.name),
            arguments: self.inputs(&written.arguments)?,
            locations: written.locations.iter().fold(0, |bits, location| bits | location_bit(location.node)),
            repeatable: self.repeatable.contains(written.name.node.as_str()),
        })
    }
}

fn has(directives: &[Positioned<ConstDirective>], name: &str) -> bool {
    directives.iter().any(|directive| directive.node.name.node == name)
}

fn kind_of(written: &TypeDefinition) -> TypeKind {
    match &written.kind {
        Kind::Scalar => scalar(written.name.node.as_str()),
        Kind::Object(_) => TypeKind::Object,
        Kind::Interface(_) => TypeKind::Interface,
        Kind::Union(_) => TypeKind::Union,
        Kind::Enum(_) => TypeKind::Enum,
        Kind::InputObject(_) => TypeKind::Input,
    }
}

/// The scalar called `name`.
pub(super) fn scalar(name: &str) -> TypeKind {
    match name {
        "Int" => TypeKind::Int,
        "Float" => TypeKind::Float,
        "String" => TypeKind::String,
        "Boolean" => TypeKind::Boolean,
        "ID" => TypeKind::Id,
        _ => TypeKind::Scalar,
    }
}

/// The bit of an executable location; none for places in schemas.
const fn location_bit(location: DirectiveLocation) -> u32 {
    match location {
        DirectiveLocation::Query => Location::Query as u32,
        DirectiveLocation::Mutation => Location::Mutation as u32,
        DirectiveLocation::Subscription => Location::Subscription as u32,
        DirectiveLocation::Field => Location::Field as u32,
        DirectiveLocation::FragmentDefinition => Location::FragmentDefinition as u32,
        DirectiveLocation::FragmentSpread => Location::FragmentSpread as u32,
        DirectiveLocation::InlineFragment => Location::InlineFragment as u32,
        DirectiveLocation::VariableDefinition => Location::VariableDefinition as u32,
        _ => 0,
    }
}

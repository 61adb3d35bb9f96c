//! The answer to an introspection query (GraphQL §4), as tools save it: `{"data": {"__schema": …}}`, or what stands within.

use std::borrow::Cow;

use portcullis_inspect::{Source, Span};
use portcullis_json::{Bounds, Document, Kind, Value};

use super::draft::{DirectiveDraft, Draft, FieldDraft, InputDraft, Named, Place, Reference, TypeDraft, Unread};
use super::sdl::scalar;
use super::table::{Location, TypeKind};
use super::types::LISTS_MAX;

/// Reads `source`, number `number`, into `draft`.
pub(super) fn read(number: u32, source: &Source, draft: &mut Draft) -> Result<(), Unread> {
    let mut document = Document::new();
    let text = source.text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&source.text);
    let skipped = source.text.len().saturating_sub(text.len()) as u32;
    document.read(text, &bounds()).map_err(|_| Unread {
        span: None,
        what: "the introspection result is no strict JSON",
        help: None,
    })?;
    let reader = Reader { source: number, skipped };
    let root = document.root(text).ok_or_else(no_schema)?;
    let root = member(root, "data").unwrap_or(root);
    let schema = member(root, "__schema").ok_or_else(no_schema)?;
    draft.names_roots = true;
    for (kind, key) in ["queryType", "mutationType", "subscriptionType"].into_iter().enumerate() {
        if let Some(root) = member(schema, key).filter(|root| root.kind() == Kind::Object) {
            draft.roots.push((kind, reader.named(root)?));
        }
    }
    for ty in items(schema, "types") {
        draft.types.push(reader.definition(ty)?);
    }
    for directive in items(schema, "directives") {
        draft.directives.push(reader.directive(directive)?);
    }
    Ok(())
}

/// The operator's own file: bounded, and larger than any message.
const fn bounds() -> Bounds {
    Bounds { depth: 64, members: 1_000, elements: 1_000_000, nodes: 8_000_000, string_bytes: 1024 * 1024, number_chars: 100 }
}

const fn no_schema() -> Unread {
    Unread {
        span: None,
        what: "the JSON holds no `__schema`",
        help: Some("upload the answer to an introspection query, or the schema as SDL"),
    }
}

fn member<'a>(of: Value<'a>, key: &str) -> Option<Value<'a>> {
    of.members().find(|(name, _)| name == key).map(|(_, value)| value)
}

fn items<'a>(of: Value<'a>, key: &str) -> impl Iterator<Item = Value<'a>> {
    member(of, key).into_iter().flat_map(|list| list.items())
}

fn string<'a>(of: Value<'a>, key: &str) -> Option<Cow<'a, str>> {
    member(of, key)?.as_str()
}

struct Reader {
    source: u32,
    /// Bytes before the JSON text.
    skipped: u32,
}

impl Reader {
    fn unread(&self, at: Value<'_>, what: &'static str) -> Unread {
        Unread { span: Some(self.span(at)), what, help: None }
    }

    fn span(&self, of: Value<'_>) -> Span {
        Span::new(of.span().start.saturating_add(self.skipped), of.span().end.saturating_add(self.skipped))
    }

    fn named(&self, of: Value<'_>) -> Result<Named, Unread> {
        let name = member(of, "name").filter(|name| name.as_str().is_some_and(|name| is_name(&name)));
        let name = name.ok_or_else(|| self.unread(of, "something has no name of GraphQL"))?;
        let span = self.span(name);
        Ok(Named { name: name.as_str().unwrap_or_default().into_owned(), place: Place { source: self.source, span } })
    }

    fn all_named(&self, of: Value<'_>, key: &str) -> Result<Vec<Named>, Unread> {
        items(of, key).map(|item| self.named(item)).collect()
    }

    fn definition(&self, of: Value<'_>) -> Result<TypeDraft, Unread> {
        let named = self.named(of)?;
        let kind = match string(of, "kind").as_deref() {
            Some("SCALAR") => scalar(&named.name),
            Some("OBJECT") => TypeKind::Object,
            Some("INTERFACE") => TypeKind::Interface,
            Some("UNION") => TypeKind::Union,
            Some("ENUM") => TypeKind::Enum,
            Some("INPUT_OBJECT") => TypeKind::Input,
            _ => return Err(self.unread(of, "a type has a kind that the specification does not know")),
        };
        let mut draft = TypeDraft::new(named, kind, false);
        match kind {
            TypeKind::Object | TypeKind::Interface => {
                draft.fields = items(of, "fields").map(|field| self.field(field)).collect::<Result<_, _>>()?;
                draft.interfaces = self.all_named(of, "interfaces")?;
            }
            TypeKind::Union => draft.words = self.all_named(of, "possibleTypes")?,
            TypeKind::Enum => draft.words = self.all_named(of, "enumValues")?,
            TypeKind::Input => {
                draft.inputs = self.inputs(of, "inputFields")?;
                draft.one_of = member(of, "isOneOf").is_some_and(|value| value.kind() == Kind::Bool(true));
            }
            _ => {}
        }
        Ok(draft)
    }

    fn field(&self, of: Value<'_>) -> Result<FieldDraft, Unread> {
        Ok(FieldDraft { named: self.named(of)?, arguments: self.inputs(of, "args")?, ty: self.reference(of)? })
    }

    fn inputs(&self, of: Value<'_>, key: &str) -> Result<Vec<InputDraft>, Unread> {
        let input = |of: Value<'_>| {
            let has_default = string(of, "defaultValue").is_some();
            Ok(InputDraft { named: self.named(of)?, ty: self.reference(of)?, has_default })
        };
        items(of, key).map(input).collect()
    }

    /// `type` of a field or an input: `NON_NULL` and `LIST` around a named type, from the outside in.
    fn reference(&self, of: Value<'_>) -> Result<Reference, Unread> {
        let broken = || self.unread(of, "a type reference does not end in a named type");
        let mut ty = member(of, "type").ok_or_else(broken)?;
        let (mut lists, mut non_null, mut bang) = (0_u8, 0_u32, 0_u32);
        loop {
            match string(ty, "kind").as_deref() {
                Some("NON_NULL") if bang == 0 => bang = 1,
                Some("NON_NULL") => return Err(self.unread(of, "a non-null type is made non-null again")),
                Some("LIST") if lists < LISTS_MAX => {
                    (lists, non_null, bang) = (lists.saturating_add(1), non_null << 1 | bang, 0);
                }
                Some("LIST") => return Err(self.unread(of, "a type nests more than 30 lists")),
                _ => {
                    let name = self.named(ty)?.name;
                    return Ok(Reference { name, lists, non_null: non_null << 1 | bang });
                }
            }
            ty = member(ty, "ofType").ok_or_else(broken)?;
        }
    }

    fn directive(&self, of: Value<'_>) -> Result<DirectiveDraft, Unread> {
        let locations = items(of, "locations").filter_map(|location| location.as_str()).fold(0, |bits, name| bits | bit(&name));
        let repeatable = member(of, "isRepeatable").is_some_and(|value| value.kind() == Kind::Bool(true));
        Ok(DirectiveDraft { named: self.named(of)?, arguments: self.inputs(of, "args")?, locations, repeatable })
    }
}

fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|first| !first.is_ascii_digit())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

fn bit(location: &str) -> u32 {
    let location = match location {
        "QUERY" => Location::Query,
        "MUTATION" => Location::Mutation,
        "SUBSCRIPTION" => Location::Subscription,
        "FIELD" => Location::Field,
        "FRAGMENT_DEFINITION" => Location::FragmentDefinition,
        "FRAGMENT_SPREAD" => Location::FragmentSpread,
        "INLINE_FRAGMENT" => Location::InlineFragment,
        "VARIABLE_DEFINITION" => Location::VariableDefinition,
        _ => return 0,
    };
    location as u32
}

//! Flat tables of a schema: types own runs of fields, input fields and enum values; fields own runs of arguments. Names lie in one text.

use super::index::{Index, Scope};
use super::types::TypeRef;
use crate::parser::{NONE, Run};

/// What a type is (GraphQL §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// Int.
    Int,
    /// Float.
    Float,
    /// String.
    String,
    /// Boolean.
    Boolean,
    /// ID.
    Id,
    /// A scalar the server defines: any value may stand for it.
    Scalar,
    /// An object.
    Object,
    /// An interface.
    Interface,
    /// A union.
    Union,
    /// An enumeration.
    Enum,
    /// An input object.
    Input,
}

impl TypeKind {
    /// Whether fields can be selected in it.
    pub const fn is_composite(self) -> bool {
        matches!(self, Self::Object | Self::Interface | Self::Union)
    }

    /// Whether arguments and variables can have it.
    pub const fn is_input(self) -> bool {
        !self.is_composite()
    }
}

/// A place in the text of names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) start: u32,
    pub(crate) length: u32,
}

/// A type.
#[derive(Clone, Copy, Debug)]
pub struct Type {
    pub(crate) name: Name,
    /// What it is.
    pub kind: TypeKind,
    /// Whether exactly one field of an input object must be given (`@oneOf`, GraphQL §3.10.1).
    pub one_of: bool,
    /// Fields of an object or interface, input fields of an input object, or values of an enumeration.
    pub members: Run,
    /// Input fields that must be given.
    pub required: u32,
    /// First word of the set of possible objects, for interfaces and unions.
    pub(crate) possible: u32,
    /// Interfaces an object or interface implements, as type ids.
    pub(crate) implements: Run,
}

/// A field of an object or interface.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub(crate) name: Name,
    /// The type it belongs to; [`NONE`] for `__typename`.
    pub parent: u32,
    /// Type of its value.
    pub ty: TypeRef,
    /// Its arguments.
    pub arguments: Run,
    /// Arguments that must be given.
    pub required: u32,
}

/// An argument or an input field.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    pub(crate) name: Name,
    /// Its type.
    pub ty: TypeRef,
    /// Whether the schema gives it a default value other than `null`.
    pub has_default: bool,
    /// Whether it must be given: no null and no default.
    pub required: bool,
}

/// Where an executable directive may stand (GraphQL §3.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// `QUERY`
    Query = 1,
    /// `MUTATION`
    Mutation = 2,
    /// `SUBSCRIPTION`
    Subscription = 4,
    /// `FIELD`
    Field = 8,
    /// `FRAGMENT_DEFINITION`
    FragmentDefinition = 16,
    /// `FRAGMENT_SPREAD`
    FragmentSpread = 32,
    /// `INLINE_FRAGMENT`
    InlineFragment = 64,
    /// `VARIABLE_DEFINITION`
    VariableDefinition = 128,
}

/// A directive.
#[derive(Clone, Copy, Debug)]
pub struct Directive {
    pub(crate) name: Name,
    /// Its arguments.
    pub arguments: Run,
    /// Arguments that must be given.
    pub required: u32,
    /// Bits of [`Location`].
    pub locations: u32,
    /// Whether it may stand twice at one place.
    pub repeatable: bool,
}

/// A compiled schema.
#[derive(Debug, Default)]
pub struct Schema {
    pub(crate) names: String,
    pub(crate) types: Vec<Type>,
    pub(crate) fields: Vec<Field>,
    pub(crate) inputs: Vec<Input>,
    pub(crate) values: Vec<Name>,
    pub(crate) directives: Vec<Directive>,
    pub(crate) implements: Vec<u32>,
    pub(crate) possible: Vec<u64>,
    pub(crate) index: Index,
    /// Types of query, mutation and subscription, or [`NONE`].
    pub(crate) roots: [u32; 3],
    /// The field `__typename` of every composite type.
    pub(crate) typename: u32,
}

impl Schema {
    /// The text of a name.
    #[inline]
    pub(crate) fn text(&self, name: Name) -> &str {
        let start = name.start as usize;
        self.names.get(start..start.saturating_add(name.length as usize)).unwrap_or_default()
    }

    /// The type `id`.
    #[inline]
    pub(crate) fn type_at(&self, id: u32) -> Option<&Type> {
        self.types.get(id as usize)
    }

    /// The field `id`.
    #[inline]
    pub(crate) fn field_at(&self, id: u32) -> Option<&Field> {
        self.fields.get(id as usize)
    }

    /// The directive `id`.
    pub(crate) fn directive_at(&self, id: u32) -> Option<&Directive> {
        self.directives.get(id as usize)
    }

    /// Type of queries (0), mutations (1) or subscriptions (2); [`NONE`] where the schema has none.
    pub(crate) fn root(&self, kind: usize) -> u32 {
        self.roots.get(kind).copied().unwrap_or(NONE)
    }

    /// The name of a type; empty where there is none.
    pub(crate) fn type_name(&self, id: u32) -> &str {
        self.type_at(id).map_or("", |ty| self.text(ty.name))
    }

    /// What owns arguments or members, as a coordinate: `Type`, `Type.field` or `@directive`.
    pub(crate) fn holder(&self, scope: Scope) -> String {
        match scope {
            Scope::Types | Scope::Directives => String::new(),
            Scope::Type(id) => self.type_name(id).to_owned(),
            Scope::Field(id) => self.coordinate(id),
            Scope::Directive(id) => self.directive_at(id).map_or_else(String::new, |row| format!("@{}", self.text(row.name))),
        }
    }

    /// The argument or input field `id`.
    #[inline]
    pub(crate) fn input_at(&self, id: u32) -> Option<&Input> {
        self.inputs.get(id as usize)
    }

    /// The type called `name`.
    #[inline]
    pub(crate) fn type_named(&self, name: &str) -> Option<u32> {
        self.index
            .find(Scope::Types, name.as_bytes(), |id| self.types.get(id as usize).is_some_and(|ty| self.text(ty.name) == name))
    }

    /// The field `name` of the composite type `of`; `__typename` for all of them.
    #[inline]
    pub(crate) fn field_named(&self, of: u32, name: &str) -> Option<u32> {
        let is = |id: u32| self.fields.get(id as usize).is_some_and(|field| field.parent == of && self.text(field.name) == name);
        let found = self.index.find(Scope::Type(of), name.as_bytes(), is);
        found.or_else(|| (name == "__typename").then_some(self.typename))
    }

    /// The argument or input field `name` within `scope`, whose inputs are `run`.
    #[inline]
    pub(crate) fn input_named(&self, scope: Scope, run: Run, name: &str) -> Option<u32> {
        let is = |id: u32| {
            (run.start..run.end).contains(&id) && self.inputs.get(id as usize).is_some_and(|input| self.text(input.name) == name)
        };
        self.index.find(scope, name.as_bytes(), is)
    }

    /// Whether the enumeration `of` has the value `name`.
    pub(crate) fn has_value(&self, of: u32, run: Run, name: &str) -> bool {
        let is = |id: u32| {
            (run.start..run.end).contains(&id) && self.values.get(id as usize).is_some_and(|value| self.text(*value) == name)
        };
        self.index.find(Scope::Type(of), name.as_bytes(), is).is_some()
    }

    /// The directive called `name`.
    pub(crate) fn directive_named(&self, name: &str) -> Option<u32> {
        let is = |id: u32| self.directives.get(id as usize).is_some_and(|directive| self.text(directive.name) == name);
        self.index.find(Scope::Directives, name.as_bytes(), is)
    }

    /// Words of one set of possible objects.
    const fn words(&self) -> usize {
        self.types.len().div_ceil(64)
    }

    fn possible_of(&self, ty: &Type) -> &[u64] {
        let start = ty.possible as usize;
        self.possible.get(start..start.saturating_add(self.words())).unwrap_or_default()
    }

    /// Whether some object can be both (GraphQL §5.5.2.3). Reads one bit, or, for two abstract types, one bit per type of the schema.
    pub(crate) fn overlap(&self, one: u32, other: u32) -> bool {
        if one == other {
            return true;
        }
        let (Some(a), Some(b)) = (self.type_at(one), self.type_at(other)) else { return false };
        match (a.possible == NONE, b.possible == NONE) {
            (true, true) => false,
            (true, false) => self.is_possible(b, one),
            (false, true) => self.is_possible(a, other),
            (false, false) => self.possible_of(a).iter().zip(self.possible_of(b)).any(|(a, b)| a & b != 0),
        }
    }

    /// Whether the object `id` is one of `of`.
    pub(crate) fn is_possible(&self, of: &Type, id: u32) -> bool {
        self.possible_of(of).get(id as usize / 64).is_some_and(|word| word >> (id % 64) & 1 == 1)
    }

    /// How many objects `of` can be.
    pub(crate) fn possible_count(&self, of: &Type) -> u32 {
        self.possible_of(of).iter().map(|word| word.count_ones()).sum()
    }

    /// `Type.field` of a field.
    pub(crate) fn coordinate(&self, field: u32) -> String {
        let Some(field) = self.field_at(field) else { return String::new() };
        match self.type_at(field.parent) {
            Some(parent) => format!("{}.{}", self.text(parent.name), self.text(field.name)),
            None => self.text(field.name).to_owned(),
        }
    }

    /// Types, built-in ones included.
    pub fn type_count(&self) -> usize {
        self.types.len()
    }

    /// Bytes all tables occupy.
    pub fn bytes(&self) -> usize {
        let tables = [
            self.names.capacity(),
            self.types.capacity().saturating_mul(size_of::<Type>()),
            self.fields.capacity().saturating_mul(size_of::<Field>()),
            self.inputs.capacity().saturating_mul(size_of::<Input>()),
            self.values.capacity().saturating_mul(size_of::<Name>()),
            self.directives.capacity().saturating_mul(size_of::<Directive>()),
            self.implements.capacity().saturating_mul(4),
            self.possible.capacity().saturating_mul(8),
            self.index.bytes(),
        ];
        tables.iter().fold(size_of::<Self>(), |sum, bytes| sum.saturating_add(*bytes))
    }
}

//! From draft to tables: definitions merged with their extensions, references resolved, everything numbered and indexed.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_inspect::Problems;

use super::builtin::{self, META};
use super::draft::{BUILT_IN, Draft, InputDraft, Named, Notes, Place, Reference, TypeDraft};
use super::index::{Index, Scope};
use super::table::{Directive, Field, Input, Name, Schema, Type, TypeKind};
use super::types::TypeRef;
use crate::parser::{NONE, Run};

/// Compiles `draft`. Notes say what was left out.
pub(super) fn compile(draft: Draft, notes: &mut Notes<'_>) -> Result<Schema, Problems> {
    let Draft { roots, names_roots, types, directives } = draft;
    let mut built_in = builtin::draft();
    let types = merge(built_in.types.split_off(0), types, notes);
    let ids: BTreeMap<&str, u32> = types.iter().map(|ty| ty.named.name.as_str()).zip(0..).collect();
    let mut compiler = Compiler { ids, kinds: types.iter().map(|ty| ty.kind).collect(), schema: Schema::default(), notes };
    compiler.schema.roots = compiler.roots(&roots, names_roots)?;
    for (id, ty) in (0_u32..).zip(&types) {
        compiler.definition(id, ty);
    }
    // Definitions of the operator come first: they may differ from those of the specification.
    let mut known = BTreeSet::new();
    for directive in directives.iter().chain(&built_in.directives) {
        if known.insert(directive.named.name.as_str()) {
            compiler.directive(directive);
        } else if directive.named.place.source != BUILT_IN {
            compiler.twice("directive", &directive.named);
        }
    }
    compiler.typename();
    compiler.relations(&types);
    let mut schema = compiler.schema;
    schema.index = index(&schema);
    shrink(&mut schema);
    Ok(schema)
}

/// One definition per name, extensions merged into it.
fn merge(built_in: Vec<TypeDraft>, written: Vec<TypeDraft>, notes: &mut Notes<'_>) -> Vec<TypeDraft> {
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    let mut types: Vec<TypeDraft> = Vec::with_capacity(built_in.len().saturating_add(written.len()));
    let (extensions, definitions): (Vec<_>, Vec<_>) = written.into_iter().partition(|ty| ty.extends);
    for ty in built_in.into_iter().chain(definitions) {
        let name = ty.named.name.clone();
        let first = ids.get(&name).and_then(|id| types.get(*id));
        match first {
            // Introspection results and some files repeat what the specification defines.
            Some(first) if first.named.place.source == BUILT_IN && first.kind == ty.kind => continue,
            Some(_) => {
                notes.note(ty.named.place, format!("type `{name}` is defined twice"), Some("the first definition counts"));
                continue;
            }
            None => {}
        }
        ids.insert(name, types.len());
        types.push(ty);
    }
    for extension in extensions {
        let name = extension.named.name.clone();
        match ids.get(&name).and_then(|id| types.get_mut(*id)) {
            Some(base) if base.kind == extension.kind => extend(base, extension),
            Some(_) => {
                let what = format!("`{name}` is extended as another kind of type than it is defined as");
                notes.note(extension.named.place, what, Some("the extension is left out"));
            }
            None => {
                let what = format!("`{name}` is extended and nowhere defined");
                notes.note(extension.named.place, what, Some("the extension counts as its definition"));
                ids.insert(name, types.len());
                types.push(extension);
            }
        }
    }
    types
}

fn extend(base: &mut TypeDraft, extension: TypeDraft) {
    base.one_of |= extension.one_of;
    base.interfaces.extend(extension.interfaces);
    base.fields.extend(extension.fields);
    base.inputs.extend(extension.inputs);
    base.words.extend(extension.words);
}

struct Compiler<'d, 'n, 's> {
    ids: BTreeMap<&'d str, u32>,
    kinds: Vec<TypeKind>,
    schema: Schema,
    notes: &'n mut Notes<'s>,
}

impl<'d> Compiler<'d, '_, '_> {
    fn roots(&mut self, named: &[(usize, Named)], names_roots: bool) -> Result<[u32; 3], Problems> {
        let mut roots = [NONE; 3];
        let mut problems = Vec::new();
        for (kind, root) in named {
            let object = self.ids.get(root.name.as_str()).filter(|id| self.kind(**id) == Some(TypeKind::Object));
            let Some(object) = object else {
                let what = format!("`{}` is the type of an operation and no object type", root.name);
                problems.push(self.notes.problem(root.place, what, None));
                continue;
            };
            if let Some(slot) = roots.get_mut(*kind) {
                *slot = *object;
            }
        }
        if !names_roots {
            for (slot, name) in roots.iter_mut().zip(["Query", "Mutation", "Subscription"]) {
                if *slot == NONE {
                    let object = self.ids.get(name).filter(|id| self.kinds.get(**id as usize) == Some(&TypeKind::Object));
                    *slot = object.copied().unwrap_or(NONE);
                }
            }
        }
        if problems.is_empty() && roots.first() == Some(&NONE) {
            let help = Some("define `type Query`, or name the type in `schema { query: … }`");
            problems.push(self.notes.problem(Place::default(), "the schema has no type for queries".to_owned(), help));
        }
        if problems.is_empty() { Ok(roots) } else { Err(problems) }
    }

    fn kind(&self, id: u32) -> Option<TypeKind> {
        self.kinds.get(id as usize).copied()
    }

    fn name(&mut self, text: &str) -> Name {
        let start = self.schema.names.len() as u32;
        self.schema.names.push_str(text);
        Name { start, length: text.len() as u32 }
    }

    fn twice(&mut self, what: &str, named: &Named) {
        self.notes.note(named.place, format!("{what} `{}` is defined twice", named.name), Some("the first definition counts"));
    }

    /// Resolves a reference, or notes why it leads nowhere.
    fn resolve(&mut self, owner: &Named, written: &Reference, wants_input: bool) -> Option<TypeRef> {
        let (name, place) = (&owner.name, owner.place);
        let Some(named) = self.ids.get(written.name.as_str()).copied() else {
            self.notes.note(
                place,
                format!("`{name}` has the type `{}`, which is not defined", written.name),
                Some("it is left out"),
            );
            return None;
        };
        let fits = self.kind(named).is_some_and(|kind| if wants_input { kind.is_input() } else { kind != TypeKind::Input });
        if !fits {
            let side = if wants_input { "an input" } else { "an output" };
            let what = format!("`{name}` has the type `{}`, which is not {side} type", written.name);
            self.notes.note(place, what, Some("it is left out"));
            return None;
        }
        Some(TypeRef { named, lists: written.lists, non_null: written.non_null })
    }

    fn definition(&mut self, id: u32, draft: &TypeDraft) {
        let name = self.name(&draft.named.name);
        let (members, required) = match draft.kind {
            TypeKind::Object | TypeKind::Interface => (self.fields(id, draft), 0),
            TypeKind::Enum => (self.values(draft), 0),
            TypeKind::Input => self.inputs(&draft.inputs),
            _ => (Run::default(), 0),
        };
        let (kind, one_of) = (draft.kind, draft.one_of);
        let ty = Type { name, kind, one_of, members, required, possible: NONE, implements: Run::default() };
        self.schema.types.push(ty);
    }

    fn fields(&mut self, id: u32, draft: &TypeDraft) -> Run {
        let start = self.schema.fields.len() as u32;
        // `__schema` and `__type` are fields of the query type (GraphQL §4.1).
        let parent = if draft.named.name == META { NONE } else { id };
        let mut known = BTreeSet::new();
        for field in &draft.fields {
            if !known.insert(field.named.name.as_str()) {
                self.twice("field", &field.named);
                continue;
            }
            let Some(ty) = self.resolve(&field.named, &field.ty, false) else { continue };
            let (arguments, required) = self.inputs(&field.arguments);
            let name = self.name(&field.named.name);
            let parent = if parent == NONE { self.schema.roots.first().copied().unwrap_or(NONE) } else { parent };
            self.schema.fields.push(Field { name, parent, ty, arguments, required });
        }
        Run { start, end: self.schema.fields.len() as u32 }
    }

    fn inputs(&mut self, drafts: &[InputDraft]) -> (Run, u32) {
        let start = self.schema.inputs.len() as u32;
        let mut known = BTreeSet::new();
        let mut count: u32 = 0;
        for draft in drafts {
            if !known.insert(draft.named.name.as_str()) {
                self.twice("input", &draft.named);
                continue;
            }
            let Some(ty) = self.resolve(&draft.named, &draft.ty, true) else { continue };
            let required = ty.is_non_null() && !draft.has_default;
            count = count.saturating_add(u32::from(required));
            let name = self.name(&draft.named.name);
            self.schema.inputs.push(Input { name, ty, has_default: draft.has_default, required });
        }
        (Run { start, end: self.schema.inputs.len() as u32 }, count)
    }

    fn values(&mut self, draft: &TypeDraft) -> Run {
        let start = self.schema.values.len() as u32;
        let mut known = BTreeSet::new();
        for value in &draft.words {
            if known.insert(value.name.as_str()) {
                let name = self.name(&value.name);
                self.schema.values.push(name);
            } else {
                self.twice("enum value", value);
            }
        }
        Run { start, end: self.schema.values.len() as u32 }
    }

    fn directive(&mut self, draft: &super::draft::DirectiveDraft) {
        let (arguments, required) = self.inputs(&draft.arguments);
        let name = self.name(&draft.named.name);
        let (locations, repeatable) = (draft.locations, draft.repeatable);
        self.schema.directives.push(Directive { name, arguments, required, locations, repeatable });
    }

    /// `__typename: String!`, which every composite type has and none lists.
    fn typename(&mut self) {
        let ty = TypeRef { named: self.ids.get("String").copied().unwrap_or(NONE), lists: 0, non_null: 1 };
        let name = self.name("__typename");
        self.schema.typename = self.schema.fields.len() as u32;
        self.schema.fields.push(Field { name, parent: NONE, ty, arguments: Run::default(), required: 0 });
    }

    /// Who implements what, and which objects an interface or union can be.
    fn relations(&mut self, types: &'d [TypeDraft]) {
        let words = self.schema.types.len().div_ceil(64);
        for (id, draft) in (0_u32..).zip(types) {
            if let TypeKind::Interface | TypeKind::Union = draft.kind {
                let first = self.schema.possible.len() as u32;
                self.schema.possible.resize(self.schema.possible.len().saturating_add(words), 0);
                if let Some(ty) = self.schema.types.get_mut(id as usize) {
                    ty.possible = first;
                }
            }
        }
        for (id, draft) in (0_u32..).zip(types) {
            let start = self.schema.implements.len() as u32;
            let mut known = BTreeSet::new();
            for named in &draft.interfaces {
                let Some(interface) = self.related(named, TypeKind::Interface, "an interface") else { continue };
                if known.insert(interface) {
                    self.schema.implements.push(interface);
                    if draft.kind == TypeKind::Object {
                        self.possible(interface, id);
                    }
                }
            }
            let end = self.schema.implements.len() as u32;
            if let Some(ty) = self.schema.types.get_mut(id as usize) {
                ty.implements = Run { start, end };
            }
            if draft.kind == TypeKind::Union {
                for named in &draft.words {
                    if let Some(object) = self.related(named, TypeKind::Object, "an object") {
                        self.possible(id, object);
                    }
                }
            }
        }
    }

    fn related(&mut self, named: &Named, kind: TypeKind, called: &str) -> Option<u32> {
        let id = self.ids.get(named.name.as_str()).copied().filter(|id| self.kind(*id) == Some(kind));
        if id.is_none() {
            self.notes.note(named.place, format!("`{}` is not {called} type", named.name), Some("it is left out here"));
        }
        id
    }

    fn possible(&mut self, of: u32, object: u32) {
        let first = self.schema.type_at(of).map_or(NONE, |ty| ty.possible) as usize;
        if let Some(word) = self.schema.possible.get_mut(first.saturating_add(object as usize / 64)) {
            *word |= 1 << (object % 64);
        }
    }
}

fn index(schema: &Schema) -> Index {
    let tables = [schema.types.len(), schema.fields.len(), schema.inputs.len(), schema.values.len(), schema.directives.len()];
    let mut index = Index::with_room(tables.iter().sum());
    let mut insert = |scope, name, id| index.insert(scope, schema.text(name).as_bytes(), id);
    let used: BTreeSet<u32> =
        schema.fields.iter().map(|field| field.ty.named).chain(schema.inputs.iter().map(|input| input.ty.named)).collect();
    for (id, ty) in (0_u32..).zip(&schema.types) {
        // The holder of `__schema` and `__type` is no type that a document could name; nor is a built-in scalar that the schema nowhere
        // uses (GraphQL §3.5).
        let unused = matches!(ty.kind, TypeKind::Int | TypeKind::Float | TypeKind::Id) && !used.contains(&id);
        if !unused && schema.text(ty.name) != META {
            insert(Scope::Types, ty.name, id);
        }
        let members = ty.members.start..ty.members.end;
        match ty.kind {
            TypeKind::Enum => {
                for (value, name) in members.zip(ty.members.of(&schema.values)) {
                    insert(Scope::Type(id), *name, value);
                }
            }
            TypeKind::Input => {
                for (input, row) in members.zip(ty.members.of(&schema.inputs)) {
                    insert(Scope::Type(id), row.name, input);
                }
            }
            _ => {}
        }
    }
    for (id, field) in (0_u32..).zip(&schema.fields) {
        if field.parent != NONE {
            insert(Scope::Type(field.parent), field.name, id);
        }
        for (input, row) in (field.arguments.start..).zip(field.arguments.of(&schema.inputs)) {
            insert(Scope::Field(id), row.name, input);
        }
    }
    for (id, directive) in (0_u32..).zip(&schema.directives) {
        insert(Scope::Directives, directive.name, id);
        for (input, row) in (directive.arguments.start..).zip(directive.arguments.of(&schema.inputs)) {
            insert(Scope::Directive(id), row.name, input);
        }
    }
    index
}

fn shrink(schema: &mut Schema) {
    schema.names.shrink_to_fit();
    schema.types.shrink_to_fit();
    schema.fields.shrink_to_fit();
    schema.inputs.shrink_to_fit();
    schema.values.shrink_to_fit();
    schema.directives.shrink_to_fit();
    schema.implements.shrink_to_fit();
    schema.possible.shrink_to_fit();
}

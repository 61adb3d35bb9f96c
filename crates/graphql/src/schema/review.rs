//! What the specification forbids and the tables can hold all the same (GraphQL §3.3 to §3.13). Noted; the operator decides.

use super::draft::{Notes, Place};
use super::table::{Field, Schema, Type, TypeKind};
use super::types::TypeRef;
use crate::parser::NONE;

/// Notes what is wrong with `schema`.
pub(super) fn review(schema: &Schema, notes: &mut Notes<'_>) {
    let mut note = |what: String| notes.note(Place { source: super::draft::BUILT_IN, ..Place::default() }, what, None);
    for (id, ty) in (0_u32..).zip(&schema.types) {
        let name = schema.text(ty.name);
        let empty = match ty.kind {
            TypeKind::Union => schema.possible_count(ty) == 0,
            kind => {
                matches!(kind, TypeKind::Object | TypeKind::Interface | TypeKind::Enum | TypeKind::Input) && ty.members.is_empty()
            }
        };
        if empty {
            note(format!("type `{name}` has no members"));
        }
        for interface in ty.implements.of(&schema.implements) {
            if let Some(what) = breach(schema, id, ty, *interface) {
                note(what);
            }
        }
        if ty.one_of {
            for input in ty.members.of(&schema.inputs).iter().filter(|input| input.ty.is_non_null() || input.has_default) {
                note(format!("`{name}.{}` of a oneOf type is non-null or has a default value", schema.text(input.name)));
            }
        }
    }
    for id in endless_inputs(schema) {
        let name = schema.type_at(id).map_or("", |ty| schema.text(ty.name));
        note(format!("a value of input type `{name}` would have to contain itself"));
    }
}

/// How `ty` fails to implement `interface` (IsValidImplementation, GraphQL §3.6).
fn breach(schema: &Schema, id: u32, ty: &Type, interface: u32) -> Option<String> {
    let promised = schema.type_at(interface)?;
    let (name, other) = (schema.text(ty.name), schema.text(promised.name));
    if interface == id {
        return Some(format!("interface `{name}` implements itself"));
    }
    let implemented = ty.implements.of(&schema.implements);
    let missing = promised.implements.of(&schema.implements).iter().find(|above| !implemented.contains(above) && **above != id);
    if let Some(above) = missing.and_then(|above| schema.type_at(*above)) {
        return Some(format!("`{name}` implements `{other}`, but not `{}`, which that implements", schema.text(above.name)));
    }
    promised.members.of(&schema.fields).iter().find_map(|field| {
        let coordinate = format!("{other}.{}", schema.text(field.name));
        let own = schema.field_named(id, schema.text(field.name)).and_then(|own| schema.field_at(own));
        match own {
            None => Some(format!("`{name}` lacks the field `{coordinate}`")),
            Some(own) if !keeps(schema, own, field) => Some(format!("the field of `{name}` differs from `{coordinate}`")),
            Some(_) => None,
        }
    })
}

/// Whether `own` takes what `promised` takes and gives what it gives.
fn keeps(schema: &Schema, own: &Field, promised: &Field) -> bool {
    let own_arguments = own.arguments.of(&schema.inputs);
    let promised_arguments = promised.arguments.of(&schema.inputs);
    let takes = promised_arguments.iter().all(|promised| {
        let same = own_arguments.iter().find(|own| schema.text(own.name) == schema.text(promised.name));
        same.is_some_and(|same| same.ty == promised.ty)
    });
    let demands_more = own_arguments.iter().filter(|own| own.required).any(|own| {
        let promised = promised_arguments.iter().any(|promised| schema.text(own.name) == schema.text(promised.name));
        !promised
    });
    takes && !demands_more && gives(schema, own.ty, promised.ty)
}

/// IsSubType over references: same lists, no new null, and the named type the same or one of those possible.
fn gives(schema: &Schema, own: TypeRef, promised: TypeRef) -> bool {
    let shape = own.lists == promised.lists && promised.non_null & !own.non_null == 0;
    let is_a = |own: u32, promised: u32| {
        own == promised
            || schema.type_at(promised).is_some_and(|ty| ty.possible != NONE && schema.is_possible(ty, own))
            || schema.type_at(own).is_some_and(|ty| ty.implements.of(&schema.implements).contains(&promised))
    };
    shape && is_a(own.named, promised.named)
}

/// Input types that non-null fields lead back to (GraphQL §3.10): what is left after taking away, again and again, every type all of whose
/// non-null fields lead to types already taken away.
fn endless_inputs(schema: &Schema) -> Vec<u32> {
    let inputs = || (0_u32..).zip(&schema.types).filter(|(_, ty)| ty.kind == TypeKind::Input);
    let mut needed_by: Vec<(u32, u32)> = Vec::new();
    let mut waits = vec![0_u32; schema.types.len()];
    for (id, ty) in inputs() {
        for input in ty.members.of(&schema.inputs) {
            let needs = input.ty.is_non_null() && !input.ty.is_list();
            if needs && schema.type_at(input.ty.named).is_some_and(|ty| ty.kind == TypeKind::Input) {
                needed_by.push((input.ty.named, id));
                if let Some(count) = waits.get_mut(id as usize) {
                    *count = count.saturating_add(1);
                }
            }
        }
    }
    needed_by.sort_unstable();
    let mut free: Vec<u32> = inputs().map(|(id, _)| id).filter(|id| waits.get(*id as usize) == Some(&0)).collect();
    while let Some(id) = free.pop() {
        let start = needed_by.partition_point(|(needed, _)| *needed < id);
        for (_, by) in needed_by.iter().skip(start).take_while(|(needed, _)| *needed == id) {
            if let Some(count) = waits.get_mut(*by as usize) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    free.push(*by);
                }
            }
        }
    }
    inputs().map(|(id, _)| id).filter(|id| waits.get(*id as usize).is_some_and(|count| *count > 0)).collect()
}

//! Literals against the types that belong where they stand (GraphQL §5.6): one pass over a value and what it holds, parents first.

use super::bind::Binder;
use super::fault::Rule;
use crate::parser::{NONE, Value, ValueKind, text_of};
use crate::schema::{Schema, Scope, Type, TypeKind, TypeRef};

/// What belongs where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    /// The type; its `named` is [`NONE`] where anything may stand, as within a scalar of the server's own.
    pub(super) ty: TypeRef,
    /// Whether a default value takes the place of an absent one.
    pub(super) has_default: bool,
    /// Whether it is the one field of a oneOf input.
    pub(super) one_of: bool,
}

impl Expected {
    pub(super) const ANYTHING: Self = Self::of(TypeRef { named: NONE, lists: 0, non_null: 0 });

    pub(super) const fn of(ty: TypeRef) -> Self {
        Self { ty, has_default: false, one_of: false }
    }

    pub(super) const fn is_anything(&self) -> bool {
        self.ty.named == NONE
    }
}

impl Binder<'_, '_> {
    /// Checks the literal at `root`, and notes what belongs where each value within it stands.
    pub(super) fn literal(&mut self, root: u32, expected: Expected) {
        self.expect(root, expected);
        let Some(end) = self.document.values().get(root as usize).map(|value| value.end) else { return };
        let values = self.document.values();
        for (index, value) in (root..end).zip(values.get(root as usize..end as usize).unwrap_or_default()) {
            let expected = self.bounds.values.get(index as usize).copied().unwrap_or(Expected::ANYTHING);
            if !expected.is_anything() && value.kind != ValueKind::Variable {
                self.one(index, value, expected.ty);
            }
        }
    }

    #[inline]
    fn expect(&mut self, index: u32, expected: Expected) {
        if let Some(slot) = self.bounds.values.get_mut(index as usize) {
            *slot = expected;
        }
    }

    fn wrong(&mut self, value: &Value, rule: Rule, ty: u32) {
        let schema = self.schema;
        self.faults.add_at(rule, value.span, || schema.type_name(ty).to_owned());
    }

    /// A value, apart from what it holds.
    fn one(&mut self, index: u32, value: &Value, ty: TypeRef) {
        match value.kind {
            ValueKind::Null if ty.is_non_null() => self.wrong(value, Rule::ValueType, ty.named),
            ValueKind::Null => {}
            ValueKind::List if ty.is_list() => {
                self.each_child(index, value.end, |binder, child, _| binder.expect(child, Expected::of(ty.item())));
            }
            // A value that is no list stands for a list of one (GraphQL §3.11).
            _ => {
                let Some(named) = self.schema.type_at(ty.named) else { return };
                match (value.kind, named.kind) {
                    (_, TypeKind::Scalar) => {}
                    (ValueKind::Object, TypeKind::Input) => self.object(index, value, ty.named, named),
                    (kind, _) if is_leaf_of(self.schema, ty.named, named, kind, text_of(self.text, value.span)) => {}
                    _ => self.wrong(value, Rule::ValueType, ty.named),
                }
            }
        }
    }

    fn each_child(&mut self, index: u32, end: u32, mut act: impl FnMut(&mut Self, u32, Value)) {
        let mut child = index.saturating_add(1);
        while child < end
            && let Some(value) = self.document.values().get(child as usize).copied()
        {
            act(self, child, value);
            child = value.end;
        }
    }

    /// The fields of an input object (GraphQL §5.6.2, §5.6.4, §3.10.1). That none stands twice is [`super::names`]' matter.
    fn object(&mut self, index: u32, object: &Value, id: u32, ty: &Type) {
        let (mut required, mut count, mut first) = (0_u32, 0_u32, None);
        self.each_child(index, object.end, |binder, child, value| {
            let (schema, key) = (binder.schema, text_of(binder.text, value.key));
            first = first.or(Some(value.kind));
            count = count.saturating_add(1);
            let found = schema.input_named(Scope::Type(id), ty.members, key).and_then(|input| schema.input_at(input));
            let Some(input) = found else {
                return binder.wrong(&Value { span: value.key, ..value }, Rule::UnknownInputField, id);
            };
            required = required.saturating_add(u32::from(input.required));
            binder.expect(child, Expected { ty: input.ty, has_default: input.has_default, one_of: ty.one_of });
        });
        if required < ty.required {
            self.wrong(object, Rule::InputFieldMissing, id);
        }
        if ty.one_of && (count != 1 || first == Some(ValueKind::Null)) {
            self.wrong(object, Rule::OneOfViolated, id);
        }
    }
}

/// Whether a literal that is neither null, list nor object is of the type `ty` (GraphQL §3.5, §3.9).
fn is_leaf_of(schema: &Schema, id: u32, ty: &Type, kind: ValueKind, text: &str) -> bool {
    match ty.kind {
        TypeKind::Int => kind == ValueKind::Int && text.parse::<i32>().is_ok(),
        TypeKind::Float => matches!(kind, ValueKind::Int | ValueKind::Float) && text.parse::<f64>().is_ok_and(f64::is_finite),
        TypeKind::String => matches!(kind, ValueKind::String | ValueKind::Block),
        TypeKind::Boolean => kind == ValueKind::Boolean,
        TypeKind::Id => matches!(kind, ValueKind::String | ValueKind::Block | ValueKind::Int),
        TypeKind::Enum => kind == ValueKind::Enum && schema.has_value(id, ty.members, text),
        _ => false,
    }
}

/// Whether the variable of type `variable`, with a default that is not null or without, may stand where `expected` belongs
/// (IsVariableUsageAllowed, GraphQL §5.8.5).
pub(super) fn may_stand(variable: TypeRef, has_default: bool, expected: &Expected) -> bool {
    if expected.is_anything() {
        return true;
    }
    if expected.one_of && !variable.is_non_null() {
        return false;
    }
    if expected.ty.is_non_null() && !variable.is_non_null() {
        return (has_default || expected.has_default) && variable.fits(expected.ty.nullable());
    }
    variable.fits(expected.ty)
}

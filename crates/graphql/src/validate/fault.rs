//! The rules by name, and what a breach of one looks like.

use portcullis_inspect::{CheckSpec, Class, Finding, Span};

/// Names that two readers could resolve in two ways.
pub const UNIQUE_NAMES: CheckSpec = CheckSpec {
    name: "graphql.unique_names",
    codes: &["DUPLICATE_ARGUMENT", "DUPLICATE_INPUT_FIELD", "DUPLICATE_VARIABLE"],
    refuses: "an argument, a field of an input object or a variable that is given twice: readers differ in which one counts",
    yields: false,
};

/// Variables and fragments that lead nowhere, or that nothing leads to.
pub const REFERENCES: CheckSpec = CheckSpec {
    name: "graphql.references",
    codes: &["UNDEFINED_VARIABLE", "UNUSED_VARIABLE", "UNUSED_FRAGMENT"],
    refuses: "variables that are used and not defined, variables and fragments that are defined and not used; \
              needs `schema`",
    yields: true,
};

/// The document means something in the schema.
pub const VALIDATION: CheckSpec = CheckSpec {
    name: "graphql.validation",
    codes: &[
        "OPERATION_KIND_NOT_SERVED",
        "UNKNOWN_TYPE",
        "FRAGMENT_ON_LEAF",
        "IMPOSSIBLE_SPREAD",
        "UNKNOWN_FIELD",
        "SELECTIONS_MISSING",
        "SELECTIONS_ON_LEAF",
        "UNKNOWN_ARGUMENT",
        "ARGUMENT_MISSING",
        "UNKNOWN_INPUT_FIELD",
        "INPUT_FIELD_MISSING",
        "ONE_OF_VIOLATED",
        "VALUE_TYPE",
        "UNKNOWN_DIRECTIVE",
        "MISPLACED_DIRECTIVE",
        "DUPLICATE_DIRECTIVE",
        "VARIABLE_NOT_INPUT",
        "VARIABLE_POSITION",
        "FIELD_CONFLICT",
        "SUBSCRIPTION_ROOT",
    ],
    refuses: "documents that the service's schema gives no meaning: unknown fields, types and arguments, wrong values, fields in conflict; \
              needs `schema`",
    yields: true,
};

/// A rule of validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// §5.4.2
    DuplicateArgument,
    /// §5.8.1
    DuplicateVariable,
    /// §5.6.3
    DuplicateInputField,
    /// §5.8.3
    UndefinedVariable,
    /// §5.8.4
    UnusedVariable,
    /// §5.5.1.4
    UnusedFragment,
    /// §5.2.1.1: the schema has no root for this kind of operation.
    OperationKindNotServed,
    /// §5.5.1.2, §5.8.2
    UnknownType,
    /// §5.5.1.3
    FragmentOnLeaf,
    /// §5.5.2.3
    ImpossibleSpread,
    /// §5.3.1
    UnknownField,
    /// §5.3.3: a composite field without selections.
    SelectionsMissing,
    /// §5.3.3: a leaf with selections.
    SelectionsOnLeaf,
    /// §5.4.1
    UnknownArgument,
    /// §5.4.3
    ArgumentMissing,
    /// §5.6.2
    UnknownInputField,
    /// §5.6.4
    InputFieldMissing,
    /// §5.6.1, §3.10.1
    OneOfViolated,
    /// §5.6.1
    ValueType,
    /// §5.7.1
    UnknownDirective,
    /// §5.7.2
    MisplacedDirective,
    /// §5.7.3
    DuplicateDirective,
    /// §5.8.2
    VariableNotInput,
    /// §5.8.5
    VariablePosition,
    /// §5.3.2
    FieldConflict,
    /// §5.2.4.1
    SubscriptionRoot,
}

impl Rule {
    /// The check it belongs to, its stable code, and its breach in words.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        let (names, references, validation) = (UNIQUE_NAMES.name, REFERENCES.name, VALIDATION.name);
        match self {
            Self::DuplicateArgument => (names, "DUPLICATE_ARGUMENT", "an argument is given twice"),
            Self::DuplicateVariable => (names, "DUPLICATE_VARIABLE", "a variable is defined twice"),
            Self::DuplicateInputField => (names, "DUPLICATE_INPUT_FIELD", "an input field is given twice"),
            Self::UndefinedVariable => (references, "UNDEFINED_VARIABLE", "a variable is used that the operation does not define"),
            Self::UnusedVariable => (references, "UNUSED_VARIABLE", "a variable is defined and not used"),
            Self::UnusedFragment => (references, "UNUSED_FRAGMENT", "a fragment is defined and not used"),
            Self::OperationKindNotServed => (validation, "OPERATION_KIND_NOT_SERVED", "the schema has no operations of this kind"),
            Self::UnknownType => (validation, "UNKNOWN_TYPE", "the schema has no such type"),
            Self::FragmentOnLeaf => (validation, "FRAGMENT_ON_LEAF", "a fragment stands on a type that has no fields"),
            Self::ImpossibleSpread => (validation, "IMPOSSIBLE_SPREAD", "no object can be of both types"),
            Self::UnknownField => (validation, "UNKNOWN_FIELD", "the type has no such field"),
            Self::SelectionsMissing => (validation, "SELECTIONS_MISSING", "a field of an object type selects nothing"),
            Self::SelectionsOnLeaf => (validation, "SELECTIONS_ON_LEAF", "a field of a leaf type has selections"),
            Self::UnknownArgument => (validation, "UNKNOWN_ARGUMENT", "there is no such argument"),
            Self::ArgumentMissing => (validation, "ARGUMENT_MISSING", "an argument that must be given is not"),
            Self::UnknownInputField => (validation, "UNKNOWN_INPUT_FIELD", "the input type has no such field"),
            Self::InputFieldMissing => (validation, "INPUT_FIELD_MISSING", "an input field that must be given is not"),
            Self::OneOfViolated => {
                (validation, "ONE_OF_VIOLATED", "an input of which exactly one field must be given has another number")
            }
            Self::ValueType => (validation, "VALUE_TYPE", "the value is not of the type that belongs here"),
            Self::UnknownDirective => (validation, "UNKNOWN_DIRECTIVE", "the schema has no such directive"),
            Self::MisplacedDirective => (validation, "MISPLACED_DIRECTIVE", "the directive may not stand here"),
            Self::DuplicateDirective => (validation, "DUPLICATE_DIRECTIVE", "the directive stands twice in one place"),
            Self::VariableNotInput => (validation, "VARIABLE_NOT_INPUT", "the type of a variable is no input type"),
            Self::VariablePosition => (validation, "VARIABLE_POSITION", "a variable does not fit where it is used"),
            Self::FieldConflict => (validation, "FIELD_CONFLICT", "two fields of one response name cannot be merged"),
            Self::SubscriptionRoot => {
                (validation, "SUBSCRIPTION_ROOT", "a subscription must select exactly one root field, always")
            }
        }
    }

    /// Its stable code.
    pub const fn code(self) -> &'static str {
        self.words().1
    }
}

/// A breach of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which rule.
    pub rule: Rule,
    /// What shows it, in the text.
    pub span: Span,
    /// Where in the schema, as far as it is known; empty otherwise.
    pub coordinate: String,
}

impl Fault {
    /// The fault as a finding.
    pub fn finding(&self) -> Finding {
        let (check, code, detail) = self.rule.words();
        let finding = Finding::new(check, code, Class::Invalid, detail).at(self.span);
        if self.coordinate.is_empty() { finding } else { finding.on(self.coordinate.clone()) }
    }
}

/// Faults so far, at most one of each rule.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A breach with nothing to say about the schema.
    #[cold]
    pub(super) fn add(&mut self, rule: Rule, span: Span) {
        self.add_at(rule, span, String::new);
    }

    /// A breach, and where in the schema; asked only where the fault is kept.
    #[cold]
    pub(super) fn add_at(&mut self, rule: Rule, span: Span, coordinate: impl FnOnce() -> String) {
        if self.0.iter().all(|fault| fault.rule != rule) {
            self.0.push(Fault { rule, span, coordinate: coordinate() });
        }
    }

    pub(super) fn finish(self) -> Vec<Fault> {
        self.0
    }
}

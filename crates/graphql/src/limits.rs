//! The limits of GraphQL, one row each. Rows that act while reading bound what is understood at all; rows on a fact are thresholds of
//! policy over the number of the same name in [`crate::measure::FACTS`], of each operation and of the fragments that none uses.

use portcullis_inspect::{Acts, LimitSpec, Quantity};

/// Every row, in the order of the documentation.
pub static LIMITS: &[LimitSpec] = &[
    BODY_BYTES,
    BYTES,
    TOKENS,
    NESTING,
    NAME_BYTES,
    OPERATIONS,
    FRAGMENTS,
    VARIABLES,
    DEPTH,
    FIELDS,
    ROOT_FIELDS,
    ALIASES,
    ALIASES_PER_FIELD,
    DIRECTIVES,
    DIRECTIVES_PER_NODE,
    INTROSPECTION_DEPTH,
    INTROSPECTION_LISTS,
];

/// Bytes of the request body.
pub const BODY_BYTES: LimitSpec = LimitSpec {
    name: "graphql.body_bytes",
    quantity: Quantity::Bytes,
    default: 1024 * 1024,
    ceiling: 256 * 1024 * 1024,
    acts: Acts::WhileReading,
    code: "BODY_TOO_LARGE",
    bounds: "bytes of a request body, content coding removed",
    why: "variables may be large, documents are not; stops a body from filling memory before anything is known about it",
};

/// Bytes of the document.
pub const BYTES: LimitSpec = LimitSpec {
    name: "graphql.bytes",
    quantity: Quantity::Bytes,
    default: 128 * 1024,
    ceiling: 64 * 1024 * 1024,
    acts: Acts::WhileReading,
    code: "DOCUMENT_TOO_LARGE",
    bounds: "bytes of a GraphQL document, ignored characters and comments included",
    why: "four times the largest generated operations seen; stops floods of commas, comments and block string padding, which are no tokens",
};

/// Tokens of the document.
pub const TOKENS: LimitSpec = LimitSpec {
    name: "graphql.tokens",
    quantity: Quantity::Count,
    default: 15_000,
    ceiling: 10_000_000,
    acts: Acts::WhileReading,
    code: "TOKENS_EXCEEDED",
    bounds: "names, numbers, strings and punctuators of a document",
    why: "generated operations of 30 KB have 3,000; stops documents that are cheap to send and dear to validate",
};

/// Brackets open at once.
pub const NESTING: LimitSpec = LimitSpec {
    name: "graphql.nesting",
    quantity: Quantity::Levels,
    default: 200,
    ceiling: 10_000,
    acts: Acts::WhileReading,
    code: "NESTING_EXCEEDED",
    bounds: "braces, parentheses and square brackets open at once: selection sets, arguments, input objects, lists, types",
    why: "no client writes a tenth of it; stops stack exhaustion in the recursive parsers behind us",
};

/// Bytes of a name.
pub const NAME_BYTES: LimitSpec = LimitSpec {
    name: "graphql.name_bytes",
    quantity: Quantity::Bytes,
    default: 256,
    ceiling: 1024 * 1024,
    acts: Acts::WhileReading,
    code: "NAME_TOO_LONG",
    bounds: "bytes of one name: field, alias, argument, variable, type, fragment, operation, directive, enum value",
    why: "generated names stay below 150; stops names that swell logs, answers and error messages",
};

/// Operations in one document.
pub const OPERATIONS: LimitSpec = LimitSpec {
    name: "graphql.operations",
    quantity: Quantity::Count,
    default: 1,
    ceiling: 1_000,
    acts: Acts::OnFact,
    code: "TOO_MANY_OPERATIONS",
    bounds: "operations defined in one document",
    why: "one runs; further ones only cost validation, or hide what runs from a reader who looks at the first",
};

/// Fragment definitions in one document.
pub const FRAGMENTS: LimitSpec = LimitSpec {
    name: "graphql.fragments",
    quantity: Quantity::Count,
    default: 200,
    ceiling: 100_000,
    acts: Acts::OnFact,
    code: "TOO_MANY_FRAGMENTS",
    bounds: "fragments defined in one document; those that no operation uses are measured together, like one more operation",
    why: "the largest component-based clients stay below it; stops floods of unused fragments, which validators compare pairwise",
};

/// Variables of one operation.
pub const VARIABLES: LimitSpec = LimitSpec {
    name: "graphql.variables",
    quantity: Quantity::Count,
    default: 200,
    ceiling: 100_000,
    acts: Acts::OnFact,
    code: "TOO_MANY_VARIABLES",
    bounds: "variables defined by one operation",
    why: "forms of a hundred inputs pass; stops floods of definitions, each of which is validated and coerced",
};

/// Depth of fields.
pub const DEPTH: LimitSpec = LimitSpec {
    name: "graphql.depth",
    quantity: Quantity::Levels,
    default: 20,
    ceiling: 10_000,
    acts: Acts::OnFact,
    code: "DEPTH_EXCEEDED",
    bounds: "fields nested in one another, root fields being at depth 1; fragments add nothing; fields of introspection are counted apart",
    why: "five connections within one another (edges, node) under one root field make 17; stops circular queries (friends of friends of …)",
};

/// Fields after expansion.
pub const FIELDS: LimitSpec = LimitSpec {
    name: "graphql.fields",
    quantity: Quantity::Count,
    default: 5_000,
    ceiling: u64::MAX,
    acts: Acts::OnFact,
    code: "TOO_MANY_FIELDS",
    bounds: "fields of one operation with every fragment counted at each place it is spread",
    why: "a 30 KB operation has some 1,000; stops fragments that double at each level and fields repeated by the thousand",
};

/// Root fields.
pub const ROOT_FIELDS: LimitSpec = LimitSpec {
    name: "graphql.root_fields",
    quantity: Quantity::Count,
    default: 50,
    ceiling: 1_000_000,
    acts: Acts::OnFact,
    code: "TOO_MANY_ROOT_FIELDS",
    bounds: "fields at the first level of one operation, through fragments",
    why: "each root field is a request of its own; stops batches disguised as one operation",
};

/// Aliases in all.
pub const ALIASES: LimitSpec = LimitSpec {
    name: "graphql.aliases",
    quantity: Quantity::Count,
    default: 500,
    ceiling: u64::MAX,
    acts: Acts::OnFact,
    code: "TOO_MANY_ALIASES",
    bounds: "aliased fields of one operation with every fragment counted at each place it is spread",
    why: "a generated 30 KB operation has 246; stops amplification by asking for everything many times",
};

/// Aliases of one field name.
pub const ALIASES_PER_FIELD: LimitSpec = LimitSpec {
    name: "graphql.aliases_per_field",
    quantity: Quantity::Count,
    default: 30,
    ceiling: u64::MAX,
    acts: Acts::OnFact,
    code: "TOO_MANY_ALIASES_OF_ONE_FIELD",
    bounds: "aliased fields of one name in one operation with every fragment counted at each place it is spread",
    why: "generated operations stay below 15; stops guessing many passwords, codes or ids in one request",
};

/// Directives after expansion.
pub const DIRECTIVES: LimitSpec = LimitSpec {
    name: "graphql.directives",
    quantity: Quantity::Count,
    default: 100,
    ceiling: u64::MAX,
    acts: Acts::OnFact,
    code: "TOO_MANY_DIRECTIVES",
    bounds: "directives of one operation with every fragment counted at each place it is spread",
    why: "conditional fields in a fragment spread thirty times pass; stops directive overloading",
};

/// Directives at one place.
pub const DIRECTIVES_PER_NODE: LimitSpec = LimitSpec {
    name: "graphql.directives_per_node",
    quantity: Quantity::Count,
    default: 5,
    ceiling: 100_000,
    acts: Acts::OnFact,
    code: "TOO_MANY_DIRECTIVES_IN_PLACE",
    bounds: "directives on one field, fragment, operation or variable",
    why: "there are two in the specification and clients add one or two of their own; stops one field that carries a hundred",
};

/// Depth of introspection.
pub const INTROSPECTION_DEPTH: LimitSpec = LimitSpec {
    name: "graphql.introspection_depth",
    quantity: Quantity::Levels,
    default: 15,
    ceiling: 10_000,
    acts: Acts::OnFact,
    code: "INTROSPECTION_TOO_DEEP",
    bounds: "fields nested in one another from `__schema` or `__type` on, that field being at depth 1",
    why: "the usual tools ask 13 to 15 deep; stops the circular types of the introspection schema from being followed",
};

/// Lists within lists of introspection.
pub const INTROSPECTION_LISTS: LimitSpec = LimitSpec {
    name: "graphql.introspection_lists",
    quantity: Quantity::Levels,
    default: 2,
    ceiling: 10_000,
    acts: Acts::OnFact,
    code: "INTROSPECTION_TOO_WIDE",
    bounds: "lists of types' members (fields, inputFields, interfaces, possibleTypes) nested in one another under `__schema` or `__type`",
    why: "tools nest none to two; each level multiplies the answer by the size of the schema",
};

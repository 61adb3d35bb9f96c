//! What every schema has: five scalars, the directives of the specification, and the types of introspection (GraphQL §3.5, §3.13, §4.2).

use super::draft::{BUILT_IN, Draft};
use super::sdl;

/// As SDL, so that there is one way of saying what a type is. Directives that stand in schemas alone are left out.
const TEXT: &str = r"
scalar Int scalar Float scalar String scalar Boolean scalar ID
directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
type __Schema {
  description: String types: [__Type!]! queryType: __Type! mutationType: __Type subscriptionType: __Type
  directives(includeDeprecated: Boolean = false): [__Directive!]!
}
type __Type {
  kind: __TypeKind! name: String description: String specifiedByURL: String isOneOf: Boolean
  fields(includeDeprecated: Boolean = false): [__Field!] interfaces: [__Type!] possibleTypes: [__Type!]
  enumValues(includeDeprecated: Boolean = false): [__EnumValue!]
  inputFields(includeDeprecated: Boolean = false): [__InputValue!] ofType: __Type
}
type __Field {
  name: String! description: String args(includeDeprecated: Boolean = false): [__InputValue!]! type: __Type!
  isDeprecated: Boolean! deprecationReason: String
}
type __InputValue {
  name: String! description: String type: __Type! defaultValue: String isDeprecated: Boolean! deprecationReason: String
}
type __EnumValue { name: String! description: String isDeprecated: Boolean! deprecationReason: String }
enum __TypeKind { SCALAR OBJECT INTERFACE UNION ENUM INPUT_OBJECT LIST NON_NULL }
type __Directive {
  name: String! description: String locations: [__DirectiveLocation!]! isRepeatable: Boolean!
  args(includeDeprecated: Boolean = false): [__InputValue!]! isDeprecated: Boolean! deprecationReason: String
}
enum __DirectiveLocation {
  QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD INLINE_FRAGMENT VARIABLE_DEFINITION SCHEMA SCALAR OBJECT
  FIELD_DEFINITION ARGUMENT_DEFINITION INTERFACE UNION ENUM ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION
}
type __Meta { __schema: __Schema! __type(name: String!): __Type }
";

/// Type whose fields belong to the query type; it is no type of the schema itself.
pub(super) const META: &str = "__Meta";

/// The built-in definitions.
pub(super) fn draft() -> Draft {
    let mut draft = Draft::default();
    // The text is constant; that it reads is shown by every test that loads a schema.
    let read = sdl::read(BUILT_IN, TEXT, &mut draft);
    debug_assert!(read.is_ok(), "{read:?}");
    draft
}

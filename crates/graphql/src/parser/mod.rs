//! From text to tree: the executable grammar of GraphQL (September 2025), read once and strictly.
//!
//! What this room is: a lexer over a table of byte classes ([`lexer`]), fused with a parser that never recurses ([`grammar`],
//! [`selection`], [`value`]) and writes flat arrays in pre-order ([`document`]). A node knows the index after its subtree and the
//! index of the node around it, so walking needs no stack, neither here nor later. A [`Document`] is reused from message to message;
//! once its arrays have grown, parsing allocates nothing.
//!
//! What it is not: it knows no schema, decodes no literal unless asked ([`text`]) and accepts no type system definitions.

mod class;
mod document;
mod fault;
mod grammar;
pub(crate) mod lexer;
mod literal;
mod selection;
#[cfg(test)]
mod tests;
mod text;
mod value;
mod walk;

pub(crate) use document::text_of;
pub use document::{
    Argument, Definition, DefinitionKind, Directive, Document, NONE, Run, Selection, SelectionKind, Value, ValueKind, Variable,
};
pub use fault::{FaultCode, ParseFault, SYNTAX};
pub use grammar::{ParseLimits, parse};
pub(crate) use literal::unicode_escape;
pub use text::{append_string_value, string_value};
pub use walk::{SelectionStep, SelectionWalk, ValueStep, ValueWalk};

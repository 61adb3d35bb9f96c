//! The suites as a library, so that tests can use the same generator and the same tree.

mod document;
pub mod graphql_generate;
pub mod graphql_parse;
pub mod graphql_tree;
pub mod graphql_validate;
mod mutate;
mod random;
mod suite;

pub use document::Generator;
pub use mutate::mutate;
pub use random::Random;

/// Why a suite could not run; never a failed case.
pub type Failure = Box<dyn std::error::Error>;

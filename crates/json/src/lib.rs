//! A strict, bounded JSON reader: bytes in, a flat tree with positions out.
//!
//! It reads RFC 8259 as narrowed by I-JSON (RFC 7493), because every freedom the grammar leaves is a place where the reader behind the
//! proxy may see something else: a member name may occur once per object (compared after unescaping), text is UTF-8 without byte order
//! mark, `\u` escapes never name half a surrogate pair, and a number must fit IEEE 754 double precision. Nothing follows the value.
//!
//! The tree is one array in document order; a node holds the index behind its subtree. Reading needs no recursion, no look-back and, with
//! a reused [`Document`], no allocation. Numbers and names keep their order and spelling when written again.
//!
//! What this room does not do: typed access (engines read members by name) and lenient reading of any kind.

mod document;
mod fault;
mod keys;
mod limits;
mod number;
mod reader;
mod string;
mod write;

pub use document::{Document, Items, Kind, Members, Value};
pub use fault::{Fault, Reason};
pub use limits::{Bounds, CHECKS, LIMITS};
pub use write::write_string;

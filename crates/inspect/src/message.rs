//! A message as handed to a contract.

use bytes::Bytes;

use crate::{Head, Peer};

/// The body as far as it was read.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// All of it, content coding removed.
    Whole(&'a Bytes),
    /// The beginning of a body that is larger than its limit; only monitor mode hands this on.
    Prefix(&'a Bytes),
    /// Not read: it streams past under bounds.
    Streamed {
        /// Announced length in bytes, if any.
        length: Option<u64>,
    },
}

/// One request as a contract sees it.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The head in its one reading.
    pub head: &'a Head,
    /// The body.
    pub body: Body<'a>,
    /// The other end.
    pub peer: &'a Peer,
}

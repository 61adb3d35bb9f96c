//! Buffers that pass from message to message, so that reading an ordinary message allocates little.
//!
//! Bounded twice: so many sets are kept, and only those whose last message was of ordinary size, so that a few huge messages leave no
//! memory behind. Nothing of a message can be seen through a buffer: both readers clear before they read.

#![expect(
    clippy::disallowed_types,
    reason = "empty buffers wait here and nothing else: no message can learn of another through them"
)]

use std::sync::Mutex;

use crate::parser::Document;

/// Sets kept for later.
const KEPT_MAX: usize = 64;

/// JSON values and document tokens up to which a message is of ordinary size: some 200 KB of arrays.
const ORDINARY: usize = 4_096;

/// The trees of one message.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub(crate) json: portcullis_json::Document,
    pub(crate) document: Document,
}

impl Buffers {
    fn is_ordinary(&self) -> bool {
        self.json.len() <= ORDINARY && self.document.tokens() as usize <= ORDINARY
    }
}

/// Buffers waiting for a message.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    spare: Mutex<Vec<Buffers>>,
}

impl Pool {
    /// Buffers for one message. Where the pool is busy or empty, new ones: nobody waits.
    pub(crate) fn take(&self) -> Buffers {
        self.spare.try_lock().ok().and_then(|mut spare| spare.pop()).unwrap_or_default()
    }

    /// Gives buffers back.
    pub(crate) fn give(&self, buffers: Buffers) {
        if !buffers.is_ordinary() {
            return;
        }
        if let Ok(mut spare) = self.spare.try_lock()
            && spare.len() < KEPT_MAX
        {
            spare.push(buffers);
        }
    }
}

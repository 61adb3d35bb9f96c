//! Counters every worker shares: bytes buffered, exchanges under way, connections per address. In-process; nothing here decides, it
//! only counts and says no at the number it was given.

mod bytes;
mod connections;
mod slots;

pub use bytes::{ByteBudget, HeldBytes};
pub use connections::{ConnectionSlot, Connections, TooMany};
pub use slots::{HeldSlot, Slots};

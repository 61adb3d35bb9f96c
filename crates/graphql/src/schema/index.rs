//! One index for everything that has a name within something: types, directives, fields of types, arguments of fields.
//!
//! An open-addressing table of hashes, filled once from the operator's schema. Clients only look things up, so they cannot fill it with
//! collisions; at most they can choose the longest run of occupied slots, and at half load that is short.

/// Within what a name is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All types.
    Types,
    /// All directives.
    Directives,
    /// Fields, input fields or enum values of the type.
    Type(u32),
    /// Arguments of the field.
    Field(u32),
    /// Arguments of the directive.
    Directive(u32),
}

impl Scope {
    const fn salt(self) -> u64 {
        match self {
            Self::Types => 1,
            Self::Directives => 2,
            Self::Type(id) => (id as u64) << 3 | 3,
            Self::Field(id) => (id as u64) << 3 | 4,
            Self::Directive(id) => (id as u64) << 3 | 5,
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// Upper half of the hash.
    tag: u32,
    /// Index of the entry plus one; 0 for an empty slot.
    entry: u32,
}

/// The table. Entries are numbers; what they are called is for the caller to compare.
#[derive(Debug, Default)]
pub(crate) struct Index {
    slots: Vec<Slot>,
}

impl Index {
    /// A table with room for `entries`.
    pub(crate) fn with_room(entries: usize) -> Self {
        Self { slots: vec![Slot::default(); entries.saturating_mul(2).max(8).next_power_of_two()] }
    }

    /// Adds `entry` as `name` within `scope`. The caller knows that there is no such name yet and that there is room.
    pub(crate) fn insert(&mut self, scope: Scope, name: &[u8], entry: u32) {
        let hash = hash(scope, name);
        let mask = self.slots.len().saturating_sub(1);
        let mut at = hash as usize & mask;
        for _ in 0..self.slots.len() {
            if let Some(slot) = self.slots.get_mut(at)
                && slot.entry == 0
            {
                *slot = Slot { tag: (hash >> 32) as u32, entry: entry.saturating_add(1) };
                return;
            }
            at = at.wrapping_add(1) & mask;
        }
    }

    /// The entry called `name` within `scope`, where `is` confirms a candidate.
    #[inline]
    pub(crate) fn find(&self, scope: Scope, name: &[u8], is: impl Fn(u32) -> bool) -> Option<u32> {
        let hash = hash(scope, name);
        let tag = (hash >> 32) as u32;
        let mask = self.slots.len().saturating_sub(1);
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots.get(at)?;
            let entry = slot.entry.checked_sub(1)?;
            if slot.tag == tag && is(entry) {
                return Some(entry);
            }
            at = at.wrapping_add(1) & mask;
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.slots.len().saturating_mul(size_of::<Slot>())
    }
}

/// Eight bytes at a time, multiplied and folded.
#[inline]
fn hash(scope: Scope, name: &[u8]) -> u64 {
    const FACTOR: u64 = 0x517c_c1b7_2722_0a95;
    let mut state = scope.salt().wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ name.len() as u64;
    let (words, rest) = name.as_chunks::<8>();
    for word in words {
        state = (state.rotate_left(5) ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR);
    }
    let tail = rest.iter().rev().fold(0_u64, |tail, byte| tail << 8 | u64::from(*byte));
    state = (state.rotate_left(5) ^ tail).wrapping_mul(FACTOR);
    state ^ state >> 29
}

//! A counted gate.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Slots held at the moment; how many there may be is said with each request, because a reload may change it.
#[derive(Clone, Debug, Default)]
pub struct Slots(Arc<AtomicU64>);

/// One held slot; dropping gives it back.
#[derive(Debug)]
pub struct HeldSlot(Arc<AtomicU64>);

impl Slots {
    /// Takes a slot if fewer than `max` are held.
    pub fn take(&self, max: u64) -> Option<HeldSlot> {
        let free = |held: u64| (held < max).then(|| held.saturating_add(1));
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, free).ok()?;
        Some(HeldSlot(Arc::clone(&self.0)))
    }

    /// Slots held now.
    pub fn held(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

impl Drop for HeldSlot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_slot_is_given_and_none_beyond() {
        let slots = Slots::default();
        let first = slots.take(2);
        let second = slots.take(2);
        assert!(first.is_some() && second.is_some() && slots.take(2).is_none());
        drop(first);
        assert!(slots.take(2).is_some());
    }
}

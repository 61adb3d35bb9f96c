//! All bytes the process buffers for clients, under one bound.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes buffered now and the most there may be. New work is shed before memory goes.
#[derive(Clone, Debug, Default)]
pub struct ByteBudget {
    held: Arc<AtomicU64>,
    max: Arc<AtomicU64>,
}

/// Bytes held by one exchange or connection; dropping gives them back.
#[derive(Debug)]
pub struct HeldBytes {
    budget: ByteBudget,
    held: u64,
}

impl ByteBudget {
    /// A budget of `max` bytes.
    pub fn new(max: u64) -> Self {
        Self { held: Arc::default(), max: Arc::new(AtomicU64::new(max)) }
    }

    /// Changes the bound; what is held stays held.
    pub fn set_max(&self, max: u64) {
        self.max.store(max, Ordering::Release);
    }

    /// An empty holding that can grow.
    pub fn holding(&self) -> HeldBytes {
        HeldBytes { budget: self.clone(), held: 0 }
    }

    /// Bytes held now.
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::Acquire)
    }
}

impl HeldBytes {
    /// Holds `more` bytes as well, or holds nothing more and answers `false`.
    #[must_use]
    pub fn grow(&mut self, more: u64) -> bool {
        let max = self.budget.max.load(Ordering::Acquire);
        let room = |held: u64| held.checked_add(more).filter(|sum| *sum <= max);
        let granted = self.budget.held.fetch_update(Ordering::AcqRel, Ordering::Acquire, room).is_ok();
        if granted {
            self.held = self.held.saturating_add(more);
        }
        granted
    }

    /// Gives everything back.
    pub fn release(&mut self) {
        self.budget.held.fetch_sub(self.held, Ordering::AcqRel);
        self.held = 0;
    }

    /// Bytes held by this holding.
    pub const fn held(&self) -> u64 {
        self.held
    }
}

impl Drop for HeldBytes {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_the_last_byte_and_not_one_further() {
        let budget = ByteBudget::new(10);
        let mut first = budget.holding();
        let mut second = budget.holding();
        assert!(first.grow(6) && second.grow(4));
        assert!(!second.grow(1));
        drop(first);
        assert!(second.grow(6));
        assert_eq!(budget.held(), 10);
    }
}

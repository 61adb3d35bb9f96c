//! Work an inspection may spend on one message.

/// Returned when a [`Budget`] cannot pay. The caller reports it as a finding; it is never an internal error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted;

/// Steps one message may cost. A step is one visited node (a selection, a JSON value, an element); every loop whose length a client
/// influences and that is not already bounded by a hard limit spends from it.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    allowed: u64,
    left: u64,
}

impl Budget {
    /// A fresh budget of `steps`.
    pub const fn new(steps: u64) -> Self {
        Self { allowed: steps, left: steps }
    }

    /// Spends `steps`, or spends nothing and reports exhaustion.
    pub fn spend(&mut self, steps: u64) -> Result<(), Exhausted> {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Exhausted),
        }
    }

    /// Steps spent so far: the high-water mark of the audit record.
    pub const fn spent(&self) -> u64 {
        self.allowed.saturating_sub(self.left)
    }

    /// Steps this budget started with.
    pub const fn allowed(&self) -> u64 {
        self.allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spends_to_the_last_step_and_not_one_further() {
        let mut budget = Budget::new(3);
        assert_eq!(budget.spend(2), Ok(()));
        assert_eq!(budget.spend(2), Err(Exhausted));
        assert_eq!(budget.spend(1), Ok(()));
        assert_eq!(budget.spend(1), Err(Exhausted));
        assert_eq!(budget.spent(), 3);
    }
}

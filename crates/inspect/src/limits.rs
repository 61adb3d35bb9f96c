//! Limits as rows: configuration, documentation, JSON Schema and high-water marks all iterate the same table.

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Bytes; configuration accepts `512`, `64KiB`, `2MiB`.
    Bytes,
    /// Things.
    Count,
    /// Levels of nesting.
    Levels,
    /// Milliseconds; configuration accepts `500ms`, `10s`, `2m`.
    Milliseconds,
    /// Output over input, as in "20 to 1".
    Ratio,
    /// Steps of inspection work.
    Steps,
}

/// Where a limit is enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acts {
    /// Hard: reading stops at the limit, so what lies beyond is never understood.
    WhileReading,
    /// A threshold of policy over the fact of the same name; the message was understood in full.
    OnFact,
    /// Held by the data plane: connections, times, memory.
    InTheShell,
}

/// One limit. Its name is also the name of the check that refuses beyond it and, for thresholds, of the fact it bounds.
#[derive(Clone, Copy, Debug)]
pub struct LimitSpec {
    /// Dotted name, as in `graphql.depth`.
    pub name: &'static str,
    /// Unit of the number.
    pub quantity: Quantity,
    /// Value when the operator says nothing.
    pub default: u64,
    /// Largest value configuration accepts.
    pub ceiling: u64,
    /// Where it acts.
    pub acts: Acts,
    /// Stable code of the refusal.
    pub code: &'static str,
    /// What it bounds, one sentence.
    pub bounds: &'static str,
    /// Why this default, and which attack it stops.
    pub why: &'static str,
}

/// The values of a table of rows for one service or for the process.
#[derive(Clone, Debug)]
pub struct Limits {
    rows: Vec<(&'static LimitSpec, u64)>,
}

impl Limits {
    /// Every row at its default.
    pub fn defaults(tables: &[&'static [LimitSpec]]) -> Self {
        Self { rows: tables.iter().flat_map(|table| table.iter()).map(|row| (row, row.default)).collect() }
    }

    /// Sets the row called `name`, cut to its ceiling. Answers whether there is such a row.
    pub fn set(&mut self, name: &str, value: u64) -> bool {
        match self.rows.iter_mut().find(|(row, _)| row.name == name) {
            Some((row, held)) => {
                *held = value.min(row.ceiling);
                true
            }
            None => false,
        }
    }

    /// The value of the row called `name`; 0 (nothing is allowed) when there is no such row, so that a misspelt row fails closed.
    pub fn value(&self, name: &str) -> u64 {
        self.rows.iter().find(|(row, _)| row.name == name).map_or(0, |(_, value)| *value)
    }

    /// Rows with their values, in table order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static LimitSpec, u64)> + '_ {
        self.rows.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static ROWS: [LimitSpec; 1] = [LimitSpec {
        name: "test.depth",
        quantity: Quantity::Levels,
        default: 5,
        ceiling: 10,
        acts: Acts::OnFact,
        code: "DEPTH_EXCEEDED",
        bounds: "nesting",
        why: "recursion",
    }];

    #[test]
    fn a_row_starts_at_its_default_and_stops_at_its_ceiling() {
        let mut limits = Limits::defaults(&[&ROWS]);
        assert_eq!(limits.value("test.depth"), 5);
        assert!(limits.set("test.depth", 99));
        assert_eq!(limits.value("test.depth"), 10);
    }

    #[test]
    fn an_unknown_row_allows_nothing() {
        let mut limits = Limits::defaults(&[&ROWS]);
        assert!(!limits.set("test.dept", 99));
        assert_eq!(limits.value("test.dept"), 0);
    }
}

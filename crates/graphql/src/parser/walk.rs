//! Walking the flat trees without a stack: every node knows where its subtree ends and what stands around it.

use super::document::{Document, NONE, Run, Selection, Value};

/// One step of a [`SelectionWalk`].
#[derive(Clone, Copy, Debug)]
pub enum SelectionStep<'a> {
    /// A selection begins; `opens` when it has a selection set, which follows and is closed by a [`SelectionStep::Leave`].
    Enter {
        /// Its index.
        index: u32,
        /// The selection.
        selection: &'a Selection,
        /// Whether it has a selection set.
        opens: bool,
    },
    /// The selection set of this selection ends.
    Leave(&'a Selection),
}

/// Walks the selections of one definition in the order of the text.
#[derive(Clone, Debug)]
pub struct SelectionWalk<'a> {
    selections: &'a [Selection],
    next: u32,
    end: u32,
    open: u32,
    open_end: u32,
}

/// One step of a [`ValueWalk`].
#[derive(Clone, Copy, Debug)]
pub enum ValueStep<'a> {
    /// A value begins; `opens` when it is a list or an object that holds something, which is closed by a [`ValueStep::Leave`].
    Enter {
        /// Its index.
        index: u32,
        /// The value.
        value: &'a Value,
        /// Whether values inside it follow.
        opens: bool,
    },
    /// This list or object ends.
    Leave(&'a Value),
}

/// Walks one value and what it holds, in the order of the text.
#[derive(Clone, Debug)]
pub struct ValueWalk<'a> {
    values: &'a [Value],
    next: u32,
    end: u32,
    open: u32,
    open_end: u32,
}

impl Document {
    /// Walks the selections of a definition.
    pub fn walk_selections(&self, run: Run) -> SelectionWalk<'_> {
        SelectionWalk { selections: &self.selections, next: run.start, end: run.end, open: NONE, open_end: NONE }
    }

    /// Walks the value at `index` of an argument or a default.
    pub fn walk_value(&self, index: u32) -> ValueWalk<'_> {
        let end = self.values.get(index as usize).map_or(index, |value| value.end);
        ValueWalk { values: &self.values, next: index, end, open: NONE, open_end: NONE }
    }
}

impl<'a> Iterator for SelectionWalk<'a> {
    type Item = SelectionStep<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.open_end {
            let left = self.selections.get(self.open as usize)?;
            self.open = left.parent;
            self.open_end = self.selections.get(left.parent as usize).map_or(NONE, |around| around.end);
            return Some(SelectionStep::Leave(left));
        }
        if self.next >= self.end {
            return None;
        }
        let index = self.next;
        let selection = self.selections.get(index as usize)?;
        self.next = index.saturating_add(1);
        let opens = selection.end > self.next;
        if opens {
            self.open = index;
            self.open_end = selection.end;
        }
        Some(SelectionStep::Enter { index, selection, opens })
    }
}

impl<'a> Iterator for ValueWalk<'a> {
    type Item = ValueStep<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.open_end {
            let left = self.values.get(self.open as usize)?;
            self.open = left.parent;
            self.open_end = self.values.get(left.parent as usize).map_or(NONE, |around| around.end);
            return Some(ValueStep::Leave(left));
        }
        if self.next >= self.end {
            return None;
        }
        let index = self.next;
        let value = self.values.get(index as usize)?;
        self.next = index.saturating_add(1);
        let opens = value.end > self.next;
        if opens {
            self.open = index;
            self.open_end = value.end;
        }
        Some(ValueStep::Enter { index, value, opens })
    }
}

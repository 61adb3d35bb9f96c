//! Types as they are referred to: a named type within lists, each level nullable or not (GraphQL §3.11, §3.12).

/// Lists around a named type; deeper ones are refused.
pub(crate) const LISTS_MAX: u8 = 30;

/// A reference to a type. Bit `n` of `non_null` belongs to level `n`: the named type is level 0, each list around it one more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TypeRef {
    /// Index of the named type.
    pub named: u32,
    /// Lists around it.
    pub lists: u8,
    /// Which levels are non-null.
    pub non_null: u32,
}

impl TypeRef {
    /// The reference whose `levels`, from the named type outwards, are non-null or not; `None` beyond the lists a schema can have.
    pub fn of_levels(named: u32, levels: &[bool]) -> Option<Self> {
        let lists = u8::try_from(levels.len().checked_sub(1)?).ok().filter(|lists| *lists <= LISTS_MAX)?;
        let non_null = levels.iter().rev().fold(0, |bits, non_null| bits << 1 | u32::from(*non_null));
        Some(Self { named, lists, non_null })
    }

    /// Whether the type, as a whole, refuses `null`.
    pub const fn is_non_null(self) -> bool {
        self.non_null >> self.lists & 1 == 1
    }

    /// Whether the type, null aside, is a list.
    pub const fn is_list(self) -> bool {
        self.lists > 0
    }

    /// The type of the list's items; a type that is no list is its own item.
    pub const fn item(self) -> Self {
        match self.lists.checked_sub(1) {
            Some(lists) => Self { named: self.named, lists, non_null: self.non_null & !(1 << self.lists) },
            None => self,
        }
    }

    /// The same type, null allowed.
    pub const fn nullable(self) -> Self {
        Self { non_null: self.non_null & !(1 << self.lists), ..self }
    }

    /// The same type, null refused.
    pub const fn required(self) -> Self {
        Self { non_null: self.non_null | 1 << self.lists, ..self }
    }

    /// AreTypesCompatible (GraphQL §5.8.5): whether every value of this type is one of `location`'s type. Same named type, same lists, and
    /// wherever the location refuses null, this type does too.
    pub const fn fits(self, location: Self) -> bool {
        self.named == location.named && self.lists == location.lists && location.non_null & !self.non_null == 0
    }

    /// The type in the words of the specification, around the `name` of its named type.
    pub fn spelled(self, name: &str) -> String {
        let mut text = "[".repeat(usize::from(self.lists));
        text.push_str(name);
        for level in 0..=self.lists {
            if level > 0 {
                text.push(']');
            }
            if self.non_null >> level & 1 == 1 {
                text.push('!');
            }
        }
        text
    }
}

//! Tokens to text: keeps apart what would otherwise be read as one token.

/// Appends tokens. A word is a token that is no punctuator: a name, a number, a string. Two words need a space between them; so do a
/// word and a spread, because some lexers read `1...` as a broken number.
pub(super) struct Writer<'out> {
    out: &'out mut String,
    after_word: bool,
}

impl<'out> Writer<'out> {
    pub(super) fn new(out: &'out mut String) -> Self {
        Self { out, after_word: false }
    }

    /// A name or a number.
    #[inline]
    pub(super) fn word(&mut self, word: &str) {
        self.out_for_word().push_str(word);
    }

    /// The text to append a word to, piece by piece.
    #[inline]
    pub(super) fn out_for_word(&mut self) -> &mut String {
        if self.after_word {
            self.out.push(' ');
        }
        self.after_word = true;
        self.out
    }

    /// A punctuator of one character.
    #[inline]
    pub(super) fn mark(&mut self, mark: char) {
        self.out.push(mark);
        self.after_word = false;
    }

    /// `...`
    #[inline]
    pub(super) fn spread(&mut self) {
        self.out.push_str(if self.after_word { " ..." } else { "..." });
        self.after_word = false;
    }
}

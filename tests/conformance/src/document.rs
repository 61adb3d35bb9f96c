//! Documents from the grammar (September 2025), with its rarer corners drawn often: every spelling of strings and numbers, ignored tokens
//! of every kind between any two tokens, keywords as names, descriptions.

use crate::Random;

const NAMES: &[&str] = &[
    "a",
    "b",
    "id",
    "user",
    "query",
    "mutation",
    "subscription",
    "fragment",
    "on",
    "true",
    "false",
    "null",
    "__typename",
    "_",
    "_0",
    "Q9",
    "type",
    "input",
    "camelCase",
    "UPPER",
];
const SPREADABLE: &[&str] = &["F", "G", "fragment", "query", "onX", "true", "null", "_on"];
const ENUMS: &[&str] = &["RED", "on", "query", "nul", "True", "FALSE", "_"];
const NUMBERS: &[&str] =
    &["0", "-0", "1", "-12", "123456789012345678901234567890", "0.0", "-1.50", "1e5", "1E-5", "0e+0", "6.022e23", "-0.1E+9"];
const STRINGS: &[&str] = &[
    r#""""#,
    r#""a""#,
    r#""\"\\\/\b\f\n\r\t""#,
    r#""é 語 😀""#,
    r#""\u00e9\uD83D\uDE00""#,
    r#""\u{1F600}""#,
    r#""\u{0}""#,
    r#""\u{41}""#,
    r#""\u{00000000}""#,
    "\"# no comment { }\"",
    "\"\t\u{1}\u{7f}\u{feff}\u{2028}\"",
    r#""$a @b ...""#,
    r#""\u0000\u001f""#,
    r#""\\u{41}""#,
    r#""\uDBFF\uDFFF\uD800\uDC00""#,
];
const BLOCKS: &[&str] = &[
    "\"\"\"\"\"\"",
    "\"\"\"a\"\"\"",
    "\"\"\" a\"\"\"",
    "\"\"\"\n  a\n    b\n\n  c\n\"\"\"",
    "\"\"\"a\r\n  b\r  c\n\"\"\"",
    "\"\"\"\n\t a\n\t  b\"\"\"",
    "\"\"\"\\\"\"\" \\n \\u0041 \\\\ \"\" \"\"\"",
    "\"\"\"   \n\n  \"\"\"",
    "\"\"\"x\n   \n  y\n \"\"\"",
    "\"\"\"é\u{2028}😀\u{1}\u{0}\"\"\"",
    "\"\"\"\n    \n   a\n  \n\"\"\"",
    "\"\"\"\\\"\"\"\\\\ \"\"\"",
];
const IGNORED: &[&str] = &["\n", "\r\n", "\t", ",", " , ", "#c { \"\"\"\n", "\u{feff}", "  ", "#\r", "# \u{1F600} \\\n"];

/// Builds one document after another.
#[derive(Debug)]
pub struct Generator {
    random: Random,
    out: String,
}

impl Generator {
    /// A generator of the documents of `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), out: String::new() }
    }

    /// The next document. It follows the grammar; it need not be valid otherwise.
    pub fn document(&mut self) -> String {
        self.out.clear();
        if self.random.one_in(8) {
            self.out.push('\u{feff}');
        }
        for _ in 0..=self.random.below(3) {
            self.definition();
        }
        std::mem::take(&mut self.out)
    }

    fn definition(&mut self) {
        match self.random.below(6) {
            0 | 1 => {}
            2 => {
                self.description();
                self.token("fragment");
                self.one_of(SPREADABLE);
                self.token("on");
                self.one_of(NAMES);
                self.directives(false);
            }
            _ => {
                self.description();
                self.one_of(&["query", "mutation", "subscription"]);
                self.maybe(2, |this| this.one_of(NAMES));
                self.maybe(2, Self::variables);
                self.directives(false);
            }
        }
        self.selection_set(4);
    }

    fn description(&mut self) {
        self.maybe(4, Self::string);
    }

    fn variables(&mut self) {
        self.token("(");
        for _ in 0..=self.random.below(3) {
            self.description();
            self.token("$");
            self.one_of(NAMES);
            self.token(":");
            let lists = self.random.below(3);
            (0..lists).for_each(|_| self.token("["));
            self.one_of(NAMES);
            self.maybe(2, |this| this.token("!"));
            for _ in 0..lists {
                self.token("]");
                self.maybe(2, |this| this.token("!"));
            }
            self.maybe(3, |this| {
                this.token("=");
                this.value(3, true);
            });
            self.directives(true);
        }
        self.token(")");
    }

    fn selection_set(&mut self, depth: usize) {
        self.token("{");
        for _ in 0..=self.random.below(4) {
            match self.random.below(6) {
                0 => {
                    self.token("...");
                    self.one_of(SPREADABLE);
                    self.directives(false);
                }
                1 if depth > 0 => {
                    self.token("...");
                    self.maybe(2, |this| {
                        this.token("on");
                        this.one_of(NAMES);
                    });
                    self.directives(false);
                    self.selection_set(depth - 1);
                }
                _ => self.field(depth),
            }
        }
        self.token("}");
    }

    fn field(&mut self, depth: usize) {
        self.maybe(4, |this| {
            this.one_of(NAMES);
            this.token(":");
        });
        self.one_of(NAMES);
        self.maybe(3, |this| this.arguments(false));
        self.directives(false);
        if depth > 0 {
            self.maybe(3, |this| this.selection_set(depth - 1));
        }
    }

    fn directives(&mut self, constant: bool) {
        while self.random.one_in(6) {
            self.token("@");
            self.one_of(NAMES);
            self.maybe(2, |this| this.arguments(constant));
        }
    }

    fn arguments(&mut self, constant: bool) {
        self.token("(");
        for _ in 0..=self.random.below(3) {
            self.one_of(NAMES);
            self.token(":");
            self.value(3, constant);
        }
        self.token(")");
    }

    fn value(&mut self, depth: usize, constant: bool) {
        match self.random.below(10) {
            0 if depth > 0 => {
                self.token("[");
                (0..self.random.below(4)).for_each(|_| self.value(depth - 1, constant));
                self.token("]");
            }
            1 if depth > 0 => {
                self.token("{");
                for _ in 0..self.random.below(4) {
                    self.one_of(NAMES);
                    self.token(":");
                    self.value(depth - 1, constant);
                }
                self.token("}");
            }
            2 if !constant => {
                self.token("$");
                self.one_of(NAMES);
            }
            3 => self.one_of(&["true", "false", "null"]),
            4 => self.one_of(ENUMS),
            5..=7 => self.string(),
            _ => self.one_of(NUMBERS),
        }
    }

    fn string(&mut self) {
        let spellings = if self.random.one_in(3) { BLOCKS } else { STRINGS };
        self.one_of(spellings);
    }

    fn maybe(&mut self, times: usize, then: impl FnOnce(&mut Self)) {
        if self.random.one_in(times) {
            then(self);
        }
    }

    fn one_of(&mut self, tokens: &[&str]) {
        if let Some(token) = self.random.pick(tokens) {
            self.token(token);
        }
    }

    /// One token, after ignored tokens of some kind where it needs or likes them.
    fn token(&mut self, token: &str) {
        let punctuator = |c: char| "{}()[]:=!$@".contains(c);
        let apart = self.out.is_empty() || self.out.ends_with(punctuator) || token.starts_with(punctuator);
        if self.random.one_in(12) {
            let ignored = self.random.pick(IGNORED).unwrap_or(" ");
            self.out.push_str(ignored);
        } else if !apart || self.random.one_in(6) {
            self.out.push(' ');
        }
        self.out.push_str(token);
    }
}

//! The lexer: one token at a time, ignored tokens skipped, limits spent (GraphQL §2.1).
//!
//! A fault is a token too: [`Token::Fault`], which no rule of the grammar accepts. So [`Lexer::advance`] returns nothing, and the rule
//! that meets the token reports the fault that the lexer remembered.

use portcullis_inspect::Span;

use super::class::{begins, continues_name};
use super::fault::{FaultCode, ParseFault};
use super::grammar::ParseLimits;
use super::literal;

/// Kinds of tokens. Executable documents have all but two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Name,
    BraceOpen,
    ParenOpen,
    BracketOpen,
    BraceClose,
    ParenClose,
    BracketClose,
    Colon,
    Equals,
    Bang,
    Dollar,
    At,
    /// `&`, which only schemas have.
    Ampersand,
    /// `|`, which only schemas have.
    Pipe,
    Spread,
    Int,
    Float,
    String,
    Block,
    /// White space, line terminator or comma; never stood on.
    Blank,
    /// Comment or byte order mark; never stood on.
    Ignored,
    /// Reading stopped; see [`Lexer::unexpected`].
    Fault,
    /// The text is over.
    End,
}

/// A cursor over the text, always standing on one token.
pub(crate) struct Lexer<'a> {
    bytes: &'a [u8],
    /// Kind of the token it stands on.
    pub(crate) token: Token,
    /// First byte of that token.
    pub(crate) start: u32,
    /// Byte after that token.
    pub(crate) end: u32,
    tokens_left: u32,
    nesting_left: u32,
    name_bytes: usize,
    fault: Option<ParseFault>,
}

impl<'a> Lexer<'a> {
    /// A lexer before the first token. The caller knows that `text` is shorter than 4 GiB.
    pub(crate) fn new(text: &'a str, limits: &ParseLimits) -> Self {
        Self {
            bytes: text.as_bytes(),
            token: Token::End,
            start: 0,
            end: 0,
            tokens_left: limits.tokens,
            nesting_left: limits.nesting,
            name_bytes: limits.name_bytes as usize,
            fault: None,
        }
    }

    /// Where the token stands.
    #[inline]
    pub(crate) const fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }

    /// The bytes of the token.
    #[inline]
    pub(super) fn text(&self) -> &'a [u8] {
        self.bytes.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// Tokens that could still be read.
    pub(super) const fn tokens_left(&self) -> u32 {
        self.tokens_left
    }

    /// The fault behind [`Token::Fault`], or else: this token is not what the grammar wants here.
    #[cold]
    pub(crate) fn unexpected(&self) -> ParseFault {
        self.fault.unwrap_or(ParseFault { code: FaultCode::SyntaxError, span: self.span() })
    }

    /// Reads the next token.
    #[inline]
    pub(crate) fn advance(&mut self) {
        let mut at = self.end as usize;
        let token = loop {
            let Some(&byte) = self.bytes.get(at) else {
                return self.stand(Token::End, at, at);
            };
            let token = begins(byte);
            if token != Token::Blank {
                break token;
            }
            at += 1;
        };
        match token {
            Token::Name => self.name(at),
            Token::Spread | Token::Int | Token::String | Token::Ignored | Token::Fault => self.literal(token, at),
            _ => self.punctuator(token, at),
        }
    }

    #[inline]
    fn stand(&mut self, token: Token, start: usize, end: usize) {
        self.token = token;
        self.start = start as u32;
        self.end = end as u32;
    }

    /// Name :: NameStart NameContinue* [lookahead != NameContinue] (GraphQL §2.1.9).
    #[inline]
    fn name(&mut self, start: usize) {
        let mut end = start;
        while let Some(&byte) = self.bytes.get(end)
            && continues_name(byte)
        {
            end += 1;
        }
        self.stand(Token::Name, start, end);
        self.spend();
        if end.saturating_sub(start) > self.name_bytes {
            self.fail(FaultCode::NameTooLong);
        }
    }

    /// One-byte punctuators (GraphQL §2.1.8), counting how many brackets are open. Whether they match is for the grammar to say.
    #[inline]
    fn punctuator(&mut self, token: Token, at: usize) {
        self.stand(token, at, at + 1);
        self.spend();
        match token {
            Token::BraceOpen | Token::ParenOpen | Token::BracketOpen => match self.nesting_left.checked_sub(1) {
                Some(left) => self.nesting_left = left,
                None => self.fail(FaultCode::NestingExceeded),
            },
            Token::BraceClose | Token::ParenClose | Token::BracketClose => self.nesting_left = self.nesting_left.saturating_add(1),
            _ => {}
        }
    }

    /// Spreads, numbers and strings, and what stands behind comments: rarer, so kept out of line.
    #[inline(never)]
    fn literal(&mut self, kind: Token, at: usize) {
        let from = self.bytes.get(at..).unwrap_or_default();
        let read = match kind {
            Token::Spread => literal::spread(from),
            Token::Int => literal::number(from),
            Token::String => literal::string(from),
            Token::Ignored => return self.after_ignored(from),
            _ => Err(from),
        };
        match read {
            Ok((token, after)) => {
                self.stand(token, at, self.offset(after));
                self.spend();
            }
            Err(offending) => {
                self.stand(Token::Fault, at, self.offset(offending));
                self.fail(FaultCode::SyntaxError);
            }
        }
    }

    fn after_ignored(&mut self, from: &[u8]) {
        let after = literal::after_ignored(from);
        self.end = self.offset(after) as u32;
        if after.len() == from.len() {
            self.start = self.end;
            return self.fail(FaultCode::SyntaxError);
        }
        // A recursion of one level at most: what stands here is not ignored.
        self.advance();
    }

    /// Where `rest`, an end of the text, begins.
    fn offset(&self, rest: &[u8]) -> usize {
        self.bytes.len().saturating_sub(rest.len())
    }

    #[inline]
    fn spend(&mut self) {
        match self.tokens_left.checked_sub(1) {
            Some(left) => self.tokens_left = left,
            None => self.fail(FaultCode::TokensExceeded),
        }
    }

    #[cold]
    fn fail(&mut self, code: FaultCode) {
        let fault = ParseFault { code, span: self.span() };
        self.fault.get_or_insert(fault);
        self.token = Token::Fault;
    }
}

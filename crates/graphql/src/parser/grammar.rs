//! Documents, definitions and variables (GraphQL §2.2, §2.3, §2.8, §2.10): the grammar above selection sets and values.

use portcullis_inspect::{Limits, Span};

use super::document::{Definition, DefinitionKind, Document, NONE, Run, Variable};
use super::fault::{FaultCode, ParseFault};
use super::lexer::{Lexer, Token};
use super::value::Constancy;
use crate::limits;

/// Span of something that is not there: no token is empty.
pub(super) const ABSENT: Span = Span::at(0);

/// What reading may use up. Bytes are for the caller to bound, before it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseLimits {
    /// Tokens (`graphql.tokens`).
    pub tokens: u32,
    /// Brackets of any kind open at once (`graphql.nesting`).
    pub nesting: u32,
    /// Bytes of one name (`graphql.name_bytes`).
    pub name_bytes: u32,
}

impl ParseLimits {
    /// No limit but the size of the text.
    pub const MAXIMUM: Self = Self { tokens: u32::MAX, nesting: u32::MAX, name_bytes: u32::MAX };

    /// The values of the rows in `limits`.
    pub fn from_rows(rows: &Limits) -> Self {
        let value = |row: &portcullis_inspect::LimitSpec| u32::try_from(rows.value(row.name)).unwrap_or(u32::MAX);
        Self { tokens: value(&limits::TOKENS), nesting: value(&limits::NESTING), name_bytes: value(&limits::NAME_BYTES) }
    }
}

/// Reads `text` into `document`, whose former content is gone whatever the outcome; after a fault it holds what came before and is not
/// to be used. Time is linear in the text. Allocates only where an array has to grow beyond its past sizes.
///
/// ExecutableDocument : ExecutableDefinition+ (GraphQL §2.2, September 2025)
pub fn parse(text: &str, limits: &ParseLimits, document: &mut Document) -> Result<(), ParseFault> {
    document.clear();
    if u32::try_from(text.len()).is_err() {
        // Spans have 32 bits. Callers bound bytes far below this.
        return Err(ParseFault { code: FaultCode::TokensExceeded, span: Span::at(0) });
    }
    let mut parser = Parser { lexer: Lexer::new(text, limits), document };
    let outcome = parser.document();
    parser.document.tokens = limits.tokens.saturating_sub(parser.lexer.tokens_left());
    outcome
}

/// A lexer, and the document that its tokens fill.
pub(super) struct Parser<'text, 'document> {
    pub(super) lexer: Lexer<'text>,
    pub(super) document: &'document mut Document,
}

impl Parser<'_, '_> {
    fn document(&mut self) -> Result<(), ParseFault> {
        self.lexer.advance();
        loop {
            self.definition()?;
            if self.lexer.token == Token::End {
                return Ok(());
            }
        }
    }

    /// ExecutableDefinition : OperationDefinition | FragmentDefinition. All but the shorthand `{ }` may carry a description.
    fn definition(&mut self) -> Result<(), ParseFault> {
        if self.lexer.token == Token::BraceOpen {
            return self.operation_body(DefinitionKind::Query, ABSENT, Run::default());
        }
        self.description();
        if self.lexer.token != Token::Name {
            return Err(self.lexer.unexpected());
        }
        match self.lexer.text() {
            b"query" => self.operation(DefinitionKind::Query),
            b"mutation" => self.operation(DefinitionKind::Mutation),
            b"subscription" => self.operation(DefinitionKind::Subscription),
            b"fragment" => self.fragment_definition(),
            _ => Err(self.lexer.unexpected()),
        }
    }

    /// Description : StringValue, or nothing. Read and dropped: the oldest grammar we print for has none.
    fn description(&mut self) {
        if let Token::String | Token::Block = self.lexer.token {
            self.lexer.advance();
        }
    }

    /// OperationDefinition : Description? OperationType Name? VariablesDefinition? Directives? SelectionSet
    fn operation(&mut self, kind: DefinitionKind) -> Result<(), ParseFault> {
        self.lexer.advance();
        let mut name = ABSENT;
        if self.lexer.token == Token::Name {
            name = self.lexer.span();
            self.lexer.advance();
        }
        let variables = self.variables()?;
        self.operation_body(kind, name, variables)
    }

    fn operation_body(&mut self, kind: DefinitionKind, name: Span, variables: Run) -> Result<(), ParseFault> {
        let directives = self.directives(Constancy::Open)?;
        let selections = self.selection_set()?;
        self.document.definitions.push(Definition { kind, name, condition: ABSENT, variables, directives, selections });
        Ok(())
    }

    /// FragmentDefinition : Description? fragment FragmentName TypeCondition Directives? SelectionSet
    /// FragmentName : Name but not `on`
    fn fragment_definition(&mut self) -> Result<(), ParseFault> {
        self.lexer.advance();
        if self.at_on() {
            return Err(self.lexer.unexpected());
        }
        let name = self.name()?;
        if !self.at_on() {
            return Err(self.lexer.unexpected());
        }
        self.lexer.advance();
        let condition = self.name()?;
        let directives = self.directives(Constancy::Open)?;
        let selections = self.selection_set()?;
        let (kind, variables) = (DefinitionKind::Fragment, Run::default());
        self.document.fragments = self.document.fragments.saturating_add(1);
        self.document.definitions.push(Definition { kind, name, condition, variables, directives, selections });
        Ok(())
    }

    /// VariablesDefinition : ( VariableDefinition+ ), or nothing.
    fn variables(&mut self) -> Result<Run, ParseFault> {
        if self.lexer.token != Token::ParenOpen {
            return Ok(Run::default());
        }
        let start = self.document.variables.len() as u32;
        self.lexer.advance();
        loop {
            self.variable()?;
            if self.lexer.token == Token::ParenClose {
                self.lexer.advance();
                return Ok(Run { start, end: self.document.variables.len() as u32 });
            }
        }
    }

    /// VariableDefinition : Description? Variable : Type DefaultValue? Directives\[Const\]?
    fn variable(&mut self) -> Result<(), ParseFault> {
        self.description();
        self.expect(Token::Dollar)?;
        let name = self.name()?;
        self.expect(Token::Colon)?;
        let (type_name, levels) = self.variable_type()?;
        let mut default = NONE;
        if self.lexer.token == Token::Equals {
            self.lexer.advance();
            default = self.value(Constancy::Constant)?;
        }
        let directives = self.directives(Constancy::Constant)?;
        self.document.variables.push(Variable { name, type_name, levels, default, directives });
        Ok(())
    }

    /// Type : NamedType | ListType | NonNullType (GraphQL §2.11). Brackets are counted, not recursed into.
    fn variable_type(&mut self) -> Result<(Span, Run), ParseFault> {
        let start = self.document.levels.len() as u32;
        let mut lists: u32 = 0;
        while self.lexer.token == Token::BracketOpen {
            lists = lists.saturating_add(1);
            self.lexer.advance();
        }
        let type_name = self.name()?;
        self.level();
        for _ in 0..lists {
            self.expect(Token::BracketClose)?;
            self.level();
        }
        Ok((type_name, Run { start, end: self.document.levels.len() as u32 }))
    }

    /// One level of a type: the `!` after it, or nothing.
    fn level(&mut self) {
        let non_null = self.lexer.token == Token::Bang;
        if non_null {
            self.lexer.advance();
        }
        self.document.levels.push(non_null);
    }

    fn at_on(&self) -> bool {
        self.lexer.token == Token::Name && self.lexer.text() == b"on"
    }

    /// A name, stepped over.
    #[inline]
    pub(super) fn name(&mut self) -> Result<Span, ParseFault> {
        let span = self.lexer.span();
        self.expect(Token::Name).map(|()| span)
    }

    /// Steps over a token of this kind.
    #[inline]
    pub(super) fn expect(&mut self, token: Token) -> Result<(), ParseFault> {
        if self.lexer.token == token {
            self.lexer.advance();
            Ok(())
        } else {
            Err(self.lexer.unexpected())
        }
    }
}

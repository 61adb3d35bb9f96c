//! Selection sets (GraphQL §2.4 to §2.8), to any depth, without recursion.

use super::document::{NONE, Run, Selection, SelectionKind};
use super::fault::ParseFault;
use super::grammar::{ABSENT, Parser};
use super::lexer::Token;
use super::value::Constancy;

impl Parser<'_, '_> {
    /// SelectionSet : { Selection+ }. `open` is the selection whose set is being filled; each knows the one around it.
    pub(super) fn selection_set(&mut self) -> Result<Run, ParseFault> {
        let start = self.document.selections.len() as u32;
        self.expect(Token::BraceOpen)?;
        let mut open = NONE;
        loop {
            let index = self.document.selections.len() as u32;
            self.selection(open)?;
            if self.lexer.token == Token::BraceOpen && self.may_hold_selections(index) {
                open = index;
                self.lexer.advance();
                continue;
            }
            while self.lexer.token == Token::BraceClose {
                self.lexer.advance();
                let end = self.document.selections.len() as u32;
                let Some(closed) = self.document.selections.get_mut(open as usize) else {
                    return Ok(Run { start, end });
                };
                closed.end = end;
                open = closed.parent;
            }
        }
    }

    /// Selection : Field | FragmentSpread | InlineFragment, each without its selection set.
    #[inline]
    fn selection(&mut self, parent: u32) -> Result<(), ParseFault> {
        match self.lexer.token {
            Token::Name => self.field(parent),
            Token::Spread => self.fragment(parent),
            _ => Err(self.lexer.unexpected()),
        }
    }

    /// Field : Alias? Name Arguments? Directives? SelectionSet?
    #[inline]
    fn field(&mut self, parent: u32) -> Result<(), ParseFault> {
        let mut name = self.lexer.span();
        let mut alias = ABSENT;
        self.lexer.advance();
        if self.lexer.token == Token::Colon {
            self.lexer.advance();
            alias = name;
            name = self.name()?;
        }
        let arguments = self.arguments(Constancy::Open)?;
        let directives = self.directives(Constancy::Open)?;
        let end = (self.document.selections.len() as u32).saturating_add(1);
        self.document.selections.push(Selection { kind: SelectionKind::Field, name, alias, arguments, directives, end, parent });
        Ok(())
    }

    /// FragmentSpread : ... FragmentName Directives?
    /// InlineFragment : ... TypeCondition? Directives? SelectionSet
    fn fragment(&mut self, parent: u32) -> Result<(), ParseFault> {
        self.lexer.advance();
        let (mut kind, mut name) = (SelectionKind::Inline, ABSENT);
        if self.lexer.token == Token::Name {
            if self.lexer.text() == b"on" {
                self.lexer.advance();
            } else {
                kind = SelectionKind::Spread;
            }
            name = self.name()?;
        }
        let directives = self.directives(Constancy::Open)?;
        if kind == SelectionKind::Inline && self.lexer.token != Token::BraceOpen {
            return Err(self.lexer.unexpected());
        }
        let end = (self.document.selections.len() as u32).saturating_add(1);
        self.document.selections.push(Selection { kind, name, alias: ABSENT, arguments: Run::default(), directives, end, parent });
        Ok(())
    }

    fn may_hold_selections(&self, index: u32) -> bool {
        self.document.selections.get(index as usize).is_some_and(|selection| selection.kind != SelectionKind::Spread)
    }
}

//! Values, arguments and directives (GraphQL §2.6, §2.9, §2.12).

use super::document::{Argument, Directive, NONE, Run, Value, ValueKind};
use super::fault::ParseFault;
use super::grammar::Parser;
use super::lexer::Token;

/// Whether variables may stand in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Constancy {
    /// Value, Arguments, Directives.
    Open,
    /// Value\[Const\], Arguments\[Const\], Directives\[Const\]: in variable definitions.
    Constant,
}

impl Parser<'_, '_> {
    /// Directives\[Const\] : Directive\[?Const\]+, or nothing.
    #[inline]
    pub(super) fn directives(&mut self, constancy: Constancy) -> Result<Run, ParseFault> {
        if self.lexer.token == Token::At { self.some_directives(constancy) } else { Ok(Run::default()) }
    }

    /// Directive\[Const\] : @ Name Arguments\[?Const\]?
    fn some_directives(&mut self, constancy: Constancy) -> Result<Run, ParseFault> {
        let start = self.document.directives.len() as u32;
        while self.lexer.token == Token::At {
            self.lexer.advance();
            let name = self.name()?;
            let arguments = self.arguments(constancy)?;
            self.document.directives.push(Directive { name, arguments });
        }
        Ok(Run { start, end: self.document.directives.len() as u32 })
    }

    /// Arguments\[Const\] : ( Argument\[?Const\]+ ), or nothing.
    #[inline]
    pub(super) fn arguments(&mut self, constancy: Constancy) -> Result<Run, ParseFault> {
        if self.lexer.token == Token::ParenOpen { self.some_arguments(constancy) } else { Ok(Run::default()) }
    }

    /// Argument\[Const\] : Name : Value\[?Const\]
    fn some_arguments(&mut self, constancy: Constancy) -> Result<Run, ParseFault> {
        let start = self.document.arguments.len() as u32;
        self.lexer.advance();
        loop {
            let name = self.name()?;
            self.expect(Token::Colon)?;
            let value = self.value(constancy)?;
            self.document.arguments.push(Argument { name, value });
            if self.lexer.token == Token::ParenClose {
                self.lexer.advance();
                return Ok(Run { start, end: self.document.arguments.len() as u32 });
            }
        }
    }

    /// Value\[Const\], to any depth, without recursion: `open` is the list or object being filled, and each knows the one around it.
    /// Answers with the index of the value.
    pub(super) fn value(&mut self, constancy: Constancy) -> Result<u32, ParseFault> {
        let root = self.document.values.len() as u32;
        let mut open = NONE;
        let mut within = ValueKind::Null;
        loop {
            let kind = self.begin_value(constancy, open, within)?;
            if let ValueKind::List | ValueKind::Object = kind {
                open = (self.document.values.len() as u32).saturating_sub(1);
                within = kind;
            }
            loop {
                match (within, self.lexer.token) {
                    _ if open == NONE => return Ok(root),
                    (ValueKind::List, Token::BracketClose) | (ValueKind::Object, Token::BraceClose) => {}
                    _ => break,
                }
                self.lexer.advance();
                (open, within) = self.end_value(open);
            }
        }
    }

    /// One leaf, or the opening bracket of a list or an object; inside an object, after the name of the field that holds it
    /// (ObjectField : Name : Value).
    #[inline]
    fn begin_value(&mut self, constancy: Constancy, parent: u32, within: ValueKind) -> Result<ValueKind, ParseFault> {
        let mut key = super::grammar::ABSENT;
        if within == ValueKind::Object {
            key = self.name()?;
            self.expect(Token::Colon)?;
        }
        let mut span = self.lexer.span();
        let kind = match self.lexer.token {
            Token::Name => name_kind(self.lexer.text()),
            Token::Int => ValueKind::Int,
            Token::Float => ValueKind::Float,
            Token::String => ValueKind::String,
            Token::Block => ValueKind::Block,
            Token::BracketOpen => ValueKind::List,
            Token::BraceOpen => ValueKind::Object,
            Token::Dollar if constancy == Constancy::Open => ValueKind::Variable,
            _ => return Err(self.lexer.unexpected()),
        };
        self.lexer.advance();
        if kind == ValueKind::Variable {
            span = self.name()?;
        }
        let end = (self.document.values.len() as u32).saturating_add(1);
        self.document.values.push(Value { kind, key, span, end, parent });
        Ok(kind)
    }

    /// Closes the list or object `open`; answers with the one around it and its kind.
    fn end_value(&mut self, open: u32) -> (u32, ValueKind) {
        let end = self.document.values.len() as u32;
        let mut parent = NONE;
        if let Some(value) = self.document.values.get_mut(open as usize) {
            value.end = end;
            parent = value.parent;
        }
        (parent, self.document.values.get(parent as usize).map_or(ValueKind::Null, |value| value.kind))
    }
}

/// BooleanValue, NullValue, or EnumValue : Name but not `true`, `false`, `null` (GraphQL §2.9.3, §2.9.5, §2.9.6).
fn name_kind(name: &[u8]) -> ValueKind {
    match name {
        b"true" | b"false" => ValueKind::Boolean,
        b"null" => ValueKind::Null,
        _ => ValueKind::Enum,
    }
}

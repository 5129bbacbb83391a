//! The configuration as a tree of untyped values, each with its place in a file.

pub(crate) mod json;
mod lex;
mod parse;
mod place;
mod positions;

use indexmap::IndexMap;

pub(crate) use parse::{SyntaxError, Tree, parse};
pub(crate) use place::place;

/// A mapping in file order.
pub(crate) type Map = IndexMap<String, Node>;

/// One value and where it stands. No `Debug`: it may hold a secret.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) at: Position,
    /// The key was written in its `tianji_` spelling; trees use the `litellm_` one.
    pub(crate) twin: bool,
    /// The environment variable that the text came from, also when that was not set.
    pub(crate) variable: Option<Box<str>>,
}

impl Node {
    pub(crate) fn new(value: Value, at: Position) -> Self {
        Self { value, at, twin: false, variable: None }
    }

    /// The key under which a finding shows this node: as it was written.
    pub(crate) fn shown_key<'k>(&self, key: &'k str) -> std::borrow::Cow<'k, str> {
        if self.twin { key.replacen("litellm", "tianji", 1).into() } else { key.into() }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        self.value == Value::Null
    }
}

/// An untyped value.
#[derive(Clone, PartialEq, Default)]
pub(crate) enum Value {
    /// Nothing, which everywhere means "not given".
    #[default]
    Null,
    Bool(bool),
    /// A finite decimal number in the digits it was written with.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Map),
}

impl Value {
    /// What it is, for a sentence such as "expected a number, found a list".
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

/// A place in one of the files that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Position {
    /// Number of the file in the order of reading, from 1; 0 for values from no file.
    pub(crate) file: u32,
    /// From 1; 0 when unknown.
    pub(crate) line: u32,
    /// From 1, in characters; 0 when unknown.
    pub(crate) column: u32,
}

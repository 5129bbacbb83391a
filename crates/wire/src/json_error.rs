//! Where and why a text is no JSON, in the words of Python's `json` module where they fit.

use std::fmt;

/// A text that is not the JSON that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 1.
    pub column: usize,
    /// Offset in bytes, from 0.
    pub offset: usize,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonErrorKind {
    /// The grammar is broken; the words say what was expected.
    Syntax(&'static str),
    /// More than 128 levels.
    TooDeep,
    /// JSON, but no object.
    NotAnObject,
    /// JSON, but no array.
    NotAnArray,
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// Something follows the value.
    TrailingData,
}

impl JsonError {
    pub(crate) fn at(kind: JsonErrorKind, text: &[u8], offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        Self {
            kind,
            line: memchr::memchr_iter(b'\n', before).count() + 1,
            column: before.len() - line_start + 1,
            offset,
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.kind {
            JsonErrorKind::Syntax(words) => words,
            JsonErrorKind::TooDeep => "Nested too deeply",
            JsonErrorKind::NotAnObject => "Expecting an object",
            JsonErrorKind::NotAnArray => "Expecting an array",
            JsonErrorKind::NotUtf8 => "Invalid UTF-8",
            JsonErrorKind::TrailingData => "Extra data",
        };
        write!(f, "{words}: line {} column {} (char {})", self.line, self.column, self.offset)
    }
}

impl std::error::Error for JsonError {}

impl From<serde_json::Error> for JsonError {
    /// For texts whose grammar is right and whose shape is not.
    fn from(cause: serde_json::Error) -> Self {
        let kind = JsonErrorKind::Syntax("Unexpected shape");
        Self { kind, line: cause.line(), column: cause.column(), offset: cause.column().saturating_sub(1) }
    }
}

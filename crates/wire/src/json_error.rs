//! Where and why a text is not the JSON that was asked for, in the words of Python's `json` module where they fit:
//! clients of the reference proxy know those.

use std::fmt;

/// A text that is not the JSON that was asked for.
///
/// Positions count characters, as Python's `JSONDecodeError` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Offset in characters from the start of the text, from 0.
    pub offset: usize,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonErrorKind {
    /// The grammar is broken (RFC 8259); the words say what was expected.
    Syntax(&'static str),
    /// More levels of nesting than allowed.
    TooDeep,
    /// More values than allowed.
    TooManyValues,
    /// A number with more digits than allowed.
    NumberTooLong,
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
    /// An error at a byte of the text, whose bytes before it are UTF-8.
    pub(crate) fn at(kind: JsonErrorKind, text: &[u8], byte: usize) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        Self {
            kind,
            line: memchr::memchr_iter(b'\n', before).count() + 1,
            column: characters(before.get(line_start..).unwrap_or_default()) + 1,
            offset: characters(before),
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.kind {
            JsonErrorKind::Syntax(words) => words,
            JsonErrorKind::TooDeep => "Nested too deeply",
            JsonErrorKind::TooManyValues => "Too many values",
            JsonErrorKind::NumberTooLong => "Number too long",
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
    /// For texts whose grammar is right and that do not fit the type they were read as. `serde_json` tells line and
    /// column only, so the offset is right on the first line and otherwise an offset into the line.
    fn from(cause: serde_json::Error) -> Self {
        let kind = JsonErrorKind::Syntax("Unexpected shape");
        Self { kind, line: cause.line(), column: cause.column(), offset: cause.column().saturating_sub(1) }
    }
}

fn characters(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

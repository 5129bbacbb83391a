//! A single pass over JSON text that checks its whole grammar (RFC 8259) and builds nothing.
//!
//! Judges as `serde_json` judges text that it skips: half surrogate pairs in `\u` escapes are let through (they are
//! refused where a string is read), and so are numbers of any size. Bytes beyond ASCII are only noticed on the way:
//! [`read`] has them checked afterwards, which texts without any are spared.

use crate::ends::Ends;
use crate::json_error::{JsonError, JsonErrorKind};
use crate::limits::JsonLimits;
use crate::plain::{HIGH_BITS, skip_plain};
use crate::words::Words;
use std::ops::Range;

/// A position in a text. After an error, `at` is where Python's `json` module would say that it is.
pub(crate) struct Scanner<'a> {
    text: &'a [u8],
    pub(crate) at: usize,
    values: usize,
    limits: JsonLimits,
    /// All bytes of strings, put together: the highest bits tell whether there is one beyond ASCII. Outside of strings
    /// none is let through.
    seen: u64,
    /// Short strings without escapes, keys among them, since the last [`Scanner::take_words`].
    words: Words,
    /// Whether they are noted.
    pub(crate) noting: bool,
    /// Where containers end, if that is noted.
    pub(crate) ends: Option<Ends>,
}

pub(crate) type Scan<T> = Result<T, JsonErrorKind>;

/// Reads a text that must be UTF-8; that it is not is said before anything else.
pub(crate) fn read<'a, T>(
    text: &'a [u8],
    limits: JsonLimits,
    read: impl FnOnce(&mut Scanner<'a>) -> Scan<T>,
) -> Result<T, JsonError> {
    let mut scanner = Scanner::new(text, limits);
    let outcome = read(&mut scanner);
    if outcome.is_err() || scanner.seen & HIGH_BITS != 0 {
        check_utf8(text)?;
    }
    outcome.map_err(|kind| JsonError::at(kind, text, scanner.at))
}

/// The whole text is UTF-8, or where it is not.
fn check_utf8(text: &[u8]) -> Result<(), JsonError> {
    std::str::from_utf8(text)
        .map(drop)
        .map_err(|cause| JsonError::at(JsonErrorKind::NotUtf8, text, cause.valid_up_to()))
}

impl<'a> Scanner<'a> {
    fn new(text: &'a [u8], limits: JsonLimits) -> Self {
        let depth = limits.depth.min(JsonLimits::MAX_DEPTH);
        let limits = JsonLimits { depth, ..limits };
        Self { text, at: 0, values: 0, limits, seen: 0, words: Words::default(), noting: false, ends: None }
    }

    /// Enters the text's one object or array. A text of another kind is checked to its end nevertheless, so that what
    /// is no JSON at all is called that.
    pub(crate) fn enter(&mut self, open: u8, otherwise: JsonErrorKind) -> Scan<()> {
        if self.next_token() == Some(open) {
            if self.limits.depth == 0 {
                return Err(JsonErrorKind::TooDeep);
            }
            self.at += 1;
            return Ok(());
        }
        let start = self.at;
        self.value(0)?;
        self.end()?;
        self.at = start;
        Err(otherwise)
    }

    /// Goes over a token of one byte, if it comes next.
    pub(crate) fn eat(&mut self, token: u8) -> bool {
        let here = self.next_token() == Some(token);
        self.at += usize::from(here);
        here
    }

    /// Whether another member or item follows in a container.
    pub(crate) fn goes_on(&mut self, close: u8) -> Scan<bool> {
        if self.eat(b',') {
            return Ok(true);
        }
        if self.eat(close) { Ok(false) } else { Err(EXPECTING_COMMA) }
    }

    /// Nothing but blanks is left.
    pub(crate) fn end(&mut self) -> Scan<()> {
        if self.next_token().is_some() { Err(JsonErrorKind::TrailingData) } else { Ok(()) }
    }

    /// Goes over one value within `outer` levels; returns where it stands.
    pub(crate) fn span(&mut self, outer: u32) -> Scan<Range<usize>> {
        self.next_token();
        let start = self.at;
        self.value(outer)?;
        Ok(start..self.at)
    }

    /// Goes over a key and its colon; returns where the key's text stands between the quotes, and whether it holds
    /// escapes.
    pub(crate) fn key(&mut self) -> Scan<(Range<usize>, bool)> {
        if self.next_token() != Some(b'"') {
            return Err(JsonErrorKind::Syntax("Expecting property name enclosed in double quotes"));
        }
        let start = self.at + 1;
        let escaped = self.string()?;
        let end = self.at - 1;
        if !self.eat(b':') {
            return Err(JsonErrorKind::Syntax("Expecting ':' delimiter"));
        }
        Ok((start..end, escaped))
    }

    /// The strings that were gone over since this was asked last.
    pub(crate) fn take_words(&mut self) -> Words {
        std::mem::take(&mut self.words)
    }

    fn value(&mut self, outer: u32) -> Scan<()> {
        let mut inside = Containers::default();
        loop {
            if self.first(&mut inside, outer)? {
                continue;
            }
            // A value is over, and with it perhaps containers around it.
            loop {
                if inside.level == 0 {
                    return Ok(());
                }
                match (self.next_token(), inside.object) {
                    (Some(b','), object) => {
                        self.at += 1;
                        if object {
                            self.key()?;
                        }
                        break;
                    }
                    (Some(b'}'), true) | (Some(b']'), false) => {
                        self.at += 1;
                        inside.leave();
                        if let Some(ends) = &mut self.ends {
                            ends.close(inside.level, self.at);
                        }
                    }
                    _ => return Err(EXPECTING_COMMA),
                }
            }
        }
    }

    /// Goes over a scalar or an empty container; or enters a container up to its first value, which is `true`.
    fn first(&mut self, inside: &mut Containers, outer: u32) -> Scan<bool> {
        let token = self.next_token();
        self.values += 1;
        if self.values > self.limits.values {
            return Err(JsonErrorKind::TooManyValues);
        }
        let object = match token {
            Some(b'{') => true,
            Some(b'[') => false,
            Some(byte) => return self.scalar(byte).map(|()| false),
            None => return Err(EXPECTING_VALUE),
        };
        if inside.level + outer >= self.limits.depth {
            return Err(JsonErrorKind::TooDeep);
        }
        let start = self.at;
        self.at += 1;
        if self.eat(if object { b'}' } else { b']' }) {
            return Ok(false);
        }
        if let Some(ends) = &mut self.ends {
            ends.open(inside.level, start);
        }
        if object {
            self.key()?;
        }
        inside.enter(object);
        Ok(true)
    }

    fn scalar(&mut self, first: u8) -> Scan<()> {
        match first {
            b'"' => self.string().map(drop),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            b'-' | b'0'..=b'9' => self.number(),
            _ => Err(EXPECTING_VALUE),
        }
    }

    fn word(&mut self, word: &[u8]) -> Scan<()> {
        if !self.rest().starts_with(word) {
            return Err(EXPECTING_VALUE);
        }
        self.at += word.len();
        Ok(())
    }

    /// Goes over a number, or over as much of it as is one: `1.` is a `1` before something unexpected.
    fn number(&mut self) -> Scan<()> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => {
                self.at = start;
                return Err(EXPECTING_VALUE);
            }
        }
        if self.peek() == Some(b'.') && self.digit_at(self.at + 1) {
            self.at += 1;
            self.digits();
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            let signed = matches!(self.text.get(self.at + 1), Some(b'+' | b'-'));
            let power = self.at + 1 + usize::from(signed);
            if self.digit_at(power) {
                self.at = power;
                self.digits();
            }
        }
        let number = self.text.get(start..self.at).unwrap_or_default();
        if number.len() > self.limits.digits
            && number.iter().filter(|b| b.is_ascii_digit()).count() > self.limits.digits
        {
            self.at = start;
            return Err(JsonErrorKind::NumberTooLong);
        }
        Ok(())
    }

    fn digits(&mut self) {
        while self.digit_at(self.at) {
            self.at += 1;
        }
    }

    fn digit_at(&self, at: usize) -> bool {
        self.text.get(at).is_some_and(u8::is_ascii_digit)
    }

    /// Goes over a string, from its opening quote on. Says whether it holds escapes.
    fn string(&mut self) -> Scan<bool> {
        let start = self.at;
        self.at += 1;
        let mut escaped = false;
        loop {
            let rest = skip_plain(self.rest(), &mut self.seen);
            self.at = self.text.len() - rest.len();
            match rest {
                [b'"', ..] => {
                    if self.noting
                        && !escaped
                        && let Some(string) = self.text.get(start + 1..self.at)
                    {
                        self.words.note(string);
                    }
                    self.at += 1;
                    return Ok(escaped);
                }
                // By far the most frequent escapes.
                [b'\\', b'n' | b'"', ..] => {
                    escaped = true;
                    self.at += 2;
                }
                [b'\\', escape, ..] => {
                    escaped = true;
                    self.escape(*escape)?;
                }
                [b'\\'] | [] => {
                    self.at = start;
                    return Err(JsonErrorKind::Syntax("Unterminated string starting at"));
                }
                _ => return Err(JsonErrorKind::Syntax("Invalid control character at")),
            }
        }
    }

    fn escape(&mut self, escape: u8) -> Scan<()> {
        match escape {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                self.at += 2;
                Ok(())
            }
            b'u' => {
                let hex = self.text.get(self.at + 2..self.at + 6);
                if !hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
                    self.at += 1;
                    return Err(JsonErrorKind::Syntax("Invalid \\uXXXX escape"));
                }
                self.at += 6;
                Ok(())
            }
            _ => Err(JsonErrorKind::Syntax("Invalid \\escape")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Skips blanks and looks at what follows.
    fn next_token(&mut self) -> Option<u8> {
        loop {
            let byte = self.peek()?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }
}

/// Which containers are open: one bit each, and 128 levels fit.
#[derive(Default)]
struct Containers {
    level: u32,
    /// The innermost one is an object.
    object: bool,
    outer: u128,
}

impl Containers {
    fn enter(&mut self, object: bool) {
        self.outer = self.outer << 1 | u128::from(self.object);
        self.object = object;
        self.level += 1;
    }

    fn leave(&mut self) {
        self.object = self.outer & 1 == 1;
        self.outer >>= 1;
        self.level -= 1;
    }
}

const EXPECTING_VALUE: JsonErrorKind = JsonErrorKind::Syntax("Expecting value");
const EXPECTING_COMMA: JsonErrorKind = JsonErrorKind::Syntax("Expecting ',' delimiter");

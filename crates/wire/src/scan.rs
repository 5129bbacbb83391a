//! A single pass over JSON text that checks its whole grammar (RFC 8259) and builds nothing.
//!
//! Lone surrogates in `\u` escapes are let through, as `serde_json` does for values that nobody reads.

use crate::json_error::JsonErrorKind;

/// Most levels of nesting.
pub(crate) const MAX_DEPTH: u32 = 128;

/// A position in a text, moving forward only.
pub(crate) struct Scanner<'a> {
    text: &'a [u8],
    pub(crate) at: usize,
}

pub(crate) type Scan<T> = Result<T, JsonErrorKind>;

impl<'a> Scanner<'a> {
    pub(crate) const fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// A stretch of the text; empty if it is out of range.
    pub(crate) fn slice(&self, start: usize, end: usize) -> &'a [u8] {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Skips blanks and looks at what follows.
    pub(crate) fn next_token(&mut self) -> Option<u8> {
        while let Some(byte) = self.peek() {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
        None
    }

    /// Skips one value of any kind, `depth` levels deep already.
    pub(crate) fn value(&mut self, depth: u32) -> Scan<()> {
        // Bit n says whether level n is an object; 128 levels fit.
        let mut objects: u128 = 0;
        let mut level: u32 = 0;
        loop {
            let opened = match self.next_token() {
                Some(b'{') => self.open(&mut objects, &mut level, depth, true)?,
                Some(b'[') => self.open(&mut objects, &mut level, depth, false)?,
                Some(_) => {
                    self.scalar()?;
                    false
                }
                None => return Err(EXPECTING_VALUE),
            };
            if opened {
                if objects & (1 << (level - 1)) != 0 {
                    self.key()?;
                }
                continue;
            }
            loop {
                if level == 0 {
                    return Ok(());
                }
                let in_object = objects & (1 << (level - 1)) != 0;
                match (self.next_token(), in_object) {
                    (Some(b','), true) => {
                        self.at += 1;
                        self.key()?;
                        break;
                    }
                    (Some(b','), false) => {
                        self.at += 1;
                        break;
                    }
                    (Some(b'}'), true) | (Some(b']'), false) => {
                        self.at += 1;
                        level -= 1;
                    }
                    _ => return Err(JsonErrorKind::Syntax("Expecting ',' delimiter")),
                }
            }
        }
    }

    /// Enters an object or array. `false` = it was empty and is closed already.
    fn open(&mut self, objects: &mut u128, level: &mut u32, depth: u32, object: bool) -> Scan<bool> {
        self.at += 1;
        if *level + depth >= MAX_DEPTH {
            return Err(JsonErrorKind::TooDeep);
        }
        let close = if object { b'}' } else { b']' };
        if self.next_token() == Some(close) {
            self.at += 1;
            return Ok(false);
        }
        let bit = 1 << *level;
        *objects = if object { *objects | bit } else { *objects & !bit };
        *level += 1;
        Ok(true)
    }

    /// Skips a key and its colon; returns where the key's text stands between the quotes.
    pub(crate) fn key(&mut self) -> Scan<(usize, usize, bool)> {
        if self.next_token() != Some(b'"') {
            return Err(JsonErrorKind::Syntax("Expecting property name enclosed in double quotes"));
        }
        let start = self.at + 1;
        let escaped = self.string()?;
        let end = self.at - 1;
        if self.next_token() != Some(b':') {
            return Err(JsonErrorKind::Syntax("Expecting ':' delimiter"));
        }
        self.at += 1;
        Ok((start, end, escaped))
    }

    fn scalar(&mut self) -> Scan<()> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(EXPECTING_VALUE),
        }
    }

    fn word(&mut self, word: &[u8]) -> Scan<()> {
        let here = self.text.get(self.at..self.at + word.len());
        if here != Some(word) {
            return Err(EXPECTING_VALUE);
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Scan<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return Err(EXPECTING_VALUE),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Scan<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(JsonErrorKind::Syntax("Expecting a digit")) } else { Ok(()) }
    }

    /// Skips a string, the opening quote included. Says whether it holds escapes.
    fn string(&mut self) -> Scan<bool> {
        self.at += 1;
        let mut escaped = false;
        loop {
            self.plain();
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) => return Err(JsonErrorKind::Syntax("Invalid control character")),
                None => return Err(JsonErrorKind::Syntax("Unterminated string")),
            }
        }
    }

    /// Skips to the next quote, backslash or control character. Long strings go in blocks that compile to vector code.
    fn plain(&mut self) {
        let mut rest = self.text.get(self.at..).unwrap_or_default();
        let near = rest.len().min(NEAR);
        if let Some(found) = rest.iter().take(near).position(|byte| special(*byte)) {
            self.at += found;
            return;
        }
        rest = rest.get(near..).unwrap_or_default();
        let blocks = rest.chunks_exact(BLOCK).take_while(|block| !block.iter().fold(false, |any, b| any | special(*b)));
        let skipped = blocks.count() * BLOCK;
        rest = rest.get(skipped..).unwrap_or_default();
        self.at += near + skipped + rest.iter().position(|byte| special(*byte)).unwrap_or(rest.len());
    }

    fn escape(&mut self) -> Scan<()> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                let hex = self.text.get(self.at + 1..self.at + 5);
                if !hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
                    return Err(JsonErrorKind::Syntax("Invalid \\uXXXX escape"));
                }
                self.at += 5;
            }
            _ => return Err(JsonErrorKind::Syntax("Invalid \\escape")),
        }
        Ok(())
    }
}

const fn special(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

const EXPECTING_VALUE: JsonErrorKind = JsonErrorKind::Syntax("Expecting value");
/// Bytes looked at one by one before blocks are worth it: most keys and words are shorter.
const NEAR: usize = 16;
/// Bytes per block.
const BLOCK: usize = 32;

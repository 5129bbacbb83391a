//! A JSON object as an ordered list of key → raw slice.

use crate::json_error::{JsonError, JsonErrorKind};
use crate::scan::Scanner;
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::ops::Range;

/// A JSON object over the text it came in. Untouched members keep their bytes; duplicate keys are all kept until one
/// is edited, and the last one is the one that is read.
#[derive(Clone, Debug)]
pub struct RawObject {
    pub(crate) text: Bytes,
    pub(crate) members: Vec<Member>,
    pub(crate) edited: bool,
}

/// One member.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) key: Key,
    pub(crate) value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Key {
    /// Between the quotes in the text, without escapes.
    Text(Range<usize>),
    /// Unescaped, with where it stands between the quotes in the text.
    Unescaped(Box<str>, Range<usize>),
    /// Not in the text.
    New(Box<str>),
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// In the text.
    Text(Range<usize>),
    /// Not in the text.
    New(Bytes),
}

impl RawObject {
    /// Checks the whole text and notes where the members stand.
    ///
    /// # Errors
    /// When it is no UTF-8, no JSON, deeper than 128 levels, or no object.
    pub fn parse(body: Bytes) -> Result<Self, JsonError> {
        check_utf8(&body)?;
        let mut scanner = Scanner::new(&body);
        let members = read_members(&mut scanner).map_err(|kind| JsonError::at(kind, &body, scanner.at))?;
        Ok(Self { text: body, members, edited: false })
    }

    /// The raw text of a member's value.
    pub fn raw(&self, key: &str) -> Option<&[u8]> {
        self.position(key).and_then(|at| self.members.get(at)).map(|member| self.value_text(&member.value))
    }

    /// Whether there is such a member.
    pub fn contains(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// Reads a member as `T`.
    pub fn read<T: DeserializeOwned>(&self, key: &str) -> Option<Result<T, serde_json::Error>> {
        self.raw(key).map(serde_json::from_slice)
    }

    /// A member that is a string.
    pub fn str(&self, key: &str) -> Option<Cow<'_, str>> {
        let raw = self.raw(key)?;
        let inner = raw.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        if memchr::memchr(b'\\', inner).is_none() {
            return std::str::from_utf8(inner).ok().map(Cow::Borrowed);
        }
        serde_json::from_slice(raw).ok().map(Cow::Owned)
    }

    /// A member that is `true` or `false`.
    pub fn bool(&self, key: &str) -> Option<bool> {
        match self.raw(key)? {
            b"true" => Some(true),
            b"false" => Some(false),
            _ => None,
        }
    }

    /// A member that is a whole number without a sign.
    pub fn u64(&self, key: &str) -> Option<u64> {
        std::str::from_utf8(self.raw(key)?).ok()?.parse().ok()
    }

    /// Keys and raw values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.members.iter().map(|member| (self.key_text(&member.key), self.value_text(&member.value)))
    }

    /// Keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| self.key_text(&member.key))
    }

    /// Number of members.
    pub const fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are no members.
    pub const fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Length of the text that it came in, in bytes.
    pub const fn len_bytes(&self) -> usize {
        self.text.len()
    }

    /// Where a member's value stands in the original text; `None` for members that were set since.
    pub fn span_of(&self, key: &str) -> Option<Range<usize>> {
        match &self.members.get(self.position(key)?)?.value {
            Value::Text(range) => Some(range.clone()),
            Value::New(_) => None,
        }
    }

    /// Sets a member to a value. What cannot be serialised (maps without string keys) leaves the member as it was.
    pub fn set<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) {
        if let Ok(text) = serde_json::to_vec(value) {
            self.set_raw(key, text.into());
        }
    }

    pub(crate) fn position(&self, key: &str) -> Option<usize> {
        self.members.iter().rposition(|member| self.key_text(&member.key) == key)
    }

    pub(crate) fn key_text<'a>(&'a self, key: &'a Key) -> &'a str {
        match key {
            // The whole text was checked to be UTF-8 when it was parsed.
            Key::Text(range) => {
                self.text.get(range.clone()).and_then(|key| std::str::from_utf8(key).ok()).unwrap_or("")
            }
            Key::Unescaped(key, _) | Key::New(key) => key,
        }
    }

    pub(crate) fn value_text<'a>(&'a self, value: &'a Value) -> &'a [u8] {
        match value {
            Value::Text(range) => self.text.get(range.clone()).unwrap_or_default(),
            Value::New(bytes) => bytes,
        }
    }
}

fn read_members(scanner: &mut Scanner<'_>) -> Result<Vec<Member>, JsonErrorKind> {
    match scanner.next_token() {
        Some(b'{') => scanner.at += 1,
        Some(_) => {
            scanner.value(0)?;
            return Err(after(scanner).err().unwrap_or(JsonErrorKind::NotAnObject));
        }
        None => return Err(JsonErrorKind::Syntax("Expecting value")),
    }
    let mut members = Vec::with_capacity(16);
    if scanner.next_token() == Some(b'}') {
        scanner.at += 1;
        return after(scanner).map(|()| members);
    }
    loop {
        let (start, end, escaped) = scanner.key()?;
        let key = if escaped { unescape(scanner, start, end)? } else { Key::Text(start..end) };
        scanner.next_token();
        let start = scanner.at;
        scanner.value(1)?;
        members.push(Member { key, value: Value::Text(start..scanner.at) });
        match scanner.next_token() {
            Some(b',') => scanner.at += 1,
            Some(b'}') => {
                scanner.at += 1;
                return after(scanner).map(|()| members);
            }
            _ => return Err(JsonErrorKind::Syntax("Expecting ',' delimiter")),
        }
    }
}

fn unescape(scanner: &Scanner<'_>, start: usize, end: usize) -> Result<Key, JsonErrorKind> {
    let quoted = scanner.slice(start - 1, end + 1);
    let key: String =
        serde_json::from_slice(quoted).map_err(|_| JsonErrorKind::Syntax("Invalid escape in a property name"))?;
    Ok(Key::Unescaped(key.into(), start..end))
}

fn after(scanner: &mut Scanner<'_>) -> Result<(), JsonErrorKind> {
    if scanner.next_token().is_some() { Err(JsonErrorKind::TrailingData) } else { Ok(()) }
}

fn check_utf8(text: &[u8]) -> Result<(), JsonError> {
    match std::str::from_utf8(text) {
        Ok(_) => Ok(()),
        Err(cause) => Err(JsonError::at(JsonErrorKind::NotUtf8, text, cause.valid_up_to())),
    }
}

/// The raw items of a JSON array.
///
/// # Errors
/// When the text is no JSON array.
pub fn raw_array_items(raw: &[u8]) -> Result<Vec<&[u8]>, JsonError> {
    check_utf8(raw)?;
    let mut scanner = Scanner::new(raw);
    let spans = read_items(&mut scanner).map_err(|kind| JsonError::at(kind, raw, scanner.at))?;
    Ok(spans.into_iter().filter_map(|span| raw.get(span)).collect())
}

fn read_items(scanner: &mut Scanner<'_>) -> Result<Vec<Range<usize>>, JsonErrorKind> {
    if scanner.next_token() != Some(b'[') {
        return Err(JsonErrorKind::NotAnArray);
    }
    scanner.at += 1;
    let mut items = Vec::new();
    if scanner.next_token() == Some(b']') {
        scanner.at += 1;
        return after(scanner).map(|()| items);
    }
    loop {
        scanner.next_token();
        let start = scanner.at;
        scanner.value(1)?;
        items.push(start..scanner.at);
        match scanner.next_token() {
            Some(b',') => scanner.at += 1,
            Some(b']') => {
                scanner.at += 1;
                return after(scanner).map(|()| items);
            }
            _ => return Err(JsonErrorKind::Syntax("Expecting ',' delimiter")),
        }
    }
}

/// Any JSON text as a tree.
///
/// # Errors
/// When the text is no JSON, or deeper than `serde_json` reads (128 levels).
pub fn parse_value(body: &[u8]) -> Result<serde_json::Value, JsonError> {
    check_utf8(body)?;
    let mut scanner = Scanner::new(body);
    scanner.value(0).and_then(|()| after(&mut scanner)).map_err(|kind| JsonError::at(kind, body, scanner.at))?;
    serde_json::from_slice(body).map_err(|_| JsonError::at(JsonErrorKind::Syntax("Invalid value"), body, 0))
}

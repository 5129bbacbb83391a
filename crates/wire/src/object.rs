//! A JSON object as an ordered list of key → raw slice.

use crate::json_error::{JsonError, JsonErrorKind};
use crate::limits::JsonLimits;
use crate::scan::{self, Scan, Scanner};
use crate::words::Words;
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

/// A JSON object over the text it came in. Untouched members keep their bytes; duplicate keys are all kept until one
/// is edited, and the last one is the one that is read.
///
/// Keys are unescaped. A key that cannot be (half a surrogate pair) is refused; in values such escapes are let through
/// untouched, and only reading the value fails.
#[derive(Clone)]
pub struct RawObject {
    pub(crate) text: Bytes,
    pub(crate) members: Vec<Member>,
    pub(crate) edited: bool,
}

/// One member.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) key: Key,
    pub(crate) value: Value,
}

#[derive(Clone)]
pub(crate) enum Key {
    /// Between the quotes in the text, without escapes.
    Text(Range<usize>),
    /// Unescaped, with where it stands between the quotes in the text.
    Unescaped(Box<str>, Range<usize>),
    /// Not in the text.
    New(Box<str>),
}

#[derive(Clone)]
pub(crate) enum Value {
    /// In the text, and which short strings stand there.
    Text(Range<usize>, Words),
    /// Not in the text.
    New(Bytes),
}

impl RawObject {
    /// Checks the whole text and notes where the members stand.
    ///
    /// # Errors
    /// When it is no UTF-8, no JSON, deeper than 128 levels, or no object.
    pub fn parse(body: Bytes) -> Result<Self, JsonError> {
        Self::parse_within(body, JsonLimits::DEPTH_ONLY)
    }

    /// The same, for texts from outside.
    ///
    /// # Errors
    /// When it is no UTF-8, no JSON, beyond a limit, or no object.
    pub fn parse_within(body: Bytes, limits: JsonLimits) -> Result<Self, JsonError> {
        let members = scan::read(&body, limits, |scanner| members(scanner, &body))?;
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

    /// Whether a string (a key or a value, at whatever depth) may stand in a member's value. `false` is certain, and
    /// costs no look at the text. A string that is written with escapes does not count.
    pub fn may_hold(&self, key: &str, string: &str) -> bool {
        let member = self.position(key).and_then(|at| self.members.get(at));
        member.is_some_and(|member| match &member.value {
            Value::Text(_, words) => words.may_hold(string.as_bytes()),
            Value::New(_) => true,
        })
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

    /// A key that stands there more than once, where that must not be: readers do not agree which one counts.
    pub fn duplicate_key(&self) -> Option<&str> {
        let mut seen = HashSet::with_capacity(self.members.len());
        self.keys().find(|key| !seen.insert(*key))
    }

    /// Where a member's value stands in the original text; `None` for members that were set since.
    pub fn span_of(&self, key: &str) -> Option<Range<usize>> {
        match &self.members.get(self.position(key)?)?.value {
            Value::Text(range, _) => Some(range.clone()),
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
        self.members.iter().rposition(|member| self.is_named(member, key))
    }

    pub(crate) fn is_named(&self, member: &Member, name: &str) -> bool {
        match &member.key {
            Key::Text(range) => self.text.get(range.clone()) == Some(name.as_bytes()),
            Key::Unescaped(key, _) | Key::New(key) => **key == *name,
        }
    }

    fn key_text<'a>(&'a self, key: &'a Key) -> &'a str {
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
            Value::Text(range, _) => self.text.get(range.clone()).unwrap_or_default(),
            Value::New(bytes) => bytes,
        }
    }
}

/// An object without members.
impl Default for RawObject {
    fn default() -> Self {
        Self { text: Bytes::from_static(b"{}"), members: Vec::new(), edited: false }
    }
}

/// Sizes only: bodies are what people said.
impl fmt::Debug for RawObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawObject")
            .field("bytes", &self.text.len())
            .field("members", &self.members.len())
            .field("edited", &self.edited)
            .finish()
    }
}

fn members(scanner: &mut Scanner<'_>, text: &[u8]) -> Scan<Vec<Member>> {
    scanner.enter(b'{', JsonErrorKind::NotAnObject)?;
    scanner.noting = true;
    let mut members = Vec::with_capacity(USUAL_MEMBERS);
    if scanner.eat(b'}') {
        return scanner.end().map(|()| members);
    }
    loop {
        let (key, escaped) = scanner.key()?;
        let key = if escaped { unescaped(text, key)? } else { Key::Text(key) };
        scanner.take_words();
        let span = scanner.span(1)?;
        members.push(Member { key, value: Value::Text(span, scanner.take_words()) });
        if !scanner.goes_on(b'}')? {
            return scanner.end().map(|()| members);
        }
    }
}

fn unescaped(text: &[u8], key: Range<usize>) -> Scan<Key> {
    let quoted = text.get(key.start - 1..key.end + 1).unwrap_or_default();
    match serde_json::from_slice::<Box<str>>(quoted) {
        Ok(name) => Ok(Key::Unescaped(name, key)),
        Err(_) => Err(JsonErrorKind::Syntax("Invalid escape in a property name")),
    }
}

/// A chat request has a dozen.
const USUAL_MEMBERS: usize = 16;

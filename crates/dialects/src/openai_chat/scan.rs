//! Finds members of a JSON object without building anything.
//!
//! A walk over bytes for the relay, which knows that its text is JSON or does not care: on malformed text the walk
//! just ends. Nothing is unescaped, nothing is allocated.

use std::ops::Range;

/// One member of an object, by its places in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// The key with its quotes.
    pub(crate) key: Range<usize>,
    /// The value.
    pub(crate) value: Range<usize>,
}

/// The members of the object that begins at `start` of a text (white space before it is skipped).
pub(crate) fn members(text: &[u8], start: usize) -> Members<'_> {
    let at = white(text, start);
    let open = text.get(at) == Some(&b'{');
    Members { text, at: at + 1, open }
}

/// The first member with a name that needs no escaping.
pub(crate) fn member(text: &[u8], start: usize, name: &str) -> Option<Member> {
    members(text, start).find(|member| is_key(text, member, name))
}

/// Whether a member has that name.
pub(crate) fn is_key(text: &[u8], member: &Member, name: &str) -> bool {
    key(text, member) == name.as_bytes()
}

/// A member's name as it is written, between its quotes.
pub(crate) fn key<'a>(text: &'a [u8], member: &Member) -> &'a [u8] {
    text.get(member.key.start + 1..member.key.end.saturating_sub(1)).unwrap_or_default()
}

/// The values of the array that begins at `start` of a text.
pub(crate) fn elements(text: &[u8], start: usize) -> Elements<'_> {
    let at = white(text, start);
    let open = text.get(at) == Some(&b'[');
    Elements { text, at: at + 1, open }
}

/// The string that begins exactly at `start`, with its quotes.
pub(crate) fn string_at(text: &[u8], start: usize) -> Option<Range<usize>> {
    (text.get(start) == Some(&b'"')).then(|| skip_string(text, start)).flatten().map(|end| start..end)
}

/// The bytes to cut so that a member is gone, with the comma that goes with it.
pub(crate) fn with_comma(text: &[u8], member: &Member) -> Range<usize> {
    let before = text.get(..member.key.start).unwrap_or_default();
    let blank = before.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    let comma = (member.key.start - blank).checked_sub(1).filter(|at| text.get(*at) == Some(&b','));
    if let Some(comma) = comma {
        return comma..member.value.end;
    }
    let after = white(text, member.value.end);
    let end = if text.get(after) == Some(&b',') { after + 1 } else { member.value.end };
    member.key.start..end
}

/// See [`members`].
#[derive(Debug)]
pub(crate) struct Members<'a> {
    text: &'a [u8],
    at: usize,
    open: bool,
}

impl Iterator for Members<'_> {
    type Item = Member;

    fn next(&mut self) -> Option<Member> {
        if !self.open {
            return None;
        }
        self.open = false;
        let start = white(self.text, self.at);
        if self.text.get(start) != Some(&b'"') {
            return None;
        }
        let key = start..skip_string(self.text, start)?;
        let colon = white(self.text, key.end);
        if self.text.get(colon) != Some(&b':') {
            return None;
        }
        let value_start = white(self.text, colon + 1);
        let value = value_start..skip_value(self.text, value_start)?;
        let next = white(self.text, value.end);
        self.open = self.text.get(next) == Some(&b',');
        self.at = next + 1;
        Some(Member { key, value })
    }
}

/// See [`elements`].
#[derive(Debug)]
pub(crate) struct Elements<'a> {
    text: &'a [u8],
    at: usize,
    open: bool,
}

impl Iterator for Elements<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        if !self.open {
            return None;
        }
        self.open = false;
        let start = white(self.text, self.at);
        if matches!(self.text.get(start), None | Some(b']')) {
            return None;
        }
        let value = start..skip_value(self.text, start)?;
        let next = white(self.text, value.end);
        self.open = self.text.get(next) == Some(&b',');
        self.at = next + 1;
        Some(value)
    }
}

/// Where the next byte that is no white space stands.
fn white(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Where the value that starts at `from` ends.
fn skip_value(text: &[u8], from: usize) -> Option<usize> {
    match text.get(from)? {
        b'"' => skip_string(text, from),
        b'{' | b'[' => skip_nested(text, from),
        _ => {
            let rest = text.get(from..)?;
            let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
            Some(from + rest.iter().position(ends).unwrap_or(rest.len()))
        }
    }
}

fn skip_nested(text: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = from;
    loop {
        match text.get(at)? {
            b'"' => {
                at = skip_string(text, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

fn skip_string(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from + 1;
    // Most strings are short: a search by blocks would cost more to set up than it saves.
    let near = text.get(at..)?.iter().take(NEAR);
    at += near.take_while(|byte| !matches!(byte, b'"' | b'\\')).count();
    if text.get(at) == Some(&b'"') {
        return Some(at + 1);
    }
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Bytes of a string that are looked at one by one.
const NEAR: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
        text.get(member(text.as_bytes(), 0, name)?.value)
    }

    #[test]
    fn finds_members_at_the_top_only() {
        let text = r#" { "a" : {"model":"x"}, "s":"},\"model\":\\", "model": "gpt" ,"n":-1.5e3,"l":[1,{"z":2}] } "#;
        assert_eq!(value(text, "model"), Some(r#""gpt""#));
        assert_eq!(value(text, "n"), Some("-1.5e3"));
        assert_eq!(value(text, "l"), Some(r#"[1,{"z":2}]"#));
        assert_eq!(value(text, "z"), None);
    }

    #[test]
    fn cuts_a_member_with_its_comma() {
        for (text, left) in [
            (r#"{"u":1,"b":2}"#, r#"{"b":2}"#),
            (r#"{"b":2, "u":1}"#, r#"{"b":2}"#),
            (r#"{"a":1,"u":{"x":1},"b":2}"#, r#"{"a":1,"b":2}"#),
            (r#"{"u":1}"#, r#"{}"#),
        ] {
            let cut = with_comma(text.as_bytes(), &member(text.as_bytes(), 0, "u").unwrap());
            let (before, after) = (text.get(..cut.start).unwrap(), text.get(cut.end..).unwrap());
            assert_eq!(format!("{before}{after}"), left);
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_stays_inside(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for found in members(&bytes, 0) {
                prop_assert!(found.value.end <= bytes.len());
            }
            for found in elements(&bytes, 0) {
                prop_assert!(found.end <= bytes.len());
            }
        }
    }
}

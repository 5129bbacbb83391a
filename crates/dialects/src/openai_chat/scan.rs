//! Finds members of a JSON object without building anything.
//!
//! A walk over bytes for the relay, which knows that its text is JSON or does not care: on malformed text the walk
//! just ends. Nothing is unescaped, nothing is allocated.

use std::ops::Range;
use tianji_wire::{Ends, string_end};

/// One member of an object, by its places in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// The key with its quotes.
    pub(crate) key: Range<usize>,
    /// The value.
    pub(crate) value: Range<usize>,
}

/// A text with what is known of where its containers end, so that walking over their members does not go through them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a> {
    pub(crate) bytes: &'a [u8],
    ends: Option<&'a Ends>,
}

impl<'a> Text<'a> {
    pub(crate) const fn new(bytes: &'a [u8], ends: &'a Ends) -> Self {
        Self { bytes, ends: Some(ends) }
    }

    /// See [`members`].
    pub(crate) fn members(self, start: usize) -> Members<'a> {
        let at = white(self.bytes, start);
        let open = self.bytes.get(at) == Some(&b'{');
        Members { text: self, at: at + 1, open }
    }

    /// See [`elements`].
    pub(crate) fn elements(self, start: usize) -> Elements<'a> {
        let at = white(self.bytes, start);
        let open = self.bytes.get(at) == Some(&b'[');
        Elements { text: self, at: at + 1, open }
    }

    /// Where the value that starts at `from` ends.
    fn skip_value(self, from: usize) -> Option<usize> {
        match self.bytes.get(from)? {
            b'"' => string_end(self.bytes, from),
            b'{' | b'[' => self.ends.and_then(|ends| ends.of(from)).or_else(|| skip_nested(self.bytes, from)),
            _ => {
                let rest = self.bytes.get(from..)?;
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
                Some(from + rest.iter().position(ends).unwrap_or(rest.len()))
            }
        }
    }
}

impl<'a> From<&'a [u8]> for Text<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self { bytes, ends: None }
    }
}

/// The members of the object that begins at `start` of a text (white space before it is skipped).
pub(crate) fn members(text: &[u8], start: usize) -> Members<'_> {
    Text::from(text).members(start)
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
    Text::from(text).elements(start)
}

/// The string that begins exactly at `start`, with its quotes.
pub(crate) fn string_at(text: &[u8], start: usize) -> Option<Range<usize>> {
    (text.get(start) == Some(&b'"')).then(|| string_end(text, start)).flatten().map(|end| start..end)
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
    text: Text<'a>,
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
        let bytes = self.text.bytes;
        let start = white(bytes, self.at);
        if bytes.get(start) != Some(&b'"') {
            return None;
        }
        let key = start..string_end(bytes, start)?;
        let colon = white(bytes, key.end);
        if bytes.get(colon) != Some(&b':') {
            return None;
        }
        let value_start = white(bytes, colon + 1);
        let value = value_start..self.text.skip_value(value_start)?;
        let next = white(bytes, value.end);
        self.open = bytes.get(next) == Some(&b',');
        self.at = next + 1;
        Some(Member { key, value })
    }
}

/// See [`elements`].
#[derive(Debug)]
pub(crate) struct Elements<'a> {
    text: Text<'a>,
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
        let bytes = self.text.bytes;
        let start = white(bytes, self.at);
        if matches!(bytes.get(start), None | Some(b']')) {
            return None;
        }
        let value = start..self.text.skip_value(start)?;
        let next = white(bytes, value.end);
        self.open = bytes.get(next) == Some(&b',');
        self.at = next + 1;
        Some(value)
    }
}

/// Where the next byte that is no white space stands.
fn white(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

fn skip_nested(text: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = from;
    loop {
        match text.get(at)? {
            b'"' => {
                at = string_end(text, at)?;
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

    /// All members and elements, at every depth, by the places of their values.
    fn walk(text: Text<'_>, start: usize, found: &mut Vec<Range<usize>>) {
        let below = text.members(start).map(|member| member.value).chain(text.elements(start));
        for value in below {
            found.push(value.clone());
            walk(text, value.start, found);
        }
    }

    #[test]
    fn known_ends_change_nothing() {
        let text = br#" {"a":[{"b":{"c":[[1],{}]}},{}, []],"s":"]}\"","d":{"e":[2, {"f":{"g":[{"h":null}]}}]}} "#;
        let ends = tianji_wire::check_json_ends(text).unwrap();
        let (mut plain, mut mapped) = (Vec::new(), Vec::new());
        walk(text.as_slice().into(), 0, &mut plain);
        walk(Text::new(text, &ends), 0, &mut mapped);
        assert_eq!(plain, mapped);
        assert_eq!(plain.len(), 18);
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

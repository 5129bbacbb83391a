//! Inputs of a call: texts, token ids, groups of texts, objects of a vendor's own.

use serde_json::value::RawValue;
use std::borrow::Cow;
use tianji_core::{Error, Kind};

/// One input, as it was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'a>(&'a RawValue);

/// A file in a `data:` URL (RFC 2397).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DataUrl<'a> {
    /// Its media type.
    pub(super) media_type: &'a str,
    /// Its content in base64.
    pub(super) base64: &'a str,
}

/// The inputs of `input`: a text, a list of token ids or an object is one, a list of these is several.
pub(super) fn items(raw: &[u8]) -> Result<Vec<Item<'_>>, Error> {
    let whole: &RawValue = serde_json::from_slice(raw).map_err(invalid)?;
    if !whole.get().starts_with('[') {
        let item = Item(whole);
        return if item.is_text() || item.is_object() { Ok(vec![item]) } else { Err(not_an_input()) };
    }
    let list: Vec<&RawValue> = serde_json::from_slice(raw).map_err(invalid)?;
    if list.first().is_some_and(|first| is_number(first.get())) {
        return Ok(vec![Item(whole)]);
    }
    let items: Vec<Item<'_>> = list.into_iter().map(Item).collect();
    let fine = |item: &Item<'_>| item.is_text() || item.is_object() || item.0.get().starts_with('[');
    if items.iter().all(fine) { Ok(items) } else { Err(not_an_input()) }
}

impl<'a> Item<'a> {
    /// The value as it was written.
    pub(super) const fn raw(&self) -> &'a RawValue {
        self.0
    }

    pub(super) fn is_text(&self) -> bool {
        self.0.get().starts_with('"')
    }

    pub(super) fn is_object(&self) -> bool {
        self.0.get().starts_with('{')
    }

    /// Whether it is a list of token ids.
    pub(super) fn is_tokens(&self) -> bool {
        self.0.get().strip_prefix('[').is_some_and(|rest| is_number(rest.trim_start()))
    }

    /// The texts of a group that is embedded together.
    pub(super) fn group(&self) -> Option<Vec<&'a RawValue>> {
        if self.is_tokens() { None } else { serde_json::from_str(self.0.get()).ok() }
    }

    /// How many vectors it makes.
    pub(super) fn vectors(&self) -> usize {
        self.group().map_or(1, |group| group.len())
    }

    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<Cow<'a, str>> {
        let inner = self.0.get().strip_prefix('"')?.strip_suffix('"')?;
        if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
            return Some(Cow::Borrowed(inner));
        }
        serde_json::from_str(self.0.get()).ok().map(Cow::Owned)
    }

    /// Whether it is a picture (or another file) in a `data:` URL.
    pub(super) fn is_data_url(&self) -> bool {
        self.text().is_some_and(|text| DataUrl::of(&text).is_some())
    }
}

impl<'a> DataUrl<'a> {
    /// Reads a `data:` URL with a base64 body.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let (media_type, base64) = text.strip_prefix("data:")?.split_once(";base64,")?;
        Some(Self { media_type, base64 })
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-')
}

fn invalid(cause: serde_json::Error) -> Error {
    not_an_input().with_source(cause)
}

fn not_an_input() -> Error {
    let words = "`input` must be a string, a list of token ids, or a list of these";
    Error::client(Kind::BadRequest, words).with_param("input")
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn forms_of_input() {
        for (input, count, tokens, vectors) in [
            (r#""a""#, 1, false, 1),
            (r#"["a", "b"]"#, 2, false, 2),
            ("[1, 2, 3]", 1, true, 1),
            ("[[1,2], [ 3]]", 2, true, 2),
            (r#"[["a","b"],["c"]]"#, 2, false, 3),
            (r#"{"text": "a"}"#, 1, false, 1),
            (r#"[{"text": "a"}, "b"]"#, 2, false, 2),
        ] {
            let items = items(input.as_bytes()).unwrap();
            assert_eq!(items.len(), count, "{input}");
            assert_eq!(items.iter().any(Item::is_tokens), tokens, "{input}");
            assert_eq!(items.iter().map(Item::vectors).sum::<usize>(), vectors, "{input}");
        }
        for input in ["1", "true", "[true]", "[null]"] {
            assert_eq!(items(input.as_bytes()).unwrap_err().param.as_deref(), Some("input"), "{input}");
        }
    }

    #[test]
    fn texts_and_files() {
        let text = |raw: &str| items(raw.as_bytes()).unwrap().first().unwrap().text().unwrap().into_owned();
        assert_eq!(text(r#""a\"b""#), "a\"b");
        let url = DataUrl::of("data:image/png;base64,AAAA").unwrap();
        assert_eq!((url.media_type, url.base64), ("image/png", "AAAA"));
        assert_eq!(DataUrl::of("data:,plain"), None);
    }
}

//! Reasoning items as signatures, and other vendors' signatures as reasoning items.
//!
//! OpenAI's reasoning item (API reference, "Responses", "Reasoning") has an id and an encrypted content, and both must
//! come back for the model to think on. Other dialects give a thought one signature, so both travel in it, joined by
//! `#`, which neither ids nor base64 hold; twice where the thought stood in `content` and not in `summary`. The other
//! way, a signature that is not OpenAI's travels as encrypted content behind a word and `#`.

use std::borrow::Cow;

/// What a reasoning item carries besides its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seal<'a> {
    /// Id of the item.
    pub(super) id: Option<&'a str>,
    /// Encrypted content.
    pub(super) encrypted: Option<&'a str>,
    /// The words stand in `content`.
    pub(super) in_content: bool,
}

impl<'a> Seal<'a> {
    /// As a signature.
    pub(super) fn signature(&self) -> String {
        let mark = if self.in_content { "##" } else { "#" };
        format!("{}{mark}{}", self.id.unwrap_or_default(), self.encrypted.unwrap_or_default())
    }

    /// From a signature; `None` for other vendors' signatures.
    pub(super) fn of(signature: &'a str) -> Option<Self> {
        let (id, rest) = signature.split_once('#')?;
        let (encrypted, in_content) = rest.strip_prefix('#').map_or((rest, false), |rest| (rest, true));
        let said = |text: &'a str| Some(text).filter(|text| !text.is_empty());
        Some(Self { id: said(id), encrypted: said(encrypted), in_content })
    }
}

/// What the encrypted content of an item turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encrypted<'a> {
    /// OpenAI's own.
    Own(&'a str),
    /// Another vendor's signature of a thought.
    Signature(&'a str),
    /// Another vendor's thought that only it can read.
    Redacted(&'a str),
}

impl<'a> Encrypted<'a> {
    /// As it stands in an item.
    pub(super) fn text(self) -> Cow<'a, str> {
        match self {
            Self::Own(text) => Cow::Borrowed(text),
            Self::Signature(text) => Cow::Owned(format!("{SIGNATURE}{text}")),
            Self::Redacted(text) => Cow::Owned(format!("{REDACTED}{text}")),
        }
    }

    /// From an item.
    pub(super) fn of(text: &'a str) -> Self {
        match (text.strip_prefix(SIGNATURE), text.strip_prefix(REDACTED)) {
            (Some(signature), _) => Self::Signature(signature),
            (None, Some(data)) => Self::Redacted(data),
            (None, None) => Self::Own(text),
        }
    }
}

const SIGNATURE: &str = "signature#";
const REDACTED: &str = "redacted#";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seals_open_again() {
        for (signature, id, encrypted, in_content) in [
            ("rs_1#gAAA", Some("rs_1"), Some("gAAA"), false),
            ("rs_1##gAAA", Some("rs_1"), Some("gAAA"), true),
            ("#gAAA", None, Some("gAAA"), false),
            ("rs_1#", Some("rs_1"), None, false),
            ("##", None, None, true),
        ] {
            let seal = Seal { id, encrypted, in_content };
            assert_eq!(seal.signature(), signature);
            assert_eq!(Seal::of(signature), Some(seal));
        }
        assert_eq!(Seal::of("EqQBCgIYAhIM+/="), None);
    }

    #[test]
    fn foreign_signatures_travel_unchanged() {
        for kind in [Encrypted::Own("gAAA"), Encrypted::Signature("Eq+/="), Encrypted::Redacted("Em==")] {
            assert_eq!(Encrypted::of(&kind.text()), kind);
        }
    }
}

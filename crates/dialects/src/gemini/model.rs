//! What follows from a model's name.
//!
//! Sources: Gemini API docs, "Models", "Thinking", "Gemini 3 Developer Guide", "Structured outputs".

/// A model by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Model {
    /// Major and minor version; that of the newest where the name says none (`gemini-flash-latest`); `None` for models
    /// that are not of this family.
    version: Option<(u32, u32)>,
    size: Size,
}

/// Members of the family that differ in what they take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    Pro,
    Flash,
    FlashLite,
}

impl Model {
    /// Reads a name, with or without the path before it.
    pub(super) fn named(name: &str) -> Self {
        let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
        let size = if name.contains("flash-lite") {
            Size::FlashLite
        } else if name.contains("flash") {
            Size::Flash
        } else {
            Size::Pro
        };
        let version = name.strip_prefix("gemini-").map(|rest| version(rest).unwrap_or(NEWEST));
        Self { version, size }
    }

    /// Whether thinking is set by level rather than by budget, and calls must bring their signatures.
    pub(super) fn is_third(self) -> bool {
        self.version.is_some_and(|version| version >= (3, 0))
    }

    /// Whether it takes JSON Schema as it is.
    pub(super) fn takes_json_schema(self) -> bool {
        self.version.is_some_and(|version| version >= (2, 5))
    }

    /// Whether it can think as little as `minimal`.
    pub(super) fn thinks_minimally(self) -> bool {
        self.size != Size::Pro
    }

    /// Whether it has the level between `low` and `high`.
    pub(super) fn thinks_medium(self) -> bool {
        self.size != Size::Pro || self.version.is_none_or(|version| version > (3, 0))
    }

    /// Tokens to think with at effort `minimal`: the least that the model takes.
    pub(super) const fn least_budget(self) -> u64 {
        match self.size {
            Size::Pro => 128,
            Size::Flash => 1,
            Size::FlashLite => 512,
        }
    }
}

/// `2.5-flash` → (2, 5); `3-pro-preview` → (3, 0).
fn version(name: &str) -> Option<(u32, u32)> {
    let digits: &str = name.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    let (major, minor) = digits.split_once('.').unwrap_or((digits, "0"));
    Some((major.parse().ok()?, minor.parse().unwrap_or(0)))
}

/// Aliases such as `gemini-pro-latest` mean this version or a later one.
const NEWEST: (u32, u32) = (2, 5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_names() {
        for (name, version, third, schema) in [
            ("gemini-2.5-flash", Some((2, 5)), false, true),
            ("models/gemini-3-pro-preview", Some((3, 0)), true, true),
            ("gemini-3.1-pro-preview", Some((3, 1)), true, true),
            ("gemini-2.0-flash-001", Some((2, 0)), false, false),
            ("gemini-1.5-pro", Some((1, 5)), false, false),
            ("gemini-flash-latest", Some(NEWEST), false, true),
            ("gemma-3-27b-it", None, false, false),
            ("1234567890", None, false, false),
        ] {
            let model = Model::named(name);
            assert_eq!(model.version, version, "{name}");
            assert_eq!((model.is_third(), model.takes_json_schema()), (third, schema), "{name}");
        }
    }

    #[test]
    fn sizes_differ_in_what_they_think() {
        assert_eq!(Model::named("gemini-2.5-flash").least_budget(), 1);
        assert_eq!(Model::named("gemini-2.5-flash-lite").least_budget(), 512);
        assert_eq!(Model::named("gemini-2.5-pro").least_budget(), 128);
        assert!(Model::named("gemini-3-flash-preview").thinks_minimally());
        assert!(!Model::named("gemini-3-pro-preview").thinks_medium());
        assert!(Model::named("gemini-3.1-pro-preview").thinks_medium());
    }
}

//! Group names with `*`: compiled once per snapshot, the most specific one wins.

/// Patterns in the order in which they are tried, each with the index its owner gave it.
#[derive(Clone, Debug, Default)]
pub struct Wildcards(Vec<Pattern>);

#[derive(Clone, Debug)]
struct Pattern {
    pieces: Vec<String>,
    index: usize,
}

/// What the stars of a pattern stood for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captures<'a>(Vec<&'a str>);

/// Why a pattern is no good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WildcardError {
    /// There is no `*` in it.
    #[error("the pattern holds no *")]
    NoStar,
    /// Too many stars.
    #[error("a pattern may hold at most 8 stars")]
    TooManyStars,
}

impl Wildcards {
    /// Adds a pattern.
    pub fn add(&mut self, pattern: &str, index: usize) -> Result<(), WildcardError> {
        let pieces: Vec<String> = pattern.split('*').map(str::to_owned).collect();
        match pieces.len() {
            0 | 1 => Err(WildcardError::NoStar),
            2..=9 => {
                self.0.push(Pattern { pieces, index });
                // Longest literal part first, then fewer stars, then the order of the configuration (stable sort).
                self.0.sort_by_key(|pattern| {
                    let literal: usize = pattern.pieces.iter().map(String::len).sum();
                    (std::cmp::Reverse(literal), pattern.pieces.len())
                });
                Ok(())
            }
            _ => Err(WildcardError::TooManyStars),
        }
    }

    /// The index of the most specific pattern that covers a name, and what its stars stand for.
    pub fn find<'a>(&self, name: &'a str) -> Option<(usize, Captures<'a>)> {
        self.0.iter().find_map(|pattern| Some((pattern.index, Captures(capture(&pattern.pieces, name)?))))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Captures<'_> {
    /// Puts the captures for the stars of `template`, in order. A template without stars stays as it is; surplus stars
    /// take the last capture.
    pub fn fill(&self, template: &str) -> String {
        let mut filled = String::with_capacity(template.len() + 16);
        let mut captures = self.0.iter();
        let mut last = "";
        for (position, piece) in template.split('*').enumerate() {
            if position > 0 {
                last = captures.next().copied().unwrap_or(last);
                filled.push_str(last);
            }
            filled.push_str(piece);
        }
        filled
    }
}

/// Greedy from left to right: each star takes as much as leaves a match for the rest.
fn capture<'a>(pieces: &[String], name: &'a str) -> Option<Vec<&'a str>> {
    let (head, rest) = pieces.split_first()?;
    let name = name.strip_prefix(head.as_str())?;
    if rest.is_empty() {
        return name.is_empty().then(Vec::new);
    }
    let next = rest.first()?;
    let mut end = name.len();
    loop {
        let at = if next.is_empty() && rest.len() == 1 { name.len() } else { name.get(..end)?.rfind(next.as_str())? };
        let (taken, tail) = name.split_at_checked(at)?;
        if let Some(mut captures) = capture(rest, tail) {
            captures.insert(0, taken);
            return Some(captures);
        }
        end = (at + next.len()).checked_sub(1).filter(|end| name.is_char_boundary(*end))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_pattern_wins() {
        let mut wildcards = Wildcards::default();
        for (index, pattern) in ["*", "openai/*", "openai/gpt-*", "*-mini", "a/*/b/*"].iter().enumerate() {
            assert_eq!(wildcards.add(pattern, index), Ok(()));
        }
        for (name, index, template, filled) in [
            ("openai/gpt-4o", 2, "openai/gpt-*", "openai/gpt-4o"),
            ("openai/o1", 1, "azure/*", "azure/o1"),
            ("x-mini", 3, "groq/*", "groq/x"),
            ("claude", 0, "*", "claude"),
            ("a/1/b/2", 4, "p/*-*", "p/1-2"),
            ("a/1", 0, "fixed", "fixed"),
        ] {
            let found = wildcards.find(name);
            let (found, captures) = found.unwrap();
            assert_eq!((found, captures.fill(template).as_str()), (index, filled), "{name}");
        }
        assert_eq!(wildcards.add("plain", 9), Err(WildcardError::NoStar));
    }

    #[test]
    fn no_pattern_no_match() {
        let mut wildcards = Wildcards::default();
        assert_eq!(wildcards.add("openai/*", 0), Ok(()));
        assert!(wildcards.find("azure/x").is_none());
        assert!(wildcards.find("").is_none());
    }
}

//! Which short strings stand in a text: a set that may be too large and never too small.

/// A set of strings, one of 64 bits each. Two strings may share a bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words(u64);

impl Words {
    /// Notes a string as it is written between its quotes; longer ones than [`LONGEST`] are passed over.
    #[inline]
    pub(crate) fn note(&mut self, string: &[u8]) {
        if let Some(bit) = bit(string) {
            self.0 |= bit;
        }
    }

    /// `false`: it was never noted. Of strings that are never noted nothing is known.
    pub(crate) fn may_hold(self, string: &[u8]) -> bool {
        bit(string).is_none_or(|bit| self.0 & bit != 0)
    }
}

/// The bit of a string, by its length and three of its bytes.
#[inline]
fn bit(string: &[u8]) -> Option<u64> {
    let (first, last) = (*string.first()?, *string.last()?);
    if string.len() > LONGEST {
        return None;
    }
    let middle = string.get(string.len() / 2).copied().unwrap_or_default();
    let mixed = u32::from(first) * 31 + u32::from(middle) * 7 + u32::from(last) + (string.len() as u32) * 13;
    Some(1 << (mixed % 64))
}

/// Longest string that is noted, in bytes.
const LONGEST: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_noted() {
        let mut words = Words::default();
        ["role", "user", "content", "a"].iter().for_each(|word| words.note(word.as_bytes()));
        assert!(["role", "user", "content", "a"].iter().all(|word| words.may_hold(word.as_bytes())));
        assert!(
            ["thinking_blocks", "reasoning_content", "developer"].iter().all(|word| !words.may_hold(word.as_bytes()))
        );
    }

    #[test]
    fn of_what_is_never_noted_nothing_is_known() {
        let mut words = Words::default();
        words.note(&[b'x'; LONGEST + 1]);
        assert_eq!(words, Words::default());
        assert!(words.may_hold(&[b'x'; LONGEST + 1]) && words.may_hold(b""));
        assert!(!words.may_hold(&[b'x'; LONGEST]));
    }
}

//! Which short strings stand in a text: a set that may be too large and never too small.

/// A set of strings, two of 64 bits each. Strings may share their bits with others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words(u64);

impl Words {
    /// Notes a string as it is written between its quotes; longer ones than [`LONGEST`] are passed over.
    #[inline]
    pub(crate) fn note(&mut self, string: &[u8]) {
        if let Some(bits) = bits(string) {
            self.0 |= bits;
        }
    }

    /// `false`: it was never noted. Of strings that are never noted nothing is known.
    pub(crate) fn may_hold(self, string: &[u8]) -> bool {
        bits(string).is_none_or(|bits| self.0 & bits == bits)
    }
}

/// The bits of a string, by its length and three of its bytes.
#[inline]
fn bits(string: &[u8]) -> Option<u64> {
    let (first, last) = (*string.first()?, *string.last()?);
    if string.len() > LONGEST {
        return None;
    }
    let middle = string.get(string.len() / 2).copied().unwrap_or_default();
    let (first, middle, last) = (u32::from(first), u32::from(middle), u32::from(last));
    let length = string.len() as u32;
    let one = first * 31 + middle * 7 + last + length * 13;
    let other = first * 5 + middle * 29 + last * 17 + length * 3;
    Some(1 << (one % 64) | 1 << (other % 64))
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

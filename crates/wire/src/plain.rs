//! Going over the plain part of a string: up to the next quote, backslash or control character.

/// The text from the next quote, backslash or control character on.
///
/// Words find the near ones, which is most of them. Then blocks, which compile to vector code but only say whether
/// there is one, go over what is long: an image is a megabyte without any.
pub(crate) fn skip_plain<'a>(text: &'a [u8], seen: &mut u64) -> &'a [u8] {
    let mut rest = text;
    for _ in 0..NEAR {
        let Some((word, tail)) = rest.split_first_chunk::<8>() else { return skip_bytes(rest, seen) };
        let word = u64::from_le_bytes(*word);
        *seen |= word;
        let found = special_bytes(word);
        if found != 0 {
            return rest.get(found.trailing_zeros() as usize / 8..).unwrap_or_default();
        }
        rest = tail;
    }
    skip_blocks(rest, seen)
}

/// Where the string ends whose opening quote stands at `start`, behind its closing quote; `None` if it does not end.
/// Control characters, which do not belong there, are passed over.
pub fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut rest = text.get(start + 1..)?;
    loop {
        rest = match skip_plain(rest, &mut 0) {
            [b'"', tail @ ..] => return Some(text.len() - tail.len()),
            [b'\\', _, tail @ ..] => tail,
            [b'\\'] | [] => return None,
            [_, tail @ ..] => tail,
        };
    }
}

/// Kept apart so that the loop over words, which most strings never leave, stays small.
#[inline(never)]
fn skip_blocks<'a>(mut rest: &'a [u8], seen: &mut u64) -> &'a [u8] {
    let mut all = 0;
    while let Some((block, tail)) = rest.split_first_chunk::<BLOCK>() {
        // By words: of a sum of bytes the compiler makes a chain of 64 steps.
        let (words, _) = block.as_chunks::<8>();
        all |= words.iter().fold(0, |all, word| all | u64::from_le_bytes(*word));
        if block.iter().fold(false, |any, byte| any | special(*byte)) {
            break;
        }
        rest = tail;
    }
    *seen |= all;
    skip_bytes(rest, seen)
}

fn skip_bytes<'a>(rest: &'a [u8], seen: &mut u64) -> &'a [u8] {
    let plain = rest.iter().position(|byte| {
        *seen |= u64::from(*byte);
        special(*byte)
    });
    let plain = plain.unwrap_or(rest.len());
    rest.get(plain..).unwrap_or_default()
}

const fn special(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

/// Sets the highest bit of bytes that are special. Above the first such byte bits may be set wrongly: a borrow gets
/// there. (The zero-byte test of Mycroft, 1987.)
const fn special_bytes(word: u64) -> u64 {
    // Swaps the quote with the space: what is below 0x21 then is the quote or a control character.
    let low = word ^ (ONES * 0x02);
    let backslash = word ^ (ONES * b'\\' as u64);
    ((low.wrapping_sub(ONES * 0x21) & !low) | (backslash.wrapping_sub(ONES) & !backslash)) & HIGH_BITS
}

/// The highest bit of each byte.
pub(crate) const HIGH_BITS: u64 = ONES * 0x80;
const ONES: u64 = 0x0101_0101_0101_0101;
/// Words looked at before blocks are worth it.
const NEAR: usize = 16;
/// Bytes per block: a few vector registers.
const BLOCK: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_end_at_their_quotes() {
        for (text, end) in [
            (r#""" "#, Some(2)),
            (r#""plain" "#, Some(7)),
            (r#""\\" "#, Some(4)),
            (r#""a\"b" "#, Some(6)),
            (r#""long enough for a word or two, and \u00e4 \\\" more" "#, Some(53)),
            ("\"a\tb\" ", Some(5)),
            (r#""open"#, None),
            (r#""open\"#, None),
            (r#""open\""#, None),
        ] {
            assert_eq!(string_end(text.as_bytes(), 0), end, "{text}");
            assert_eq!(string_end(format!("xy{text}").as_bytes(), 2), end.map(|end| end + 2), "{text}");
        }
        assert_eq!(string_end(b"", 0), None);
    }
}

//! Vectors as lists of numbers and as base64 of little-endian `f32` (OpenAI, "Create embeddings", `encoding_format`).

use crate::kinds::compat::malformed;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use bytes::Bytes;
use tianji_core::Error;

/// How the client wants vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Lists of numbers.
    Floats,
    /// Base64 of little-endian `f32`.
    Base64,
    /// An encoding of the vendor's: vectors stay as they are.
    AsGiven,
}

impl Wanted {
    /// By `encoding_format`.
    pub(super) fn of(format: Option<&str>) -> Self {
        match format {
            None | Some("float") => Self::Floats,
            Some("base64") => Self::Base64,
            Some(_) => Self::AsGiven,
        }
    }

    /// Whether the gateway can write this encoding itself.
    pub(super) const fn is_ours(self) -> bool {
        !matches!(self, Self::AsGiven)
    }

    /// Writes a vector in this way. Numbers that need no change keep their text.
    pub(super) fn write(self, vector: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let is_list = vector.starts_with(b"[");
        match self {
            Self::Floats if !is_list => numbers(&decoded(vector)?, out),
            Self::Base64 if is_list => {
                let bytes: Vec<u8> = floats(vector)?.into_iter().flat_map(f32::to_le_bytes).collect();
                out.push(b'"');
                out.extend_from_slice(STANDARD.encode(bytes).as_bytes());
                out.push(b'"');
                Ok(())
            }
            _ => {
                out.extend_from_slice(vector);
                Ok(())
            }
        }
    }
}

/// Numbers of a JSON list. Each text is rounded to `f32` once, so that text and bits agree.
pub(super) fn floats(list: &[u8]) -> Result<Vec<f32>, Error> {
    let text = std::str::from_utf8(list).map_err(|_| malformed())?;
    let inner = text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']')).ok_or_else(malformed)?;
    if inner.trim().is_empty() {
        return Ok(Vec::new());
    }
    inner.split(',').map(|number| number.trim().parse().map_err(|_| malformed())).collect()
}

/// A vector of these numbers.
pub(super) fn of_floats(floats: &[f32]) -> Result<Bytes, Error> {
    let mut out = Vec::new();
    numbers(floats, &mut out)?;
    Ok(out.into())
}

/// Bytes of a base64 text in JSON quotes.
pub(super) fn bytes_of(text: &[u8]) -> Result<Vec<u8>, Error> {
    let inner: std::borrow::Cow<'_, str> = serde_json::from_slice(text).map_err(|_| malformed())?;
    let decoded = STANDARD.decode(inner.as_bytes()).or_else(|_| STANDARD_NO_PAD.decode(inner.as_bytes()));
    decoded.map_err(|cause| malformed().with_source(cause))
}

fn decoded(text: &[u8]) -> Result<Vec<f32>, Error> {
    let bytes = bytes_of(text)?;
    let (whole, rest) = bytes.as_chunks::<4>();
    if rest.is_empty() { Ok(whole.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()) } else { Err(malformed()) }
}

/// The shortest texts that are read back as the same bits.
fn numbers(floats: &[f32], out: &mut Vec<u8>) -> Result<(), Error> {
    serde_json::to_writer(out, floats).map_err(|cause| malformed().with_source(cause))
}

#[cfg(test)]
mod tests {

    use super::*;
    use proptest::prelude::*;

    fn written(wanted: Wanted, vector: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        wanted.write(vector, &mut out).unwrap();
        out
    }

    proptest! {
        #[test]
        fn both_ways_bit_for_bit(bits in prop::collection::vec(any::<u32>(), 0..64)) {
            let vector: Vec<f32> = bits.into_iter().map(f32::from_bits).filter(|number| number.is_finite()).collect();
            let list = of_floats(&vector).unwrap();
            let text = written(Wanted::Base64, &list);
            prop_assert_eq!(written(Wanted::Floats, &text), list.to_vec());
            let back = floats(&written(Wanted::Floats, &text)).unwrap();
            let bits = |vector: &[f32]| vector.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&back), bits(&vector));
        }
    }

    #[test]
    fn known_values() {
        assert_eq!(written(Wanted::Base64, b"[1.0, -2, 0.5]"), b"\"AACAPwAAAMAAAAA/\"");
        assert_eq!(written(Wanted::Floats, b"\"AACAPwAAAMAAAAA/\""), b"[1.0,-2.0,0.5]");
        assert_eq!(written(Wanted::Floats, b"[1e-3, 2]"), b"[1e-3, 2]");
        assert_eq!(written(Wanted::AsGiven, b"[1, -1]"), b"[1, -1]");
        assert!(Wanted::Floats.write(b"\"AAA=\"", &mut Vec::new()).is_err());
        assert!(Wanted::Base64.write(b"[null]", &mut Vec::new()).is_err());
    }
}

//! How long a recording is, from the head of its container: what is paid for by the second must be known also where
//! the vendor does not say.

mod ebml;
mod flac;
mod mp4;
mod mpeg;
mod ogg;
mod riff;

use tianji_core::Upload;

/// Length of a recording in milliseconds; `None` where its container does not say, or is none that is known.
pub(super) fn milliseconds(upload: &Upload) -> Option<u64> {
    let whole = upload.content.len();
    seconds(&upload.head, whole)
        .filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
        .map(|seconds| (seconds * 1000.0).round() as u64)
}

/// Seconds of a recording of `whole` bytes that begins with `head`.
fn seconds(head: &[u8], whole: u64) -> Option<f64> {
    match head {
        [b'R', b'I', b'F', b'F', ..] | [b'R', b'F', b'6', b'4', ..] => riff::seconds(head, whole),
        [b'f', b'L', b'a', b'C', ..] => flac::seconds(head),
        [b'O', b'g', b'g', b'S', ..] => ogg::seconds(head, whole),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => mp4::seconds(head),
        [0x1A, 0x45, 0xDF, 0xA3, ..] => ebml::seconds(head),
        [b'I', b'D', b'3', ..] | [0xFF, 0xE0..=0xFF, ..] => mpeg::seconds(head, whole),
        _ => None,
    }
}

/// `N` bytes from a place.
fn bytes<const N: usize>(text: &[u8], at: usize) -> Option<[u8; N]> {
    text.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// A big-endian number.
fn be32(text: &[u8], at: usize) -> Option<u32> {
    bytes(text, at).map(u32::from_be_bytes)
}

/// A little-endian number.
fn le32(text: &[u8], at: usize) -> Option<u32> {
    bytes(text, at).map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests;

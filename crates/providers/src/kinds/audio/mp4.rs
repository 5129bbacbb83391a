//! M4A and MP4 (ISO/IEC 14496-12, sections 4.2 and 8.2.2).

use super::{be32, bytes};

/// The movie header's duration by its time scale. Files that keep it at their end say nothing at the beginning.
pub(super) fn seconds(head: &[u8]) -> Option<f64> {
    let movie = inside(head, b"moov")?;
    let header = inside(movie, b"mvhd")?;
    let (scale, duration) = match header.first()? {
        1 => (be32(header, 20)?, u64::from_be_bytes(bytes(header, 24)?)),
        _ => (be32(header, 12)?, u64::from(be32(header, 16)?)),
    };
    (scale > 0).then(|| duration as f64 / f64::from(scale))
}

/// What a box of a kind holds, as far as it is at hand.
fn inside<'a>(text: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    let mut at = 0_usize;
    loop {
        let (size, found) = (be32(text, at)?, bytes::<4>(text, at + 4)?);
        let (size, start) = match size {
            1 => (u64::from_be_bytes(bytes(text, at + 8)?), 16),
            0 => (u64::MAX, 8),
            size => (u64::from(size), 8),
        };
        if size < start {
            return None;
        }
        let end = usize::try_from(size).ok().and_then(|size| at.checked_add(size)).unwrap_or(usize::MAX);
        if found == *kind {
            return text.get(at + start as usize..end.min(text.len()));
        }
        at = end;
    }
}

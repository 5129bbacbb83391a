//! Ogg with Opus or Vorbis (RFC 3533, section 6; RFC 7845, section 5.1; Xiph, "Vorbis I specification").

use super::{bytes, le32};

/// The position that the last page stands for, by the sample rate. Where only the beginning is at hand, its pace is
/// taken for the whole.
pub(super) fn seconds(head: &[u8], whole: u64) -> Option<f64> {
    let first = memchr::memmem::find(head.get(..256.min(head.len()))?, b"OpusHead");
    let (rate, skip) = match first {
        // Opus always counts at 48 kHz, and says how many samples to leave out at the start.
        Some(at) => (48_000.0, u64::from(u16::from_le_bytes(bytes(head, at + 10)?))),
        None => {
            let at = memchr::memmem::find(head, b"\x01vorbis")?;
            (f64::from(le32(head, at + 12).filter(|rate| *rate > 0)?), 0)
        }
    };
    let (end, position) = last_page(head)?;
    let time = position.saturating_sub(skip) as f64 / rate;
    Some(if head.len() as u64 >= whole { time } else { time * whole as f64 / end as f64 })
}

/// Where the last whole page with a position begins, and the position.
fn last_page(head: &[u8]) -> Option<(usize, u64)> {
    memchr::memmem::rfind_iter(head, b"OggS").find_map(|at| {
        let position = u64::from_le_bytes(bytes(head, at + 6)?);
        (position != u64::MAX && position > 0).then_some((at.max(1), position))
    })
}

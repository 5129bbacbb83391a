//! WebM (RFC 8794 for EBML; RFC 9559, section 5.1.2 "Info element").

use super::bytes;

/// The duration of the segment's info by its time scale, nanoseconds a tick (a millisecond unless it is said). Live
/// recordings have none.
pub(super) fn seconds(head: &[u8]) -> Option<f64> {
    let segment = inside(head, SEGMENT)?;
    let info = inside(segment, INFO)?;
    let ticks = match inside(info, DURATION)? {
        text if text.len() == 4 => f64::from(f32::from_be_bytes(bytes(text, 0)?)),
        text => f64::from_be_bytes(bytes(text, 0)?),
    };
    let scale = inside(info, SCALE)
        .map_or(1_000_000, |text| text.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte)));
    Some(ticks * scale as f64 / 1e9)
}

/// What an element of an id holds, as far as it is at hand.
fn inside(text: &[u8], id: u64) -> Option<&[u8]> {
    let mut at = 0_usize;
    loop {
        let (found, width) = number(text, at, false)?;
        let (size, size_width) = number(text, at + width, true)?;
        let start = at + width + size_width;
        // All ones mean a size that is not known: to the end.
        let open = size == (1 << (7 * size_width)) - 1;
        let size = if open { usize::MAX } else { usize::try_from(size).ok()? };
        let end = start.saturating_add(size);
        if found == id {
            return text.get(start..end.min(text.len()));
        }
        at = end;
    }
}

/// A number whose first byte says by its leading zeros how many bytes it has; `bare` = without that mark.
fn number(text: &[u8], at: usize, bare: bool) -> Option<(u64, usize)> {
    let first = *text.get(at)?;
    let width = first.leading_zeros() as usize + 1;
    if width > 8 {
        return None;
    }
    let head = if bare { u64::from(first) & ((1 << (8 - width)) - 1) } else { u64::from(first) };
    let rest = text.get(at + 1..at + width)?;
    Some((rest.iter().fold(head, |sum, byte| sum << 8 | u64::from(*byte)), width))
}

const SEGMENT: u64 = 0x1853_8067;
const INFO: u64 = 0x1549_A966;
const DURATION: u64 = 0x4489;
const SCALE: u64 = 0x002A_D7B1;

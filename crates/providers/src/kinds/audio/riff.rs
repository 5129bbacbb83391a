//! WAV (Microsoft, "Multiple channel audio data and WAVE files"; EBU Tech 3306 for RF64).

use super::{bytes, le32};

/// Length of the data by the bytes that a second takes. Writers of streams leave the size of the data open; then it is
/// the rest of the file.
pub(super) fn seconds(head: &[u8], whole: u64) -> Option<f64> {
    if bytes(head, 8)? != *b"WAVE" {
        return None;
    }
    let (mut at, mut rate) = (12_usize, None);
    loop {
        let (id, size) = (bytes::<4>(head, at)?, le32(head, at + 4)?);
        let body = at + 8;
        match &id {
            b"fmt " => rate = le32(head, body + 8).filter(|rate| *rate > 0),
            b"data" => {
                let rest = whole.saturating_sub(body as u64);
                return Some(u64::from(size).min(rest) as f64 / f64::from(rate?));
            }
            _ => {}
        }
        // Chunks begin at even places.
        at = body.checked_add(size as usize)?.checked_add(size as usize % 2)?;
    }
}

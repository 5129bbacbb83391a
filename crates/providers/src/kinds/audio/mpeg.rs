//! MP3 (ISO/IEC 11172-3, section 2.4.2; Xing's and Fraunhofer's headers of files with a variable rate).

use super::be32;

/// The number of frames where a header says it, else the size by the first frame's rate.
pub(super) fn seconds(head: &[u8], whole: u64) -> Option<f64> {
    let start = after_tag(head);
    let at = (start..head.len().min(start.checked_add(FAR)?)).find(|at| Frame::at(head, *at).is_some())?;
    let frame = Frame::at(head, at)?;
    let time = f64::from(frame.samples) / f64::from(frame.rate);
    if let Some(frames) = counted(head.get(at..)?) {
        return Some(f64::from(frames) * time);
    }
    Some(whole.saturating_sub(at as u64) as f64 * 8.0 / f64::from(frame.bits))
}

/// Where the sound begins: an ID3v2 tag's size is written in seven bits a byte (id3.org, "ID3 tag version 2.4.0").
fn after_tag(head: &[u8]) -> usize {
    match head {
        [b'I', b'D', b'3', _, _, _, a, b, c, d, ..] => {
            10 + [a, b, c, d].iter().fold(0, |sum, byte| sum << 7 | usize::from(**byte & 0x7F))
        }
        _ => 0,
    }
}

fn counted(frame: &[u8]) -> Option<u32> {
    let near = frame.get(..frame.len().min(192))?;
    if let Some(at) = memchr::memmem::find(near, b"Xing").or_else(|| memchr::memmem::find(near, b"Info")) {
        return (be32(near, at + 4)? & 1 == 1).then(|| be32(near, at + 8)).flatten();
    }
    be32(near, memchr::memmem::find(near, b"VBRI")? + 14)
}

/// What a frame's head says.
struct Frame {
    /// Samples a frame.
    samples: u16,
    /// Samples a second.
    rate: u32,
    /// Bits a second.
    bits: u32,
}

impl Frame {
    fn at(head: &[u8], at: usize) -> Option<Self> {
        let word = be32(head, at)?;
        if word >> 21 != 0x7FF {
            return None;
        }
        // Layer III only: 1 in the two bits of the layer.
        let (version, layer) = (word >> 19 & 3, word >> 17 & 3);
        if layer != 1 || version == 1 {
            return None;
        }
        let first = version == 3;
        let table = if first { &RATES_1 } else { &RATES_2 };
        let kilobits = *table.get((word >> 12 & 15) as usize)?;
        let rate = *[44_100, 48_000, 32_000].get((word >> 10 & 3) as usize)?;
        let rate = match version {
            3 => rate,
            2 => rate / 2,
            _ => rate / 4,
        };
        (kilobits > 0).then(|| Self { samples: if first { 1152 } else { 576 }, rate, bits: u32::from(kilobits) * 1000 })
    }
}

/// Kilobits a second of MPEG-1, layer III.
const RATES_1: [u16; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
/// The same of MPEG-2 and 2.5.
const RATES_2: [u16; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/// How far behind the tag the first frame may be, in bytes.
const FAR: usize = 8192;

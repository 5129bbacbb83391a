//! FLAC (RFC 9639, section 8.2 "Streaminfo").

use super::bytes;

/// Samples by the sample rate; a stream of unknown length says 0.
pub(super) fn seconds(head: &[u8]) -> Option<f64> {
    // The marker, the head of the first block (always streaminfo), block and frame sizes; then 20 bits of sample rate,
    // 3 of channels, 5 of depth, 36 of samples.
    let packed = u64::from_be_bytes(bytes(head, 4 + 4 + 10)?);
    let (rate, samples) = (packed >> 44, packed & 0xF_FFFF_FFFF);
    (rate > 0 && samples > 0).then(|| samples as f64 / rate as f64)
}

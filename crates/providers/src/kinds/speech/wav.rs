//! A WAV header before bare samples (Microsoft, "Multiple channel audio data and WAVE files").

use bytes::{BufMut, Bytes, BytesMut};

/// Samples of 16 bits, one channel, as a file.
pub(super) fn file(samples: &[u8], rate: u32) -> Bytes {
    let length = u32::try_from(samples.len()).unwrap_or(u32::MAX - HEADER);
    let mut out = BytesMut::with_capacity(samples.len() + 44);
    out.put_slice(b"RIFF");
    out.put_u32_le(length.saturating_add(HEADER));
    out.put_slice(b"WAVEfmt ");
    out.put_u32_le(16);
    // Integer samples, one channel.
    out.put_u16_le(1);
    out.put_u16_le(1);
    out.put_u32_le(rate);
    out.put_u32_le(rate.saturating_mul(2));
    out.put_u16_le(2);
    out.put_u16_le(16);
    out.put_slice(b"data");
    out.put_u32_le(length);
    out.put_slice(samples);
    out.freeze()
}

/// Bytes between the size and the samples.
const HEADER: u32 = 36;

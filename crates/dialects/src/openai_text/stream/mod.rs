//! Streams: [`TextDecoder`] reads an upstream's, [`TextEncoder`] writes a client's.
//!
//! Chunks are completion objects with a piece of the text; the stream ends with `[DONE]`.

mod decode;
mod encode;

pub(super) use decode::TextDecoder;
pub(super) use encode::TextEncoder;

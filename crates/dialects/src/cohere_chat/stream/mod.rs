//! Streams: [`CohereDecoder`] reads an upstream's, [`CohereEncoder`] writes a client's.
//!
//! Source: API reference, "Chat with Streaming".

mod decode;
mod encode;

pub(super) use decode::CohereDecoder;
pub(super) use encode::CohereEncoder;

/// What the vendor sends after its last event.
pub(super) const DONE: &[u8] = b"[DONE]";

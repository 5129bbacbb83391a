//! Streams: [`ResponsesDecoder`] reads an upstream's, [`ResponsesEncoder`] writes a client's.
//!
//! Source: OpenAI API reference, "Responses" → "Streaming events".

mod decode;
mod encode;
mod ending;
mod events;
mod open;
mod output;

pub(super) use decode::ResponsesDecoder;
pub(super) use encode::ResponsesEncoder;

/// The terminator that some servers of this dialect add.
pub(super) const DONE: &[u8] = b"[DONE]";

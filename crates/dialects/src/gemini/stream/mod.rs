//! Streams, both ways (Gemini API reference, `streamGenerateContent`): every frame is a whole reply that says what is
//! new, but that it repeats the usage.

mod decode;
mod encode;

pub(super) use decode::GeminiDecoder;
pub(super) use encode::GeminiEncoder;

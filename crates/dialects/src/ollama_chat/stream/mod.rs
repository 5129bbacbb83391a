//! Streams: [`OllamaDecoder`] reads an upstream's, [`OllamaEncoder`] writes a client's.
//!
//! Every line is a reply with a piece of the message; the last one has `done`.

mod decode;
mod encode;

pub(super) use decode::OllamaDecoder;
pub(super) use encode::OllamaEncoder;

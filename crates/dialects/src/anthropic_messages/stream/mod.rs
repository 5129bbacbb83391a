//! Streams: [`MessagesDecoder`] reads an upstream's, [`MessagesEncoder`] writes a client's.
//!
//! Source: API reference, "Streaming Messages".

mod decode;
mod encode;

pub(super) use decode::MessagesDecoder;
pub(super) use encode::{MessagesEncoder, write_error};

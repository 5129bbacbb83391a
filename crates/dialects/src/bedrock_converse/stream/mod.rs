//! Streams: [`ConverseDecoder`] reads an upstream's, [`ConverseEncoder`] writes a client's.
//!
//! Source: API reference, "ConverseStream".

mod decode;
mod encode;

pub(super) use decode::{ConverseDecoder, event_of, failure_of};
pub(super) use encode::{ConverseEncoder, write_event};

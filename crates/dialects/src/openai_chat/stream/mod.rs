//! Streams: [`ChatDecoder`] reads an upstream's, [`ChatEncoder`] writes a client's.
//!
//! Source: OpenAI API reference, "Chat streaming" (the chat completion chunk object).

mod choice;
mod decode;
mod encode;

pub(super) use decode::ChatDecoder;
pub(super) use decode::{DONE, may_be_error};
pub(super) use encode::{ChatEncoder, write_failure};

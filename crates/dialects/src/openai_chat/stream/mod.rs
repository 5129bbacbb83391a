//! Streams: [`ChatDecoder`] reads an upstream's, [`ChatEncoder`] writes a client's.
//!
//! Source: OpenAI API reference, "Chat streaming" (the chat completion chunk object).

mod choice;
mod decode;
mod encode;

pub(super) use decode::ChatDecoder;
pub(crate) use decode::{DONE, may_be_error};
pub(super) use encode::ChatEncoder;
pub(crate) use encode::write_failure;

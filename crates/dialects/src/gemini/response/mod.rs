//! Whole replies, both ways (Gemini API reference, `GenerateContentResponse`).

mod decode;
mod encode;

pub(crate) use decode::ANSWER_MEMBERS;
pub(super) use decode::decode;
pub(super) use encode::{Candidate, Content, Reply, client_id, encode};

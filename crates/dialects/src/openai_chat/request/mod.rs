//! Requests: [`decode`] from a client, [`encode`] for an upstream.
//!
//! Source: OpenAI API reference, "Chat" → "Create chat completion".

pub(crate) mod content;
mod decode;
mod encode;
mod messages;
mod parts;
pub(crate) mod tools;
mod turns;

pub(crate) use decode::Members;
pub(super) use decode::decode;
pub(super) use encode::encode;

//! Requests: [`decode`] from a client, [`encode`] for an upstream.
//!
//! Source: OpenAI API reference, "Responses" → "Create a model response".

mod body;
mod content;
mod decode;
mod encode;
mod grammar;
mod input;
mod items;
mod tools;

pub(super) use decode::decode;
pub(super) use encode::encode;

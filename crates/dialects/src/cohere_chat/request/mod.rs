//! Requests: [`decode`] from a client, [`encode`] for an upstream.
//!
//! Source: API reference, "Chat".

mod body;
pub(super) mod content;
mod decode;
mod documents;
mod encode;
pub(super) mod messages;
mod parts;
mod tools;
mod turns;

pub(super) use decode::decode;
pub(super) use encode::encode;

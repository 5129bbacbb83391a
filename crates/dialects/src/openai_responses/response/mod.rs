//! Replies: [`decode`] from an upstream, [`encode`] for a client; and the pieces of a reply that streams write too.
//!
//! Source: OpenAI API reference, "The response object".

mod decode;
mod encode;
pub(super) mod item;
pub(super) mod shell;

pub(super) use decode::{decode, finish_of, unusable};
pub(super) use encode::{encode, item_prefix, logprobs};

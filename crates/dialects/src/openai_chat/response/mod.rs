//! Whole replies: [`decode`] from an upstream, [`encode`] for a client.

mod decode;
mod encode;

pub(super) use decode::{annotations, content, decode, thinking_blocks, unusable};
pub(super) use encode::{client_id, encode, extras_field, write_image};

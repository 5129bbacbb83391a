//! Whole replies: [`decode`] from an upstream, [`encode`] for a client.

mod decode;
mod encode;

pub(crate) use decode::unusable;
pub(super) use decode::{annotations, content, decode, thinking_blocks};
pub(crate) use encode::client_id;
pub(super) use encode::{encode, extras_field, write_image};

//! Whole replies: [`decode`] from an upstream, [`encode`] for a client.

mod decode;
mod encode;

pub(super) use decode::{decode, unusable};
pub(super) use encode::{client_id, encode};

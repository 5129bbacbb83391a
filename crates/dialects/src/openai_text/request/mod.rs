//! Requests: [`decode`] from a client, [`encode`] for an upstream.

mod decode;
mod encode;
mod prompt;

pub(super) use decode::decode;
pub(super) use encode::encode;

//! Requests: [`decode`] from a client, [`encode`] for an upstream.

mod decode;
mod encode;
mod history;
mod messages;
mod options;

pub(super) use decode::decode;
pub(super) use encode::encode;

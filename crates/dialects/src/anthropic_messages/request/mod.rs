//! Requests, both ways.

mod decode;
pub(crate) mod encode;

pub(super) use decode::{content, decode};
pub(super) use encode::encode;

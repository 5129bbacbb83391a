//! Requests, both ways.

mod decode;
mod encode;

pub(super) use decode::{content, decode};
pub(super) use encode::{encode, is_own_citation};

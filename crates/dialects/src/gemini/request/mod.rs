//! Requests, both ways (Gemini API reference, "Generating content", request body).

mod config;
mod contents;
mod decode;
mod encode;
mod names;
mod offer;
mod pieces;
mod schema;
mod thinking;
mod tools;
mod turns;

pub(super) use decode::decode;
pub(super) use encode::{encode, encode_parts_of_prompt};
pub(crate) use tools::is_tool;

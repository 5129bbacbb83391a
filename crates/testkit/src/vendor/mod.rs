//! Replies as the vendors give them.

pub mod anthropic;
pub mod openai;

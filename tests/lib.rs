//! What the house rules (`architecture.rs`, `shape.rs`) need in order to read the workspace: where its files are, and
//! just enough of Rust's lexical grammar to tell code from text.

pub mod rust_source;
pub mod workspace;

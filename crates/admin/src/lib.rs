//! Management operations as types: what each takes, what it gives, who may call it.
//!
//! The route table of the gateway reads [`Operation`]'s constants; decoding, authorisation and encoding happen once,
//! there. What a caller may see is decided here: an object outside its scope is answered as if it did not exist.

#![recursion_limit = "256"]

pub mod keys;
mod operation;
mod rows;
pub mod spend;

pub use operation::{Admin, Operation, Verb};

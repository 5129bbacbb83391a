//! What the fuzz targets check: a function for each, from bytes to nothing or a panic. Ordinary tests call the same
//! functions with the committed corpus (`crates/dialects/tests/fuzz_corpus.rs`), so that what a fuzzer found once is
//! found by everyone from then on.

pub(crate) mod choice;
mod events;
pub mod frames;
pub mod inflate;
pub mod json;
pub mod relays;
pub mod requests;
pub mod responses;
pub mod streams;

/// A target: its name, which is also that of its folder in `corpus`, and what it checks.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 7] = [
    ("frames", frames::check),
    ("inflate", inflate::check),
    ("json", json::check),
    ("relays", relays::check),
    ("requests", requests::check),
    ("responses", responses::check),
    ("streams", streams::check),
];

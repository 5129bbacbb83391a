//! What the fuzz targets check: a function for each, from bytes to nothing or a panic. Ordinary tests call the same
//! functions with the committed corpus (`crates/dialects/tests/fuzz_corpus.rs`), so that what a fuzzer found once is
//! found by everyone from then on.

pub mod arrays;
pub(crate) mod choice;
mod events;
pub mod frames;
pub mod inflate;
pub mod json;
pub mod relays;
pub mod requests;
pub mod responses;
pub mod streams;
pub mod waits;

/// A target: its name, which is also that of its folder in `corpus`, and what it checks.
pub type Target = (&'static str, fn(&[u8]));

/// All targets but [`ELSEWHERE`].
pub const TARGETS: [Target; 9] = [
    ("arrays", arrays::check),
    ("frames", frames::check),
    ("inflate", inflate::check),
    ("json", json::check),
    ("relays", relays::check),
    ("requests", requests::check),
    ("responses", responses::check),
    ("streams", streams::check),
    ("waits", waits::check),
];

/// Targets of what only the gateway itself has (`crates/gateway/tests/fuzz_corpus.rs` replays them).
pub const ELSEWHERE: [&str; 1] = ["forms"];

//! Bytes that no client and no upstream should send.

use crate::OLLAMA;
use crate::support::damaged;
use proptest::prelude::*;

proptest! {
    #[test]
    fn no_body_panics(body in prop::collection::vec(any::<u8>(), 0..300)) {
        OLLAMA.read_all(&body.into());
    }

    #[test]
    fn no_damage_panics(hits in prop::collection::vec((any::<usize>(), any::<u8>()), 1..6)) {
        for (_, body) in ["requests", "responses", "streams"].iter().flat_map(|folder| OLLAMA.files(folder)) {
            OLLAMA.read_all(&damaged(&body, &hits));
        }
    }
}

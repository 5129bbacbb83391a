//! OpenAI's public vocabularies, loaded when first used.

use super::{TokenCounter, estimate_tokens};
use std::collections::HashSet;
use tiktoken_rs::CoreBPE;

/// A vocabulary of byte pairs (openai/tiktoken, `openai_public.py`). The first count with one loads it: some tens of
/// megabytes and some hundred milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vocabulary {
    /// `o200k_base`
    O200kBase,
    /// `cl100k_base`
    Cl100kBase,
    /// `p50k_base`
    P50kBase,
    /// `r50k_base`
    R50kBase,
}

impl Vocabulary {
    fn encoder(self) -> &'static CoreBPE {
        match self {
            Self::O200kBase => tiktoken_rs::o200k_base_singleton(),
            Self::Cl100kBase => tiktoken_rs::cl100k_base_singleton(),
            Self::P50kBase => tiktoken_rs::p50k_base_singleton(),
            Self::R50kBase => tiktoken_rs::r50k_base_singleton(),
        }
    }
}

impl TokenCounter for Vocabulary {
    /// Marks like `<|endoftext|>` count as plain text. Above 4 MiB the count is a quarter of the characters, and where
    /// the splitter gives up on a hostile text a quarter of the bytes.
    fn count_text(&self, text: &str) -> u64 {
        if text.is_empty() {
            return 0;
        }
        if text.len() > MOST_COUNTED {
            return estimate_tokens(text.chars().count());
        }
        match self.encoder().encode(text, &HashSet::new()) {
            Ok((tokens, _)) => tokens.len() as u64,
            Err(_) => estimate_tokens(text.len()),
        }
    }
}

/// Longest text that is really counted, in bytes.
const MOST_COUNTED: usize = 4 * 1024 * 1024;

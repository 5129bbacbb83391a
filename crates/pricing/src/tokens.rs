//! Counting tokens. Exact for OpenAI's vocabularies, by family factors for others.
//!
//! A vocabulary takes up to 0.2 s and 46 MB when it is first used; nothing on the way of a call needs one.

use crate::estimate::estimate_tokens;
use tiktoken_rs::{CoreBPE, cl100k_base_singleton, o200k_base_singleton};

/// One turn of a conversation to count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// Role; counted as text.
    pub role: String,
    /// All text of the turn.
    pub text: String,
    /// Whether it has a `name`.
    pub named: bool,
}

/// Whether counting so many bytes should not run on a thread that serves requests.
pub const fn is_expensive(bytes: usize) -> bool {
    bytes > 64 * 1024
}

/// Tokens of a text for a model.
pub fn count_text(model: &str, text: &str) -> u64 {
    let family = Family::of(model);
    family.scale(exact(&family, text))
}

/// Tokens of a conversation for a model, with the framing of its family.
pub fn count_pieces(model: &str, pieces: &[Piece]) -> u64 {
    let family = Family::of(model);
    let counted: u64 = pieces
        .iter()
        .map(|piece| PER_MESSAGE + exact(&family, &piece.role) + exact(&family, &piece.text) + u64::from(piece.named))
        .sum();
    family.scale(counted + PRIMING)
}

/// Which vocabulary, and by how much its count is off for the model, in hundredths.
struct Family {
    cl100k: bool,
    percent: u64,
}

impl Family {
    fn of(model: &str) -> Self {
        let name = model.to_ascii_lowercase();
        let bare = name.rsplit('/').next().unwrap_or(&name);
        let cl100k =
            ["gpt-4-", "gpt-3.5", "text-embedding-"].iter().any(|prefix| bare.starts_with(prefix)) || bare == "gpt-4";
        let percent = FACTORS.iter().find(|(word, _)| name.contains(word)).map_or(100, |(_, percent)| *percent);
        Self { cl100k, percent }
    }

    const fn scale(&self, tokens: u64) -> u64 {
        tokens.saturating_mul(self.percent).div_ceil(100)
    }

    fn vocabulary(&self) -> &'static CoreBPE {
        if self.cl100k { cl100k_base_singleton() } else { o200k_base_singleton() }
    }
}

/// Above the cap a count is an estimate: long runs of one character are slow to tokenise.
fn exact(family: &Family, text: &str) -> u64 {
    if text.len() > MOST_BYTES {
        return estimate_tokens(text.len());
    }
    family.vocabulary().encode_ordinary(text).len() as u64
}

/// Families without a public tokenizer, or with another one than OpenAI's: how their counts compare.
const FACTORS: &[(&str, u64)] =
    &[("claude", 115), ("anthropic", 115), ("llama", 105), ("mistral", 110), ("mixtral", 110), ("command", 105)];
/// OpenAI cookbook, "How to count tokens with tiktoken": tokens around every message.
const PER_MESSAGE: u64 = 3;
/// … and before the reply.
const PRIMING: u64 = 3;
/// Longest text that is counted exactly.
const MOST_BYTES: usize = 4 << 20;

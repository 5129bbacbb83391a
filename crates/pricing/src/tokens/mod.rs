//! Token counts where no provider reports them.

mod call;
mod families;
mod media;
mod signature;
mod vocabulary;

pub use call::{CallText, Definition, MessageText, Piece, ToolText, count_pieces, count_text};
pub use families::{Tokenizer, TokenizerKind};
pub use media::{ImageDetail, ImageRule, pdf_tokens};
pub use signature::function_signatures;
pub use vocabulary::Vocabulary;

/// Counts the tokens of a text.
pub trait TokenCounter {
    /// Tokens of a text. Work grows with its length: see [`is_expensive`].
    fn count_text(&self, text: &str) -> u64;
}

/// A guess without looking: a token for every four bytes, rounded up.
///
/// OpenAI, "What are tokens and how to count them?": one token is about four characters of English. JSON and other
/// languages have fewer characters, but more bytes, to a token.
pub const fn estimate_tokens(bytes: usize) -> u64 {
    (bytes as u64).div_ceil(BYTES_PER_TOKEN)
}

/// Whether counting a text of so many bytes should leave the thread that serves requests.
pub const fn is_expensive(bytes: usize) -> bool {
    bytes > 64 * 1024
}

const BYTES_PER_TOKEN: u64 = 4;

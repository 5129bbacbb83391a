//! Which tokenizer stands for which model.

use super::media::ImageRule;
use super::{TokenCounter, Vocabulary};

/// How a model's tokens are counted: exactly for OpenAI's models, by a near vocabulary and a factor for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tokenizer {
    /// Vocabulary.
    pub vocabulary: Vocabulary,
    /// Tokens of the model per hundred of the vocabulary.
    pub percent: u64,
    /// Tokens around every message.
    pub per_message: u64,
    /// Tokens that a name adds (or saves) besides its own.
    pub per_name: i64,
    /// Tokens that begin the reply.
    pub reply: u64,
    /// How pictures count.
    pub images: ImageRule,
    /// Tokens per second of sound.
    pub audio_per_second: u64,
    /// Whose counting it follows.
    pub kind: TokenizerKind,
}

/// The name of a way to count, as the token counter's reply says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenizerKind {
    /// OpenAI's, also for models of other makers.
    OpenAi,
    /// The estimate for Claude.
    Anthropic,
}

impl TokenizerKind {
    /// `tokenizer_type` of `/utils/token_counter`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::OpenAi => "openai_tokenizer",
            Self::Anthropic => "anthropic_tokenizer",
        }
    }
}

impl Tokenizer {
    /// The tokenizer for a model by any of its names (`azure/gpt-4o`, `us.anthropic.claude-…`).
    pub fn of(model: &str) -> Self {
        let name = model.rsplit('/').next().unwrap_or(model).to_ascii_lowercase();
        let tuned = name.strip_prefix("ft:").unwrap_or(&name);
        if let Some((_, tokenizer)) = OPENAI.iter().find(|(prefix, _)| tuned.starts_with(prefix)) {
            return *tokenizer;
        }
        OTHERS.iter().find(|(part, _)| name.contains(part)).map_or(O200K, |(_, tokenizer)| *tokenizer)
    }

    /// Tokens of sound, rounded up.
    pub const fn audio_tokens(&self, milliseconds: u64) -> u64 {
        milliseconds.saturating_mul(self.audio_per_second).div_ceil(1000)
    }

    pub(crate) const fn scaled(&self, tokens: u64) -> u64 {
        tokens.saturating_mul(self.percent).div_ceil(100)
    }
}

impl TokenCounter for Tokenizer {
    fn count_text(&self, text: &str) -> u64 {
        self.scaled(self.vocabulary.count_text(text))
    }
}

/// OpenAI Cookbook, "How to count tokens with tiktoken": 3 tokens per message, 1 per name, 3 before the reply.
const O200K: Tokenizer = Tokenizer {
    vocabulary: Vocabulary::O200kBase,
    percent: 100,
    per_message: 3,
    per_name: 1,
    reply: 3,
    images: ImageRule::OpenAi,
    audio_per_second: 10,
    kind: TokenizerKind::OpenAi,
};

const CL100K: Tokenizer = Tokenizer { vocabulary: Vocabulary::Cl100kBase, ..O200K };
const P50K: Tokenizer = Tokenizer { vocabulary: Vocabulary::P50kBase, ..O200K };
const R50K: Tokenizer = Tokenizer { vocabulary: Vocabulary::R50kBase, ..O200K };

/// Claude has no public vocabulary; the factor is on the safe side for English and code.
const CLAUDE: Tokenizer =
    Tokenizer { percent: 115, reply: 0, images: ImageRule::Claude, kind: TokenizerKind::Anthropic, ..O200K };

/// Gemini API, "Understand and count tokens": 32 tokens per second of sound.
const GEMINI: Tokenizer = Tokenizer { images: ImageRule::Gemini, audio_per_second: 32, ..O200K };

/// Beginnings of OpenAI's names, first hit wins (openai/tiktoken, `model.py`).
const OPENAI: &[(&str, Tokenizer)] = &[
    ("gpt-3.5-turbo-0301", Tokenizer { per_message: 4, per_name: -1, ..CL100K }),
    ("gpt-3.5", CL100K),
    ("gpt-35", CL100K),
    ("gpt-4o", O200K),
    ("gpt-4.", O200K),
    ("gpt-4", CL100K),
    ("text-embedding-", CL100K),
    ("babbage-002", CL100K),
    ("davinci-002", CL100K),
    ("text-davinci-002", P50K),
    ("text-davinci-003", P50K),
    ("code-davinci", P50K),
    ("code-cushman", P50K),
    ("text-davinci", R50K),
    ("text-curie", R50K),
    ("text-babbage", R50K),
    ("text-ada", R50K),
    ("davinci", R50K),
    ("curie", R50K),
    ("babbage", R50K),
    ("gpt2", R50K),
];

/// Parts of other makers' names, first hit wins. The factors are the makers' tokens per hundred of `o200k_base` on
/// mixed text.
const OTHERS: &[(&str, Tokenizer)] = &[
    ("claude", CLAUDE),
    ("gemini", GEMINI),
    ("gemma", GEMINI),
    ("llama", Tokenizer { percent: 105, ..O200K }),
    ("mistral", Tokenizer { percent: 110, ..O200K }),
    ("mixtral", Tokenizer { percent: 110, ..O200K }),
    ("ministral", Tokenizer { percent: 110, ..O200K }),
    ("codestral", Tokenizer { percent: 110, ..O200K }),
    ("devstral", Tokenizer { percent: 110, ..O200K }),
    ("magistral", Tokenizer { percent: 110, ..O200K }),
    ("pixtral", Tokenizer { percent: 110, ..O200K }),
    ("voxtral", Tokenizer { percent: 110, ..O200K }),
    ("command-", Tokenizer { percent: 105, ..O200K }),
    ("cohere", Tokenizer { percent: 105, ..O200K }),
];

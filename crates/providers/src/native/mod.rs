//! Providers with real differences on the wire. Each folder has the same files where it needs them: `row.toml` (its
//! data), `mod.rs` (which functions stand in for a compatible row's), `url.rs`, `auth.rs`, `edit.rs`.

mod anthropic;
mod aws_polly;
mod azure;
mod azure_ai;
mod bedrock;
mod cohere;
mod gemini;
mod ollama;
mod openai;
mod replicate;
mod sagemaker;
mod snowflake;
mod vertex_ai;

pub(crate) use bedrock::ModelName;

use crate::provider::Hooks;

/// A native folder.
pub(crate) struct Folder {
    /// Provider name.
    pub(crate) name: &'static str,
    /// Its row.
    pub(crate) row: &'static str,
    /// Its functions.
    pub(crate) hooks: Hooks,
}

/// All folders, by name.
pub(crate) const ALL: &[Folder] = &[
    anthropic::FOLDER,
    aws_polly::FOLDER,
    azure::FOLDER,
    azure::TEXT,
    azure_ai::FOLDER,
    bedrock::FOLDER,
    cohere::FOLDER,
    gemini::FOLDER,
    ollama::FOLDER,
    openai::FOLDER,
    openai::TEXT,
    replicate::FOLDER,
    sagemaker::CHAT,
    sagemaker::FOLDER,
    sagemaker::NOVA,
    snowflake::FOLDER,
    vertex_ai::FOLDER,
];

/// The provider of bare model names that nothing else is known of: the reference proxy's clients mean OpenAI.
pub(crate) const FALLBACK: &str = openai::FOLDER.name;

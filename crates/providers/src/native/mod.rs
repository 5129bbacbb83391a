//! Providers with real differences on the wire. Each folder has the same files where it needs them: `row.toml` (its
//! data), `mod.rs` (which functions stand in for a compatible row's), `url.rs`, `auth.rs`, `edit.rs`.

mod anthropic;
mod aws_polly;
mod aws_textract;
mod azure;
mod azure_ai;
mod baseten;
mod bedrock;
mod bedrock_mantle;
mod clarifai;
mod codestral;
mod cohere;
mod deepseek;
mod gemini;
mod gigachat;
mod github_copilot;
mod langgraph;
mod nlp_cloud;
mod oci;
mod ollama;
mod openai;
mod predibase;
mod ragflow;
pub(crate) mod replicate;
mod sagemaker;
mod sap;
mod snowflake;
mod triton;
mod vertex_ai;
mod watsonx;

pub(crate) use bedrock::ModelName;
pub(crate) use oci::serving_mode as oci_serving_mode;

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
    aws_textract::FOLDER,
    azure::FOLDER,
    azure::TEXT,
    azure_ai::FOLDER,
    baseten::FOLDER,
    bedrock::FOLDER,
    bedrock_mantle::FOLDER,
    clarifai::FOLDER,
    codestral::FOLDER,
    cohere::FOLDER,
    deepseek::FOLDER,
    gemini::FOLDER,
    gigachat::FOLDER,
    github_copilot::FOLDER,
    langgraph::FOLDER,
    nlp_cloud::FOLDER,
    oci::FOLDER,
    ollama::FOLDER,
    openai::FOLDER,
    openai::TEXT,
    predibase::FOLDER,
    ragflow::FOLDER,
    replicate::FOLDER,
    sagemaker::CHAT,
    sagemaker::FOLDER,
    sagemaker::NOVA,
    sap::FOLDER,
    snowflake::FOLDER,
    triton::FOLDER,
    vertex_ai::FOLDER,
    watsonx::FOLDER,
    watsonx::TEXT,
];

/// The provider of bare model names that nothing else is known of: the reference proxy's clients mean OpenAI.
pub(crate) const FALLBACK: &str = openai::FOLDER.name;

//! Which provider a model name means.

use crate::catalogue::Catalogue;
use crate::provider::Provider;
use std::sync::Arc;

/// A model name that leads to no provider.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ResolveError {
    /// `custom_llm_provider` names nothing that is known.
    #[error("unknown provider '{0}'")]
    Unknown(String),
    /// The provider is known, but this build cannot talk to it.
    #[error("provider '{0}' is not available in this build")]
    NotInThisBuild(String),
    /// There is no model name.
    #[error("the model name is empty")]
    EmptyModel,
}

impl Catalogue {
    /// The provider and its own name for a model.
    ///
    /// `custom_llm_provider` wins; then `provider/model` if the left side is a known name or alias; then a bare name is
    /// looked up by `priced_provider` (the price catalogue's `litellm_provider`), then by its form, and is OpenAI's
    /// otherwise.
    ///
    /// # Errors
    /// [`ResolveError`] when the provider is unknown or not in this build, or when there is no model name.
    pub fn resolve(
        &self,
        model: &str,
        custom_llm_provider: Option<&str>,
        priced_provider: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(Arc<Provider>, String), ResolveError> {
        let (left, right) = model.split_once('/').unwrap_or(("", model));
        if let Some(name) = custom_llm_provider.filter(|name| !name.is_empty()) {
            let provider = self.known(name)?.ok_or_else(|| ResolveError::Unknown(name.to_owned()))?;
            let own = !left.is_empty() && self.get(left).is_some_and(|other| other.name == provider.name);
            return found(provider, if own { right } else { model });
        }
        if !left.is_empty()
            && let Some(provider) = self.known(left)?
        {
            return found(provider, right);
        }
        let priced = priced_provider(model).filter(|name| !name.is_empty());
        let provider = match priced.map(|name| self.priced(&name)).transpose()?.flatten() {
            Some(provider) => provider,
            None => {
                let name = by_form(model);
                self.known(name)?.ok_or_else(|| ResolveError::Unknown(name.to_owned()))?
            }
        };
        found(provider, model)
    }

    /// A provider by name or alias; `None` if it is not a provider's name at all.
    fn known(&self, name: &str) -> Result<Option<&Arc<Provider>>, ResolveError> {
        match self.get(name) {
            None if ELSEWHERE.contains(&name) => Err(ResolveError::NotInThisBuild(name.to_owned())),
            provider => Ok(provider),
        }
    }

    /// A provider by its name in the price catalogue, which may add a family: `fireworks_ai-embedding-models`.
    fn priced(&self, name: &str) -> Result<Option<&Arc<Provider>>, ResolveError> {
        match self.known(name)? {
            Some(provider) => Ok(Some(provider)),
            None => self.known(name.split('-').next().unwrap_or(name)),
        }
    }
}

fn found(provider: &Arc<Provider>, model: &str) -> Result<(Arc<Provider>, String), ResolveError> {
    if model.is_empty() { Err(ResolveError::EmptyModel) } else { Ok((Arc::clone(provider), model.to_owned())) }
}

/// The provider whose models have names of this form.
fn by_form(model: &str) -> &'static str {
    let begins = |starts: &[&str]| starts.iter().any(|start| model.starts_with(start));
    if begins(&["claude-"]) {
        "anthropic"
    } else if is_bedrock(model) {
        "bedrock"
    } else if begins(&["command", "embed-", "rerank-"]) {
        "cohere_chat"
    } else if begins(&["gemini-"]) {
        "vertex_ai"
    } else {
        "openai"
    }
}

/// Amazon Bedrock, "Supported foundation models": `vendor.model`, perhaps with a geography before it.
fn is_bedrock(model: &str) -> bool {
    let regional = REGIONS.iter().find_map(|region| model.strip_prefix(region)?.strip_prefix('.'));
    let id = regional.unwrap_or(model);
    VENDORS.iter().any(|vendor| id.strip_prefix(vendor).is_some_and(|rest| rest.starts_with('.')))
}

/// Geographies of cross-region inference.
const REGIONS: &[&str] = &["us-gov", "us", "eu", "apac", "au", "jp", "global"];
/// Vendors whose models Bedrock serves.
const VENDORS: &[&str] = &["anthropic", "amazon", "meta", "mistral", "cohere", "ai21", "deepseek"];

/// Names of providers that model names may mean but that are not in this build. Sorted.
const ELSEWHERE: &[&str] = &[
    "aws_polly",
    "aws_textract",
    "azure_speech",
    "bedrock",
    "bedrock_converse",
    "bedrock_mantle",
    "black_forest_labs",
    "bytez",
    "chatgpt",
    "cohere",
    "cohere_chat",
    "deepgram",
    "elevenlabs",
    "fal_ai",
    "gemini",
    "gigachat",
    "github_copilot",
    "infinity",
    "jina_ai",
    "langflow",
    "langgraph",
    "manus",
    "maritalk",
    "nlp_cloud",
    "nvidia_riva",
    "oci",
    "petals",
    "predibase",
    "ragflow",
    "recraft",
    "replicate",
    "runwayml",
    "sagemaker",
    "sagemaker_chat",
    "sagemaker_nova",
    "sap",
    "snowflake",
    "soniox",
    "stability",
    "topaz",
    "transcribe",
    "triton",
    "vertex_ai",
    "vertex_ai_beta",
    "voyage",
    "watsonx",
    "watsonx_text",
    "xinference",
];

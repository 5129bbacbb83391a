//! Which words for a provider mean the same price list.

/// The provider that a catalogue's or configuration's word belongs to: `bedrock_converse` is `bedrock`.
/// Azure and OpenAI are not one family: their prices differ.
pub(crate) fn family(provider: &str) -> &str {
    if provider == "vertex_ai_beta" || provider.starts_with("vertex_ai-") {
        return "vertex_ai";
    }
    TWINS.iter().find(|(twin, _)| *twin == provider).map_or(provider, |(_, family)| *family)
}

/// What the keys of a family begin with.
pub(crate) fn prefix(family: &str) -> &str {
    if family == "amazon_nova" { "amazon-nova" } else { family }
}

const TWINS: &[(&str, &str)] = &[
    ("ai21_chat", "ai21"),
    ("amazon-nova", "amazon_nova"),
    ("anthropic_text", "anthropic"),
    ("azure_text", "azure"),
    ("bedrock_converse", "bedrock"),
    ("cohere_chat", "cohere"),
    ("fireworks_ai-embedding-models", "fireworks_ai"),
    ("ollama_chat", "ollama"),
    ("sagemaker_chat", "sagemaker"),
    ("sagemaker_nova", "sagemaker"),
    ("text-completion-codestral", "codestral"),
    ("text-completion-inception", "inception"),
    ("text-completion-openai", "openai"),
    ("watsonx_text", "watsonx"),
];

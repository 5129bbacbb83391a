//! Which provider a model name means: a table.

use tianji_providers::{Catalogue, ResolveError};

/// A tiny price catalogue.
fn priced(model: &str) -> Option<String> {
    let known = [
        ("deepseek-chat", "deepseek"),
        ("mistral-large-latest", "mistral"),
        ("grok-9", "xai"),
        ("nomic-ai/nomic-embed-text-v1.5", "fireworks_ai-embedding-models"),
        ("gpt-3.5-turbo-instruct", "text-completion-openai"),
        ("gemini-2.5-pro", "vertex_ai-language-models"),
        ("amazon.nova-pro-v1:0", "bedrock_converse"),
        ("claude-by-azure", "azure_ai"),
        ("strange", "nobody"),
    ];
    known.iter().find(|(name, _)| *name == model).map(|(_, provider)| (*provider).to_owned())
}

/// (model, `custom_llm_provider`, "provider/model" or the error)
#[rustfmt::skip]
const TABLE: &[(&str, &str, &str)] = &[
    // the left side is a name
    ("openai/gpt-4o", "", "openai gpt-4o"),
    ("azure/my-deployment", "", "azure my-deployment"),
    ("azure_ai/mistral-large", "", "azure_ai mistral-large"),
    ("anthropic/claude-sonnet-4-5", "", "anthropic claude-sonnet-4-5"),
    ("groq/llama-3.3-70b-versatile", "", "groq llama-3.3-70b-versatile"),
    ("groq/openai/gpt-oss-120b", "", "groq openai/gpt-oss-120b"),
    ("deepseek/deepseek-reasoner", "", "deepseek deepseek-reasoner"),
    ("mistral/codestral-latest", "", "mistral codestral-latest"),
    ("codestral/codestral-latest", "", "codestral codestral-latest"),
    ("together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo", "", "together_ai meta-llama/Llama-3.3-70B-Instruct-Turbo"),
    ("fireworks_ai/accounts/fireworks/models/x", "", "fireworks_ai accounts/fireworks/models/x"),
    ("perplexity/sonar-pro", "", "perplexity sonar-pro"),
    ("xai/grok-4", "", "xai grok-4"),
    ("cerebras/llama-3.3-70b", "", "cerebras llama-3.3-70b"),
    ("sambanova/Meta-Llama-3.3-70B-Instruct", "", "sambanova Meta-Llama-3.3-70B-Instruct"),
    ("openrouter/anthropic/claude-3.5-sonnet", "", "openrouter anthropic/claude-3.5-sonnet"),
    ("openrouter/openai/gpt-4o:online", "", "openrouter openai/gpt-4o:online"),
    ("nvidia_nim/meta/llama3-70b-instruct", "", "nvidia_nim meta/llama3-70b-instruct"),
    ("deepinfra/Qwen/Qwen3-32B", "", "deepinfra Qwen/Qwen3-32B"),
    ("hosted_vllm/Qwen/QwQ-32B", "", "hosted_vllm Qwen/QwQ-32B"),
    ("moonshot/kimi-k2.5", "", "moonshot kimi-k2.5"),
    ("github/gpt-4o-mini", "", "github gpt-4o-mini"),
    ("ollama/llama3.1", "", "ollama llama3.1"),
    ("huggingface/meta-llama/Llama-3.3-70B-Instruct", "", "huggingface meta-llama/Llama-3.3-70B-Instruct"),
    ("databricks/databricks-meta-llama", "", "databricks databricks-meta-llama"),
    ("cloudflare/@cf/meta/llama-3.3-70b", "", "cloudflare @cf/meta/llama-3.3-70b"),
    ("nano-gpt/x", "", "nano-gpt x"),
    ("scx-ai/x", "", "scx-ai x"),
    ("openai/*", "", "openai *"),
    ("vercel_ai_gateway/anthropic/claude", "", "vercel_ai_gateway anthropic/claude"),
    ("gemini/gemini-2.5-pro", "", "gemini gemini-2.5-pro"),
    ("watsonx/ibm/granite-3-8b-instruct", "", "watsonx ibm/granite-3-8b-instruct"),
    ("watsonx/deployment/5f0e", "", "watsonx deployment/5f0e"),
    ("watsonx_text/ibm/granite-13b", "", "watsonx_text ibm/granite-13b"),
    ("sap/anthropic--claude-4-sonnet", "", "sap anthropic--claude-4-sonnet"),
    ("gigachat/GigaChat-2-Max", "", "gigachat GigaChat-2-Max"),
    ("github_copilot/gpt-5", "", "github_copilot gpt-5"),
    ("bedrock_mantle/openai.gpt-oss-120b", "", "bedrock_mantle openai.gpt-oss-120b"),
    ("oci/cohere.command-a-03-2025", "", "oci cohere.command-a-03-2025"),
    ("vertex_ai/meta/llama-4-maverick", "", "vertex_ai meta/llama-4-maverick"),
    // or an alias
    ("vertex_ai_beta/gemini-2.5-pro", "", "vertex_ai gemini-2.5-pro"),
    ("custom_openai/x", "", "openai x"),
    ("text-completion-openai/gpt-3.5-turbo-instruct", "", "text-completion-openai gpt-3.5-turbo-instruct"),
    ("azure_text/x", "", "azure_text x"),
    ("anthropic_text/claude-2", "", "anthropic claude-2"),
    ("together/x", "", "together_ai x"),
    ("vllm/x", "", "hosted_vllm x"),
    ("ollama_chat/llava", "", "ollama llava"),
    ("text-completion-codestral/x", "", "codestral x"),
    ("ai21/jamba", "", "ai21_chat jamba"),
    ("bedrock/anthropic.claude-3", "", "bedrock anthropic.claude-3"),
    ("bedrock/us-east-1/meta.llama3", "", "bedrock us-east-1/meta.llama3"),
    ("bedrock_converse/x.y", "", "bedrock x.y"),
    // or a provider of other builds
    ("cohere_chat/command-a", "", "cohere command-a"),
    ("sagemaker_chat/x", "", "sagemaker_chat x"),
    ("triton/x", "", "triton x"),
    ("langgraph/x", "", "langgraph x"),
    ("petals/x", "", "no petals"),
    // bare names: the price catalogue
    ("deepseek-chat", "", "deepseek deepseek-chat"),
    ("mistral-large-latest", "", "mistral mistral-large-latest"),
    ("grok-9", "", "xai grok-9"),
    ("nomic-ai/nomic-embed-text-v1.5", "", "fireworks_ai nomic-ai/nomic-embed-text-v1.5"),
    ("gpt-3.5-turbo-instruct", "", "text-completion-openai gpt-3.5-turbo-instruct"),
    ("claude-by-azure", "", "azure_ai claude-by-azure"),
    ("amazon.nova-pro-v1:0", "", "bedrock amazon.nova-pro-v1:0"),
    ("gemini-2.5-pro", "", "vertex_ai gemini-2.5-pro"),
    ("strange", "", "openai strange"),
    // bare names: their form
    ("claude-opus-9", "", "anthropic claude-opus-9"),
    ("gpt-4o", "", "openai gpt-4o"),
    ("o3-mini", "", "openai o3-mini"),
    ("chatgpt-4o-latest", "", "openai chatgpt-4o-latest"),
    ("text-embedding-3-small", "", "openai text-embedding-3-small"),
    ("whisper-1", "", "openai whisper-1"),
    ("anthropic.claude-3-5-sonnet-20241022-v2:0", "", "bedrock anthropic.claude-3-5-sonnet-20241022-v2:0"),
    ("us.anthropic.claude-sonnet-4", "", "bedrock us.anthropic.claude-sonnet-4"),
    ("us-gov.anthropic.claude-sonnet-4", "", "bedrock us-gov.anthropic.claude-sonnet-4"),
    ("global.anthropic.claude-sonnet-4", "", "bedrock global.anthropic.claude-sonnet-4"),
    ("meta.llama3-70b-instruct-v1:0", "", "bedrock meta.llama3-70b-instruct-v1:0"),
    ("mistral.mistral-7b-instruct-v0:2", "", "bedrock mistral.mistral-7b-instruct-v0:2"),
    ("command-r", "", "cohere command-r"),
    ("gemini-9", "", "vertex_ai gemini-9"),
    // bare names: nothing known
    ("my-model", "", "openai my-model"),
    ("meta-llama/Llama-3", "", "openai meta-llama/Llama-3"),
    // custom_llm_provider wins
    ("gpt-4o", "azure", "azure gpt-4o"),
    ("azure/gpt-4o", "azure", "azure gpt-4o"),
    ("azure_text/gpt-35-turbo-instruct", "azure_text", "azure_text gpt-35-turbo-instruct"),
    ("anthropic/claude", "openrouter", "openrouter anthropic/claude"),
    ("openai/gpt-4o", "hosted_vllm", "hosted_vllm openai/gpt-4o"),
    ("claude-x", "custom_openai", "openai claude-x"),
    ("x", "bedrock", "bedrock x"),
    ("x", "nobody", "unknown nobody"),
    // nothing
    ("", "", "empty"),
    ("openai/", "", "empty"),
    ("groq/", "groq", "empty"),
];

#[test]
fn table() {
    let catalogue = Catalogue::embedded().unwrap();
    assert!(TABLE.len() >= 60);
    for (model, custom, want) in TABLE {
        let found = match catalogue.resolve(model, Some(*custom).filter(|name| !name.is_empty()), &priced) {
            Ok((provider, model)) => format!("{} {model}", provider.name),
            Err(ResolveError::NotInThisBuild(name)) => format!("no {name}"),
            Err(ResolveError::Unknown(name)) => format!("unknown {name}"),
            Err(ResolveError::EmptyModel) => "empty".to_owned(),
        };
        assert_eq!(&found, want, "{model} {custom}");
    }
}

//! In which way a client's call goes to a provider: a table.

use tianji_core::DialectId::{AnthropicMessages, OllamaChat, OpenAiChat, OpenAiResponses, OpenAiText};
use tianji_providers::{Catalogue, Connection, ConnectionParams};

#[test]
fn clients_of_text_completions_get_them_where_there_are_some() {
    let catalogue = Catalogue::embedded().unwrap();
    for (provider, model, client, dialect, url) in [
        ("hosted_vllm", "m", OpenAiText, OpenAiText, "https://x.example/v1/completions"),
        ("hosted_vllm", "m", OpenAiChat, OpenAiChat, "https://x.example/v1/chat/completions"),
        ("hosted_vllm", "m", AnthropicMessages, OpenAiChat, "https://x.example/v1/chat/completions"),
        ("anthropic", "claude-x", OpenAiText, AnthropicMessages, "https://x.example/v1/messages"),
        // chat models have none, models of the old endpoint have nothing else
        ("openai", "gpt-4o", OpenAiText, OpenAiChat, "https://x.example/v1/chat/completions"),
        ("openai", "gpt-4o", OpenAiResponses, OpenAiResponses, "https://x.example/v1/responses"),
        ("openai", "gpt-3.5-turbo-instruct-0914", OpenAiText, OpenAiText, "https://x.example/v1/completions"),
        ("openai", "gpt-3.5-turbo-instruct", OpenAiChat, OpenAiText, "https://x.example/v1/completions"),
        ("openai", "ft:davinci-002:acme::1", OpenAiResponses, OpenAiText, "https://x.example/v1/completions"),
        ("text-completion-openai", "m", OpenAiText, OpenAiText, "https://x.example/v1/completions"),
        ("text-completion-openai", "m", AnthropicMessages, OpenAiText, "https://x.example/v1/completions"),
        // DeepSeek: Anthropic's form beside OpenAI's
        ("deepseek", "deepseek-chat", AnthropicMessages, AnthropicMessages, "https://x.example/anthropic/v1/messages"),
        ("deepseek", "deepseek-chat", OpenAiChat, OpenAiChat, "https://x.example/v1/chat/completions"),
        // Ollama: its own dialect, and the compatible endpoint for prompts
        ("ollama", "m", OpenAiChat, OllamaChat, "https://x.example/api/chat"),
        ("ollama", "m", OllamaChat, OllamaChat, "https://x.example/api/chat"),
        ("ollama", "m", OpenAiText, OpenAiText, "https://x.example/v1/completions"),
    ] {
        let provider = catalogue.get(provider).unwrap();
        let base = Some("https://x.example/v1");
        let connection =
            Connection::new(provider, &ConnectionParams { api_base: base, ..ConnectionParams::default() }, &|_| None);
        let ways = provider.ways(model);
        let way = ways[provider.way(&ways, client, false).unwrap()];
        let outgoing = provider.outgoing(&connection.unwrap(), way.operation(true), model).unwrap();
        assert_eq!(
            (way.dialect, outgoing.uri.to_string().as_str()),
            (dialect, url),
            "{} {model} {client:?}",
            provider.name
        );
    }
}

#[test]
fn azures_old_deployments_are_known_by_their_names() {
    let catalogue = Catalogue::embedded().unwrap();
    for (provider, model, path) in [
        ("azure", "my-gpt4o", "/openai/deployments/my-gpt4o/chat/completions"),
        ("azure", "gpt-35-turbo-instruct", "/openai/deployments/gpt-35-turbo-instruct/completions"),
        ("azure_text", "anything", "/openai/deployments/anything/completions"),
    ] {
        let provider = catalogue.get(provider).unwrap();
        let base = Some("https://r.openai.azure.com");
        let params = ConnectionParams { api_base: base, ..ConnectionParams::default() };
        let connection = Connection::new(provider, &params, &|_| None).unwrap();
        let ways = provider.ways(model);
        let way = ways[provider.way(&ways, OpenAiText, false).unwrap()];
        assert_eq!(provider.outgoing(&connection, way.operation(false), model).unwrap().uri.path(), path);
    }
}

/// A client of Anthropic's form is served in it where the vendor speaks it, at the address that the vendor has for it.
#[test]
fn messages_go_to_vendors_that_speak_them() {
    let catalogue = Catalogue::embedded().unwrap();
    for (provider, base, url) in [
        ("deepseek", None, "https://api.deepseek.com/anthropic/v1/messages"),
        ("deepseek", Some("https://x.example/v1"), "https://x.example/anthropic/v1/messages"),
        ("minimax", None, "https://api.minimax.io/anthropic/v1/messages"),
        ("openrouter", None, "https://openrouter.ai/api/v1/messages"),
        ("xai", None, "https://api.x.ai/v1/messages"),
        ("litellm_proxy", Some("https://x.example/v1"), "https://x.example/v1/messages"),
        ("litellm_proxy", Some("https://x.example"), "https://x.example/v1/messages"),
    ] {
        let provider = catalogue.get(provider).unwrap();
        let params = ConnectionParams { api_base: base, ..ConnectionParams::default() };
        let connection = Connection::new(provider, &params, &|_| None).unwrap();
        let ways = provider.ways("m");
        let way = ways[provider.way(&ways, AnthropicMessages, false).unwrap()];
        let outgoing = provider.outgoing(&connection, way.operation(true), "m").unwrap();
        assert_eq!((way.dialect, outgoing.uri.to_string().as_str()), (AnthropicMessages, url), "{}", provider.name);
        let chat = ways[provider.way(&ways, OpenAiChat, false).unwrap()];
        assert_eq!(chat.dialect, OpenAiChat, "{}", provider.name);
    }
}

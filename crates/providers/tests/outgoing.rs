//! URLs and headers.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use http::HeaderMap;
use std::sync::Arc;
use tianji_core::{DialectId, Secret};
use tianji_providers::{Catalogue, Connection, ConnectionError, ConnectionParams, Operation, Outgoing, Provider};

const CHAT: Operation = Operation::Chat { stream: false };

fn provider(name: &str) -> Arc<Provider> {
    Arc::clone(Catalogue::embedded().unwrap().get(name).unwrap())
}

fn outgoing(name: &str, params: &ConnectionParams<'_>, operation: Operation, model: &str) -> Outgoing {
    let provider = provider(name);
    let connection = Connection::new(&provider, params, &|_| None).unwrap();
    provider.outgoing(&connection, operation, model).unwrap()
}

/// (provider, `api_base`, `api_version`, model, URL)
#[rustfmt::skip]
const URLS: &[(&str, &str, &str, &str, &str)] = &[
    ("openai", "", "", "gpt-4o", "https://api.openai.com/v1/chat/completions"),
    ("openai", "https://x.com/v1", "", "m", "https://x.com/v1/chat/completions"),
    ("openai", "https://x.com/v1/", "", "m", "https://x.com/v1/chat/completions"),
    ("openai", "x.com/v1/", "", "m", "https://x.com/v1/chat/completions"),
    ("openai", "http://127.0.0.1:8080", "", "m", "http://127.0.0.1:8080/chat/completions"),
    ("openai", "https://x.com/v1/chat/completions", "", "m", "https://x.com/v1/chat/completions"),
    ("openai", "https://x.com/v1/chat/completions/", "", "m", "https://x.com/v1/chat/completions"),
    ("openai", "https://x.com/v1/chat/completions/chat/completions", "", "m", "https://x.com/v1/chat/completions/chat/completions"),
    ("openai", "https://x.com/v1?team=blue", "", "m", "https://x.com/v1/chat/completions?team=blue"),
    ("groq", "", "", "m", "https://api.groq.com/openai/v1/chat/completions"),
    ("deepseek", "", "", "m", "https://api.deepseek.com/beta/chat/completions"),
    ("mistral", "", "", "m", "https://api.mistral.ai/v1/chat/completions"),
    ("mistral", "https://eu.example.com/mistral", "", "m", "https://eu.example.com/mistral/v1/chat/completions"),
    ("mistral", "https://eu.example.com/mistral/v1/chat/completions", "", "m", "https://eu.example.com/mistral/v1/chat/completions"),
    ("perplexity", "", "", "m", "https://api.perplexity.ai/chat/completions"),
    ("github", "", "", "m", "https://models.inference.ai.azure.com/chat/completions"),
    ("hosted_vllm", "http://gpu:8000/v1", "", "m", "http://gpu:8000/v1/chat/completions"),
    ("ollama", "", "", "m", "http://localhost:11434/api/chat"),
    ("ollama", "http://gpu:11434/", "", "m", "http://gpu:11434/api/chat"),
    ("ollama", "http://gpu:11434/api/chat", "", "m", "http://gpu:11434/api/chat"),
    ("ollama", "http://gpu:11434/v1", "", "m", "http://gpu:11434/api/chat"),
    ("huggingface", "", "", "m", "https://router.huggingface.co/v1/chat/completions"),
    ("cloudflare", "https://cf.example.com/accounts/a/ai/run/", "", "m", "https://cf.example.com/accounts/a/ai/v1/chat/completions"),
    ("snowflake", "https://a.snowflakecomputing.com", "", "m", "https://a.snowflakecomputing.com/api/v2/cortex/v1/chat/completions"),
    ("anthropic", "", "", "m", "https://api.anthropic.com/v1/messages"),
    ("anthropic", "https://x.com/", "", "m", "https://x.com/v1/messages"),
    ("anthropic", "https://x.com/v1", "", "m", "https://x.com/v1/messages"),
    ("anthropic", "https://x.com/v1/messages", "", "m", "https://x.com/v1/messages"),
    ("anthropic", "https://x.com/proxy", "", "m", "https://x.com/proxy/v1/messages"),
    ("cohere", "", "", "m", "https://api.cohere.com/v2/chat"),
    ("cohere", "https://x.com/", "", "m", "https://x.com/v2/chat"),
    ("cohere", "https://x.com/v2/chat", "", "m", "https://x.com/v2/chat"),
    ("cohere", "https://api.cohere.ai/v1", "", "m", "https://api.cohere.ai/v2/chat"),
    ("cohere", "https://api.cohere.ai/compatibility/v1", "", "m", "https://api.cohere.ai/v2/chat"),
    ("cohere_chat", "https://x.com/proxy/v2", "", "m", "https://x.com/proxy/v2/chat"),
    ("azure", "https://r.openai.azure.com", "2024-10-21", "my-gpt4o", "https://r.openai.azure.com/openai/deployments/my-gpt4o/chat/completions?api-version=2024-10-21"),
    ("azure", "https://r.openai.azure.com/", "", "d", "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2025-02-01-preview"),
    ("azure", "https://r.openai.azure.com/openai", "", "d", "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2025-02-01-preview"),
    ("azure", "https://r.openai.azure.com", "", "my model/1", "https://r.openai.azure.com/openai/deployments/my%20model%2F1/chat/completions?api-version=2025-02-01-preview"),
    ("azure", "https://r.openai.azure.com/openai/deployments/x", "", "d", "https://r.openai.azure.com/openai/deployments/x/chat/completions?api-version=2025-02-01-preview"),
    ("azure", "https://r.openai.azure.com/openai/deployments/x/chat/completions?api-version=2024-06-01", "", "d", "https://r.openai.azure.com/openai/deployments/x/chat/completions?api-version=2024-06-01"),
    ("azure", "https://r.openai.azure.com", "v1", "d", "https://r.openai.azure.com/openai/v1/chat/completions"),
    ("azure", "https://r.openai.azure.com", "latest", "d", "https://r.openai.azure.com/openai/v1/chat/completions"),
    ("azure", "https://r.openai.azure.com/openai", "preview", "d", "https://r.openai.azure.com/openai/v1/chat/completions?api-version=preview"),
    ("azure", "https://r.openai.azure.com/openai/v1/", "", "d", "https://r.openai.azure.com/openai/v1/chat/completions"),
    ("azure_ai", "https://r.services.ai.azure.com", "", "m", "https://r.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview"),
    ("azure_ai", "https://r.services.ai.azure.com/models", "", "m", "https://r.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview"),
    ("azure_ai", "https://r.openai.azure.com", "", "m", "https://r.openai.azure.com/openai/v1/chat/completions"),
    ("azure_ai", "https://x.inference.ai.azure.com", "", "m", "https://x.inference.ai.azure.com/v1/chat/completions"),
    ("azure_ai", "https://r.services.ai.azure.com/models", "", "Cohere-command-a", "https://r.services.ai.azure.com/providers/cohere/v2/chat"),
    ("azure_ai", "https://r.services.ai.azure.com/providers/cohere/v2/chat", "", "cohere-command-a", "https://r.services.ai.azure.com/providers/cohere/v2/chat"),
    ("azure_ai", "https://x.inference.ai.azure.com/v1", "", "cohere-command-r", "https://x.inference.ai.azure.com/v2/chat"),
    ("azure_ai", "https://x.inference.ai.azure.com/v1/", "", "m", "https://x.inference.ai.azure.com/v1/chat/completions"),
];

#[test]
fn urls() {
    for (name, base, version, model, want) in URLS {
        let set = |text: &'static str| Some(text).filter(|text| !text.is_empty());
        let params = ConnectionParams { api_base: set(base), api_version: set(version), ..ConnectionParams::default() };
        assert_eq!(&outgoing(name, &params, CHAT, model).uri.to_string(), want, "{name} {base}");
    }
}

/// (provider, `api_base`, `api_version`, URL of responses)
#[rustfmt::skip]
const RESPONSES: &[(&str, &str, &str, &str)] = &[
    ("openai", "", "", "https://api.openai.com/v1/responses"),
    ("openai", "https://x.com/v1/responses", "", "https://x.com/v1/responses"),
    ("xai", "", "", "https://api.x.ai/v1/responses"),
    ("groq", "", "", "https://api.groq.com/openai/v1/responses"),
    ("openrouter", "", "", "https://openrouter.ai/api/v1/responses"),
    ("hosted_vllm", "http://gpu:8000/v1", "", "http://gpu:8000/v1/responses"),
    ("azure", "https://r.openai.azure.com", "", "https://r.openai.azure.com/openai/v1/responses"),
    ("azure", "https://r.openai.azure.com/openai/v1/", "", "https://r.openai.azure.com/openai/v1/responses"),
    ("azure", "https://r.openai.azure.com", "v1", "https://r.openai.azure.com/openai/v1/responses"),
    ("azure", "https://r.openai.azure.com/openai", "preview", "https://r.openai.azure.com/openai/v1/responses?api-version=preview"),
    ("azure", "https://r.openai.azure.com", "2024-10-21", "https://r.openai.azure.com/openai/v1/responses"),
    ("azure", "https://r.openai.azure.com", "2025-03-01-preview", "https://r.openai.azure.com/openai/responses?api-version=2025-03-01-preview"),
    ("azure", "https://r.openai.azure.com/openai", "2025-04-01-preview", "https://r.openai.azure.com/openai/responses?api-version=2025-04-01-preview"),
    ("azure", "https://r.openai.azure.com/openai/deployments/x", "2025-04-01-preview", "https://r.openai.azure.com/openai/responses?api-version=2025-04-01-preview"),
];

#[test]
fn urls_of_responses() {
    for (name, base, version, want) in RESPONSES {
        let set = |text: &'static str| Some(text).filter(|text| !text.is_empty());
        let params = ConnectionParams { api_base: set(base), api_version: set(version), ..ConnectionParams::default() };
        for stream in [false, true] {
            let operation = Operation::Responses { stream };
            assert_eq!(&outgoing(name, &params, operation, "m").uri.to_string(), want, "{name} {base}");
        }
    }
    let mistral = provider("mistral");
    let connection = Connection::new(&mistral, &ConnectionParams::default(), &|_| None).unwrap();
    let refused = mistral.outgoing(&connection, Operation::Responses { stream: false }, "m");
    assert!(matches!(refused, Err(ConnectionError::NotOffered { .. })));
}

#[test]
fn other_operations() {
    let params = ConnectionParams::default();
    let uri = |name, operation| outgoing(name, &params, operation, "m").uri.to_string();
    assert_eq!(uri("cohere", Operation::Rerank), "https://api.cohere.com/v2/rerank");
    assert_eq!(uri("anthropic", Operation::CountTokens), "https://api.anthropic.com/v1/messages/count_tokens");
    assert_eq!(uri("openai", Operation::Embeddings), "https://api.openai.com/v1/embeddings");
    assert_eq!(uri("groq", Operation::Transcription), "https://api.groq.com/openai/v1/audio/transcriptions");
    let anthropic = provider("anthropic");
    let connection = Connection::new(&anthropic, &params, &|_| None).unwrap();
    assert!(matches!(
        anthropic.outgoing(&connection, Operation::Embeddings, "m"),
        Err(ConnectionError::NotOffered { .. })
    ));
}

#[test]
fn azure_ai_speaks_the_dialects_of_its_models() {
    let azure_ai = provider("azure_ai");
    let messages = Operation::Messages { stream: true };
    let foundry = "https://r.services.ai.azure.com/anthropic/v1/messages";
    for (base, url) in [
        ("https://r.services.ai.azure.com", foundry),
        ("https://r.services.ai.azure.com/", foundry),
        ("https://r.services.ai.azure.com/models", foundry),
        ("https://r.services.ai.azure.com/anthropic", foundry),
        ("https://r.services.ai.azure.com/anthropic/v1", foundry),
        ("https://r.services.ai.azure.com/anthropic/v1/messages", foundry),
        ("https://r.openai.azure.com/openai/v1/", "https://r.openai.azure.com/anthropic/v1/messages"),
        ("https://proxy.example.com/v1", "https://proxy.example.com/anthropic/v1/messages"),
        ("https://proxy.example.com/x/v1/messages", "https://proxy.example.com/x/v1/messages"),
    ] {
        let params = ConnectionParams { api_base: Some(base), ..ConnectionParams::default() };
        assert_eq!(outgoing("azure_ai", &params, messages, "Claude-opus-4-5").uri.to_string(), url, "{base}");
    }
    let params = ConnectionParams { api_base: Some("https://r.services.ai.azure.com"), ..ConnectionParams::default() };
    let count = outgoing("azure_ai", &params, Operation::CountTokens, "my-claude").uri.to_string();
    assert_eq!(count, format!("{foundry}/count_tokens"));
    let connection = Connection::new(&azure_ai, &params, &|_| None).unwrap();
    for (operation, model) in [(CHAT, "claude-opus-4"), (messages, "gpt-4o"), (Operation::CountTokens, "gpt-4o")] {
        let refused = azure_ai.outgoing(&connection, operation, model);
        assert!(matches!(refused, Err(ConnectionError::NotOffered { .. })), "{model}");
    }
    let dialects = |model| azure_ai.ways(model).into_iter().map(|way| way.dialect).collect::<Vec<_>>();
    assert_eq!(dialects("claude-opus-4"), [DialectId::AnthropicMessages]);
    assert_eq!(dialects("Cohere-command-r-plus"), [DialectId::CohereChat]);
    assert_eq!(dialects("mistral-large"), [DialectId::OpenAiChat]);
}

#[test]
fn claude_on_azure_takes_a_key_or_a_token() {
    let (key, token) = (Secret::new("sk-1"), Secret::new("eyJ.x"));
    let of = |params: &ConnectionParams<'_>, operation| {
        shown(&outgoing("azure_ai", params, operation, "claude-opus-4-5").headers)
    };
    for base in ["https://r.services.ai.azure.com", "https://proxy.example.com"] {
        let base = ConnectionParams { api_base: Some(base), ..ConnectionParams::default() };
        let keyed = ConnectionParams { api_key: Some(&key), ..base };
        let ready = ConnectionParams { azure_ad_token: Some(&token), ..base };
        for operation in [Operation::Messages { stream: false }, Operation::CountTokens] {
            assert_eq!(of(&keyed, operation), ["anthropic-version: 2023-06-01", "x-api-key: sk-1!"]);
            assert_eq!(of(&ready, operation), ["anthropic-version: 2023-06-01", "authorization: Bearer eyJ.x!"]);
        }
    }
}

#[test]
fn addresses_that_are_none() {
    let openai = provider("openai");
    for base in ["ftp://x.com", "https://user:pass@x.com/v1", "https://", "https://a b", "https://x.com/#y"] {
        let params = ConnectionParams { api_base: Some(base), ..ConnectionParams::default() };
        let error = Connection::new(&openai, &params, &|_| None).unwrap_err();
        assert!(matches!(error, ConnectionError::InvalidBase { .. }), "{base}");
        assert!(!error.to_string().contains("pass@"), "credentials must not be repeated");
    }
    let missing = Connection::new(&provider("hosted_vllm"), &ConnectionParams::default(), &|_| None).unwrap_err();
    assert!(missing.to_string().contains("HOSTED_VLLM_API_BASE"));
    let missing = Connection::new(&provider("cloudflare"), &ConnectionParams::default(), &|_| None).unwrap_err();
    assert!(missing.to_string().contains("CLOUDFLARE_ACCOUNT_ID"));
}

#[test]
fn the_environment() {
    let env = |name: &str| match name {
        "CLOUDFLARE_ACCOUNT_ID" => Some("acc1".to_owned()),
        "GROQ_API_BASE" => Some("https://groq.example.com/v1/".to_owned()),
        "AZURE_API_VERSION" => Some("2024-02-01".to_owned()),
        "OR_SITE_URL" => Some("https://me.example.com".to_owned()),
        "TOGETHER_API_KEY" => Some(" key-3 ".to_owned()),
        "TOGETHERAI_API_KEY" => Some(String::new()),
        _ => None,
    };
    let connect = |name: &str, base| {
        let params = ConnectionParams { api_base: base, ..ConnectionParams::default() };
        Connection::new(&provider(name), &params, &env).unwrap()
    };
    assert_eq!(connect("cloudflare", None).base, "https://api.cloudflare.com/client/v4/accounts/acc1/ai/v1");
    assert_eq!(connect("groq", None).base, "https://groq.example.com/v1");
    assert_eq!(connect("groq", Some("https://x.com")).base, "https://x.com");
    assert_eq!(connect("azure", Some("https://r")).api_version.as_deref(), Some("2024-02-01"));
    assert_eq!(connect("together_ai", None).key.unwrap().expose(), "key-3");
    assert_eq!(connect("openrouter", None).extra_headers.get("http-referer").unwrap(), "https://me.example.com");
    let missing = connect("groq", None).missing_key.unwrap();
    assert!(missing.contains("GROQ_API_KEY"), "{missing}");
    assert_eq!(connect("hosted_vllm", Some("http://gpu")).missing_key, None);
}

/// Header names and values but for those that every request has.
fn shown(headers: &HeaderMap) -> Vec<String> {
    let mut list: Vec<String> = headers
        .iter()
        .filter(|(name, _)| !["content-type", "user-agent"].contains(&name.as_str()))
        .map(|(name, value)| {
            let mark = if value.is_sensitive() { "!" } else { "" };
            format!("{name}: {}{mark}", value.to_str().unwrap())
        })
        .collect();
    list.sort();
    list
}

#[test]
fn credentials() {
    let key = |text: &str| Secret::new(text);
    let token = key("eyJ.x");
    let plain = key("sk-1");
    let oauth = key("sk-ant-oat01-x");
    let base = Some("https://r.example.com");
    let services = Some("https://r.services.ai.azure.com");
    let of = |name: &str, params: ConnectionParams<'_>| shown(&outgoing(name, &params, CHAT, "m").headers);
    let keyed = |key, base| ConnectionParams { api_key: Some(key), api_base: base, ..ConnectionParams::default() };
    assert_eq!(of("groq", keyed(&plain, None)), ["authorization: Bearer sk-1!"]);
    assert_eq!(of("azure", keyed(&plain, base)), ["api-key: sk-1!"]);
    assert_eq!(of("azure_ai", keyed(&plain, base)), ["authorization: Bearer sk-1!"]);
    assert_eq!(of("azure_ai", keyed(&plain, services)), ["api-key: sk-1!"]);
    assert_eq!(of("anthropic", keyed(&plain, None)), ["anthropic-version: 2023-06-01", "x-api-key: sk-1!"]);
    assert_eq!(
        of("anthropic", keyed(&oauth, None)),
        [
            "anthropic-beta: oauth-2025-04-20",
            "anthropic-dangerous-direct-browser-access: true",
            "anthropic-version: 2023-06-01",
            "authorization: Bearer sk-ant-oat01-x!"
        ]
    );
    let pat = key("pat/p1");
    let snowflake = |key, kind: &str| {
        assert_eq!(
            of("snowflake", keyed(key, base)),
            [
                "authorization: Bearer ".to_owned() + key.expose().trim_start_matches("pat/") + "!",
                format!("x-snowflake-authorization-token-type: {kind}"),
            ]
        );
    };
    snowflake(&plain, "KEYPAIR_JWT");
    snowflake(&pat, "PROGRAMMATIC_ACCESS_TOKEN");
    assert_eq!(of("sarvam", keyed(&plain, None)), ["api-subscription-key: sk-1!", "authorization: Bearer sk-1!"]);
    assert_eq!(of("hosted_vllm", ConnectionParams { api_base: base, ..ConnectionParams::default() }), [""; 0]);
    let tokened =
        |base| ConnectionParams { azure_ad_token: Some(&token), api_base: base, ..ConnectionParams::default() };
    assert_eq!(of("azure", tokened(base)), ["authorization: Bearer eyJ.x!"]);
    assert_eq!(of("groq", tokened(None)), [""; 0], "a token of Entra ID is of no concern to others");
    let organised = ConnectionParams { organization: Some("org-1"), ..keyed(&plain, None) };
    assert_eq!(of("openai", organised), ["authorization: Bearer sk-1!", "openai-organization: org-1"]);
}

#[test]
fn headers_of_the_entry_are_always_sent_and_win() {
    let key = Secret::new("sk-1");
    let extra = [("X-Team".to_owned(), "blue".to_owned()), ("Authorization".to_owned(), "Basic x".to_owned())];
    let params = ConnectionParams { api_key: Some(&key), extra_headers: &extra, ..ConnectionParams::default() };
    assert_eq!(shown(&outgoing("openai", &params, CHAT, "m").headers), ["authorization: Basic x!", "x-team: blue"]);
    let bad = [("a b".to_owned(), "x".to_owned())];
    let params = ConnectionParams { extra_headers: &bad, ..ConnectionParams::default() };
    let error = Connection::new(&provider("openai"), &params, &|_| None).unwrap_err();
    assert!(matches!(error, ConnectionError::InvalidHeader { name, .. } if name == "a b"));
    let key = Secret::new("sk\n1");
    let params = ConnectionParams { api_key: Some(&key), ..ConnectionParams::default() };
    let openai = provider("openai");
    let connection = Connection::new(&openai, &params, &|_| None).unwrap();
    let error = openai.outgoing(&connection, CHAT, "m").unwrap_err();
    assert!(matches!(error, ConnectionError::InvalidKey { .. }) && !error.to_string().contains("sk"));
}

#[test]
fn anthropic_merges_versions_and_betas() {
    let extra = [("anthropic-beta".to_owned(), "a-1,b-2".to_owned())];
    let key = Secret::new("sk-ant-oat01-x");
    let params = ConnectionParams { api_key: Some(&key), extra_headers: &extra, ..ConnectionParams::default() };
    let mut headers = outgoing("anthropic", &params, CHAT, "m").headers;
    let mut client = HeaderMap::new();
    client.insert("anthropic-version", "2024-01-01".parse().unwrap());
    client.append("anthropic-beta", "b-2, c-3".parse().unwrap());
    client.append("anthropic-beta", "d-4".parse().unwrap());
    client.insert("x-api-key", "client-key".parse().unwrap());
    provider("anthropic").client_headers(&client, &["d-4", "e-5"], &mut headers);
    assert_eq!(headers.get("anthropic-version").unwrap(), "2024-01-01");
    assert_eq!(headers.get("anthropic-beta").unwrap(), "a-1,b-2,oauth-2025-04-20,c-3,d-4,e-5");
    assert!(headers.get("x-api-key").is_none());
    let counted = outgoing("anthropic", &ConnectionParams::default(), Operation::CountTokens, "m").headers;
    assert_eq!(counted.get("anthropic-beta").unwrap(), "token-counting-2024-11-01");
    let mut others = HeaderMap::new();
    provider("groq").client_headers(&client, &["x"], &mut others);
    assert!(others.is_empty());
}

#[test]
fn every_request_says_who_asks() {
    let headers = outgoing("groq", &ConnectionParams::default(), CHAT, "m").headers;
    assert_eq!(headers.get("content-type").unwrap(), "application/json");
    assert!(headers.get("user-agent").unwrap().to_str().unwrap().starts_with("tianji/"));
}

#[test]
fn cohere_is_asked_for_events() {
    let accepted = |stream| {
        let sent = outgoing("cohere", &ConnectionParams::default(), Operation::Chat { stream }, "m");
        sent.headers.get(http::header::ACCEPT).map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!((accepted(true).as_deref(), accepted(false)), (Some("text/event-stream"), None));
}

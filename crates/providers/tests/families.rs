//! Bodies that vendors were seen to receive from the reference proxy, and the rules of OpenAI's model families.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_core::{LossClass, Losses};
use tianji_providers::{Catalogue, EndpointKind};
use tianji_wire::RawObject;

/// The edited members and what was lost, for a body of these members.
fn edit(
    provider: &str,
    model: &str,
    capabilities: &Capabilities,
    members: &Value,
) -> (Value, Vec<(LossClass, String)>) {
    let catalogue = Catalogue::embedded().unwrap();
    let budgets = EffortBudgets::default();
    let target = Target { provider, model, capabilities, allowed_params: &[], budgets: &budgets, modify_params: false };
    let mut body = RawObject::parse(Bytes::from(members.to_string())).unwrap();
    let mut losses = Losses::default();
    catalogue.get(provider).unwrap().edit_chat(&mut body, &target, &mut losses).unwrap();
    let lost = losses.iter().map(|loss| (loss.class, loss.path.clone())).collect();
    (serde_json::from_slice(&body.to_bytes()).unwrap(), lost)
}

fn reasons() -> Capabilities {
    Capabilities { reasoning: Some(true), ..Capabilities::default() }
}

/// (provider, model, members before, members after)
#[rustfmt::skip]
const SEEN: &[(&str, &str, &str, &str)] = &[
    ("mistral", "m", r#"{"seed":11,"max_tokens":12,"safe_prompt":true}"#, r#"{"random_seed":11,"max_tokens":12,"safe_prompt":true}"#),
    ("mistral", "m", r#"{"tool_choice":"required","parallel_tool_calls":false}"#, r#"{"tool_choice":"any","parallel_tool_calls":false}"#),
    ("mistral", "m", r#"{"stream":true,"stream_options":{"include_usage":true}}"#, r#"{"stream":true}"#),
    ("mistral", "m", r#"{"response_format":{"type":"json_schema","json_schema":{"strict":true,"schema":{"additionalProperties":false}}}}"#,
        r#"{"response_format":{"type":"json_schema","json_schema":{"strict":true,"schema":{"additionalProperties":false}}}}"#),
    ("cerebras", "m", r#"{"stream":true,"stream_options":{"include_usage":true}}"#, r#"{"stream":true}"#),
    ("databricks", "m", r#"{"stream":true,"stream_options":{"include_usage":true}}"#, r#"{"stream":true}"#),
    ("groq", "m", r#"{"stream":true,"stream_options":{"include_usage":true}}"#, r#"{"stream":true,"stream_options":{"include_usage":true}}"#),
    ("groq", "m", r#"{"reasoning_format":"parsed","parallel_tool_calls":false}"#, r#"{"reasoning_format":"parsed","parallel_tool_calls":false}"#),
    ("deepseek", "deepseek-chat", PARTS, JOINED),
    ("moonshot", "moonshot-v1-8k", PARTS, JOINED),
    ("moonshot", "moonshot-v1-8k", r#"{"temperature":1.5}"#, r#"{"temperature":1}"#),
    ("together_ai", "m", r#"{"max_tokens":9,"repetition_penalty":1.1,"top_k":50}"#, r#"{"max_tokens":9,"repetition_penalty":1.1,"top_k":50}"#),
    ("fireworks_ai", "m", r#"{"model":"llama-v3p3-70b-instruct"}"#, r#"{"model":"accounts/fireworks/models/llama-v3p3-70b-instruct"}"#),
    ("perplexity", "m", r#"{"search_domain_filter":["a"],"return_images":false}"#, r#"{"search_domain_filter":["a"],"return_images":false}"#),
    ("xai", "m", r#"{"search_parameters":{"mode":"auto"}}"#, r#"{"search_parameters":{"mode":"auto"}}"#),
    ("openrouter", "m", r#"{"provider":{"order":["A"]}}"#, r#"{"provider":{"order":["A"]},"usage":{"include":true}}"#),
    ("hosted_vllm", "m", r#"{"guided_json":{},"top_k":5,"min_p":0.1}"#, r#"{"guided_json":{},"top_k":5,"min_p":0.1}"#),
    ("github", "m", r#"{"max_tokens":5,"temperature":0.2}"#, r#"{"max_tokens":5,"temperature":0.2}"#),
    ("nvidia_nim", "m", r#"{"max_tokens":9,"seed":1}"#, r#"{"max_tokens":9,"seed":1}"#),
    ("sambanova", "m", r#"{"max_tokens":9}"#, r#"{"max_tokens":9}"#),
    ("snowflake", "m", r#"{"max_tokens":9}"#, r#"{"max_completion_tokens":9}"#),
    ("perplexity", "m", r#"{"tool_choice":"auto","tools":[]}"#, "{}"),
    ("huggingface", "m", r#"{"max_tokens":9,"top_p":0.9}"#, r#"{"max_tokens":9,"top_p":0.9}"#),
    ("openai", "gpt-5", r#"{"max_tokens":50,"reasoning_effort":"minimal","verbosity":"low"}"#, r#"{"max_completion_tokens":50,"reasoning_effort":"minimal","verbosity":"low"}"#),
    ("openai", "o1", r#"{"max_tokens":300}"#, r#"{"max_completion_tokens":300}"#),
    ("openai", "gpt-4o", r#"{"max_tokens":5,"logprobs":true,"stop":["A","B"],"user":"u"}"#, r#"{"max_tokens":5,"logprobs":true,"stop":["A","B"],"user":"u"}"#),
    ("openai", "gpt-4o", r#"{"banana_level":3,"nested_thing":{"a":[1,2]}}"#, r#"{"banana_level":3,"nested_thing":{"a":[1,2]}}"#),
    ("openai", "gpt-4o", r#"{"messages":[{"role":"user","content":"x","extra_field":1}],"n":1}"#, r#"{"messages":[{"role":"user","content":"x","extra_field":1}],"n":1}"#),
    ("azure", "my-gpt4o", r#"{"tool_choice":"required"}"#, r#"{"tool_choice":"required"}"#),
];

const PARTS: &str =
    r#"{"messages":[{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"text","text":" there"}]}]}"#;
const JOINED: &str = r#"{"messages":[{"role":"user","content":"Hi there"}]}"#;

#[test]
fn bodies_as_the_vendors_saw_them() {
    for (provider, model, before, after) in SEEN {
        let (before, after): (Value, Value) =
            (serde_json::from_str(before).unwrap(), serde_json::from_str(after).unwrap());
        let (found, lost) = edit(provider, model, &Capabilities::default(), &before);
        assert_eq!(found, after, "{provider}");
        assert!(lost.iter().all(|(class, _)| *class == LossClass::Hint), "{provider} {lost:?}");
    }
    let strict_stop = json!({ "stop": ["A"], "frequency_penalty": 0.3, "temperature": 0.5 });
    let (found, lost) = edit("xai", "grok-4.3", &reasons(), &strict_stop);
    assert_eq!((found, lost.len()), (json!({ "temperature": 0.5 }), 2));
}

#[test]
fn sampling_of_openai_families() {
    let sampled = json!({ "temperature": 0.2, "top_p": 0.5, "logprobs": true });
    let never = Capabilities { sampling_params: Some(false), ..Capabilities::default() };
    let always = Capabilities { sampling_params: Some(true), ..Capabilities::default() };
    let unknown = Capabilities::default();
    for (provider, model, capabilities, effort, refused) in [
        ("openai", "gpt-4o", &unknown, None, false),
        ("openai", "o3-mini", &unknown, None, true),
        ("openai", "gpt-5", &unknown, None, true),
        ("openai", "gpt-5", &always, None, false),
        ("openai", "gpt-5-chat-latest", &unknown, None, false),
        ("openai", "gpt-5.1", &unknown, None, false),
        ("openai", "gpt-5.1", &unknown, Some("none"), false),
        ("openai", "gpt-5.1", &unknown, Some("low"), true),
        ("openai", "gpt-9", &never, None, true),
        ("openai", "gpt-4o", &never, None, true),
        ("openai", "llama-on-vllm", &reasons(), None, false),
        ("azure", "my-deployment", &unknown, None, false),
        ("azure", "my-deployment", &reasons(), None, true),
    ] {
        let mut before = sampled.clone();
        if let Some(effort) = effort {
            before["reasoning_effort"] = effort.into();
        }
        let (found, lost) = edit(provider, model, capabilities, &before);
        let names: Vec<&str> = lost.iter().map(|(_, path)| path.as_str()).collect();
        let want: &[&str] = if refused { &["temperature", "top_p", "logprobs"] } else { &[] };
        assert_eq!(names, want, "{provider} {model} {effort:?}");
        assert_eq!(found.get("temperature").is_none(), refused, "{provider} {model}");
        assert!(lost.iter().all(|(class, _)| *class == LossClass::Parameter));
    }
    let defaults = json!({ "temperature": 1, "top_p": 1.0, "presence_penalty": 0, "logprobs": false });
    let (found, lost) = edit("openai", "o3", &unknown, &defaults);
    assert_eq!((found, lost), (json!({ "temperature": 1, "top_p": 1.0 }), vec![]));
}

#[test]
fn other_rules_of_openai() {
    let of = |model: &str, before: Value| edit("openai", model, &Capabilities::default(), &before);
    let five = json!({ "stop": ["a", "b", "c", "d", "e"] });
    assert_eq!(of("gpt-4o", five), (json!({ "stop": ["a", "b", "c", "d"] }), vec![(LossClass::Hint, "stop".into())]));
    assert_eq!(of("gpt-4o", json!({ "metadata": { "a": "b" } })).0, json!({}));
    let stored = json!({ "metadata": { "a": "b" }, "store": true });
    assert_eq!(of("gpt-4o", stored.clone()).0, stored);
    let (found, lost) = of("gpt-5", json!({ "reasoning_effort": { "effort": "high", "summary": "auto" } }));
    assert_eq!(found, json!({ "reasoning_effort": "high" }));
    assert_eq!(lost, [(LossClass::Hint, "reasoning_effort.summary".into())]);
    assert_eq!(
        of("o1", json!({ "parallel_tool_calls": true })).1,
        [(LossClass::Parameter, "parallel_tool_calls".into())]
    );
    assert_eq!(of("o1", json!({ "parallel_tool_calls": false })), (json!({}), vec![]));
    assert_eq!(of("gpt-5", json!({ "parallel_tool_calls": true })).1, []);
    assert_eq!(
        of("o3", json!({ "max_tokens": 1, "max_completion_tokens": 2 })).0,
        json!({ "max_completion_tokens": 2 })
    );
    let no_system = Capabilities { system_messages: Some(false), ..Capabilities::default() };
    let (found, _) =
        edit("openai", "o1-mini", &no_system, &json!({ "messages": [{ "role": "system", "content": "s" }] }));
    assert_eq!(found["messages"][0]["role"], "user");
}

#[test]
fn what_is_supported() {
    let catalogue = Catalogue::embedded().unwrap();
    let (unknown, budgets, allowed) = (Capabilities::default(), EffortBudgets::default(), ["seed".to_owned()]);
    let of = |provider: &str, model: &str, capabilities: &Capabilities, allowed_params: &[String]| {
        let target = Target { provider, model, capabilities, allowed_params, budgets: &budgets, modify_params: false };
        catalogue.get(provider).unwrap().supported_params(&target)
    };
    assert!(of("openai", "gpt-4o", &unknown, &[]).contains(&"logprobs"));
    assert!(!of("openai", "o3", &unknown, &[]).contains(&"logprobs"));
    assert!(!of("groq", "m", &unknown, &[]).contains(&"logprobs"));
    assert!(!of("perplexity", "m", &unknown, &[]).contains(&"tools"));
    assert!(of("xai", "m", &unknown, &[]).contains(&"stop") && !of("xai", "m", &reasons(), &[]).contains(&"stop"));
    assert!(!of("anthropic", "claude", &unknown, &[]).contains(&"seed"));
    assert!(of("anthropic", "claude", &unknown, &allowed).contains(&"seed"));
    assert!(of("mistral", "m", &unknown, &[]).is_sorted());
}

#[test]
fn a_row_that_changes_nothing_says_so() {
    let catalogue = Catalogue::embedded().unwrap();
    for (name, edits) in
        [("openai", true), ("azure", true), ("anthropic", false), ("litellm_proxy", false), ("mistral", true)]
    {
        let provider = catalogue.get(name).unwrap();
        assert_eq!(provider.edits_chat(&provider.special("m", &Capabilities::default())), edits, "{name}");
    }
}

#[test]
fn a_rows_own_rules_on_replies_go_before_everybodys() {
    let reply = |message: Value| json!({"choices": [{"index": 0, "message": message}]});
    let both = reply(json!({"content": "<think>tagged</think>said", "reasoning": "named"}));
    let catalogue = Catalogue::embedded().unwrap();
    let openai = catalogue.get("openai").unwrap();
    let edited = openai.edit_reply(EndpointKind::Chat, "minted", &Bytes::from(both.to_string())).unwrap();
    let edited: Value = serde_json::from_slice(&edited).unwrap();
    assert_eq!(edited, reply(json!({"content": "said", "reasoning_content": "tagged"})));
}

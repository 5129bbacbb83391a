//! Codestral's text completions: they fill in the middle, and look like chat on the wire.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_core::{Losses, Secret};
use tianji_providers::{Catalogue, Connection, ConnectionParams, EndpointKind, Operation, Provider};
use tianji_wire::{Frame, RawObject};

fn codestral() -> Arc<Provider> {
    Arc::clone(Catalogue::embedded().unwrap().get("text-completion-codestral").unwrap())
}

#[test]
fn addresses() {
    let key = Secret::new("k");
    for (base, operation, url) in [
        (None, Operation::TextCompletion { stream: true }, "https://codestral.mistral.ai/v1/fim/completions"),
        (None, Operation::Chat { stream: false }, "https://codestral.mistral.ai/v1/chat/completions"),
        (
            Some("https://x.example/v1/fim/completions"),
            Operation::TextCompletion { stream: false },
            "https://x.example/v1/fim/completions",
        ),
    ] {
        let params = ConnectionParams { api_key: Some(&key), api_base: base, ..ConnectionParams::default() };
        let connection = Connection::new(&codestral(), &params, &|_| None).unwrap();
        assert_eq!(codestral().outgoing(&connection, operation, "m").unwrap().uri.to_string(), url);
    }
}

#[test]
fn bodies() {
    let (capabilities, budgets) = (Capabilities::default(), EffortBudgets::default());
    let target = Target {
        provider: "codestral",
        model: "m",
        capabilities: &capabilities,
        allowed_params: &[],
        budgets: &budgets,
        modify_params: false,
    };
    for (body, wanted, lost) in [
        (
            json!({"model": "m", "prompt": "def f(", "suffix": "return 1", "seed": 7, "max_tokens": 9, "user": "u", "n": 1}),
            Some(json!({"model": "m", "prompt": "def f(", "suffix": "return 1", "max_tokens": 9, "random_seed": 7})),
            vec![],
        ),
        (json!({"prompt": ["a"], "min_tokens": 2}), Some(json!({"prompt": "a", "min_tokens": 2})), vec![]),
        (
            json!({"prompt": "a", "n": 2, "logprobs": 1, "stream": true, "stream_options": {"include_usage": true}}),
            Some(json!({"prompt": "a", "stream": true})),
            vec!["logprobs", "n"],
        ),
        (json!({"prompt": "a", "seed": 1, "random_seed": 2}), Some(json!({"prompt": "a", "random_seed": 2})), vec![]),
        (json!({"prompt": ["a", "b"]}), None, vec![]),
        (json!({"prompt": [1, 2]}), None, vec![]),
    ] {
        let mut edited = RawObject::parse(body.to_string().into()).unwrap();
        let mut losses = Losses::default();
        let result = codestral().edit_text(&mut edited, &target, &mut losses);
        assert_eq!(result.is_ok(), wanted.is_some(), "{body}");
        if let Some(wanted) = wanted {
            assert_eq!(serde_json::from_slice::<Value>(&edited.to_bytes()).unwrap(), wanted);
        }
        assert_eq!(losses.iter().map(|loss| loss.path.as_str()).collect::<Vec<_>>(), lost, "{body}");
    }
}

#[test]
fn replies_become_text_completions() {
    let kind = EndpointKind::TextCompletion;
    let whole = json!({
        "id": "c1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "x): "}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    });
    let edited = codestral().edit_reply(kind, "minted", &Bytes::from(whole.to_string())).unwrap();
    let wanted = json!({
        "id": "c1", "object": "text_completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "text": "x): ", "logprobs": null}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    });
    assert_eq!(serde_json::from_slice::<Value>(&edited).unwrap(), wanted);

    let data = json!({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": null}]});
    let data = Bytes::from(data.to_string());
    let mut out = Vec::new();
    let frame = Frame { raw: data.clone(), event: None, data };
    codestral().stream_edit(kind, "minted").unwrap().edit(frame, &mut out);
    let wanted = json!({"object": "text_completion", "choices": [{"index": 0, "finish_reason": null, "text": "x", "logprobs": null}]});
    assert_eq!(serde_json::from_slice::<Value>(&out.first().unwrap().data).unwrap(), wanted);

    // chat stays chat
    assert!(codestral().edit_reply(EndpointKind::Chat, "minted", &Bytes::from(whole.to_string())).is_none());
}

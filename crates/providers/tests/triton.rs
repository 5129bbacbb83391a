//! Triton: addresses of all forms, bodies of both endpoints, and replies of tensors.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;
use tianji_core::Losses;
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_providers::{Catalogue, Connection, ConnectionParams, EndpointKind, Operation, Provider};
use tianji_wire::RawObject;

const CHAT: Operation = Operation::Chat { stream: false };
const STREAM: Operation = Operation::Chat { stream: true };

fn triton() -> Arc<Provider> {
    Arc::clone(Catalogue::embedded().unwrap().get("triton").unwrap())
}

fn connection(base: &str) -> Connection {
    let params = ConnectionParams { api_base: Some(base), ..ConnectionParams::default() };
    Connection::new(&triton(), &params, &|_| None).unwrap()
}

#[test]
fn addresses() {
    for (base, chat, stream, embeddings) in [
        ("", "/v2/models/a%2Fb/generate", "/v2/models/a%2Fb/generate_stream", "/v2/models/a%2Fb/infer"),
        ("/t/v2/", "/t/v2/models/a%2Fb/generate", "/t/v2/models/a%2Fb/generate_stream", "/t/v2/models/a%2Fb/infer"),
        ("/v2/models/m", "/v2/models/m/generate", "/v2/models/m/generate_stream", "/v2/models/m/infer"),
        (
            "/v2/models/m/versions/2/generate",
            "/v2/models/m/versions/2/generate",
            "/v2/models/m/versions/2/generate_stream",
            "/v2/models/m/versions/2/infer",
        ),
        ("/t/generate_stream", "/t/generate", "/t/generate_stream", "/t/infer"),
        ("/t/infer", "/t/infer", "/t/generate_stream", "/t/infer"),
        ("/t/embeddings", "/t/generate", "/t/generate_stream", "/t/embeddings"),
    ] {
        let connection = connection(&format!("https://host.example{base}"));
        for (operation, path) in [(CHAT, chat), (STREAM, stream), (Operation::Embeddings, embeddings)] {
            let outgoing = triton().outgoing(&connection, operation, "a/b").unwrap();
            assert_eq!(outgoing.uri.path(), path, "{base} {operation:?}");
            assert!(!outgoing.headers.contains_key("authorization"));
        }
    }
    for astray in ["", ".", ".."] {
        assert!(triton().outgoing(&connection("https://host.example"), CHAT, astray).is_err(), "{astray}");
    }
    assert!(
        Connection::new(&triton(), &ConnectionParams::default(), &|_| None).is_err(),
        "there is no host of its own"
    );
}

/// What is sent to an address for a body of text generation.
fn sent(base: &str, body: &Value) -> Value {
    let (capabilities, budgets) = (Capabilities::default(), EffortBudgets::default());
    let target = Target {
        provider: "triton",
        model: "m",
        capabilities: &capabilities,
        allowed_params: &[],
        budgets: &budgets,
        modify_params: false,
    };
    let mut body = RawObject::parse(body.to_string().into()).unwrap();
    triton().edit_chat(&mut body, &target, &mut Losses::default()).unwrap();
    triton().bind(&mut body, &connection(base), &target);
    serde_json::from_slice(&body.to_bytes()).unwrap()
}

#[test]
fn prompts_with_parameters() {
    for (parameters, wanted) in [
        (
            json!({ "return_full_text": false }),
            json!({ "max_tokens": 2000, "bad_words": [""], "stop_words": [""], "exclude_input_in_output": true }),
        ),
        (
            json!({
                "max_new_tokens": 5, "top_p": 0.5, "seed": 7, "stop": ["a"], "bad_words": ["b"], "do_sample": false,
                "exclude_input_in_output": false,
            }),
            json!({
                "max_tokens": 5, "top_p": 0.5, "seed": 7, "stop_words": ["a"], "bad_words": ["b"], "temperature": 0,
                "exclude_input_in_output": false,
            }),
        ),
    ] {
        let body = json!({ "inputs": "Hi", "parameters": parameters, "stream": true });
        let wanted = json!({ "text_input": "Hi", "parameters": wanted, "stream": true });
        assert_eq!(sent("https://host.example", &body), wanted);
        // Streams are asked for beside `/infer`, in the form that is known there.
        assert_eq!(sent("https://host.example/t/infer", &body), wanted);
    }
}

#[test]
fn prompts_as_tensors() {
    let body = json!({
        "inputs": "Hi",
        "parameters": {
            "max_new_tokens": 5, "temperature": 1, "stop": ["a", "b"], "return_full_text": false, "x": true, "y": 0.5,
            "z": { "no": "tensor" },
        },
    });
    let tensor = |name: &str, datatype: &str, data: Value| {
        let count = data.as_array().unwrap().len();
        json!({ "name": name, "shape": [count], "datatype": datatype, "data": data })
    };
    let mut inputs = sent("https://host.example/v2/models/m/infer", &body);
    let inputs = inputs.get_mut("inputs").unwrap().as_array_mut().unwrap();
    inputs.sort_by_key(|input| input.get("name").unwrap().as_str().unwrap().to_owned());
    let wanted = [
        tensor("max_tokens", "INT32", json!([5])),
        tensor("stop_words", "BYTES", json!(["a", "b"])),
        tensor("temperature", "FP32", json!([1])),
        tensor("text_input", "BYTES", json!(["Hi"])),
        tensor("x", "BOOL", json!([true])),
        tensor("y", "FP32", json!([0.5])),
    ];
    assert_eq!(*inputs, wanted);
}

#[test]
fn replies_are_texts_or_tensors() {
    let text = json!({ "generated_text": "Hello" });
    for (reply, told) in [
        (json!({ "text_output": "Hello" }), Some(&text)),
        (json!({ "text_output": ["Hel", "lo"] }), Some(&text)),
        (json!({ "outputs": [{ "name": "x", "datatype": "BYTES", "shape": [1], "data": ["Hello"] }] }), Some(&text)),
        (
            json!({ "outputs": [
                { "name": "log", "datatype": "BYTES", "shape": [1], "data": ["no"] },
                { "name": "text_output", "datatype": "BYTES", "shape": [1, 1], "data": [["Hello"]] },
            ] }),
            Some(&text),
        ),
        (json!({ "outputs": [{ "name": "x", "datatype": "FP32", "shape": [1], "data": [0.5] }] }), None),
        (json!({ "error": "no such model" }), None),
    ] {
        let edited = triton().edit_reply(EndpointKind::Chat, "minted", &Bytes::from(reply.to_string()));
        let edited = edited.map(|body| serde_json::from_slice::<Value>(&body).unwrap());
        assert_eq!(edited.as_ref(), told, "{reply}");
    }
}

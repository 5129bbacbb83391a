//! NVIDIA Triton through the real binary: generation whole and streamed, tensors, embeddings, refusals.

use serde_json::{Value, json};
use tianji_testkit::{Config, Gateway, Reply, Request, Upstream};

/// One deployment of `model`, at a path below the server.
fn config(triton: &Upstream, model: &str, path: &str) -> Config {
    Config::new().deployment(&json!({"model_name": "m", "litellm_params": {
        "model": format!("triton/{model}"), "api_base": format!("{}{path}", triton.url()),
    }}))
}

fn ask(stream: bool) -> Value {
    json!({
        "model": "m", "max_tokens": 20, "stream": stream, "temperature": 0.5,
        "messages": [{"role": "user", "content": "Hi"}],
    })
}

#[test]
fn a_prompt_is_completed() {
    let triton = Upstream::always(Reply::json(200, &json!({"model_name": "llama", "text_output": "Hello"})));
    let gateway = Gateway::start(&config(&triton, "llama", ""));
    let key = gateway.key(&json!({}));
    let answer = gateway.send(&Request::post("/v1/chat/completions", &ask(false)).bearer(&key));
    assert_eq!((answer.status, &answer.json()["choices"][0]["message"]["content"]), (200, &json!("Hello")));
    let sent = &triton.requests()[0];
    assert_eq!(sent.path, "/v2/models/llama/generate");
    assert_eq!(sent.headers.get("authorization"), None, "there is no key to send");
    let body = sent.json();
    assert!(body["text_input"].as_str().is_some_and(|prompt| prompt.contains("Hi")), "{body:#}");
    let parameters = &body["parameters"];
    assert_eq!((&parameters["max_tokens"], &parameters["temperature"]), (&json!(20), &json!(0.5)), "{body:#}");
    let row = gateway.only_row(&key);
    assert_eq!(row["custom_llm_provider"], "triton");
    assert!(row["completion_tokens"].as_u64().is_some_and(|tokens| tokens > 0), "counted here: {row:#}");
}

#[test]
fn a_stream_is_read_as_it_comes() {
    let pieces = ["Hel", "lo"].map(|text| format!("data: {}", json!({"model_name": "llama", "text_output": text})));
    let triton = Upstream::always(Reply::events(pieces));
    let gateway = Gateway::start(&config(&triton, "llama", ""));
    let key = gateway.key(&json!({}));
    let mut open = gateway.open(&Request::post("/v1/chat/completions", &ask(true)).bearer(&key));
    let events = open.events().expect("a stream");
    let chunks = events.iter().filter_map(|event| serde_json::from_str::<Value>(event.strip_prefix("data: ")?).ok());
    let said: String =
        chunks.filter_map(|chunk| Some(chunk["choices"][0]["delta"]["content"].as_str()?.to_owned())).collect();
    assert_eq!((said.as_str(), events.last().map(String::as_str)), ("Hello", Some("data: [DONE]")), "{events:#?}");
    assert_eq!(triton.requests()[0].path, "/v2/models/llama/generate_stream");
}

#[test]
fn an_address_of_tensors_gets_tensors() {
    let outputs = json!([{"name": "text_output", "datatype": "BYTES", "shape": [1], "data": ["Hello"]}]);
    let triton = Upstream::always(Reply::json(200, &json!({"model_name": "other", "outputs": outputs})));
    let gateway = Gateway::start(&config(&triton, "any", "/v2/models/other/infer"));
    let key = gateway.key(&json!({}));
    let answer = gateway.send(&Request::post("/v1/chat/completions", &ask(false)).bearer(&key));
    assert_eq!((answer.status, &answer.json()["choices"][0]["message"]["content"]), (200, &json!("Hello")));
    let sent = &triton.requests()[0];
    assert_eq!(sent.path, "/v2/models/other/infer");
    let body = sent.json();
    let tensors = body["inputs"].as_array().cloned().unwrap_or_default();
    let named = |name: &str| tensors.iter().find(|tensor| tensor["name"] == name).cloned().unwrap_or_default();
    assert_eq!(named("text_input")["datatype"], "BYTES", "{body:#}");
    assert_eq!((&named("temperature")["datatype"], &named("max_tokens")["data"]), (&json!("FP32"), &json!([20])));
}

#[test]
fn texts_are_embedded() {
    let outputs = json!([{"name": "embeddings", "datatype": "FP32", "shape": [2, 2], "data": [0.5, 1.0, -0.25, 0.0]}]);
    let triton = Upstream::always(Reply::json(200, &json!({"model_name": "e5", "outputs": outputs})));
    let gateway = Gateway::start(&config(&triton, "e5", ""));
    let key = gateway.key(&json!({}));
    let body = json!({"model": "m", "input": ["a", "b"]});
    let answer = gateway.send(&Request::post("/v1/embeddings", &body).bearer(&key));
    let told = answer.json();
    assert_eq!(answer.status, 200, "{told:#}");
    let vectors: Vec<&Value> = told["data"].as_array().into_iter().flatten().map(|item| &item["embedding"]).collect();
    assert_eq!(vectors, [&json!([0.5, 1.0]), &json!([-0.25, 0.0])], "{told:#}");
    assert_eq!(triton.requests()[0].path, "/v2/models/e5/infer");
}

#[test]
fn a_refusal_keeps_the_servers_words() {
    let triton =
        Upstream::always(Reply::json(400, &json!({"error": "Request for unknown model: 'llama' is not found"})));
    let gateway = Gateway::start(&config(&triton, "llama", ""));
    let key = gateway.key(&json!({}));
    let answer = gateway.send(&Request::post("/v1/chat/completions", &ask(false)).bearer(&key));
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.text().contains("Request for unknown model: 'llama' is not found"), "{}", answer.text());
    assert_eq!(gateway.only_row(&key)["metadata"]["outcome"], "failure");
}

//! Providers whose first reply is not yet the reply, through the real binary: polling, streams, failures, deadlines.
#![expect(clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tianji_testkit::{Config, Gate, Gateway, Recorded, Reply, Request, Upstream, eventually};

const MODEL: &str = "replicate/meta/meta-llama-3-70b-instruct";

fn prediction(request: &Recorded, status: &str, fields: &Value) -> Reply {
    let host = request.headers.get("host").unwrap_or_default();
    let mut body = json!({
        "id": "gm3q", "model": "meta/meta-llama-3-70b-instruct", "status": status, "output": null, "error": null,
        "urls": {"get": format!("http://{host}/v1/predictions/gm3q"), "cancel": format!("http://{host}/cancel")},
    });
    if let (Some(body), Some(fields)) = (body.as_object_mut(), fields.as_object()) {
        body.extend(fields.clone());
    }
    Reply::json(if request.method == "POST" { 201 } else { 200 }, &body)
}

/// A vendor whose predictions go through these statuses; the last one has the fields, and comes again and again.
fn polled(statuses: &'static [&'static str], fields: Value) -> Upstream {
    Upstream::start(move |number, request| {
        let status = statuses.get(number).or(statuses.last()).copied().unwrap_or_default();
        let fields = if number + 1 >= statuses.len() { fields.clone() } else { json!({}) };
        prediction(request, status, &fields)
    })
}

fn ask(model: &str, stream: bool) -> Value {
    json!({"model": model, "stream": stream, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 20})
}

fn text(events: &[String]) -> String {
    let chunks = events.iter().filter_map(|event| serde_json::from_str::<Value>(event.strip_prefix("data: ")?).ok());
    chunks.filter_map(|chunk| Some(chunk["choices"][0]["delta"]["content"].as_str()?.to_owned())).collect()
}

#[test]
fn a_prediction_is_polled_to_its_end() {
    let output = json!({"output": ["Hel", "lo"], "metrics": {"input_token_count": 9, "output_token_count": 4}});
    let upstream = polled(&["starting", "processing", "succeeded"], output);
    let gateway = Gateway::start(&Config::new().model("m", MODEL, &upstream));
    let key = gateway.key(&json!({}));
    let answer = gateway.send(&Request::post("/v1/chat/completions", &ask("m", false)).bearer(&key));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["choices"][0]["message"]["content"], "Hello", "{body:#}");
    assert_eq!((&body["usage"]["prompt_tokens"], &body["usage"]["completion_tokens"]), (&json!(9), &json!(4)));
    let requests = upstream.requests();
    let asked: Vec<(&str, &str)> = requests.iter().map(|asked| (&*asked.method, &*asked.path)).collect();
    let created = ("POST", "/v1/models/meta/meta-llama-3-70b-instruct/predictions");
    assert_eq!(asked, [created, ("GET", "/v1/predictions/gm3q"), ("GET", "/v1/predictions/gm3q")]);
    assert!(requests.iter().all(|asked| asked.headers.get("authorization") == Some("Token vendor-key-of-the-tests")));
    assert_eq!(requests[0].json()["input"], json!({"prompt": "Hi", "max_new_tokens": 20}));
    let row = gateway.only_row(&key);
    assert_eq!((&row["prompt_tokens"], &row["completion_tokens"]), (&json!(9), &json!(4)), "{row:#}");
}

#[test]
fn a_prediction_without_a_stream_is_one_all_the_same() {
    let upstream = polled(&["starting", "succeeded"], json!({"output": ["Hel", "lo"]}));
    let gateway = Gateway::start(&Config::new().model("m", MODEL, &upstream));
    let key = gateway.key(&json!({}));
    let mut open = gateway.open(&Request::post("/v1/chat/completions", &ask("m", true)).bearer(&key));
    let events = open.events().expect("a stream");
    assert_eq!((open.status, text(&events).as_str()), (200, "Hello"), "{events:#?}");
    assert_eq!(events.last().map(String::as_str), Some("data: [DONE]"));
    assert_eq!(upstream.requests()[0].json()["stream"], true);
}

#[test]
fn a_prediction_with_a_stream_is_read_as_it_comes() {
    let upstream = Upstream::start(|_, request| match request.path.as_str() {
        "/stream" => Reply::events(["event: output\ndata: Hel", "event: output\ndata: lo", "event: done\ndata: {}"]),
        _ => {
            let host = request.headers.get("host").unwrap_or_default();
            prediction(request, "starting", &json!({"urls": {"stream": format!("http://{host}/stream")}}))
        }
    });
    let gateway = Gateway::start(&Config::new().model("m", MODEL, &upstream));
    let key = gateway.key(&json!({}));
    let mut open = gateway.open(&Request::post("/v1/chat/completions", &ask("m", true)).bearer(&key));
    let events = open.events().expect("a stream");
    assert_eq!((open.status, text(&events).as_str()), (200, "Hello"), "{events:#?}");
    assert_eq!(events.last().map(String::as_str), Some("data: [DONE]"));
    let requests = upstream.requests();
    assert_eq!((requests.len(), requests[1].headers.get("accept")), (2, Some("text/event-stream")));
}

#[test]
fn a_prediction_that_fails_says_why() {
    for (status, error, words) in [
        ("failed", json!("CUDA out of memory"), "CUDA out of memory"),
        ("canceled", Value::Null, "the prediction was canceled"),
    ] {
        for streamed in [false, true] {
            let statuses: &[&str] =
                if status == "failed" { &["starting", "failed"] } else { &["starting", "canceled"] };
            let upstream = polled(statuses, json!({"error": error}));
            let gateway = Gateway::start(&Config::new().model("m", MODEL, &upstream));
            let key = gateway.key(&json!({}));
            let answer = gateway.send(&Request::post("/v1/chat/completions", &ask("m", streamed)).bearer(&key));
            assert_eq!(answer.status, 500, "{}", answer.text());
            assert!(answer.text().contains(words), "{}", answer.text());
            assert_eq!(gateway.only_row(&key)["status"], "failure");
        }
    }
}

#[test]
fn a_failed_prediction_is_tried_again_as_any_other_attempt() {
    let upstream = Upstream::start(|number, request| match number {
        0 => prediction(request, "starting", &json!({})),
        1 => prediction(request, "failed", &json!({"error": "E"})),
        _ => prediction(request, "succeeded", &json!({"output": "second"})),
    });
    let config = Config::new().model("m", MODEL, &upstream).set("router_settings", "num_retries", json!(1));
    let gateway = Gateway::start(&config);
    for streamed in [true, false] {
        let key = gateway.key(&json!({}));
        let answer = gateway.send(&Request::post("/v1/chat/completions", &ask("m", streamed)).bearer(&key));
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.text().contains("second"), "{}", answer.text());
    }
}

#[test]
fn nobody_waits_longer_than_the_call_may_take() {
    let upstream = polled(&["starting"], json!({}));
    let gateway = Gateway::start(&Config::new().model("m", MODEL, &upstream));
    let key = gateway.key(&json!({}));
    let mut body = ask("m", false);
    body["timeout"] = json!(1.2);
    let start = Instant::now();
    let answer = gateway.send(&Request::post("/v1/chat/completions", &body).bearer(&key));
    assert_eq!(answer.status, 408, "{}", answer.text());
    assert!(start.elapsed() < Duration::from_secs(3));
    given_up(&upstream);
}

#[test]
fn a_prediction_whose_caller_left_is_given_up() {
    let gate = Gate::new();
    let hold = gate.clone();
    let upstream = Upstream::start(move |_, request| match request.path.as_str() {
        "/stream" => {
            Reply::events(["event: output\ndata: Hel"]).then_hold(&hold).then_events(["event: done\ndata: {}"])
        }
        _ => {
            let host = request.headers.get("host").unwrap_or_default();
            let urls = json!({"stream": format!("http://{host}/stream"), "cancel": format!("http://{host}/cancel")});
            prediction(request, "starting", &json!({ "urls": urls }))
        }
    });
    let gateway = Gateway::start(&Config::new().model("m", MODEL, &upstream));
    let key = gateway.key(&json!({}));
    let mut open = gateway.open(&Request::post("/v1/chat/completions", &ask("m", true)).bearer(&key));
    assert_eq!(open.status, 200);
    open.event().expect("a stream");
    drop(open);
    given_up(&upstream);
    gate.open();
}

/// Waits until the vendor is told that nobody waits for the prediction any more.
fn given_up(upstream: &Upstream) {
    let told = || upstream.requests().iter().any(|asked| asked.method == "POST" && asked.path == "/cancel");
    eventually("the prediction is given up", Duration::from_secs(5), || told().then_some(()));
}

#[test]
fn a_refused_question_is_the_vendors_error() {
    let upstream = Upstream::start(|number, request| match number {
        0 => prediction(request, "starting", &json!({})),
        _ => Reply::json(401, &json!({"title": "Unauthenticated", "detail": "You did not pass a valid token"})),
    });
    let gateway = Gateway::start(&Config::new().model("m", MODEL, &upstream));
    let key = gateway.key(&json!({}));
    let answer = gateway.send(&Request::post("/v1/chat/completions", &ask("m", false)).bearer(&key));
    assert_eq!(answer.status, 401, "{}", answer.text());
    assert!(answer.text().contains("You did not pass a valid token"), "{}", answer.text());
}

/// The container's stream comes in parts of AWS's framing that end anywhere.
#[test]
fn parts_of_a_sagemaker_stream_are_put_together() {
    let chunk = |delta: Value, finish: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
        format!("data: {}\n\n", json!({"id": "c", "object": "chat.completion.chunk", "choices": [choice]}))
    };
    let stream = [
        chunk(json!({"role": "assistant", "content": "Grü"}), Value::Null),
        chunk(json!({"content": "ße"}), Value::Null),
        chunk(json!({}), json!("stop")),
        "data: [DONE]\n\n".to_owned(),
    ]
    .concat();
    let mut wire = bytes::BytesMut::new();
    for part in stream.as_bytes().chunks(11) {
        let headers = [(":message-type", "event"), (":event-type", "PayloadPart")];
        tianji_wire::event_stream::write_message(&mut wire, &headers, part);
    }
    let upstream = Upstream::always(Reply::body(200, "application/vnd.amazon.eventstream", wire.to_vec()));
    let params = json!({
        "model": "sagemaker_chat/my-endpoint", "aws_access_key_id": "AKIA", "aws_secret_access_key": "s",
        "aws_region_name": "eu-west-1", "model_id": "part-1",
        "sagemaker_base_url": format!("{}/endpoints/my-endpoint/invocations", upstream.url()),
    });
    let gateway = Gateway::start(&Config::new().deployment(&json!({"model_name": "m", "litellm_params": params})));
    let key = gateway.key(&json!({}));
    let mut open = gateway.open(&Request::post("/v1/chat/completions", &ask("m", true)).bearer(&key));
    let events = open.events().expect("a stream");
    assert_eq!((open.status, text(&events).as_str()), (200, "Grüße"), "{events:#?}");
    assert_eq!(events.last().map(String::as_str), Some("data: [DONE]"));
    let request = &upstream.requests()[0];
    assert_eq!(request.path, "/endpoints/my-endpoint/invocations-response-stream");
    assert_eq!(request.headers.get("x-amzn-sagemaker-inference-component"), Some("part-1"));
    assert!(!String::from_utf8_lossy(&request.body).contains("part-1"), "settings stay here");
}

/// A vendor that only answers whole: a client's stream has one piece.
#[test]
fn a_whole_answer_of_nlp_cloud_makes_a_stream() {
    let upstream = Upstream::always(Reply::json(200, &json!({"response": "Hello", "history": []})));
    let gateway = Gateway::start(&Config::new().model("m", "nlp_cloud/finetuned-llama-3-70b", &upstream));
    let key = gateway.key(&json!({}));
    let mut open = gateway.open(&Request::post("/v1/chat/completions", &ask("m", true)).bearer(&key));
    let events = open.events().expect("a stream");
    assert_eq!((open.status, text(&events).as_str()), (200, "Hello"), "{events:#?}");
    assert_eq!(events.last().map(String::as_str), Some("data: [DONE]"));
    let answer = gateway.send(&Request::post("/v1/chat/completions", &ask("m", false)).bearer(&key));
    assert_eq!(answer.json()["choices"][0]["message"]["content"], "Hello", "{}", answer.text());
    let request = &upstream.requests()[0];
    assert_eq!(request.path, "/v1/finetuned-llama-3-70b/chatbot");
    assert_eq!(request.headers.get("authorization"), Some("Token vendor-key-of-the-tests"));
    assert_eq!(request.json(), json!({"input": "Hi"}));
}

/// A tenant, by either of its names, is part of the address and of nothing else.
#[test]
fn predibase_is_asked_below_the_tenant() {
    let details = json!({"finish_reason": "eos_token", "prompt_tokens": 4, "generated_tokens": 2, "tokens": []});
    let upstream = Upstream::always(Reply::json(200, &json!({"generated_text": "Hello", "details": details})));
    let entry = |group: &str, name: &str| {
        let mut params = json!({"model": "predibase/qwen3-8b", "api_key": "pb", "api_base": upstream.url()});
        params[name] = json!("8a3f");
        json!({"model_name": group, "litellm_params": params})
    };
    let config = Config::new().deployment(&entry("a", "predibase_tenant_id")).deployment(&entry("b", "tenant_id"));
    let gateway = Gateway::start(&config);
    let key = gateway.key(&json!({}));
    for group in ["a", "b"] {
        let answer = gateway.send(&Request::post("/v1/chat/completions", &ask(group, false)).bearer(&key));
        assert_eq!(answer.json()["choices"][0]["message"]["content"], "Hello", "{}", answer.text());
        assert_eq!(answer.json()["usage"]["prompt_tokens"], 4);
    }
    let parameters = json!({"max_new_tokens": 20, "return_full_text": false, "details": true});
    for request in upstream.requests() {
        assert_eq!(request.path, "/8a3f/deployments/v2/llms/qwen3-8b/generate");
        assert_eq!(request.json(), json!({"inputs": "Hi", "parameters": parameters}));
    }
}

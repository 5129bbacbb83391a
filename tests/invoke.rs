//! Bedrock's `InvokeModel` as a front door, through the real binary: bodies in the form of the model's own vendor.

use bytes::BytesMut;
use serde_json::{Value, json};
use tianji_testkit::{Config, Gateway, Reply, Request, Upstream};
use tianji_wire::event_stream::write_message;

fn config(bedrock: &Upstream) -> Config {
    let entry = |group: &str, model: &str| {
        json!({"model_name": group, "litellm_params": {
            "model": model, "api_base": bedrock.url(), "aws_region_name": "eu-central-1", "temperature": 0.5,
            "aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "anything",
        }})
    };
    Config::new()
        .deployment(&entry("nova", "bedrock/eu.amazon.nova-lite-v1:0"))
        .deployment(&entry("llama", "bedrock/meta.llama3-8b-instruct-v1:0"))
        .deployment(&entry("claude", "bedrock/anthropic.claude-3-haiku-20240307-v1:0"))
        .model("gpt", "openai/gpt-4o", bedrock)
}

fn invoke(path: &str, body: &str, key: &str) -> Request {
    Request::new("POST", path, body).header("content-type", "application/json").bearer(key)
}

#[test]
fn a_vendors_body_goes_up_as_it_came_and_is_paid_for() {
    let told = json!({"output": {"message": {"role": "assistant", "content": [{"text": "Hi"}]}}});
    let reply = Reply::json(200, &told)
        .header("x-amzn-bedrock-input-token-count", "11")
        .header("x-amzn-bedrock-output-token-count", "7");
    let bedrock = Upstream::always(reply);
    let gateway = Gateway::start(&config(&bedrock));
    let key = gateway.key(&json!({}));
    let body = "{ \"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Hello\"}]}],\n\"inferenceConfig\":{\"topP\":1.0} }";
    let answer = gateway.send(&invoke("/model/nova/invoke", body, &key));
    assert_eq!((answer.status, answer.json()), (200, told), "{}", answer.text());
    assert_eq!(answer.header("x-amzn-bedrock-output-token-count"), "7");
    let sent = &bedrock.requests()[0];
    assert_eq!((&*sent.path, &*sent.body), ("/model/eu.amazon.nova-lite-v1%3A0/invoke", body.as_bytes()));
    assert!(sent.headers.get("authorization").is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 ")));
    let row = gateway.only_row(&key);
    assert_eq!((&row["prompt_tokens"], &row["completion_tokens"]), (&json!(11), &json!(7)), "{row:#}");
    assert!(row["spend"].as_f64().is_some_and(|spend| spend > 0.0), "{row:#}");
}

#[test]
fn a_stream_is_passed_on_and_its_last_chunk_is_read() {
    let mut stream = BytesMut::new();
    for event in [
        "eyJnZW5lcmF0aW9uIjoiSGkifQ==",
        // `{"generation":"","amazon-bedrock-invocationMetrics":{"inputTokenCount":9,"outputTokenCount":4}}`
        "eyJnZW5lcmF0aW9uIjoiIiwiYW1hem9uLWJlZHJvY2staW52b2NhdGlvbk1ldHJpY3MiOnsiaW5wdXRUb2tlbkNvdW50Ijo5LCJvdXRwdXRUb2tlbkNvdW50Ijo0fX0=",
    ] {
        let headers = [(":event-type", "chunk"), (":content-type", "application/json"), (":message-type", "event")];
        write_message(&mut stream, &headers, json!({"bytes": event, "p": "abc"}).to_string().as_bytes());
    }
    let (first, rest) = stream.split_at(40);
    let reply = Reply::streamed(200, "application/vnd.amazon.eventstream")
        .header("x-amzn-bedrock-content-type", "application/json")
        .then_bytes(first)
        .then_bytes(rest);
    let bedrock = Upstream::always(reply);
    let gateway = Gateway::start(&config(&bedrock));
    let key = gateway.key(&json!({}));
    let body = r#"{"prompt":"Hello","max_gen_len":5}"#;
    let answer = gateway.send(&invoke("/bedrock/model/llama/invoke-with-response-stream", body, &key));
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/vnd.amazon.eventstream"));
    assert_eq!(answer.header("x-amzn-bedrock-content-type"), "application/json");
    assert_eq!(answer.body, &stream[..], "not a byte is changed");
    let sent = &bedrock.requests()[0];
    assert_eq!(sent.path, "/model/meta.llama3-8b-instruct-v1%3A0/invoke-with-response-stream");
    assert_eq!(sent.body, body.as_bytes());
    let row = gateway.only_row(&key);
    assert_eq!((&row["prompt_tokens"], &row["completion_tokens"]), (&json!(9), &json!(4)), "{row:#}");
}

#[test]
fn nobody_else_is_sent_such_a_body() {
    let bedrock = Upstream::always(Reply::json(200, &json!({})));
    let gateway = Gateway::start(&config(&bedrock));
    let key = gateway.key(&json!({}));
    for model in ["claude", "gpt"] {
        let answer = gateway.send(&invoke(&format!("/model/{model}/invoke"), r#"{"inputText":"Hello"}"#, &key));
        assert_eq!((answer.status, answer.header("x-amzn-errortype")), (400, "ValidationException"), "{model}");
        let words = answer.json()["message"].as_str().unwrap_or_default().to_owned();
        assert!(words.contains("anthropic_version") && words.contains("Converse"), "{words}");
    }
    assert_eq!(bedrock.requests().len(), 0);
}

#[test]
fn a_refusal_keeps_the_vendors_words() {
    let words: Value = json!({"message": "Malformed input request: extraneous key [x] is not permitted"});
    let reply = Reply::json(400, &words).header("x-amzn-errortype", "ValidationException");
    let bedrock = Upstream::always(reply);
    let gateway = Gateway::start(&config(&bedrock));
    let key = gateway.key(&json!({}));
    let answer = gateway.send(&invoke("/model/nova/invoke", r#"{"x":1}"#, &key));
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (400, "ValidationException"));
    assert!(answer.text().contains("extraneous key"), "{}", answer.text());
}

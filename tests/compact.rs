//! `/v1/responses/compact` through the real binary.

use serde_json::{Value, json};
use tianji_testkit::{Config, Gateway, Reply, Request, Upstream, vendor};

fn told() -> Value {
    json!({
        "id": "resp_1", "object": "response.compaction", "created_at": 1_764_000_000,
        "output": [
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "a"}]},
            {"id": "cmp_1", "type": "compaction", "encrypted_content": "x"},
        ],
        "usage": {
            "input_tokens": 9, "input_tokens_details": {"cached_tokens": 4},
            "output_tokens": 3, "output_tokens_details": {"reasoning_tokens": 1}, "total_tokens": 12,
        },
    })
}

fn ask(model: &str) -> Value {
    json!({"model": model, "input": [{"role": "user", "content": "a"}], "instructions": "b", "some_new_member": 1})
}

#[test]
fn a_conversation_is_made_shorter_by_the_vendor_and_paid_for() {
    let openai = Upstream::always(Reply::json(200, &told()));
    let gateway = Gateway::start(&Config::new().model("m", "openai/gpt-5.1", &openai));
    for path in ["/v1/responses/compact", "/responses/compact", "/openai/v1/responses/compact"] {
        let key = gateway.key(&json!({}));
        let answer = gateway.send(&Request::post(path, &ask("m")).bearer(&key));
        assert_eq!((answer.status, answer.json()), (200, told()), "{path}");
        let sent = openai.requests().pop().expect("a request");
        assert_eq!(sent.path, "/v1/responses/compact");
        assert_eq!(sent.json(), ask("gpt-5.1"));
        let row = gateway.only_row(&key);
        assert_eq!((&row["prompt_tokens"], &row["completion_tokens"]), (&json!(9), &json!(3)), "{row:#}");
        assert!(row["spend"].as_f64().is_some_and(|spend| spend > 0.0), "{row:#}");
    }
}

#[test]
fn where_the_vendor_has_none_the_model_sums_up() {
    let claude = Upstream::start(|_, request| vendor::anthropic::messages(&request.json(), "They greeted each other."));
    let gateway = Gateway::start(&Config::new().model("m", "anthropic/claude-sonnet-4-5", &claude));
    let key = gateway.key(&json!({}));
    let (said, answered) = (json!({"role": "user", "content": "a"}), json!({"role": "assistant", "content": "b"}));
    let ask = json!({"model": "m", "input": [said, answered]});
    let answer = gateway.send(&Request::post("/v1/responses/compact", &ask).bearer(&key));
    let told = answer.json();
    assert_eq!((answer.status, &told["object"]), (200, &json!("response.compaction")), "{told:#}");
    assert_eq!((&told["output"][0], &told["output"][1]["type"]), (&said, &json!("compaction")), "{told:#}");
    assert!(!answer.text().contains("greeted"), "the summary is sealed: {told:#}");
    let mut input = told["output"].as_array().cloned().unwrap_or_default();
    input.push(json!({"role": "user", "content": "go on"}));
    let next = json!({"model": "m", "input": input});
    assert_eq!(gateway.send(&Request::post("/v1/responses", &next).bearer(&key)).status, 200);
    let sent = &claude.requests()[1];
    assert!(
        String::from_utf8_lossy(&sent.body).contains("They greeted each other."),
        "opened again: {:#}",
        sent.json()
    );
}

#[test]
fn refusals_and_strangers() {
    let refusal =
        json!({"error": {"message": "Invalid input", "type": "invalid_request_error", "param": "input", "code": null}});
    let openai = Upstream::always(Reply::json(400, &refusal));
    let gateway =
        Gateway::start(&Config::new().model("m", "openai/gpt-5.1", &openai).model("n", "openai/gpt-4o", &openai));
    let key = gateway.key(&json!({"models": ["m"]}));
    let answer = gateway.send(&Request::post("/v1/responses/compact", &ask("m")).bearer(&key));
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("Invalid input"), "{}", answer.text());
    assert_eq!(gateway.send(&Request::post("/v1/responses/compact", &ask("n")).bearer(&key)).status, 403);
    assert_eq!(gateway.send(&Request::post("/v1/responses/compact", &ask("m"))).status, 401);
    assert_eq!(openai.requests().len(), 1);
}

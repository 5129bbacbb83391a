//! `/v1/responses/compact` through the real binary.

use serde_json::{Value, json};
use tianji_testkit::{Config, Gateway, Reply, Request, Upstream};

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
fn who_does_not_offer_it_is_not_asked() {
    let claude = Upstream::always(Reply::json(200, &told()));
    let gateway = Gateway::start(&Config::new().model("m", "anthropic/claude-sonnet-4-5", &claude));
    let key = gateway.key(&json!({}));
    let answer = gateway.send(&Request::post("/v1/responses/compact", &ask("m")).bearer(&key));
    assert_eq!((answer.status, claude.requests().len()), (501, 0), "{}", answer.text());
    assert_eq!(answer.json()["error"]["type"], "not_implemented");
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

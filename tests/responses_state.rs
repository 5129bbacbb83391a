//! The Responses API's memory: over a vendor that has none, and over one that keeps its own.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::time::Duration;
use tianji_testkit::{Answer, Config, Gateway, Reply, Request, Upstream, vendor};

#[test]
fn a_conversation_goes_on_over_a_vendor_without_memory() {
    let upstream = Upstream::start(|number, request| {
        vendor::anthropic::messages(&request.json(), ["Paris.", "Two million.", "Yes."][number.min(2)])
    });
    let gateway = Gateway::start(&Config::new().model("m", "anthropic/claude-sonnet-4-5", &upstream));
    let key = gateway.key(&json!({}));
    let first = create(&gateway, &key, &json!({"input": "Capital of France?"}));
    let second = create(&gateway, &key, &json!({"input": "How many live there?", "previous_response_id": id(&first)}));
    let seen = upstream.requests()[1].json();
    let turns: Vec<(&str, String)> = seen["messages"]
        .as_array()
        .expect("messages")
        .iter()
        .map(|message| (message["role"].as_str().unwrap_or_default(), message["content"].to_string()))
        .collect();
    assert_eq!(turns.iter().map(|(role, _)| *role).collect::<Vec<_>>(), ["user", "assistant", "user"]);
    assert!(turns[0].1.contains("Capital of France?") && turns[1].1.contains("Paris."), "{turns:?}");

    // A stream is kept as well, and all of it is still there after a restart.
    let stream = json!({"model": "m", "stream": true, "input": "Sure?", "previous_response_id": id(&second)});
    let events = gateway.open(&Request::post("/v1/responses", &stream).bearer(&key)).events().expect("events");
    let done = events.iter().find(|event| event.contains("response.completed")).expect("a completed event");
    let done: Value = serde_json::from_str(done.split_once("data: ").expect("data").1).expect("JSON");
    assert_eq!(upstream.requests()[2].json()["messages"].as_array().map(Vec::len), Some(5));
    let mut gateway = gateway;
    gateway.signal("TERM");
    gateway.ended(Duration::from_secs(20));
    let gateway = gateway.restart();
    let read = gateway.send(&Request::get(&path(&done["response"], "")).bearer(&key));
    assert_eq!(read.status, 200, "{}", read.text());
    assert_eq!(read.json()["output"], done["response"]["output"]);
    let items = gateway.send(&Request::get(&path(&done["response"], "/input_items")).bearer(&key)).json();
    assert_eq!(items["data"].as_array().map(Vec::len), Some(5), "{items:#}");
}

#[test]
fn a_response_is_its_owners_and_can_be_deleted() {
    let upstream = Upstream::start(|_, request| vendor::anthropic::messages(&request.json(), "Hello"));
    let gateway = Gateway::start(&Config::new().model("m", "anthropic/claude-sonnet-4-5", &upstream));
    let (mine, yours) = (gateway.key(&json!({})), gateway.key(&json!({})));
    let made = create(&gateway, &mine, &json!({"input": "Hi"}));
    for method in ["GET", "DELETE"] {
        let foreign = gateway.send(&Request::new(method, &path(&made, ""), "").bearer(&yours));
        assert_eq!(foreign.status, 404, "{method}: {}", foreign.text());
    }
    let body = json!({"model": "m", "input": "Hi", "previous_response_id": id(&made)});
    let foreign = gateway.send(&Request::post("/v1/responses", &body).bearer(&yours));
    assert_eq!(foreign.status, 400, "{}", foreign.text());
    assert_eq!(foreign.json()["error"]["param"], "previous_response_id");
    let deleted = gateway.send(&Request::new("DELETE", &path(&made, ""), "").bearer(&mine));
    assert_eq!(deleted.json(), json!({"id": id(&made), "object": "response", "deleted": true}));
    assert_eq!(gateway.send(&Request::get(&path(&made, "")).bearer(&mine)).status, 404);
    // What the client does not want kept is not.
    let unkept = create(&gateway, &mine, &json!({"input": "Hi", "store": false}));
    assert_eq!(gateway.send(&Request::get(&path(&unkept, "")).bearer(&mine)).status, 404);
}

#[test]
fn a_vendor_with_memory_is_asked_itself_and_always_the_same_deployment() {
    let reply = |id: &str| {
        json!({
            "id": id, "object": "response", "created_at": 1_745_000_000, "status": "completed", "model": "gpt-4o",
            "output": [{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                        "content": [{"type": "output_text", "text": "Hello", "annotations": []}]}],
            "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2},
        })
    };
    let one = Upstream::always(Reply::json(200, &reply("resp_one")));
    let two = Upstream::always(Reply::json(200, &reply("resp_two")));
    let config = Config::new().model("m", "openai/gpt-4o", &one).model("m", "openai/gpt-4o", &two);
    let gateway = Gateway::start(&config);
    let key = gateway.key(&json!({}));
    let first = create(&gateway, &key, &json!({"input": "Hi"}));
    let (holder, other) = if id(&first) == "resp_one" { (&one, &two) } else { (&two, &one) };
    let before = other.requests().len();
    for _ in 0..6 {
        create(&gateway, &key, &json!({"input": "And?", "previous_response_id": id(&first)}));
    }
    assert_eq!(other.requests().len(), before, "only the deployment that holds the response is asked");
    assert_eq!(holder.requests()[1].json()["previous_response_id"], id(&first));
    let read = gateway.send(&Request::get(&path(&first, "?include=x")).bearer(&key));
    assert_eq!(read.json()["id"], id(&first));
    let asked = holder.requests().pop().expect("a request");
    assert_eq!((asked.method.as_str(), asked.path), ("GET", format!("/v1/responses/{}?include=x", id(&first))));
    let unknown = json!({"model": "m", "input": "x", "previous_response_id": "resp_nobody"});
    assert_eq!(gateway.send(&Request::post("/v1/responses", &unknown).bearer(&key)).status, 400);
}

#[test]
fn a_conversation_is_made_shorter_by_the_vendor_that_can() {
    let compacted = json!({
        "id": "resp_short", "object": "response.compaction", "created_at": 1_745_000_000,
        "output": [{"type": "compaction", "id": "cmp_1", "encrypted_content": "gAAA"}],
        "usage": {"input_tokens": 9, "output_tokens": 4, "total_tokens": 13},
    });
    let upstream = Upstream::always(Reply::json(200, &compacted));
    let gateway = Gateway::start(&Config::new().model("m", "openai/gpt-4o", &upstream));
    let key = gateway.key(&json!({}));
    let ask = |model: &str| {
        let body = json!({"model": model, "input": [{"role": "user", "content": "a long story"}], "instructions": "i"});
        gateway.send(&Request::post("/v1/responses/compact", &body).bearer(&key))
    };
    let answer = ask("m");
    assert_eq!((answer.status, answer.json()), (200, compacted), "{}", answer.text());
    let asked = upstream.requests().pop().expect("a request");
    assert_eq!((asked.path.as_str(), &asked.json()["model"]), ("/v1/responses/compact", &json!("gpt-4o")));
    let row = gateway.only_row(&key);
    assert_eq!((&row["prompt_tokens"], &row["completion_tokens"]), (&json!(9), &json!(4)), "{row:#}");
}

#[test]
fn tokens_of_an_input_are_counted() {
    let upstream = Upstream::always(Reply::silence());
    let gateway = Gateway::start(&Config::new().model("m", "anthropic/claude-sonnet-4-5", &upstream));
    let key = gateway.key(&json!({}));
    let counted = gateway.send(
        &Request::post("/v1/responses/input_tokens", &json!({"model": "m", "input": "a few words"})).bearer(&key),
    );
    assert_eq!(counted.json()["object"], "response.input_tokens", "{}", counted.text());
    assert!(counted.json()["input_tokens"].as_u64() > Some(2));
}

fn create(gateway: &Gateway, key: &str, fields: &Value) -> Value {
    let mut body = fields.clone();
    body["model"] = "m".into();
    let answer: Answer = gateway.send(&Request::post("/v1/responses", &body).bearer(key));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn id(response: &Value) -> &str {
    response["id"].as_str().expect("an id")
}

fn path(response: &Value, tail: &str) -> String {
    format!("/v1/responses/{}{tail}", id(response))
}

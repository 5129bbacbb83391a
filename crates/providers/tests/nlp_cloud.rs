//! NLP Cloud: addresses, and conversations as the chatbot has them.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_core::{LossClass, Losses, Reply, Secret, Step};
use tianji_providers::{Catalogue, Connection, ConnectionParams, Followed, Operation, Provider, Taken};
use tianji_wire::RawObject;

const STREAM: Operation = Operation::Chat { stream: true };

fn nlp_cloud() -> Arc<Provider> {
    Arc::clone(Catalogue::embedded().unwrap().get("nlp_cloud").unwrap())
}

fn connection(base: Option<&str>) -> Connection {
    let key = Secret::new("x");
    let params = ConnectionParams { api_key: Some(&key), api_base: base, ..ConnectionParams::default() };
    Connection::new(&nlp_cloud(), &params, &|_| None).unwrap()
}

#[test]
fn addresses() {
    for (base, model, url) in [
        (None, "finetuned-llama-3-70b", "https://api.nlpcloud.io/v1/gpu/finetuned-llama-3-70b/chatbot"),
        (None, "fr/dolphin", "https://api.nlpcloud.io/v1/gpu/fr/dolphin/chatbot"),
        (Some("https://x.com/v1/gpu/"), "a?b", "https://x.com/v1/gpu/a%3Fb/chatbot"),
    ] {
        let outgoing = nlp_cloud().outgoing(&connection(base), STREAM, model).unwrap();
        assert_eq!(outgoing.uri.to_string(), url);
        assert_eq!(outgoing.headers.get("authorization").unwrap(), "Token x");
    }
    for astray in ["a/../b", "../x", "a//b", "/a", ""] {
        assert!(nlp_cloud().outgoing(&connection(None), STREAM, astray).is_err(), "{astray}");
    }
}

/// What becomes of a body, and what is lost.
fn edited(body: &Value) -> (Value, Vec<(LossClass, String)>) {
    let (capabilities, budgets) = (Capabilities::default(), EffortBudgets::default());
    let target = Target {
        provider: "nlp_cloud",
        model: "m",
        capabilities: &capabilities,
        allowed_params: &[],
        budgets: &budgets,
        modify_params: false,
    };
    let mut body = RawObject::parse(body.to_string().into()).unwrap();
    let mut losses = Losses::default();
    nlp_cloud().edit_chat(&mut body, &target, &mut losses).unwrap();
    let lost = losses.iter().map(|loss| (loss.class, loss.path.clone())).collect();
    (serde_json::from_slice(&body.to_bytes()).unwrap(), lost)
}

fn say(role: &str, text: &str) -> Value {
    json!({ "role": role, "content": text })
}

#[test]
fn conversations() {
    for (messages, wanted) in [
        (json!([say("user", "a")]), json!({ "input": "a" })),
        (
            json!([
                say("system", "s"),
                say("developer", "t"),
                say("user", "a"),
                say("user", "b"),
                say("assistant", "c"),
                say("assistant", "d"),
                say("user", "e"),
            ]),
            json!({
                "input": "e", "context": "s\n\nt", "history": [{ "input": "a\n\nb", "response": "c\n\nd" }],
            }),
        ),
        (
            json!([say("assistant", "a"), say("user", "b")]),
            json!({ "input": "b", "history": [{ "input": "", "response": "a" }] }),
        ),
        (
            json!([{ "role": "user", "content": [{ "type": "text", "text": "a" }, { "type": "text", "text": "b" }] }]),
            json!({ "input": "ab" }),
        ),
    ] {
        let body = json!({ "model": "m", "messages": messages, "stream": true, "max_tokens": 9, "own": 1 });
        let (mut found, lost) = edited(&body);
        assert_eq!(found.as_object_mut().unwrap().remove("own"), Some(json!(1)));
        assert_eq!((found, lost), (wanted, vec![(LossClass::Hint, "max_tokens".to_owned())]), "{messages}");
    }
}

#[test]
fn what_cannot_be_said_is_lost() {
    let call = json!({ "role": "assistant", "content": null, "tool_calls": [{ "id": "c", "type": "function" }] });
    for (body, lost) in [
        (json!({ "messages": [say("user", "a")], "temperature": 0.5 }), vec![(LossClass::Parameter, "temperature")]),
        (json!({ "messages": [say("assistant", "a")] }), vec![(LossClass::Content, "messages")]),
        (
            json!({ "messages": [say("user", "a"), call, say("tool", "b"), say("user", "c")] }),
            vec![(LossClass::Content, "messages[1].tool_calls"), (LossClass::Content, "messages[2]")],
        ),
        (
            json!({ "messages": [{ "role": "user", "name": "Zoe", "content": "a" }] }),
            vec![(LossClass::Hint, "messages[0].name")],
        ),
    ] {
        let lost: Vec<(LossClass, String)> = lost.into_iter().map(|(class, path)| (class, path.to_owned())).collect();
        assert_eq!(edited(&body).1, lost, "{body}");
    }
}

#[test]
fn the_first_reply_is_the_reply() {
    let reply = Reply { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::from_static(b"{}") };
    let (connection, headers) = (connection(None), HeaderMap::new());
    let taken = Taken { connection: &connection, headers: &headers, stream: true, reply };
    let mut following = nlp_cloud().follow().unwrap()(taken);
    assert!(following.cancel.is_none());
    match following.exchange.next(None) {
        Step::Done(Followed::Whole(body)) => assert_eq!(body, "{}"),
        other => panic!("{other:?}"),
    }
}

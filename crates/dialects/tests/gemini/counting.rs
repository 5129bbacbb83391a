//! Counting tokens.

use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::Losses;
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_dialects::gemini::{decode_count_request, decode_count_tokens, encode_count_request, encode_count_tokens};

fn bytes(value: &Value) -> Bytes {
    Bytes::from(value.to_string())
}

#[test]
fn a_request_is_counted_whole() {
    let contents = json!([{ "role": "user", "parts": [{ "text": "x" }] }]);
    let system = json!({ "parts": [{ "text": "S" }] });
    let whole = json!({ "contents": contents, "systemInstruction": system, "generationConfig": { "topK": 1 } });
    let (budgets, capabilities) = (EffortBudgets::default(), Capabilities::default());
    for (asked, has_system) in [
        (json!({ "generateContentRequest": whole }), true),
        (whole.clone(), true),
        (json!({ "contents": contents }), false),
    ] {
        let request = decode_count_request(&bytes(&asked)).unwrap();
        for provider in ["gemini", "vertex_ai"] {
            let target = Target {
                provider,
                model: "gemini-2.5-flash",
                capabilities: &capabilities,
                allowed_params: &[],
                budgets: &budgets,
                modify_params: false,
            };
            let body = encode_count_request(&request, &target, &mut Losses::default()).unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap();
            let mut prompt = json!({ "contents": contents });
            if has_system {
                prompt["systemInstruction"] = system.clone();
            }
            if provider == "gemini" {
                prompt["model"] = json!("models/gemini-2.5-flash");
                prompt = json!({ "generateContentRequest": prompt });
            }
            assert_eq!(body, prompt);
        }
    }
    assert!(decode_count_request(&bytes(&json!({}))).is_err());
}

#[test]
fn counts_go_both_ways() {
    assert_eq!(decode_count_tokens(&encode_count_tokens(12)).unwrap(), 12);
    assert_eq!(decode_count_tokens(&bytes(&json!({ "totalTokens": "31" }))).unwrap(), 31);
    assert!(decode_count_tokens(&bytes(&json!({ "total": 3 }))).is_err());
}

//! Whole replies: there and back, and what they say.

use crate::golden::{files, view};
use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::Usage;
use tianji_core::generate::{ClientView, FinishReason, GenerateResponse, Part};
use tianji_dialects::gemini::Gemini;
use tianji_dialects::{Dialect, DialectError};

fn decode(body: &Value) -> Result<GenerateResponse, DialectError> {
    Gemini.decode_response(&Bytes::from(body.to_string()))
}

fn answer(parts: &Value, reason: &str) -> Value {
    json!({ "candidates": [{ "content": { "parts": parts, "role": "model" }, "finishReason": reason }] })
}

#[test]
fn decoded_and_encoded_again_they_say_the_same() {
    for (name, body) in files("responses", "json") {
        let value: Value = serde_json::from_slice(&body).unwrap();
        let model = value["modelVersion"].as_str().unwrap().to_owned();
        let response = Gemini.decode_response(&body).unwrap();
        let written = Gemini.encode_response(&response, &ClientView { model, ..view() }).unwrap();
        let written: Value = serde_json::from_slice(&written).unwrap();
        assert_eq!(written, value, "{name}: {written}");
    }
}

#[test]
fn calls_make_a_stop_a_call() {
    for (parts, word, reason) in [
        (json!([{ "text": "x" }]), "STOP", FinishReason::Stop),
        (json!([{ "functionCall": { "name": "f" } }]), "STOP", FinishReason::ToolCalls),
        (json!([{ "functionCall": { "name": "f" } }]), "MAX_TOKENS", FinishReason::Length),
        (json!([]), "SAFETY", FinishReason::ContentFilter),
        (json!([]), "IMAGE_SAFETY", FinishReason::ContentFilter),
        (json!([]), "MALFORMED_FUNCTION_CALL", FinishReason::Other),
    ] {
        let response = decode(&answer(&parts, word)).unwrap();
        let finish = response.choices[0].finish.clone().unwrap();
        assert_eq!((finish.reason, finish.native.as_str()), (reason, word));
        let written = Gemini.encode_response(&response, &view()).unwrap();
        let written: Value = serde_json::from_slice(&written).unwrap();
        assert_eq!(written["candidates"][0]["finishReason"], word);
    }
}

#[test]
fn calls_without_ids_get_different_ones() {
    let parts = json!([{ "functionCall": { "name": "f" } }, { "functionCall": { "name": "f" } }]);
    let ids = |body: &Value| -> Vec<String> {
        let parts = decode(body).unwrap().choices.remove(0).parts;
        parts
            .into_iter()
            .filter_map(|part| if let Part::ToolCall(call) = part { Some(call.id) } else { None })
            .collect()
    };
    let mut body = answer(&parts, "STOP");
    let first = ids(&body);
    assert_eq!(first, ids(&body));
    assert!(first[0] != first[1] && first[0].starts_with("call_") && first[0].len() == 29);
    body["responseId"] = json!("r9");
    assert_ne!(first, ids(&body));
}

#[test]
fn a_refused_prompt_is_an_answer_that_a_filter_ended() {
    let response = decode(&json!({ "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" } })).unwrap();
    let finish = response.choices[0].finish.clone().unwrap();
    assert_eq!((finish.reason, finish.native.as_str()), (FinishReason::ContentFilter, "PROHIBITED_CONTENT"));
    assert!(response.choices[0].parts.is_empty() && response.extra.is_empty());
}

#[test]
fn what_is_no_reply_is_refused() {
    for (body, words) in [
        (json!({ "error": { "code": 500, "message": "Internal" } }), "Internal"),
        (json!({ "candidates": [] }), "no candidates"),
        (json!({ "promptFeedback": {} }), "no candidates"),
        (json!("x"), "not what it should be"),
    ] {
        let error = decode(&body).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn usage_falls_into_buckets() {
    for (usage, expected) in [
        (
            json!({ "promptTokenCount": 8, "candidatesTokenCount": 3, "thoughtsTokenCount": 6, "totalTokenCount": 17 }),
            Usage { in_text: 8, out_text: 3, out_reasoning: 6, ..Usage::default() },
        ),
        // Some models count thoughts among the candidates' tokens.
        (
            json!({ "promptTokenCount": 8, "candidatesTokenCount": 9, "thoughtsTokenCount": 6, "totalTokenCount": 17 }),
            Usage { in_text: 8, out_text: 3, out_reasoning: 6, ..Usage::default() },
        ),
        (
            json!({ "promptTokenCount": 1000, "cachedContentTokenCount": 900 }),
            Usage { in_text: 100, cache_read_text: 900, ..Usage::default() },
        ),
        (
            json!({ "promptTokenCount": 100, "cachedContentTokenCount": 60, "promptTokensDetails": [{ "modality": "TEXT", "tokenCount": 20 }, { "modality": "AUDIO", "tokenCount": 80 }], "cacheTokensDetails": [{ "modality": "AUDIO", "tokenCount": 60 }] }),
            Usage { in_text: 20, in_audio: 20, cache_read_audio: 60, ..Usage::default() },
        ),
        (
            json!({ "promptTokenCount": "5", "toolUsePromptTokenCount": 7.0, "candidatesTokenCount": 2 }),
            Usage { in_text: 5, in_tool_prompt: 7, out_text: 2, ..Usage::default() },
        ),
        (
            json!({ "promptTokenCount": 1, "candidatesTokenCount": 5, "candidatesTokensDetails": [{ "modality": "IMAGE", "tokenCount": 4 }] }),
            Usage { in_text: 1, out_text: 1, out_image: 4, ..Usage::default() },
        ),
        (
            json!({ "promptTokenCount": 3, "cachedContentTokenCount": 9 }),
            Usage { cache_read_text: 3, suspect: true, ..Usage::default() },
        ),
    ] {
        let mut body = answer(&json!([{ "text": "x" }]), "STOP");
        body["usageMetadata"] = usage.clone();
        assert_eq!(decode(&body).unwrap().usage, Some(expected), "{usage}");
    }
}

#[test]
fn searches_are_counted_as_they_are_billed() {
    for (model, searches) in [("gemini-2.5-flash", 1), ("gemini-3-pro-preview", 2)] {
        let mut body = answer(&json!([{ "text": "x" }]), "STOP");
        body["modelVersion"] = json!(model);
        body["usageMetadata"] = json!({ "promptTokenCount": 1 });
        body["candidates"][0]["groundingMetadata"] = json!({ "webSearchQueries": ["a", "b"] });
        assert_eq!(decode(&body).unwrap().usage.unwrap().counters.web_search, searches);
    }
}

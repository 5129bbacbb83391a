//! What each vendor gets and gives for the kind: `fixtures/kinds/embeddings`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

mod kind_cases;

use serde_json::{Value, json};
use tianji_providers::EndpointKind;

#[test]
fn cases_come_out_as_written_down() {
    assert!(kind_cases::run(EndpointKind::Embeddings, "embeddings") > 0);
}

/// A vendor whose vector of a text is the number in it, and who counts a token a text.
fn number(text: &Value) -> f64 {
    text.as_str().unwrap().parse().unwrap()
}

#[test]
fn two_thousand_inputs_come_back_in_order_whatever_the_batch() {
    let row = |wire: &str| {
        json!({
            "base_url": "https://vendor.example", "no_auth": true, "endpoints": ["embeddings"],
            "wires": { "embeddings": wire }, "embeddings": if wire == "compat" { json!({ "batch": 2048 }) } else { json!({}) },
        })
    };
    let texts: Vec<String> = (0..2000).map(|number| number.to_string()).collect();
    let mut titan = |body: &Value| json!({ "embedding": [number(&body["inputText"])], "inputTextTokenCount": 1 });
    let mut cohere = |body: &Value| {
        let texts = body["texts"].as_array().unwrap();
        let vectors: Vec<[f64; 1]> = texts.iter().map(|text| [number(text)]).collect();
        json!({ "embeddings": { "float": vectors }, "meta": { "billed_units": { "input_tokens": texts.len() } } })
    };
    let mut gemini = |body: &Value| {
        let requests = body["requests"].as_array().unwrap();
        let text = |request: &Value| number(&request["content"]["parts"][0]["text"]);
        let vectors: Vec<Value> = requests.iter().map(|request| json!({ "values": [text(request)] })).collect();
        json!({ "embeddings": vectors, "usageMetadata": { "promptTokenCount": requests.len() } })
    };
    let mut openai = |body: &Value| {
        let texts = body["input"].as_array().unwrap();
        let data = texts.iter().enumerate().map(|(index, text)| json!({ "index": index, "embedding": [number(text)] }));
        json!({ "data": data.collect::<Vec<_>>(), "usage": { "prompt_tokens": texts.len() } })
    };
    type Vendor<'a> = (&'a str, &'a str, usize, &'a mut dyn FnMut(&Value) -> Value);
    let vendors: [Vendor<'_>; 4] = [
        ("bedrock", "amazon.titan-embed-text-v2:0", 2000, &mut titan),
        ("cohere", "embed-v4.0", 21, &mut cohere),
        ("gemini", "gemini-embedding-001", 20, &mut gemini),
        ("compat", "text-embedding-3-small", 1, &mut openai),
    ];
    for (wire, model, requests, answer) in vendors {
        let request = json!({ "model": "e", "input": texts });
        let found = kind_cases::ask(EndpointKind::Embeddings, row(wire), model, request, answer);
        assert_eq!(found["sent"].as_array().unwrap().len(), requests, "{wire}");
        let told = found["told"]["data"].as_array().unwrap();
        assert_eq!(told.len(), texts.len(), "{wire}");
        for (index, one) in told.iter().enumerate() {
            assert_eq!((one["index"].as_u64(), one["embedding"][0].as_f64()), (Some(index as u64), Some(index as f64)));
        }
        assert_eq!(found["told"]["usage"], json!({ "prompt_tokens": 2000, "total_tokens": 2000 }), "{wire}");
        assert_eq!(found["usage"], json!({ "in_text": 2000 }), "{wire}");
    }
}

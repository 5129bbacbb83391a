//! Requests: there and back, and what other dialects' requests become.

use crate::golden::{decode, encode, files};
use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::DialectId;
use tianji_core::generate::{Effort, GenerateRequest, Part, Reasoning, Role, Tool, ToolChoice};
use tianji_dialects::dialect;

#[test]
fn decoded_and_encoded_again_they_are_the_same() {
    for (name, body) in files("requests", "json") {
        let value: Value = serde_json::from_slice(&body).unwrap();
        let (encoded, losses) = encode(&decode(&value).unwrap(), "gemini-2.5-pro").unwrap();
        assert_eq!(encoded, value, "{name}: {encoded}");
        assert!(losses.is_empty(), "{name}: {losses:?}");
    }
}

#[test]
fn further_members_of_a_declaration_are_kept_by_their_path() {
    let declared = json!({ "name": "f", "behavior": "NON_BLOCKING", "response": { "type": "STRING" }, "x": null });
    let body = json!({ "contents": [], "tools": [{ "functionDeclarations": [{ "name": "e" }, declared] }] });
    let request = decode(&body).unwrap();
    let kept: Vec<&str> = request.gemini_only.keys().map(String::as_str).collect();
    let of = "tools[0].functionDeclarations[1]";
    assert_eq!(kept, [format!("{of}.behavior"), format!("{of}.response")]);
}

#[test]
fn snake_case_and_single_elements_are_read_too() {
    let body = json!({
        "system_instruction": { "parts": { "text": "S" } },
        "contents": { "parts": { "text": "x" } },
        "generation_config": { "max_output_tokens": 5, "top_k": 3.0, "stop_sequences": ["a"] },
        "tool_config": { "function_calling_config": { "mode": "ANY", "allowed_function_names": ["f"] } },
        "tools": [{ "function_declarations": [{ "name": "f" }] }, { "google_search": {} }],
        "safety_settings": [],
    });
    let request = decode(&body).unwrap();
    assert_eq!(request.messages.len(), 2);
    assert_eq!(request.messages[0].role, Role::System);
    assert_eq!(request.messages[1].parts, [Part::text("x")]);
    assert_eq!(request.sampling.max_output_tokens, Some(5.into()));
    assert_eq!(request.tool_choice, Some(ToolChoice::Named("f".to_owned())));
    assert!(matches!(request.tools.as_slice(), [Tool::Function { .. }, Tool::WebSearch { .. }]));
    let (encoded, _) = encode(&request, "gemini-2.5-pro").unwrap();
    assert_eq!(encoded["toolConfig"]["functionCallingConfig"]["allowedFunctionNames"], json!(["f"]));
    assert_eq!(encoded["generationConfig"]["stopSequences"], json!(["a"]));
}

#[test]
fn wrong_requests_are_refused_by_the_place() {
    for (body, words) in [
        (json!({}), "Missing required parameter: 'contents'"),
        (json!({ "contents": [{ "role": "robot", "parts": [] }] }), "'contents[0].role'"),
        (json!({ "contents": [{ "parts": [{ "functionCall": {} }] }] }), "'contents[0].parts[0].functionCall.name'"),
        (json!({ "contents": [{ "parts": [7] }] }), "'contents[0].parts[0]'"),
        (json!({ "contents": [], "generationConfig": { "topK": "many" } }), "'generationConfig.topK'"),
        (
            json!({ "contents": [], "generationConfig": { "thinkingConfig": { "thinkingBudget": 1, "thinkingLevel": "low" } } }),
            "cannot be set together",
        ),
    ] {
        let error = decode(&body).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn sampling_and_modalities_of_chat_become_this_dialects() {
    check_members(vec![
        (
            json!({ "max_tokens": 5, "temperature": 0.5, "top_p": 0.9, "top_k": 3, "n": 2, "stop": "X", "seed": 1 }),
            "gemini-2.5-flash",
            json!({ "generationConfig": { "maxOutputTokens": 5, "temperature": 0.5, "topP": 0.9, "topK": 3, "candidateCount": 2, "stopSequences": ["X"], "seed": 1 } }),
            vec![],
        ),
        (
            json!({ "logprobs": true, "top_logprobs": 3 }),
            "m",
            json!({ "generationConfig": { "responseLogprobs": true, "logprobs": 3 } }),
            vec![],
        ),
        (
            json!({ "logit_bias": { "1": 2 }, "user": "u", "metadata": {} }),
            "m",
            json!({}),
            vec!["hint user", "parameter logit_bias", "hint metadata"],
        ),
        (
            json!({ "modalities": ["text", "image"] }),
            "m",
            json!({ "generationConfig": { "responseModalities": ["TEXT", "IMAGE"] } }),
            vec![],
        ),
        (
            json!({ "modalities": ["audio"], "audio": { "voice": "Kore", "format": "wav" } }),
            "m",
            json!({ "generationConfig": { "responseModalities": ["AUDIO"], "speechConfig": { "voiceConfig": { "prebuiltVoiceConfig": { "voiceName": "Kore" } } } } }),
            vec!["parameter audio.format"],
        ),
        (
            json!({ "safety_settings": [{ "category": "C" }], "cached_content": "cachedContents/a", "responseModalities": ["TEXT"], "generationConfig": { "topK": 4 }, "banana_level": 3 }),
            "m",
            json!({ "safetySettings": [{ "category": "C" }], "cachedContent": "cachedContents/a", "generationConfig": { "topK": 4, "responseModalities": ["TEXT"] }, "banana_level": 3 }),
            vec![],
        ),
    ]);
}

#[test]
fn tiers_formats_and_tools_of_chat_become_this_dialects() {
    check_members(vec![
        (json!({ "service_tier": "default" }), "m", json!({ "serviceTier": "standard" }), vec![]),
        (json!({ "service_tier": "scale" }), "m", json!({}), vec!["parameter service_tier"]),
        (
            json!({ "response_format": { "type": "json_object" } }),
            "m",
            json!({ "generationConfig": { "responseMimeType": "application/json" } }),
            vec![],
        ),
        (
            json!({ "response_format": { "type": "json_schema", "json_schema": { "name": "n", "schema": { "type": "object", "properties": { "a": { "type": ["string", "null"] } }, "additionalProperties": false } } } }),
            "gemini-2.0-flash",
            json!({ "generationConfig": { "responseMimeType": "application/json", "responseSchema": { "type": "object", "properties": { "a": { "type": "string", "nullable": true } } } } }),
            vec![],
        ),
        (json!({ "parallel_tool_calls": false }), "m", json!({}), vec!["hint parallel_tool_calls"]),
        (
            json!({ "tools": [{ "googleSearch": {} }, { "type": "url_context", "url_context": {} }] }),
            "m",
            json!({ "tools": [{ "googleSearch": {} }, { "urlContext": {} }] }),
            vec![],
        ),
        (
            json!({ "web_search_options": { "search_context_size": "low" } }),
            "m",
            json!({ "tools": [{ "googleSearch": {} }] }),
            vec!["hint web_search_options"],
        ),
        (
            json!({ "tools": [{ "type": "web_search_20250305", "name": "web_search" }, { "type": "bash_20250124", "name": "bash" }] }),
            "m",
            json!({ "tools": [{ "googleSearch": {} }] }),
            vec!["parameter tools[1]"],
        ),
    ]);
}

/// What chat completions become: the request's members beside `messages`, the model, the expected members, the losses.
type Row = (Value, &'static str, Value, Vec<&'static str>);

fn check_members(rows: Vec<Row>) {
    for (members, model, expected, lost) in rows {
        let mut body = members.as_object().unwrap().clone();
        body.insert("messages".to_owned(), json!([{ "role": "user", "content": "x" }]));
        body.insert("model".to_owned(), json!("m"));
        let request = chat(&Value::Object(body));
        let (mut encoded, losses) = encode(&request, model).unwrap();
        encoded.as_object_mut().unwrap().remove("contents");
        assert_eq!(encoded, expected, "{members}");
        assert_eq!(losses, lost, "{members}");
    }
}

#[test]
fn effort_becomes_a_budget_or_a_level() {
    let effort = |effort| Reasoning::Effort(effort);
    for (model, reasoning, expected) in [
        ("gemini-2.5-flash", effort(Effort::Medium), json!({ "thinkingBudget": 2048, "includeThoughts": true })),
        ("gemini-2.5-flash", effort(Effort::Minimal), json!({ "thinkingBudget": 1, "includeThoughts": true })),
        ("gemini-2.5-pro", effort(Effort::Minimal), json!({ "thinkingBudget": 128, "includeThoughts": true })),
        ("gemini-2.5-flash-lite", effort(Effort::Minimal), json!({ "thinkingBudget": 512, "includeThoughts": true })),
        ("gemini-2.5-flash", effort(Effort::None), json!({ "thinkingBudget": 0, "includeThoughts": false })),
        ("gemini-2.5-flash", Reasoning::Disabled, json!({ "thinkingBudget": 0, "includeThoughts": false })),
        ("gemini-2.5-flash", Reasoning::Adaptive(None), json!({ "thinkingBudget": -1, "includeThoughts": true })),
        ("gemini-2.5-flash", Reasoning::Budget(512.into()), json!({ "thinkingBudget": 512, "includeThoughts": true })),
        (
            "gemini-3-flash-preview",
            effort(Effort::None),
            json!({ "thinkingLevel": "minimal", "includeThoughts": false }),
        ),
        ("gemini-3-pro-preview", effort(Effort::None), json!({ "thinkingLevel": "low", "includeThoughts": false })),
        ("gemini-3-pro-preview", effort(Effort::Medium), json!({ "thinkingLevel": "high", "includeThoughts": true })),
        (
            "gemini-3.1-pro-preview",
            effort(Effort::Medium),
            json!({ "thinkingLevel": "medium", "includeThoughts": true }),
        ),
        ("gemini-3-flash-preview", effort(Effort::Max), json!({ "thinkingLevel": "high", "includeThoughts": true })),
        ("gemini-3-flash-preview", Reasoning::Adaptive(None), json!({ "includeThoughts": true })),
    ] {
        let mut request = chat(&json!({ "model": "m", "messages": [{ "role": "user", "content": "x" }] }));
        request.reasoning = Some(reasoning.clone());
        let (encoded, losses) = encode(&request, model).unwrap();
        assert_eq!(encoded["generationConfig"]["thinkingConfig"], expected, "{model} {reasoning:?}");
        assert!(losses.is_empty());
    }
}

#[test]
fn tool_results_are_objects_under_the_functions_name() {
    for (content, response) in [
        (json!("22"), json!({ "content": "22" })),
        (json!("{\"a\":1}"), json!({ "a": 1 })),
        (json!("[1]"), json!({ "content": "[1]" })),
        (json!([{ "type": "text", "text": "a" }, { "type": "text", "text": "b" }]), json!({ "content": "ab" })),
        (json!(""), json!({ "content": "" })),
    ] {
        let request = chat(&json!({ "model": "m", "messages": [
            { "role": "user", "content": "x" },
            { "role": "assistant", "content": null, "tool_calls": [{ "id": "call_1", "type": "function", "function": { "name": "f", "arguments": "" } }] },
            { "role": "tool", "tool_call_id": "call_1", "content": content },
            { "role": "user", "content": "y" },
        ] }));
        let (encoded, _) = encode(&request, "gemini-2.5-flash").unwrap();
        assert_eq!(
            encoded["contents"],
            json!([
                { "role": "user", "parts": [{ "text": "x" }] },
                { "role": "model", "parts": [{ "functionCall": { "name": "f", "args": {} } }] },
                { "role": "user", "parts": [{ "functionResponse": { "name": "f", "response": response } }] },
                { "role": "user", "parts": [{ "text": "y" }] },
            ])
        );
    }
}

#[test]
fn what_cannot_be_sent_is_refused() {
    for (message, words) in [
        (json!({ "role": "tool", "tool_call_id": "nobody", "content": "x" }), "no call of a tool has the id 'nobody'"),
        (json!({ "role": "user", "content": "" }), "the message is empty"),
        (image("http://10.0.0.1/x.png"), "https:// and gs://"),
        (image("https://host/picture"), "media type"),
        (
            json!({ "role": "user", "content": [{ "type": "file", "file": { "file_id": "file-abc" } }] }),
            "not one of the provider's",
        ),
        (
            json!({ "role": "assistant", "content": null, "tool_calls": [{ "id": "c9", "type": "function", "function": { "name": "f", "arguments": "{bad" } }] }),
            "the arguments of call 'c9'",
        ),
        (
            json!({ "role": "assistant", "content": null, "tool_calls": [{ "id": "c9", "type": "function", "function": { "name": "f", "arguments": "[1]" } }] }),
            "the arguments of call 'c9'",
        ),
        (json!({ "role": "user", "content": [{ "type": "strange" }] }), "content of type 'strange'"),
    ] {
        let request = chat(&json!({ "model": "m", "messages": [message] }));
        let error = encode(&request, "gemini-2.5-flash").unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn media_go_as_data_or_as_addresses() {
    for (part, model, expected) in [
        (
            json!({ "type": "image_url", "image_url": { "url": "data:image/jpg;base64,AAAA" } }),
            "m",
            json!({ "inlineData": { "mimeType": "image/jpeg", "data": "AAAA" } }),
        ),
        (
            json!({ "type": "image_url", "image_url": { "url": "gs://b/a.webp" } }),
            "m",
            json!({ "fileData": { "mimeType": "image/webp", "fileUri": "gs://b/a.webp" } }),
        ),
        (
            json!({ "type": "image_url", "image_url": { "url": "https://h/a.png", "detail": "high" } }),
            "gemini-3-pro",
            json!({ "fileData": { "mimeType": "image/png", "fileUri": "https://h/a.png" }, "mediaResolution": { "level": "MEDIA_RESOLUTION_HIGH" } }),
        ),
        (
            json!({ "type": "video_url", "video_url": { "url": "https://youtu.be/x" } }),
            "m",
            json!({ "fileData": { "fileUri": "https://youtu.be/x" } }),
        ),
        (
            json!({ "type": "file", "file": { "file_id": "files/abc" } }),
            "m",
            json!({ "fileData": { "fileUri": "https://generativelanguage.googleapis.com/v1beta/files/abc" } }),
        ),
        (
            json!({ "type": "file", "file": { "file_data": "data:application/pdf;base64,AAAA" } }),
            "m",
            json!({ "inlineData": { "mimeType": "application/pdf", "data": "AAAA" } }),
        ),
        (
            json!({ "type": "input_audio", "input_audio": { "data": "AAAA", "format": "mp3" } }),
            "m",
            json!({ "inlineData": { "mimeType": "audio/mp3", "data": "AAAA" } }),
        ),
    ] {
        let request = chat(&json!({ "model": "m", "messages": [{ "role": "user", "content": [part] }] }));
        let (encoded, losses) = encode(&request, model).unwrap();
        assert_eq!(encoded["contents"][0]["parts"][0], expected);
        assert!(losses.is_empty(), "{losses:?}");
    }
}

#[test]
fn pictures_in_results_stand_where_the_model_takes_them() {
    let body = json!({ "model": "m", "messages": [
        { "role": "assistant", "content": null, "tool_calls": [{ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } }] },
        { "role": "tool", "tool_call_id": "c", "content": [{ "type": "text", "text": "t" }, { "type": "image_url", "image_url": { "url": "data:image/png;base64,AAAA" } }] },
    ] });
    let picture = json!({ "inlineData": { "mimeType": "image/png", "data": "AAAA" } });
    let (old, _) = encode(&chat(&body), "gemini-2.5-flash").unwrap();
    assert_eq!(old["contents"][1]["parts"][1], picture);
    let (new, _) = encode(&chat(&body), "gemini-3-pro").unwrap();
    assert_eq!(new["contents"][1]["parts"][0]["functionResponse"]["parts"], json!([picture]));
}

#[test]
fn names_that_the_vendor_refuses_are_mapped_back() {
    let request = chat(&json!({ "model": "m", "messages": [{ "role": "user", "content": "x" }],
        "tools": [{ "type": "function", "function": { "name": "my tool" } }, { "type": "custom", "custom": { "name": "sh" } }],
        "tool_choice": { "type": "function", "function": { "name": "my tool" } } }));
    let encoded = crate::golden::encode_whole(&request, "m");
    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
    let sent = body["tools"][0]["functionDeclarations"][0]["name"].as_str().unwrap().to_owned();
    assert!(sent.starts_with("my_tool_"));
    assert_eq!(body["toolConfig"]["functionCallingConfig"]["allowedFunctionNames"], json!([sent]));
    assert_eq!(encoded.fixups.tool_names, [(sent, "my tool".to_owned())]);
    assert_eq!(encoded.fixups.custom_tools, ["sh"]);
}

#[test]
fn schemas_that_the_subset_cannot_say_go_as_they_are() {
    let schema = json!({ "$defs": { "N": { "type": "object", "properties": { "next": { "$ref": "#/$defs/N" } } } }, "$ref": "#/$defs/N" });
    let request = chat(&json!({ "model": "m", "messages": [{ "role": "user", "content": "x" }],
        "tools": [{ "type": "function", "function": { "name": "f", "parameters": schema } }] }));
    let (encoded, _) = encode(&request, "gemini-2.5-flash").unwrap();
    assert_eq!(encoded["tools"][0]["functionDeclarations"][0]["parametersJsonSchema"], schema);
    let error = encode(&request, "gemini-2.0-flash").unwrap_err().to_string();
    assert!(error.contains("tools[0].function.parameters"), "{error}");
}

fn image(url: &str) -> Value {
    json!({ "role": "user", "content": [{ "type": "image_url", "image_url": { "url": url } }] })
}

fn chat(body: &Value) -> GenerateRequest {
    dialect(DialectId::OpenAiChat).decode_request(&Bytes::from(body.to_string())).unwrap()
}

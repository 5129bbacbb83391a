//! Messages of the generic format: contents are lists, roles and types are in capitals.

use serde_json::{Map, Value, json};
use tianji_core::{LossClass, Losses};

/// A conversation in the generic format.
pub(super) fn messages(list: &Value, losses: &mut Losses) -> Vec<Value> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().enumerate().map(|(index, message)| own(message, index, losses)).collect()
}

fn own(message: &Value, index: usize, losses: &mut Losses) -> Value {
    let mut own = Map::new();
    let role = message.get("role").and_then(Value::as_str).unwrap_or("user");
    own.insert("role".to_owned(), role.to_ascii_uppercase().into());
    let contents = contents(message.get("content").unwrap_or(&Value::Null), index, losses);
    if !contents.is_empty() {
        own.insert("content".to_owned(), contents.into());
    }
    for (name, known) in [("name", "name"), ("tool_call_id", "toolCallId"), ("refusal", "refusal")] {
        // Results of tools have no name of their own.
        if let Some(value) = message.get(name).filter(|value| !value.is_null() && (role != "tool" || name != "name")) {
            own.insert(known.to_owned(), value.clone());
        }
    }
    if let Some(thoughts) = message.get("reasoning_content").filter(|thoughts| thoughts.is_string()) {
        own.insert("reasoningContent".to_owned(), thoughts.clone());
    }
    if let Some(calls) = message.get("tool_calls").and_then(Value::as_array).filter(|calls| !calls.is_empty()) {
        own.insert("toolCalls".to_owned(), calls.iter().map(call).collect());
    }
    own.into()
}

fn call(call: &Value) -> Value {
    json!({
        "type": "FUNCTION",
        "id": call.get("id"),
        "name": call.pointer("/function/name"),
        "arguments": call.pointer("/function/arguments"),
    })
}

fn contents(content: &Value, index: usize, losses: &mut Losses) -> Vec<Value> {
    match content {
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![json!({ "type": "TEXT", "text": text })],
        Value::Array(parts) => {
            let own = parts.iter().enumerate().filter_map(|(position, part)| {
                let own = part_of(part);
                if own.is_none() {
                    let path = format!("messages[{index}].content[{position}]");
                    losses.push(LossClass::Content, path, "only texts and pictures are understood");
                }
                own
            });
            own.collect()
        }
        _ => Vec::new(),
    }
}

fn part_of(part: &Value) -> Option<Value> {
    match part.get("type").and_then(Value::as_str)? {
        "text" => Some(json!({ "type": "TEXT", "text": part.get("text")? })),
        "image_url" => {
            let picture = part.get("image_url")?;
            let url = picture.get("url").or_else(|| picture.is_string().then_some(picture))?;
            let mut own = Map::new();
            own.insert("url".to_owned(), url.clone());
            if let Some(detail) = picture.get("detail").and_then(Value::as_str) {
                own.insert("detail".to_owned(), detail.to_ascii_uppercase().into());
            }
            Some(json!({ "type": "IMAGE", "imageUrl": own }))
        }
        _ => None,
    }
}

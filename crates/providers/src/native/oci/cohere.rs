//! Cohere's format: the last turn apart from the history, calls and results without ids, parameters one by one.

use crate::body::Members;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use tianji_core::generate::Target;
use tianji_core::{Extra, LossClass, Losses};

/// The request of Cohere's format.
pub(super) fn request(mut said: Extra, target: &Target<'_>, losses: &mut Losses) -> Map<String, Value> {
    let mut request = Map::new();
    request.insert("apiFormat".to_owned(), json!("COHERE"));
    let list = said.take("messages").map(|list| list.value()).unwrap_or_default();
    Turns::read(&list, losses).write(&mut request);
    if let Some(most) = said.take("max_completion_tokens") {
        said.entry("max_tokens".to_owned()).or_insert(most);
    }
    for (name, value) in said {
        let value = value.value();
        if UNKNOWN.contains(&name.as_str()) {
            lose(&name, &value, target, losses);
            continue;
        }
        let own = NAMES.iter().find(|(known, _)| *known == name).map_or(name.as_str(), |(_, own)| *own);
        let value = match own {
            "stopSequences" if value.is_string() => json!([value]),
            "streamOptions" => json!({ "isIncludeUsage": value.get("include_usage") }),
            "responseFormat" => format(&value),
            "tools" => tools(&value),
            _ => value,
        };
        request.insert(own.to_owned(), value);
    }
    request
}

/// Notes what has no word in this format, unless it asks for what happens anyway.
fn lose(name: &str, value: &Value, target: &Target<'_>, losses: &mut Losses) {
    let usual = match name {
        "n" => value == &json!(1),
        "logprobs" => value == &json!(false),
        "tool_choice" => value == &json!("auto"),
        "parallel_tool_calls" => value.is_boolean(),
        _ => false,
    };
    if !usual && !target.allowed_params.iter().any(|allowed| allowed == name) {
        losses.push(LossClass::Parameter, name, "Cohere's format on Oracle's cloud has no word for it");
    }
}

fn format(value: &Value) -> Value {
    match value.get("type").and_then(Value::as_str) {
        Some("json_schema") => json!({ "type": "JSON_OBJECT", "schema": value.pointer("/json_schema/schema") }),
        Some("json_object") => json!({ "type": "JSON_OBJECT" }),
        _ => json!({ "type": "TEXT" }),
    }
}

/// Parameters stand side by side, each with its type.
fn tools(value: &Value) -> Value {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let own = list.iter().filter_map(|tool| {
        let function = tool.get("function")?;
        let required = function.pointer("/parameters/required").and_then(Value::as_array);
        let is_required = |name: &str| required.is_some_and(|list| list.iter().any(|one| one == name));
        let properties = function.pointer("/parameters/properties").and_then(Value::as_object);
        let definitions: Map<String, Value> = properties
            .into_iter()
            .flatten()
            .map(|(name, schema)| {
                let kind = schema.get("type").and_then(Value::as_str).unwrap_or("string");
                let text = schema.get("description").and_then(Value::as_str).unwrap_or_default();
                (name.clone(), json!({ "type": kind, "description": text, "isRequired": is_required(name) }))
            })
            .collect();
        let text = function.get("description").and_then(Value::as_str).unwrap_or_default();
        Some(json!({ "name": function.get("name"), "description": text, "parameterDefinitions": definitions }))
    });
    own.collect()
}

/// A conversation, turn by turn.
#[derive(Default)]
struct Turns {
    preamble: Vec<String>,
    history: Vec<Value>,
    calls: HashMap<String, Value>,
    /// Results since the last turn of somebody else.
    results: Vec<Value>,
}

impl Turns {
    fn read(list: &Value, losses: &mut Losses) -> Self {
        let mut turns = Self::default();
        for (index, message) in list.as_array().into_iter().flatten().enumerate() {
            let text = text(message.get("content").unwrap_or(&Value::Null), index, losses);
            match message.get("role").and_then(Value::as_str) {
                Some("system" | "developer") => turns.preamble.push(text),
                Some("assistant") => turns.assistant(message, &text),
                Some("tool") => turns.result(message, &text),
                _ => {
                    turns.end_results();
                    turns.history.push(json!({ "role": "USER", "message": text }));
                }
            }
        }
        turns
    }

    fn assistant(&mut self, message: &Value, text: &str) {
        self.end_results();
        let mut own = json!({ "role": "CHATBOT", "message": text });
        let mut made = Vec::new();
        for call in message.get("tool_calls").and_then(Value::as_array).into_iter().flatten() {
            let arguments = call.pointer("/function/arguments").and_then(Value::as_str).unwrap_or_default();
            let parameters = serde_json::from_str::<Value>(arguments).ok().filter(Value::is_object);
            let named = json!({
                "name": call.pointer("/function/name"),
                "parameters": parameters.unwrap_or_else(|| json!({})),
            });
            let id = call.get("id").and_then(Value::as_str).unwrap_or_default();
            self.calls.insert(id.to_owned(), named.clone());
            made.push(named);
        }
        if let Some(own) = own.as_object_mut().filter(|_| !made.is_empty()) {
            own.insert("toolCalls".to_owned(), made.into());
        }
        self.history.push(own);
    }

    fn result(&mut self, message: &Value, text: &str) {
        let id = message.get("tool_call_id").and_then(Value::as_str).unwrap_or_default();
        let call = self.calls.get(id).cloned().unwrap_or_else(|| json!({ "name": id, "parameters": {} }));
        let output = serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
        let output = output.unwrap_or_else(|| json!({ "output": text }));
        self.results.push(json!({ "call": call, "outputs": [output] }));
    }

    /// Results that somebody has answered are history.
    fn end_results(&mut self) {
        if !self.results.is_empty() {
            let results = std::mem::take(&mut self.results);
            self.history.push(json!({ "role": "TOOL", "toolResults": results }));
        }
    }

    fn write(mut self, request: &mut Map<String, Value>) {
        let last_is_user = self.history.last().is_some_and(|turn| turn.get("role").is_some_and(|role| role == "USER"))
            && self.results.is_empty();
        let last = if last_is_user { self.history.pop() } else { None };
        let message = last.and_then(|turn| turn.get("message").cloned()).unwrap_or_else(|| json!(""));
        request.insert("message".to_owned(), message);
        if !self.preamble.is_empty() {
            request.insert("preambleOverride".to_owned(), self.preamble.join("\n").into());
        }
        if !self.history.is_empty() {
            request.insert("chatHistory".to_owned(), self.history.into());
        }
        if !self.results.is_empty() {
            request.insert("toolResults".to_owned(), self.results.into());
        }
    }
}

/// The text of a content; anything else cannot be said.
fn text(content: &Value, index: usize, losses: &mut Losses) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let mut whole = String::new();
            for (position, part) in parts.iter().enumerate() {
                match part.get("text").and_then(Value::as_str) {
                    Some(text) => whole.push_str(text),
                    None => {
                        let path = format!("messages[{index}].content[{position}]");
                        losses.push(LossClass::Content, path, "only texts are understood");
                    }
                }
            }
            whole
        }
        _ => String::new(),
    }
}

/// OpenAI's names and Oracle's.
const NAMES: &[(&str, &str)] = &[
    ("frequency_penalty", "frequencyPenalty"),
    ("max_tokens", "maxTokens"),
    ("presence_penalty", "presencePenalty"),
    ("response_format", "responseFormat"),
    ("stop", "stopSequences"),
    ("stream", "isStream"),
    ("stream_options", "streamOptions"),
    ("top_k", "topK"),
    ("top_p", "topP"),
];
/// What this format cannot say.
const UNKNOWN: &[&str] = &[
    "logit_bias",
    "logprobs",
    "n",
    "parallel_tool_calls",
    "prediction",
    "reasoning_effort",
    "tool_choice",
    "top_logprobs",
    "verbosity",
];

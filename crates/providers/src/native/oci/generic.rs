//! The generic format: OpenAI's parameters in camel case, with words in capitals.

use super::messages::messages;
use crate::body::Members;
use serde_json::{Map, Value, json};
use tianji_core::generate::Target;
use tianji_core::{Extra, Losses};

/// The request of the generic format.
pub(super) fn request(mut said: Extra, target: &Target<'_>, losses: &mut Losses) -> Map<String, Value> {
    let mut request = Map::new();
    request.insert("apiFormat".to_owned(), json!("GENERIC"));
    let list = said.take("messages").map(|list| list.value()).unwrap_or_default();
    request.insert("messages".to_owned(), messages(&list, losses).into());
    // Only OpenAI's own models know the newer word.
    if !target.model.starts_with("openai.")
        && let Some(most) = said.take("max_completion_tokens")
    {
        said.entry("max_tokens".to_owned()).or_insert(most);
    }
    let wants_logprobs = said.take("logprobs").is_some_and(|value| value.text() == "true");
    if let Some(most) = said.take("top_logprobs").filter(|_| wants_logprobs) {
        request.insert("logProbs".to_owned(), most.value());
    } else if wants_logprobs {
        request.insert("logProbs".to_owned(), json!(1));
    }
    for (name, value) in said {
        let value = value.value();
        let own = NAMES.iter().find(|(known, _)| *known == name).map_or(name.as_str(), |(_, own)| *own);
        let value = match own {
            "stop" if value.is_string() => json!([value]),
            "streamOptions" => json!({ "isIncludeUsage": value.get("include_usage") }),
            "reasoningEffort" | "verbosity" => capitals(&value),
            "responseFormat" => format(&value),
            "toolChoice" => choice(&value),
            "tools" => tools(&value),
            _ => value,
        };
        request.insert(own.to_owned(), value);
    }
    request
}

fn capitals(value: &Value) -> Value {
    value.as_str().map_or_else(|| value.clone(), |word| word.to_ascii_uppercase().into())
}

fn format(value: &Value) -> Value {
    let mut own = Map::new();
    own.insert("type".to_owned(), capitals(value.get("type").unwrap_or(&Value::Null)));
    if let Some(Value::Object(schema)) = value.get("json_schema") {
        let mut schema = schema.clone();
        if let Some(strict) = schema.remove("strict") {
            schema.insert("isStrict".to_owned(), strict);
        }
        own.insert("jsonSchema".to_owned(), schema.into());
    }
    own.into()
}

fn choice(value: &Value) -> Value {
    match value.pointer("/function/name") {
        Some(name) => json!({ "type": "FUNCTION", "name": name }),
        None => json!({ "type": capitals(value) }),
    }
}

/// Tools are functions without an envelope; they have no strictness.
fn tools(value: &Value) -> Value {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let own = list.iter().filter_map(|tool| {
        let mut function = tool.get("function")?.as_object()?.clone();
        function.remove("strict");
        function.insert("type".to_owned(), json!("FUNCTION"));
        Some(Value::from(function))
    });
    own.collect()
}

/// OpenAI's names and Oracle's.
const NAMES: &[(&str, &str)] = &[
    ("frequency_penalty", "frequencyPenalty"),
    ("logit_bias", "logitBias"),
    ("max_completion_tokens", "maxCompletionTokens"),
    ("max_tokens", "maxTokens"),
    ("n", "numGenerations"),
    ("parallel_tool_calls", "isParallelToolCalls"),
    ("presence_penalty", "presencePenalty"),
    ("reasoning_effort", "reasoningEffort"),
    ("response_format", "responseFormat"),
    ("stream", "isStream"),
    ("stream_options", "streamOptions"),
    ("tool_choice", "toolChoice"),
    ("top_k", "topK"),
    ("top_p", "topP"),
];

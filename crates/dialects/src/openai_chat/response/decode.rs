//! Reads an upstream's reply.

use crate::DialectError;
use crate::openai_chat::types::{CallDelta, Said, ThinkingBlock, string};
use crate::openai_chat::{calls, error, finish, think, thought, usage};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tianji_core::generate::{
    AudioPart, Choice, Finish, GenerateResponse, Opaque, Part, TextPart, Thinking, ToolCall, ToolCallKind,
};
use tianji_core::{DialectId, Extra, Json};

/// Reads a reply.
pub(in crate::openai_chat) fn decode(body: &[u8]) -> Result<GenerateResponse, DialectError> {
    let mut members: Extra = serde_json::from_slice(body).map_err(|_| unusable(body))?;
    let Some(choices) = members.shift_remove("choices").filter(|choices| !choices.is_null()) else {
        return Err(unusable(body));
    };
    let choices: Vec<Extra> = choices.read().map_err(|cause| DialectError::Reply(format!("choices: {cause}")))?;
    let mut text = |name: &str| take::<String>(&mut members, name);
    let (id, model, service_tier) = (text("id"), text("model"), text("service_tier"));
    let created = take::<f64>(&mut members, "created").map(|seconds| seconds as i64);
    let usage = members.shift_remove("usage").and_then(|raw| usage::read(raw.text()));
    let groq = || usage::read(&members.get("x_groq")?.value().get("usage")?.to_string());
    let usage = usage.or_else(groq).map(|report| report.usage);
    members.shift_remove("object");
    let id = id.unwrap_or_default();
    let choices = (0..).zip(choices).map(|(index, choice)| read_choice(index, choice, &id)).collect();
    Ok(GenerateResponse { choices, id, model: model.unwrap_or_default(), created, usage, service_tier, extra: members })
}

/// Why a body is no reply: an error in a 200, nothing, or something else.
pub(crate) fn unusable(body: &[u8]) -> DialectError {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.is_empty() {
        return DialectError::Reply("the body is empty".to_owned());
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value) if error::is_error(&value) => {
            let told = error::of_stream(&value);
            // A status that the error itself names counts; without one, it is a reply that cannot be used.
            if told.upstream_status.is_some() {
                DialectError::Failed(Box::new(told))
            } else {
                DialectError::Reply(told.message)
            }
        }
        Ok(_) => DialectError::Reply(format!("it has no `choices`: {}", beginning(text))),
        Err(cause) => DialectError::Reply(format!("it is not JSON ({cause}): {}", beginning(text))),
    }
}

/// The parts of a message's or a delta's `content`: a string, or a list of texts and thoughts.
pub(in crate::openai_chat) fn content(raw: Option<&RawValue>) -> Vec<Part> {
    let Some(raw) = raw else { return Vec::new() };
    if let Some(text) = string(Some(raw)) {
        return vec![Part::text(text)];
    }
    let items: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
    items.into_iter().filter_map(content_item).collect()
}

/// The parts that `thinking_blocks` stand for.
pub(in crate::openai_chat) fn thinking_blocks(raw: Option<&RawValue>) -> Vec<Part> {
    let blocks: Vec<ThinkingBlock> = raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    blocks
        .into_iter()
        .map(|block| match block.data {
            Some(data) if block.kind == "redacted_thinking" => Part::RedactedThinking { data },
            _ => {
                let signature = block.signature.filter(|signature| !signature.is_empty());
                Part::Thinking(Thinking { text: block.thinking.unwrap_or_default(), signature })
            }
        })
        .collect()
}

/// The citations in `annotations`.
pub(in crate::openai_chat) fn annotations(raw: Option<&RawValue>) -> Vec<Json> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

fn take<T: for<'de> Deserialize<'de>>(members: &mut Extra, name: &str) -> Option<T> {
    members.shift_remove(name)?.read().ok()
}

fn read_choice(position: u32, mut members: Extra, reply: &str) -> Choice {
    let index = take(&mut members, "index").unwrap_or(position);
    let message = members.shift_remove("message");
    let said: Said<'_> = message.as_ref().and_then(|message| message.read().ok()).unwrap_or_default();
    let mut extra: Extra = message.as_ref().and_then(|message| message.read().ok()).unwrap_or_default();
    extra.retain(|name, _| !READ.contains(&name.as_str()));
    let parts = read_message(said, reply, index);
    let has_calls = parts.iter().any(|part| matches!(part, Part::ToolCall(_)));
    let word: Option<String> = take(&mut members, "finish_reason");
    let finish: Option<Finish> = word.map(|word| finish::with_calls(finish::read(&word), has_calls));
    let logprobs = members.shift_remove("logprobs").filter(|raw| !raw.is_null());
    Choice { index, parts, finish, logprobs, extra }
}

fn read_message(said: Said<'_>, reply: &str, choice: u32) -> Vec<Part> {
    let mut parts = thinking_blocks(said.thinking_blocks);
    let reasoning = string(said.reasoning_content).or_else(|| string(said.reasoning));
    if let (true, Some(text)) = (parts.is_empty(), reasoning.filter(|text| !text.is_empty())) {
        parts.push(Part::Thinking(Thinking { text, signature: None }));
    }
    let thought = !parts.is_empty();
    let mut content = content(said.content);
    if let (false, Some(Part::Text(text))) = (thought, content.first_mut()) {
        let (inside, answer) = think::split(&text.text);
        if let Some(inside) = inside {
            text.text = answer;
            parts.push(Part::Thinking(Thinking { text: inside, signature: None }));
        }
    }
    if let Some(Part::Text(text)) = content.first_mut() {
        text.citations = annotations(said.annotations);
    }
    parts.append(&mut content);
    if let Some(refusal) = string(said.refusal).filter(|refusal| !refusal.is_empty()) {
        parts.push(Part::Refusal(refusal));
    }
    if let Some(audio) = said.audio {
        parts.push(Part::Audio(AudioPart {
            data: audio.data.unwrap_or_default(),
            format: String::new(),
            id: audio.id,
            transcript: audio.transcript,
        }));
    }
    let legacy = said.function_call.map(CallDelta::legacy);
    let calls = said.tool_calls.unwrap_or_default().into_iter().chain(legacy);
    parts.extend(calls.enumerate().map(|(ordinal, call)| read_call(&call, reply, choice, ordinal)));
    parts
}

fn read_call(call: &CallDelta<'_>, reply: &str, choice: u32, ordinal: usize) -> Part {
    let id = call.id().map_or_else(|| calls::minted_id(reply, choice, ordinal), str::to_owned);
    let (id, in_id) = thought::split_id(&id);
    Part::ToolCall(ToolCall {
        id: id.to_owned(),
        name: call.name().unwrap_or_default().to_owned(),
        arguments: call.arguments().unwrap_or_default().into_owned(),
        kind: if call.is_custom() { ToolCallKind::Custom } else { ToolCallKind::Function },
        signature: call.signature().or(in_id).map(str::to_owned),
        cache: None,
    })
}

fn content_item(raw: &RawValue) -> Option<Part> {
    #[derive(Deserialize)]
    struct Item<'a> {
        #[serde(rename = "type", default)]
        kind: Option<String>,
        #[serde(default)]
        text: Option<String>,
        #[serde(default)]
        refusal: Option<String>,
        #[serde(borrow, default)]
        thinking: Option<&'a RawValue>,
    }
    let item: Item<'_> = serde_json::from_str(raw.get()).ok()?;
    if let Some(thinking) = item.thinking {
        // Mistral docs, "Reasoning": `thinking` is itself a list of texts.
        let text = string(Some(thinking)).unwrap_or_else(|| {
            content(Some(thinking))
                .into_iter()
                .filter_map(|part| match part {
                    Part::Text(TextPart { text, .. }) => Some(text),
                    _ => None,
                })
                .collect()
        });
        return Some(Part::Thinking(Thinking { text, signature: None }));
    }
    match (item.text, item.refusal) {
        (Some(text), _) => Some(Part::text(text)),
        (None, Some(refusal)) => Some(Part::Refusal(refusal)),
        (None, None) => {
            let type_name = item.kind.unwrap_or_default();
            Some(Part::Opaque(Opaque { dialect: DialectId::OpenAiChat, type_name, raw: Json::from(raw) }))
        }
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(SHOWN_CHARS).collect()
}

/// Members of a message that become parts. `audio` is also kept as it is, for members that a part has no room for.
const READ: &[&str] = &[
    "role",
    "content",
    "refusal",
    "reasoning_content",
    "reasoning",
    "thinking_blocks",
    "annotations",
    "tool_calls",
    "function_call",
];

/// Characters of an unreadable body shown in an error.
const SHOWN_CHARS: usize = 200;

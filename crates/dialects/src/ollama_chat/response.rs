//! Whole replies: [`decode`] from an upstream, [`encode`] for a client.

use super::types::{Reply, Said};
use crate::DialectError;
use crate::openai_chat::json::{self, Commas};
use crate::openai_chat::{error, think};
use bytes::{Bytes, BytesMut};
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt::Write as _;
use tianji_core::generate::{Choice, ClientView, Finish, FinishReason, GenerateResponse, Part, Thinking, ToolCall};
use tianji_core::{Extra, Micros, Usage};

/// Reads a reply.
pub(super) fn decode(body: &[u8]) -> Result<GenerateResponse, DialectError> {
    let mut reply = read(body)?;
    let said = reply.message.take().unwrap_or_default();
    let seed = reply.created_at.clone().unwrap_or_default();
    let parts = parts(said, &seed);
    let calls = parts.iter().any(|part| matches!(part, Part::ToolCall(_)));
    let choice =
        Choice { index: 0, finish: Some(reply.finish(calls)), parts, logprobs: reply.logprobs(), extra: Extra::new() };
    Ok(GenerateResponse {
        usage: reply.usage(),
        model: reply.model.unwrap_or_default(),
        choices: vec![choice],
        ..GenerateResponse::default()
    })
}

/// Reads a reply that is one: an error, and what has no message, is none.
pub(super) fn read(body: &[u8]) -> Result<Reply<'_>, DialectError> {
    let reply: Reply<'_> = serde_json::from_slice(body).map_err(|cause| {
        let text = String::from_utf8_lossy(body);
        DialectError::Reply(format!("it is no reply ({cause}): {}", text.chars().take(SHOWN_CHARS).collect::<String>()))
    })?;
    match (&reply.error, &reply.message) {
        (Some(raw), _) if raw.get() != "null" => {
            let value: Value = serde_json::from_slice(body).unwrap_or_default();
            Err(DialectError::Failed(Box::new(error::of_stream(&value))))
        }
        (_, None) => Err(DialectError::Reply("it has no `message`".to_owned())),
        _ => Ok(reply),
    }
}

fn parts(said: Said<'_>, seed: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut thought = said.thinking.filter(|text| !text.is_empty());
    let mut content = said.content.unwrap_or_default();
    if thought.is_none() {
        // Servers that do not split thoughts off leave them in the text.
        (thought, content) = think::split(&content);
    }
    if let Some(text) = thought {
        parts.push(Part::Thinking(Thinking { text, signature: None }));
    }
    let calls = said.tool_calls.unwrap_or_default();
    if !content.is_empty() || calls.is_empty() {
        parts.push(Part::text(content));
    }
    for (ordinal, call) in calls.iter().enumerate() {
        let (id, arguments) = (call.id(seed, ordinal), call.arguments());
        parts.push(Part::ToolCall(ToolCall { id, name: call.function.name.clone(), arguments, ..ToolCall::default() }));
    }
    parts
}

/// Writes a reply. There is one answer: this dialect has no word for more.
pub(super) fn encode(response: &GenerateResponse, view: &ClientView) -> Bytes {
    let mut out = BytesMut::with_capacity(512);
    let model = view.model_or(&response.model);
    write_head(model, response.created.unwrap_or(view.created), &mut out);
    let choice = response.choices.first();
    let parts = choice.map(|choice| choice.parts.as_slice()).unwrap_or_default();
    let (mut content, mut thinking, mut calls) = (String::new(), String::new(), Vec::new());
    for part in parts {
        match part {
            Part::Text(text) => content.push_str(&text.text),
            Part::Refusal(words) => content.push_str(words),
            Part::Thinking(thought) => thinking.push_str(&thought.text),
            Part::ToolCall(call) => calls.push((call.id.as_str(), call.name.as_str(), call.arguments.as_str())),
            _ => {}
        }
    }
    out.extend_from_slice(br#""content":"#);
    json::string(&content, &mut out);
    if !thinking.is_empty() {
        out.extend_from_slice(br#","thinking":"#);
        json::string(&thinking, &mut out);
    }
    if !calls.is_empty() {
        out.extend_from_slice(br#","tool_calls":["#);
        let mut commas = Commas::new();
        for call in calls {
            commas.next(&mut out);
            write_call(call, &mut out);
        }
        out.extend_from_slice(b"]");
    }
    out.extend_from_slice(b"}");
    write_end(choice.and_then(|choice| choice.finish.as_ref()), response.usage.as_ref(), &mut out);
    out.freeze()
}

/// Writes what every reply and every line begins with, up to and including `"message":{"role":"assistant",`.
pub(super) fn write_head(model: &str, created: i64, out: &mut BytesMut) {
    out.extend_from_slice(br#"{"model":"#);
    json::string(model, out);
    let stamp = Micros(created.saturating_mul(1_000_000)).rfc3339();
    let _ = write!(out, r#","created_at":"{stamp}","message":{{"role":"assistant","#);
}

/// Writes what follows the message where a reply ends.
pub(super) fn write_end(finish: Option<&Finish>, usage: Option<&Usage>, out: &mut BytesMut) {
    let reason = match finish.map(|finish| finish.reason) {
        Some(FinishReason::Length | FinishReason::ContextExceeded) => "length",
        _ => "stop",
    };
    let _ = write!(out, r#","done_reason":"{reason}","done":true"#);
    if let Some(usage) = usage {
        let _ = write!(out, r#","prompt_eval_count":{},"eval_count":{}"#, usage.input(), usage.output());
    }
    out.extend_from_slice(b"}");
}

/// Writes a tool call: id, name, arguments. Arguments are an object; what is none stands in the member `input` of one.
pub(super) fn write_call((id, name, arguments): (&str, &str, &str), out: &mut BytesMut) {
    out.extend_from_slice(br#"{"id":"#);
    json::string(id, out);
    out.extend_from_slice(br#","function":{"name":"#);
    json::string(name, out);
    out.extend_from_slice(br#","arguments":"#);
    write_arguments(arguments, out);
    out.extend_from_slice(b"}}");
}

/// Writes arguments as an object.
pub(super) fn write_arguments(arguments: &str, out: &mut BytesMut) {
    let text = arguments.trim();
    if text.starts_with('{') && serde_json::from_str::<&RawValue>(text).is_ok() {
        // A line break would end the line of a stream; between the tokens of JSON a blank is as good.
        out.extend(text.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }));
    } else if text.is_empty() {
        out.extend_from_slice(b"{}");
    } else {
        out.extend_from_slice(br#"{"input":"#);
        json::string(arguments, out);
        out.extend_from_slice(b"}");
    }
}

/// Characters of an unreadable body shown in an error.
const SHOWN_CHARS: usize = 200;

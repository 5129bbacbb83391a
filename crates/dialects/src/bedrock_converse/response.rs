//! Whole replies, both ways (API reference, "Converse", response).

use super::request::is_own_citation;
use super::types::{WireReply, thinking_tokens};
use super::usage::UsageMember;
use super::{finish, request};
use crate::DialectError;
use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tianji_core::generate::{Choice, GenerateResponse, Part, ToolCall, ToolCallKind};
use tianji_core::{DialectId, Extra, Json};

/// Reads an upstream's reply. It has no id and does not say which model it is from.
pub(super) fn decode(body: &Bytes) -> Result<GenerateResponse, DialectError> {
    let reply = read(body)?;
    let content = content_of(&reply)?;
    let reasoning = thinking_tokens(reply.additional_model_response_fields.as_ref());
    let choice = Choice {
        index: 0,
        parts: request::content(content)?,
        finish: reply.stop_reason.map(finish::read),
        logprobs: None,
        extra: Extra::new(),
    };
    Ok(GenerateResponse {
        choices: vec![choice],
        usage: reply.usage.map(|usage| usage.canonical(reasoning)),
        service_tier: reply.service_tier.and_then(|tier| tier.kind),
        ..GenerateResponse::default()
    })
}

/// Reads the outline of a reply.
pub(super) fn read(body: &[u8]) -> Result<WireReply<'_>, DialectError> {
    serde_json::from_slice(body).map_err(|cause| DialectError::Reply(cause.to_string()))
}

/// The content of a reply.
pub(super) fn content_of<'a>(reply: &WireReply<'a>) -> Result<&'a RawValue, DialectError> {
    let message = reply.output.as_ref().and_then(|output| output.message.as_ref());
    message.and_then(|message| message.content).ok_or_else(|| DialectError::Reply("it has no content".to_owned()))
}

/// Writes a reply for a client. Of several answers only the first can be said.
pub(super) fn encode(response: &GenerateResponse) -> Result<Bytes, DialectError> {
    let choice = response.choices.first();
    let parts = choice.map(|choice| choice.parts.as_slice()).unwrap_or_default();
    let finish = choice.and_then(|choice| choice.finish.as_ref());
    let reply = Reply {
        output: Output {
            message: Message { role: "assistant", content: parts.iter().filter_map(Block::of).collect() },
        },
        stop_reason: finish.map(finish::word),
        usage: UsageMember::of(&response.usage.unwrap_or_default()),
        service_tier: response.service_tier.as_deref().and_then(tier),
    };
    let body = serde_json::to_vec(&reply).map_err(|cause| DialectError::Reply(cause.to_string()))?;
    Ok(body.into())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reply<'a> {
    output: Output<'a>,
    stop_reason: Option<&'static str>,
    usage: UsageMember,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<Value>,
}

#[derive(Serialize)]
struct Output<'a> {
    message: Message<'a>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Vec<Block<'a>>,
}

/// `serviceTier` for a client; none if the vendor has no such tier.
pub(super) fn tier(name: &str) -> Option<Value> {
    match name {
        "standard" => Some(json!({ "type": "default" })),
        "default" | "flex" | "priority" | "reserved" => Some(json!({ "type": name })),
        _ => None,
    }
}

/// A content block of a reply.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Block<'a> {
    Text(&'a str),
    #[serde(rename_all = "camelCase")]
    ToolUse {
        tool_use_id: &'a str,
        name: &'a str,
        input: Input<'a>,
    },
    ReasoningContent(Thought<'a>),
    CitationsContent {
        content: [Words<'a>; 1],
        citations: Vec<&'a Json>,
    },
    #[serde(untagged)]
    Own(&'a Json),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Thought<'a> {
    ReasoningText {
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        signature: Option<&'a str>,
    },
    RedactedContent(&'a str),
}

#[derive(Serialize)]
struct Words<'a> {
    text: &'a str,
}

/// Input of a call.
#[derive(Serialize)]
#[serde(untagged)]
enum Input<'a> {
    /// JSON as the model wrote it.
    Json(&'a RawValue),
    /// No arguments.
    Empty {},
    /// Free text of a custom tool, or arguments that are no JSON, perhaps cut by the output limit.
    Text { input: &'a str },
}

impl<'a> Block<'a> {
    /// What a part becomes; nothing if this dialect has no word for it.
    fn of(part: &'a Part) -> Option<Self> {
        Some(match part {
            Part::Text(text) => {
                let citations: Vec<&Json> = text.citations.iter().filter(|it| is_own_citation(it)).collect();
                match (text.text.as_str(), citations.is_empty()) {
                    ("", true) => return None,
                    (text, true) => Self::Text(text),
                    (text, false) => Self::CitationsContent { content: [Words { text }], citations },
                }
            }
            Part::Refusal(words) => Self::Text(words),
            Part::Thinking(thinking) => Self::ReasoningContent(Thought::ReasoningText {
                text: &thinking.text,
                signature: thinking.signature.as_deref(),
            }),
            Part::RedactedThinking { data } => Self::ReasoningContent(Thought::RedactedContent(data)),
            Part::ToolCall(call) => Self::ToolUse { tool_use_id: &call.id, name: &call.name, input: Input::of(call) },
            Part::Opaque(own) if own.dialect == DialectId::BedrockConverse => Self::Own(&own.raw),
            Part::Audio(audio) => Self::Text(audio.transcript.as_deref()?),
            Part::Opaque(_) | Part::Image(_) | Part::Video(_) | Part::File(_) | Part::ToolResult(_) => return None,
        })
    }
}

impl<'a> Input<'a> {
    fn of(call: &'a ToolCall) -> Self {
        let arguments = call.arguments.trim();
        if call.kind == ToolCallKind::Custom {
            return Self::Text { input: &call.arguments };
        }
        if arguments.is_empty() {
            return Self::Empty {};
        }
        serde_json::from_str(arguments).map_or(Self::Text { input: arguments }, Self::Json)
    }
}

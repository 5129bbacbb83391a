//! Reads an upstream's reply.

use crate::DialectError;
use crate::cohere_chat::request::content;
use crate::cohere_chat::request::messages::assemble;
use crate::cohere_chat::types::WireReply;
use crate::cohere_chat::{error, finish, logprobs};
use tianji_core::Extra;
use tianji_core::generate::{Choice, GenerateResponse, Part};

/// Reads a reply.
pub(in crate::cohere_chat) fn decode(body: &[u8]) -> Result<GenerateResponse, DialectError> {
    let wire: WireReply<'_> = serde_json::from_slice(body).map_err(|_| unusable(body))?;
    let message = wire.message.ok_or_else(|| unusable(body))?;
    let (mut parts, _) = content::read(message.content, "message.content")?;
    parts.retain(|part| !matches!(part, Part::Thinking(thinking) if thinking.text.is_empty()));
    let plan = message.tool_plan.filter(|plan| !plan.is_empty());
    assemble(&mut parts, plan, message.tool_calls.unwrap_or_default(), message.citations.unwrap_or_default());
    let calls = parts.iter().any(|part| matches!(part, Part::ToolCall(_)));
    let finish = wire.finish_reason.map(|word| finish::read(&word, calls)).transpose().map_err(DialectError::Failed)?;
    let logprobs = wire.logprobs.as_deref().and_then(logprobs::canonical);
    Ok(GenerateResponse {
        id: wire.id.unwrap_or_default(),
        choices: vec![Choice { index: 0, parts, finish, logprobs, extra: Extra::new() }],
        usage: wire.usage.and_then(|usage| usage.canonical()),
        ..GenerateResponse::default()
    })
}

/// Why a body is no reply.
pub(in crate::cohere_chat) fn unusable(body: &[u8]) -> DialectError {
    if body.trim_ascii().is_empty() {
        return DialectError::Reply("the body is empty".to_owned());
    }
    DialectError::Reply(format!("it has no message: {}", error::decode(500, body).message))
}

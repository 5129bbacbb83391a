//! Reads a client's request.

use super::history;
use crate::DialectError;
use crate::openai_chat::request::{Members, tools};
use bytes::Bytes;
use serde_json::Value;
use tianji_core::generate::{Effort, GenerateRequest, OutputFormat, Reasoning, Sampling};
use tianji_core::{DialectId, Extra, Json};

/// Reads a request.
pub(in crate::ollama_chat) fn decode(body: &Bytes) -> Result<GenerateRequest, DialectError> {
    let mut members = Members::of(body)?;
    let mut request = GenerateRequest::new(DialectId::OllamaChat);
    request.model = members.take("model")?.unwrap_or_default();
    let told = members.raw("messages").ok_or_else(|| DialectError::Missing { param: "messages".to_owned() })?;
    request.messages = history::decode(&told)?;
    if let Some(raw) = members.raw("tools") {
        request.tools = tools::decode(&raw)?;
    }
    let mut given = Members::within(members.take("options")?.unwrap_or_default());
    request.sampling = Sampling {
        max_output_tokens: given.take("num_predict")?,
        logprobs: members.take("logprobs")?,
        top_logprobs: members.take("top_logprobs")?,
        ..given.common_sampling()?
    };
    request.output = output(members.raw("format"))?;
    request.reasoning = reasoning(members.raw("think"))?;
    request.stream = members.take("stream")?.unwrap_or(true);
    request.include_usage = true;
    request.extra = given.rest();
    let rest: Extra = members.rest();
    // An option and a member of one name would be the same thing said twice: the member is the more explicit.
    request.extra.extend(rest);
    Ok(request)
}

fn output(format: Option<Json>) -> Result<OutputFormat, DialectError> {
    let Some(raw) = format else { return Ok(OutputFormat::Text) };
    match raw.value() {
        Value::String(word) if word.is_empty() => Ok(OutputFormat::Text),
        Value::String(word) if word == "json" => Ok(OutputFormat::JsonObject),
        Value::Object(_) => {
            Ok(OutputFormat::JsonSchema { name: None, description: None, schema: Some(raw), strict: None })
        }
        _ => Err(DialectError::invalid("format", "it must be `json` or a schema")),
    }
}

fn reasoning(think: Option<Json>) -> Result<Option<Reasoning>, DialectError> {
    let Some(raw) = think else { return Ok(None) };
    let invalid = || DialectError::invalid("think", "it must be a boolean or a level");
    Ok(Some(match raw.value() {
        Value::Bool(true) => Reasoning::Adaptive(None),
        Value::Bool(false) => Reasoning::Disabled,
        Value::String(word) => Reasoning::Effort(Effort::parse(&word).ok_or_else(invalid)?),
        _ => return Err(invalid()),
    }))
}

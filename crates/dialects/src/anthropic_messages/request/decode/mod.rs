//! Reads a client's request (Anthropic API reference, "Messages", "Create a Message").
//!
//! What the canonical model has no word for is kept in `anthropic_only`, by its path (`output_config.task_budget`,
//! `messages[2].content[0].caller`), so that another dialect reports exactly what it drops.

mod blocks;
mod tools;

use self::blocks::Reader;
use crate::DialectError;
use crate::anthropic_messages::fields::{Fields, Place};
use bytes::Bytes;
use serde_json::Number;
use serde_json::value::RawValue;
use tianji_core::generate::{CacheMark, Effort, GenerateRequest, Message, OutputFormat, Part, Reasoning, Role};
use tianji_core::{DialectId, Extra, Json};

/// Reads a request. `max_tokens` may be absent: counting tokens has none, and a deployment may have a default.
pub(in crate::anthropic_messages) fn decode(body: &Bytes) -> Result<GenerateRequest, DialectError> {
    let mut fields = Fields::parse(body)?;
    let root = Place::ROOT;
    let mut request = GenerateRequest::new(DialectId::AnthropicMessages);
    request.model = fields.string("model", &root)?.unwrap_or_default();
    request.stream = fields.boolean("stream", &root)?.unwrap_or_default();
    request.include_usage = true;
    request.service_tier = fields.string("service_tier", &root)?;
    request.cache = cache_mark(fields.take("cache_control"), &root.member("cache_control"))?;
    read_conversation(&mut fields, &mut request)?;
    read_sampling(&mut fields, &mut request)?;
    tools::read(&mut fields, &mut request)?;
    read_reasoning(&mut fields, &mut request)?;
    read_user(&mut fields, &mut request)?;
    for (name, raw) in fields.rest() {
        let kept = if OWN.contains(&name.as_ref()) { &mut request.anthropic_only } else { &mut request.extra };
        kept.insert(name.into_owned(), Json::from(raw));
    }
    Ok(request)
}

/// Reads the content of a reply, which is made of the same blocks. What has no canonical word is left out.
pub(in crate::anthropic_messages) fn content(raw: &RawValue) -> Result<Vec<Part>, DialectError> {
    let mut lost = Extra::new();
    Reader::new(&mut lost).content(raw, &Place::ROOT.member("content")).map(|(parts, _)| parts)
}

/// A `cache_control` (API reference, "Prompt caching").
fn cache_mark(raw: Option<&RawValue>, place: &Place<'_>) -> Result<Option<CacheMark>, DialectError> {
    let Some(raw) = raw else { return Ok(None) };
    let ttl = Fields::of(raw, place)?.string("ttl", place)?;
    Ok(Some(CacheMark { ttl }))
}

fn read_conversation(fields: &mut Fields<'_>, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let root = Place::ROOT;
    let mut reader = Reader::new(&mut request.anthropic_only);
    if let Some(system) = fields.take("system") {
        let (parts, bare) = reader.content(system, &root.member("system"))?;
        request.messages.push(Message { role: Role::System, parts, name: None, bare });
    }
    let missing = || DialectError::Missing { param: "messages".to_owned() };
    let messages = fields.items("messages", &root)?.ok_or_else(missing)?;
    let list = root.member("messages");
    for (index, raw) in messages.into_iter().enumerate() {
        reader.message(raw, &list.item(index), &mut request.messages)?;
    }
    Ok(())
}

fn read_sampling(fields: &mut Fields<'_>, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let root = Place::ROOT;
    let mut number = |name: &str| fields.read::<Number>(name, &root, "a number");
    request.sampling.max_output_tokens = number("max_tokens")?;
    request.sampling.temperature = number("temperature")?;
    request.sampling.top_p = number("top_p")?;
    request.sampling.top_k = number("top_k")?;
    request.sampling.stop = fields.read("stop_sequences", &root, "a list of strings")?.unwrap_or_default();
    Ok(())
}

/// `thinking`, `output_config` and the older `output_format` ("Extended thinking", "Effort", "Structured outputs").
fn read_reasoning(fields: &mut Fields<'_>, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let root = Place::ROOT;
    let mut lost = Extra::new();
    let thinking = match fields.take("thinking") {
        Some(raw) => read_thinking(raw, &root.member("thinking"), &mut lost)?,
        None => None,
    };
    let mut format = fields.take("output_format");
    let mut effort = None;
    if let Some(raw) = fields.take("output_config") {
        let place = root.member("output_config");
        let mut config = Fields::of(raw, &place)?;
        format = config.take("format").or(format);
        if let Some(raw) = config.take("effort") {
            effort = serde_json::from_str(raw.get()).ok().and_then(Effort::parse);
            // An effort beside a budget, or one that is not known here, has no place in the canonical model.
            if effort.is_none() || matches!(thinking, Some(Reasoning::Budget(_) | Reasoning::Disabled)) {
                lost.insert("output_config.effort".to_owned(), Json::from(raw));
            }
        }
        for (name, raw) in config.rest() {
            lost.insert(place.member(&name).to_string(), Json::from(raw));
        }
    }
    request.reasoning = match (thinking, effort) {
        (Some(Reasoning::Adaptive(_)), effort) => Some(Reasoning::Adaptive(effort)),
        (None, Some(effort)) => Some(Reasoning::Effort(effort)),
        (thinking, _) => thinking,
    };
    if let Some(raw) = format {
        request.output = read_format(raw, &root.member("output_format"))?;
    }
    request.anthropic_only.extend(lost);
    Ok(())
}

fn read_thinking(raw: &RawValue, place: &Place<'_>, lost: &mut Extra) -> Result<Option<Reasoning>, DialectError> {
    let mut fields = Fields::of(raw, place)?;
    let kind = fields.required("type", place)?;
    let budget = fields.read::<Number>("budget_tokens", place, "a number")?;
    for (name, raw) in fields.rest() {
        lost.insert(place.member(&name).to_string(), Json::from(raw));
    }
    match (kind.as_str(), budget) {
        ("enabled", Some(budget)) => Ok(Some(Reasoning::Budget(budget))),
        ("enabled", None) => Err(DialectError::Missing { param: place.member("budget_tokens").to_string() }),
        ("adaptive", _) => Ok(Some(Reasoning::Adaptive(None))),
        ("disabled", _) => Ok(Some(Reasoning::Disabled)),
        _ => Err(DialectError::invalid(place.member("type").to_string(), "must be enabled, adaptive or disabled")),
    }
}

fn read_format(raw: &RawValue, place: &Place<'_>) -> Result<OutputFormat, DialectError> {
    let mut fields = Fields::of(raw, place)?;
    match fields.required("type", place)?.as_str() {
        "json_schema" => {
            let schema = fields.take("schema").map(Json::from);
            Ok(OutputFormat::JsonSchema { name: None, description: None, schema, strict: None })
        }
        "text" => Ok(OutputFormat::Text),
        _ => Err(DialectError::invalid(place.member("type").to_string(), "must be json_schema")),
    }
}

fn read_user(fields: &mut Fields<'_>, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let Some(raw) = fields.take("metadata") else { return Ok(()) };
    let place = Place::ROOT.member("metadata");
    let mut metadata = Fields::of(raw, &place)?;
    request.user = metadata.string("user_id", &place)?;
    for (name, raw) in metadata.rest() {
        request.anthropic_only.insert(place.member(&name).to_string(), Json::from(raw));
    }
    Ok(())
}

/// Members of the body that only this dialect knows ("Create a Message" and its beta form).
const OWN: &[&str] = &[
    "container",
    "context_management",
    "diagnostics",
    "fallback_credit_token",
    "inference_geo",
    "mcp_servers",
    "speed",
    "user_profile_id",
];

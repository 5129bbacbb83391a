//! Tools on offer and the choice among them (API reference, "Tool use", "Web search tool").

use super::cache_mark;
use crate::DialectError;
use crate::anthropic_messages::fields::{Fields, Place};
use serde_json::value::RawValue;
use tianji_core::generate::{GenerateRequest, Tool, ToolChoice};
use tianji_core::{DialectId, Extra, Json};

/// Reads `tools` and `tool_choice`.
pub(super) fn read(fields: &mut Fields<'_>, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let root = Place::ROOT;
    let list = root.member("tools");
    for (index, raw) in fields.items("tools", &root)?.unwrap_or_default().into_iter().enumerate() {
        let tool = read_tool(raw, &list.item(index), &mut request.anthropic_only)?;
        request.tools.push(tool);
    }
    if let Some(raw) = fields.take("tool_choice") {
        read_choice(raw, &root.member("tool_choice"), request)?;
    }
    Ok(())
}

fn read_tool(raw: &RawValue, place: &Place<'_>, lost: &mut Extra) -> Result<Tool, DialectError> {
    let mut fields = Fields::of(raw, place)?;
    let kind = fields.string("type", place)?.unwrap_or_else(|| "custom".to_owned());
    if kind != "custom" {
        let search = if kind == WEB_SEARCH { web_search(&mut fields, place)? } else { None };
        let server =
            || Tool::Server { dialect: DialectId::AnthropicMessages, type_name: kind.clone(), raw: Json::from(raw) };
        return Ok(search.unwrap_or_else(server));
    }
    let tool = Tool::Function {
        name: fields.required("name", place)?,
        description: fields.string("description", place)?,
        schema: fields.take("input_schema").map(Json::from),
        strict: fields.boolean("strict", place)?,
        cache: cache_mark(fields.take("cache_control"), &place.member("cache_control"))?,
    };
    for (name, raw) in fields.rest() {
        lost.insert(place.member(&name).to_string(), Json::from(raw));
    }
    Ok(tool)
}

/// A web search that other dialects can say without loss; `None` if it says more.
fn web_search(fields: &mut Fields<'_>, place: &Place<'_>) -> Result<Option<Tool>, DialectError> {
    let name = fields.string("name", place)?;
    let context_size = match fields.take("max_uses").map(RawValue::get) {
        None => None,
        Some("1") => Some("low"),
        Some("5") => Some("medium"),
        Some("10") => Some("high"),
        Some(_) => return Ok(None),
    };
    let location = fields.take("user_location").map(openai_location);
    let plain = name.as_deref() == Some("web_search") && fields.is_empty();
    Ok(plain
        .then(|| Tool::WebSearch { context_size: context_size.map(str::to_owned), user_location: location.flatten() }))
}

/// A location in OpenAI's shape, which nests the place under `approximate`.
fn openai_location(raw: &RawValue) -> Option<Json> {
    let mut place: serde_json::Map<String, serde_json::Value> = serde_json::from_str(raw.get()).ok()?;
    place.remove("type");
    Json::of(&serde_json::json!({ "type": "approximate", "approximate": place })).ok()
}

fn read_choice(raw: &RawValue, place: &Place<'_>, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let mut fields = Fields::of(raw, place)?;
    let kind = fields.required("type", place)?;
    request.tool_choice = Some(match kind.as_str() {
        "auto" => ToolChoice::Auto,
        "any" => ToolChoice::Required,
        "none" => ToolChoice::None,
        "tool" => ToolChoice::Named(fields.required("name", place)?),
        _ => return Err(DialectError::invalid(place.member("type").to_string(), "must be auto, any, tool or none")),
    });
    request.parallel_tool_calls = fields.boolean("disable_parallel_tool_use", place)?.map(|disabled| !disabled);
    Ok(())
}

/// The web search of 2025-03-05: the only version whose behaviour other dialects share.
const WEB_SEARCH: &str = "web_search_20250305";

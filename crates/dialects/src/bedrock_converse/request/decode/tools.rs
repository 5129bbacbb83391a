//! `toolConfig` (API reference, `ToolConfiguration`).

use super::blocks::cache_mark;
use crate::DialectError;
use crate::anthropic_messages::fields::{Fields, Place};
use serde_json::value::RawValue;
use tianji_core::generate::{GenerateRequest, Tool, ToolChoice};
use tianji_core::{DialectId, Json};

/// Reads tools and choice.
pub(super) fn read(fields: &mut Fields<'_>, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let Some(raw) = fields.take("toolConfig") else { return Ok(()) };
    let root = Place::ROOT;
    let place = root.member("toolConfig");
    let mut config = Fields::of(raw, &place)?;
    let list = place.member("tools");
    for (index, raw) in config.items("tools", &place)?.unwrap_or_default().into_iter().enumerate() {
        read_tool(raw, &list.item(index), &mut request.tools)?;
    }
    if let Some(raw) = config.take("toolChoice") {
        request.tool_choice = Some(read_choice(raw, &place.member("toolChoice"))?);
    }
    Ok(())
}

fn read_tool(raw: &RawValue, place: &Place<'_>, tools: &mut Vec<Tool>) -> Result<(), DialectError> {
    let mut fields = Fields::of(raw, place)?;
    if let Some(point) = fields.take("cachePoint") {
        let mark = cache_mark(point, &place.member("cachePoint"))?;
        match tools.last_mut() {
            Some(Tool::Function { cache, .. }) => *cache = Some(mark),
            _ => tools.push(own("cachePoint", raw)),
        }
    } else if let Some(spec) = fields.take("toolSpec") {
        let place = place.member("toolSpec");
        let mut spec = Fields::of(spec, &place)?;
        let schema = match spec.take("inputSchema") {
            Some(raw) => Fields::of(raw, &place.member("inputSchema"))?.take("json").map(Json::from),
            None => None,
        };
        tools.push(Tool::Function {
            name: spec.required("name", &place)?,
            description: spec.string("description", &place)?,
            schema,
            strict: spec.boolean("strict", &place)?,
            cache: None,
        });
    } else {
        let name = fields.rest().next().map(|(name, _)| name.into_owned());
        tools.push(own(&name.unwrap_or_default(), raw));
    }
    Ok(())
}

fn own(type_name: &str, raw: &RawValue) -> Tool {
    Tool::Server { dialect: DialectId::BedrockConverse, type_name: type_name.to_owned(), raw: Json::from(raw) }
}

fn read_choice(raw: &RawValue, place: &Place<'_>) -> Result<ToolChoice, DialectError> {
    let mut fields = Fields::of(raw, place)?;
    if let Some(raw) = fields.take("tool") {
        let place = place.member("tool");
        return Ok(ToolChoice::Named(Fields::of(raw, &place)?.required("name", &place)?));
    }
    match (fields.take("auto"), fields.take("any")) {
        (_, Some(_)) => Ok(ToolChoice::Required),
        (Some(_), None) => Ok(ToolChoice::Auto),
        (None, None) => Err(DialectError::invalid(place.to_string(), "must be auto, any or tool")),
    }
}

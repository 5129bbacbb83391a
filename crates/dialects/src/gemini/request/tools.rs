//! Reads `tools` and `toolConfig` (Gemini API docs, "Function calling" and "Tools").

use super::decode::{Members, camel, snake};
use super::schema;
use crate::DialectError;
use tianji_core::generate::{GenerateRequest, Tool, ToolChoice};
use tianji_core::{DialectId, Extra, Json};

/// Whether a member of that name makes an object one of this dialect's own tools.
pub(crate) fn is_tool(name: &str) -> bool {
    TOOLS.iter().any(|tool| *tool == name || snake(tool) == name)
}

/// The name of one of this dialect's own tools as it is written.
pub(super) fn canonical_name(name: &str) -> String {
    camel(name)
}

/// Reads `tools`.
pub(super) fn decode(raw: &Json, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let list: Vec<Extra> = raw.read().map_err(|cause| DialectError::invalid("tools", cause.to_string()))?;
    for (at, entry) in list.into_iter().enumerate() {
        for (name, raw) in entry {
            match camel(&name).as_str() {
                _ if raw.is_null() => {}
                "functionDeclarations" => declarations(&raw, at, request)?,
                "googleSearch" if raw.text() == "{}" => {
                    request.tools.push(Tool::WebSearch { context_size: None, user_location: None });
                }
                name => request.tools.push(own(name, &raw)?),
            }
        }
    }
    Ok(())
}

/// Reads `toolConfig`.
pub(super) fn decode_config(config: Extra, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let mut config = Members::of(config, "toolConfig.");
    if let Some(calling) = config.object("functionCallingConfig")? {
        let mut calling = Members::of(calling, "toolConfig.functionCallingConfig.");
        let mode: Option<String> = calling.take("mode")?;
        let names: Vec<String> = calling.take("allowedFunctionNames")?.unwrap_or_default();
        request.tool_choice = match (mode.as_deref().unwrap_or("AUTO"), names.as_slice()) {
            ("NONE", _) => Some(ToolChoice::None),
            ("ANY", []) => Some(ToolChoice::Required),
            ("ANY", [one]) => Some(ToolChoice::Named(one.clone())),
            ("ANY", _) => Some(ToolChoice::Allowed { required: true, names }),
            ("VALIDATED", _) => {
                // Like `AUTO`, but that calls must follow their schemas.
                if let Ok(raw) = Json::of("VALIDATED") {
                    let path = "toolConfig.functionCallingConfig.mode".to_owned();
                    request.gemini_only.insert(path, raw);
                }
                Some(auto(names))
            }
            _ => Some(auto(names)),
        };
        calling.keep(&mut request.gemini_only);
    }
    config.keep(&mut request.gemini_only);
    Ok(())
}

fn auto(names: Vec<String>) -> ToolChoice {
    if names.is_empty() { ToolChoice::Auto } else { ToolChoice::Allowed { required: false, names } }
}

fn declarations(raw: &Json, at: usize, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let path = format!("tools[{at}].functionDeclarations");
    // No derived type: one that gathers unknown members as raw text cannot be derived.
    let list: Vec<Extra> = raw.read().map_err(|cause| DialectError::invalid(&path, cause.to_string()))?;
    for (at, declared) in list.into_iter().enumerate() {
        let mut declared = Members::of(declared, "tools[].functionDeclarations[].");
        let missing = || DialectError::Missing { param: format!("{path}[{at}].name") };
        let name = declared.take("name")?.ok_or_else(missing)?;
        let description = declared.take("description")?;
        let plain = declared.raw("parametersJsonSchema");
        let subset = declared.raw("parameters");
        let subset = || subset.as_ref().and_then(schema::to_json_schema);
        let schema = plain.or_else(subset);
        request.tools.push(Tool::Function { name, description, schema, strict: None, cache: None });
        for (name, raw) in declared.rest() {
            request.gemini_only.insert(format!("{path}[{at}].{name}"), raw);
        }
    }
    Ok(())
}

fn own(name: &str, raw: &Json) -> Result<Tool, DialectError> {
    let tool: Extra = [(name.to_owned(), raw.clone())].into_iter().collect();
    let raw = Json::of(&tool).map_err(|cause| DialectError::invalid("tools", cause.to_string()))?;
    Ok(Tool::Server { dialect: DialectId::Gemini, type_name: name.to_owned(), raw })
}

/// Tools that the vendor runs itself.
const TOOLS: &[&str] = &[
    "googleSearch",
    "googleSearchRetrieval",
    "enterpriseWebSearch",
    "codeExecution",
    "urlContext",
    "googleMaps",
    "retrieval",
    "fileSearch",
    "computerUse",
    "functionDeclarations",
];

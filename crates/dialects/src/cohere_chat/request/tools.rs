//! Tools and how to choose among them, both ways.

use super::body::Body;
use crate::DialectError;
use crate::openai_chat::json::{self, Commas};
use crate::openai_chat::request::tools::constrains;
use bytes::BytesMut;
use serde::Deserialize;
use tianji_core::generate::{GenerateRequest, Tool, ToolChoice};
use tianji_core::{DialectId, Json, LossClass};

/// Reads `tools`; `strict` holds for all of them.
pub(super) fn decode(raw: &Json, strict: Option<bool>) -> Result<Vec<Tool>, DialectError> {
    let list: Vec<Json> = raw.read().map_err(|cause| DialectError::invalid("tools", cause.to_string()))?;
    let tools = list.into_iter().enumerate().map(|(at, raw)| {
        let invalid = |cause: serde_json::Error| DialectError::invalid(format!("tools[{at}]"), cause.to_string());
        let tool: ToolObject = raw.read().map_err(invalid)?;
        match (tool.kind.as_deref().unwrap_or("function"), tool.function) {
            ("function", Some(Function { name, description, parameters: schema })) => {
                Ok(Tool::Function { name, description, schema, strict, cache: None })
            }
            ("function", None) => Err(DialectError::Missing { param: format!("tools[{at}].function") }),
            (other, _) => Ok(Tool::Server { dialect: DialectId::CohereChat, type_name: other.to_owned(), raw }),
        }
    });
    tools.collect()
}

/// Reads `tool_choice`.
pub(super) fn decode_choice(word: &str) -> Result<ToolChoice, DialectError> {
    match word {
        "REQUIRED" => Ok(ToolChoice::Required),
        "NONE" => Ok(ToolChoice::None),
        other => Err(DialectError::invalid("tool_choice", format!("`{other}` is not known"))),
    }
}

/// Writes `tools`, `strict_tools` and `tool_choice`. Gives the names of custom tools, which are sent as functions.
pub(super) fn write(body: &mut Body<'_>, request: &GenerateRequest) -> Vec<String> {
    let mut offer = BytesMut::new();
    let mut commas = Commas::new();
    let mut custom = Vec::new();
    for (at, tool) in request.tools.iter().enumerate().filter(|(_, tool)| is_allowed(tool, request)) {
        let path = format!("tools[{at}]");
        match tool {
            Tool::Function { name, description, schema, cache, .. } => {
                if cache.is_some() {
                    body.hint(format!("{path}.cache_control"), "no cache marks");
                }
                commas.next(&mut offer);
                write_function(name, description.as_deref(), schema.as_ref(), &mut offer);
            }
            Tool::Custom { name, description, format } => {
                if format.as_ref().is_some_and(constrains) {
                    body.hint(format!("{path}.custom.format"), "this dialect has no grammars");
                }
                custom.push(name.clone());
                commas.next(&mut offer);
                write_function(name, description.as_deref(), Json::parse(FREE_TEXT).ok().as_ref(), &mut offer);
            }
            Tool::Server { dialect: DialectId::CohereChat, raw, .. } => {
                commas.next(&mut offer);
                json::value(raw, &mut offer);
            }
            Tool::Server { .. } => body.losses.push(LossClass::Parameter, path, "a tool that only its vendor has"),
            Tool::WebSearch { .. } => {
                body.losses.push(LossClass::Parameter, "web_search_options", "the provider has no search of its own");
            }
        }
    }
    if offer.is_empty() {
        no_tools(body, request);
        return custom;
    }
    body.key("tools");
    body.out.extend_from_slice(b"[");
    body.out.extend_from_slice(&offer);
    body.out.extend_from_slice(b"]");
    strictness(body, request);
    choice(body, request);
    custom
}

/// A set to choose from, or a single one, is said by offering nothing else.
fn is_allowed(tool: &Tool, request: &GenerateRequest) -> bool {
    let (Tool::Function { name, .. } | Tool::Custom { name, .. }) = tool else { return true };
    match &request.tool_choice {
        Some(ToolChoice::Named(only)) => name == only,
        Some(ToolChoice::Allowed { names, .. }) => names.contains(name),
        _ => true,
    }
}

fn write_function(name: &str, description: Option<&str>, schema: Option<&Json>, out: &mut BytesMut) {
    out.extend_from_slice(br#"{"type":"function","function":{"name":"#);
    json::string(name, out);
    if let Some(description) = description {
        out.extend_from_slice(br#","description":"#);
        json::string(description, out);
    }
    out.extend_from_slice(br#","parameters":"#);
    match schema.filter(|schema| !schema.is_null()) {
        Some(schema) => json::value(schema, out),
        None => out.extend_from_slice(br#"{"type":"object","properties":{}}"#),
    }
    out.extend_from_slice(b"}}");
}

/// Strictness is a matter of all tools or of none.
fn strictness(body: &mut Body<'_>, request: &GenerateRequest) {
    let asked: Vec<(usize, Option<bool>)> = request
        .tools
        .iter()
        .enumerate()
        .filter_map(|(at, tool)| match tool {
            Tool::Function { strict, .. } if is_allowed(tool, request) => Some((at, *strict)),
            _ => None,
        })
        .collect();
    let all = |wanted: bool| !asked.is_empty() && asked.iter().all(|(_, strict)| *strict == Some(wanted));
    if all(true) {
        return body.value("strict_tools", &true);
    }
    if body.own && all(false) {
        return body.value("strict_tools", &false);
    }
    for (at, _) in asked.iter().filter(|(_, strict)| *strict == Some(true)) {
        body.hint(format!("tools[{at}].function.strict"), "all tools must be strict, or none is");
    }
}

fn choice(body: &mut Body<'_>, request: &GenerateRequest) {
    let word = match &request.tool_choice {
        None | Some(ToolChoice::Auto) => None,
        Some(ToolChoice::None) => Some("NONE"),
        Some(ToolChoice::Required) => Some("REQUIRED"),
        Some(ToolChoice::Named(_)) => {
            body.hint("tool_choice.function.name", "only the named tool is offered");
            Some("REQUIRED")
        }
        Some(ToolChoice::Allowed { required, .. }) => {
            body.hint("tool_choice.allowed_tools", "only the allowed tools are offered");
            required.then_some("REQUIRED")
        }
    };
    if let Some(word) = word {
        body.value("tool_choice", word);
    }
    // Several calls at once are what the vendor does.
    if request.parallel_tool_calls == Some(false)
        && let Ok(raw) = Json::of(&false)
    {
        body.unsaid("parallel_tool_calls", &raw, LossClass::Parameter);
    }
}

fn no_tools(body: &mut Body<'_>, request: &GenerateRequest) {
    if request.tool_choice.as_ref().is_some_and(|choice| !matches!(choice, ToolChoice::Auto | ToolChoice::None)) {
        body.hint("tool_choice", "there are no tools to choose from");
    }
    if request.parallel_tool_calls == Some(false) {
        body.hint("parallel_tool_calls", "there are no tools to call");
    }
}

#[derive(Deserialize)]
struct ToolObject {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    function: Option<Function>,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    parameters: Option<Json>,
}

/// Arguments of a custom tool.
const FREE_TEXT: &str = r#"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"#;

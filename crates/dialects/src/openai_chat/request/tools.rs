//! Tools and how to choose among them, both ways.

use crate::DialectError;
use crate::gemini;
use crate::openai_chat::json::{self, Commas};
use bytes::BytesMut;
use serde::Deserialize;
use serde_json::Value;
use std::fmt::Write as _;
use tianji_core::generate::{CacheMark, Tool, ToolChoice};
use tianji_core::{DialectId, Extra, Json};

/// Reads `tools`.
pub(crate) fn decode(raw: &Json) -> Result<Vec<Tool>, DialectError> {
    let list: Vec<Json> = raw.read().map_err(|cause| DialectError::invalid("tools", cause.to_string()))?;
    list.into_iter().enumerate().map(|(at, raw)| decode_tool(raw, at)).collect()
}

/// Reads the legacy `functions`.
pub(super) fn decode_functions(raw: &Json) -> Result<Vec<Tool>, DialectError> {
    let list: Vec<Function> = raw.read().map_err(|cause| DialectError::invalid("functions", cause.to_string()))?;
    Ok(list.into_iter().map(|function| function.tool(None)).collect())
}

/// Reads `tool_choice`.
pub(super) fn decode_choice(raw: &Json) -> Result<ToolChoice, DialectError> {
    let value = raw.value();
    let kind = value.as_str().or_else(|| value.get("type")?.as_str()).unwrap_or_default();
    match kind {
        "auto" => Ok(ToolChoice::Auto),
        "none" => Ok(ToolChoice::None),
        "required" | "any" => Ok(ToolChoice::Required),
        "function" | "custom" | "tool" => {
            let name =
                tool_name(&value).ok_or_else(|| DialectError::Missing { param: format!("tool_choice.{kind}.name") })?;
            Ok(ToolChoice::Named(name))
        }
        "allowed_tools" => {
            // The reference page nests the set under `allowed_tools`; the Responses API has it flat. Both are taken.
            let set = value.get("allowed_tools").unwrap_or(&value);
            let required = set.get("mode").and_then(Value::as_str) == Some("required");
            let tools = set.get("tools").and_then(Value::as_array);
            let names = tools.map(|tools| tools.iter().filter_map(tool_name).collect()).unwrap_or_default();
            Ok(ToolChoice::Allowed { required, names })
        }
        other => Err(DialectError::invalid("tool_choice", format!("`{other}` is not known"))),
    }
}

/// Reads the legacy `function_call`: `"auto"`, `"none"` or `{"name"}`.
pub(super) fn decode_function_call(raw: &Json) -> Result<ToolChoice, DialectError> {
    let value = raw.value();
    match value.get("name").and_then(Value::as_str) {
        Some(name) => Ok(ToolChoice::Named(name.to_owned())),
        None => decode_choice(raw).map_err(|_| DialectError::invalid("function_call", "it names no function")),
    }
}

/// Whether the format of a custom tool's input is more than free text.
pub(crate) fn constrains(format: &Json) -> bool {
    format.value().get("type").and_then(Value::as_str) != Some("text")
}

/// Writes the list of tools without those that have a parameter of their own.
pub(crate) fn write(tools: &[&Tool], marks: bool, out: &mut BytesMut) {
    out.extend_from_slice(b"[");
    let mut commas = Commas::new();
    for tool in tools {
        commas.next(out);
        write_tool(tool, marks, out);
    }
    out.extend_from_slice(b"]");
}

/// Writes `tool_choice`.
pub(super) fn write_choice(choice: &ToolChoice, tools: &[Tool], out: &mut BytesMut) {
    match choice {
        ToolChoice::Auto => out.extend_from_slice(br#""auto""#),
        ToolChoice::None => out.extend_from_slice(br#""none""#),
        ToolChoice::Required => out.extend_from_slice(br#""required""#),
        ToolChoice::Named(name) => write_named(name, tools, out),
        ToolChoice::Allowed { required, names } => {
            let mode = if *required { "required" } else { "auto" };
            let _ = write!(out, r#"{{"type":"allowed_tools","allowed_tools":{{"mode":"{mode}","tools":["#);
            let mut commas = Commas::new();
            for name in names {
                commas.next(out);
                write_named(name, tools, out);
            }
            out.extend_from_slice(b"]}}");
        }
    }
}

fn decode_tool(raw: Json, at: usize) -> Result<Tool, DialectError> {
    let invalid = |cause: serde_json::Error| DialectError::invalid(format!("tools[{at}]"), cause.to_string());
    if let Some(type_name) = gemini_tool(&raw) {
        return Ok(Tool::Server { dialect: DialectId::Gemini, type_name, raw });
    }
    let tool: ToolObject = raw.read().map_err(invalid)?;
    let kind = tool.kind.as_deref().unwrap_or("function");
    match (kind, tool.function, tool.custom) {
        ("function", Some(function), _) => Ok(function.tool(tool.cache_control)),
        ("function", None, _) if raw.value().get("name").is_some() => {
            // Flat, as the Responses API has it.
            let function: Function = raw.read().map_err(invalid)?;
            Ok(function.tool(tool.cache_control))
        }
        ("function", None, _) => Err(DialectError::Missing { param: format!("tools[{at}].function") }),
        ("custom", _, Some(custom)) => {
            Ok(Tool::Custom { name: custom.name, description: custom.description, format: custom.format })
        }
        (other, _, _) => {
            let dialect = if is_dated(other) { DialectId::AnthropicMessages } else { DialectId::OpenAiChat };
            Ok(Tool::Server { dialect, type_name: other.to_owned(), raw })
        }
    }
}

/// Gemini's own tools have no type: an only member says which it is (`{"googleSearch": {}}`). Clients of this dialect may
/// name them for a deployment that has them.
fn gemini_tool(raw: &Json) -> Option<String> {
    let members: Extra = raw.read().ok()?;
    let mut names = members.into_keys().filter(|name| name != "type");
    let name = names.next().filter(|name| gemini::is_tool(name))?;
    names.next().is_none().then_some(name)
}

/// Anthropic's own tools have a date in their type (`bash_20250124`; Anthropic docs, "Tool use"): clients of this
/// dialect may name them for a deployment that has them.
fn is_dated(kind: &str) -> bool {
    kind.rsplit_once('_').is_some_and(|(_, date)| date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()))
}

fn tool_name(value: &Value) -> Option<String> {
    let places = ["/function/name", "/custom/name", "/name"];
    places.iter().find_map(|place| value.pointer(place)?.as_str()).map(str::to_owned)
}

fn write_tool(tool: &Tool, marks: bool, out: &mut BytesMut) {
    match tool {
        Tool::Function { name, description, schema, strict, cache } => {
            out.extend_from_slice(br#"{"type":"function","function":{"name":"#);
            json::string(name, out);
            if let Some(description) = description {
                out.extend_from_slice(br#","description":"#);
                json::string(description, out);
            }
            if let Some(schema) = schema {
                out.extend_from_slice(br#","parameters":"#);
                json::value(schema, out);
            }
            if let Some(strict) = strict {
                let _ = write!(out, r#","strict":{strict}"#);
            }
            out.extend_from_slice(b"}");
            if let (true, Some(mark)) = (marks, cache) {
                write_mark(mark, out);
            }
            out.extend_from_slice(b"}");
        }
        Tool::Custom { name, description, format } => {
            out.extend_from_slice(br#"{"type":"custom","custom":{"name":"#);
            json::string(name, out);
            if let Some(description) = description {
                out.extend_from_slice(br#","description":"#);
                json::string(description, out);
            }
            if let Some(format) = format {
                out.extend_from_slice(br#","format":"#);
                json::value(format, out);
            }
            out.extend_from_slice(b"}}");
        }
        Tool::Server { raw, .. } => json::value(raw, out),
        Tool::WebSearch { .. } => out.extend_from_slice(b"null"),
    }
}

fn write_named(name: &str, tools: &[Tool], out: &mut BytesMut) {
    let custom = tools.iter().any(|tool| matches!(tool, Tool::Custom { name: known, .. } if known == name));
    let kind = if custom { "custom" } else { "function" };
    let _ = write!(out, r#"{{"type":"{kind}","{kind}":{{"name":"#);
    json::string(name, out);
    out.extend_from_slice(b"}}");
}

/// Writes a cache mark as a further member.
pub(super) fn write_mark(mark: &CacheMark, out: &mut BytesMut) {
    out.extend_from_slice(br#","cache_control":{"type":"ephemeral""#);
    if let Some(ttl) = &mark.ttl {
        out.extend_from_slice(br#","ttl":"#);
        json::string(ttl, out);
    }
    out.extend_from_slice(b"}");
}

/// `cache_control` in Anthropic's shape.
#[derive(Deserialize)]
pub(super) struct Mark {
    #[serde(default)]
    ttl: Option<String>,
}

impl From<Mark> for CacheMark {
    fn from(mark: Mark) -> Self {
        Self { ttl: mark.ttl }
    }
}

#[derive(Deserialize)]
struct ToolObject {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    function: Option<Function>,
    #[serde(default)]
    custom: Option<Custom>,
    #[serde(default)]
    cache_control: Option<Mark>,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    parameters: Option<Json>,
    #[serde(default)]
    strict: Option<bool>,
    #[serde(default)]
    cache_control: Option<Mark>,
}

impl Function {
    fn tool(self, mark: Option<Mark>) -> Tool {
        Tool::Function {
            name: self.name,
            description: self.description,
            schema: self.parameters,
            strict: self.strict,
            cache: mark.or(self.cache_control).map(CacheMark::from),
        }
    }
}

#[derive(Deserialize)]
struct Custom {
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    format: Option<Json>,
}

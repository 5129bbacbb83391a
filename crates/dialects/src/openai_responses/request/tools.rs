//! Tools and how to choose among them, both ways.

use super::body::Body;
use super::grammar;
use crate::DialectError;
use crate::openai_chat::json::{self, Commas};
use bytes::BytesMut;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fmt::Write as _;
use tianji_core::generate::{CacheMark, GenerateRequest, Tool, ToolChoice};
use tianji_core::{DialectId, Extra, Json, LossClass};

/// Reads `tools`.
pub(super) fn decode(raw: &Json) -> Result<Vec<Tool>, DialectError> {
    let list: Vec<Json> = raw.read().map_err(|cause| DialectError::invalid("tools", cause.to_string()))?;
    list.into_iter().enumerate().map(|(at, raw)| decode_tool(raw, at)).collect()
}

/// Reads `tool_choice`; `None` if it names one of the vendor's own tools.
pub(super) fn decode_choice(raw: &Json) -> Result<Option<ToolChoice>, DialectError> {
    let value = raw.value();
    let kind = value.as_str().or_else(|| value.get("type")?.as_str()).unwrap_or_default();
    let name = |value: &Value| {
        let places = ["/name", "/function/name", "/custom/name"];
        places.iter().find_map(|place| value.pointer(place)?.as_str()).map(str::to_owned)
    };
    Ok(Some(match kind {
        "auto" => ToolChoice::Auto,
        "none" => ToolChoice::None,
        "required" => ToolChoice::Required,
        "function" | "custom" => {
            let missing = || DialectError::Missing { param: "tool_choice.name".to_owned() };
            ToolChoice::Named(name(&value).ok_or_else(missing)?)
        }
        "allowed_tools" => {
            let required = value.get("mode").and_then(Value::as_str) == Some("required");
            let tools = value.get("tools").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let names: Vec<String> = tools.iter().filter_map(name).collect();
            if names.len() < tools.len() {
                return Ok(None);
            }
            ToolChoice::Allowed { required, names }
        }
        "" => return Err(DialectError::invalid("tool_choice", "it says no type")),
        _ => return Ok(None),
    }))
}

fn decode_tool(raw: Json, at: usize) -> Result<Tool, DialectError> {
    let invalid = |cause: serde_json::Error| DialectError::invalid(format!("tools[{at}]"), cause.to_string());
    let tool: ToolObject = raw.read().map_err(invalid)?;
    let missing = || DialectError::Missing { param: format!("tools[{at}].name") };
    match tool.kind.as_str() {
        "function" => {
            // Some clients nest it as chat completions do.
            let nested: Option<ToolObject> = tool.function.as_ref().map(Json::read).transpose().map_err(invalid)?;
            let cache = tool.cache_control.as_ref().map(|mark| CacheMark { ttl: mark.ttl.clone() });
            let function = nested.unwrap_or(tool);
            Ok(Tool::Function {
                name: function.name.ok_or_else(missing)?,
                description: function.description,
                schema: function.parameters.filter(|raw| !raw.is_null()),
                strict: function.strict,
                cache,
            })
        }
        "custom" => Ok(Tool::Custom {
            name: tool.name.ok_or_else(missing)?,
            description: tool.description,
            format: tool.format.filter(|raw| !raw.is_null()).map(grammar::nested),
        }),
        "web_search" | "web_search_2025_08_26" | "web_search_preview" | "web_search_preview_2025_03_11"
            if is_plain_search(&raw) =>
        {
            let location = tool.user_location.filter(|raw| !raw.is_null());
            Ok(Tool::WebSearch {
                context_size: tool.search_context_size,
                user_location: location.map(|raw| nested_location(&raw)),
            })
        }
        _ => Ok(Tool::Server { dialect: DialectId::OpenAiResponses, type_name: tool.kind, raw }),
    }
}

/// Whether a search asks for nothing that only this dialect can say (filters).
fn is_plain_search(raw: &Json) -> bool {
    let members: Extra = raw.read().unwrap_or_default();
    members.iter().all(|(name, raw)| SEARCH.contains(&name.as_str()) || raw.is_null())
}

/// The location as chat completions have it, with what is approximate under that name.
fn nested_location(raw: &Json) -> Json {
    let Value::Object(mut flat) = raw.value() else { return raw.clone() };
    let kind = flat.shift_remove("type").unwrap_or_else(|| Value::from(APPROXIMATE));
    if flat.contains_key(APPROXIMATE) {
        return raw.clone();
    }
    let nested = Map::from_iter([("type".to_owned(), kind), (APPROXIMATE.to_owned(), Value::Object(flat))]);
    Json::of(&nested).unwrap_or_else(|_| raw.clone())
}

fn flat_location(raw: &Json) -> Json {
    let value = raw.value();
    let Some(Value::Object(inner)) = value.get(APPROXIMATE) else { return raw.clone() };
    let mut flat = Map::from_iter([("type".to_owned(), Value::from(APPROXIMATE))]);
    flat.extend(inner.clone());
    Json::of(&flat).unwrap_or_else(|_| raw.clone())
}

impl Body<'_> {
    /// Writes `tools`, `tool_choice` and `parallel_tool_calls`.
    pub(super) fn tools(&mut self, request: &GenerateRequest) {
        let mut list = BytesMut::from(&b"["[..]);
        let mut commas = Commas::new();
        let mut any = false;
        for (at, tool) in request.tools.iter().enumerate() {
            let foreign = matches!(tool, Tool::Server { dialect, .. } if *dialect != DialectId::OpenAiResponses);
            if foreign && !self.allows("tools") {
                self.losses.push(LossClass::Parameter, format!("tools[{at}]"), "a tool that only its vendor has");
                continue;
            }
            if matches!(tool, Tool::Function { cache: Some(_), .. }) {
                self.losses.push(LossClass::Hint, format!("tools[{at}].cache_control"), "no cache marks");
            }
            any = true;
            commas.next(&mut list);
            write_tool(tool, self.own, &mut list);
        }
        list.extend_from_slice(b"]");
        if any {
            self.raw("tools", &list);
        }
        let usable = self.own || any;
        if let Some(choice) = request.tool_choice.as_ref().filter(|_| usable) {
            let mut out = BytesMut::new();
            write_choice(choice, &request.tools, &mut out);
            self.raw("tool_choice", &out);
        }
        if let Some(parallel) = request.parallel_tool_calls.filter(|_| usable) {
            self.value("parallel_tool_calls", &parallel);
        }
    }
}

fn write_tool(tool: &Tool, own: bool, out: &mut BytesMut) {
    let text = |text: &Option<String>| text.as_ref().and_then(|text| serde_json::to_string(text).ok());
    let raw = |raw: &Option<Json>| raw.as_ref().map(|raw| raw.text().to_owned());
    match tool {
        Tool::Server { raw, .. } => return json::value(raw, out),
        Tool::Function { name, description, schema, strict, .. } => {
            out.extend_from_slice(br#"{"type":"function","name":"#);
            json::string(name, out);
            member("description", text(description), out);
            // Without a schema the API wants a `null`.
            member("parameters", Some(raw(schema).unwrap_or_else(|| "null".to_owned())), out);
            // Absent, it means `true` here and `false` everywhere else.
            member("strict", strict.or((!own).then_some(false)).map(|strict| strict.to_string()), out);
        }
        Tool::Custom { name, description, format } => {
            out.extend_from_slice(br#"{"type":"custom","name":"#);
            json::string(name, out);
            member("description", text(description), out);
            member("format", raw(&format.as_ref().map(grammar::flat)), out);
        }
        Tool::WebSearch { context_size, user_location } => {
            out.extend_from_slice(br#"{"type":"web_search""#);
            member("search_context_size", text(context_size), out);
            member("user_location", user_location.as_ref().map(|raw| flat_location(raw).text().to_owned()), out);
        }
    }
    out.extend_from_slice(b"}");
}

fn member(name: &str, raw: Option<String>, out: &mut BytesMut) {
    if let Some(raw) = raw {
        let _ = write!(out, r#","{name}":{raw}"#);
    }
}

fn write_choice(choice: &ToolChoice, tools: &[Tool], out: &mut BytesMut) {
    match choice {
        ToolChoice::Auto => out.extend_from_slice(br#""auto""#),
        ToolChoice::None => out.extend_from_slice(br#""none""#),
        ToolChoice::Required => out.extend_from_slice(br#""required""#),
        ToolChoice::Named(name) => write_named(name, tools, out),
        ToolChoice::Allowed { required, names } => {
            let mode = if *required { "required" } else { "auto" };
            let _ = write!(out, r#"{{"type":"allowed_tools","mode":"{mode}","tools":["#);
            let mut commas = Commas::new();
            for name in names {
                commas.next(out);
                write_named(name, tools, out);
            }
            out.extend_from_slice(b"]}");
        }
    }
}

fn write_named(name: &str, tools: &[Tool], out: &mut BytesMut) {
    let custom = tools.iter().any(|tool| matches!(tool, Tool::Custom { name: known, .. } if known == name));
    let kind = if custom { "custom" } else { "function" };
    let _ = write!(out, r#"{{"type":"{kind}","name":"#);
    json::string(name, out);
    out.extend_from_slice(b"}");
}

#[derive(Deserialize)]
struct ToolObject {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    parameters: Option<Json>,
    #[serde(default)]
    strict: Option<bool>,
    #[serde(default)]
    format: Option<Json>,
    #[serde(default)]
    function: Option<Json>,
    #[serde(default)]
    search_context_size: Option<String>,
    #[serde(default)]
    user_location: Option<Json>,
    #[serde(default)]
    cache_control: Option<Mark>,
}

/// `cache_control`, an extension of the reference proxy.
#[derive(Deserialize)]
struct Mark {
    #[serde(default)]
    ttl: Option<String>,
}

const APPROXIMATE: &str = "approximate";

/// Members of a search that other dialects can say too.
const SEARCH: &[&str] = &["type", "search_context_size", "user_location"];

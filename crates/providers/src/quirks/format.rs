//! `response_format` for vendors without JSON schemas.

use crate::body::Members;
use crate::edit::EditError;
use crate::params::refuse;
use crate::reply::{Frame, ReplyRule};
use serde::Deserialize;
use serde_json::json;
use tianji_core::generate::Target;
use tianji_core::{Extra, Json, Losses};
use tianji_wire::RawObject;

#[derive(Deserialize)]
struct Format {
    #[serde(rename = "type")]
    kind: String,
    json_schema: Option<Schema>,
}

#[derive(Deserialize)]
struct Schema {
    schema: Option<Json>,
}

#[derive(Deserialize)]
struct Call {
    #[serde(default)]
    index: u64,
    #[serde(default)]
    function: Function,
}

#[derive(Default, Deserialize)]
struct Function {
    name: Option<String>,
    arguments: Option<String>,
}

pub(super) fn no_json_schema(body: &mut RawObject, target: &Target<'_>, losses: &mut Losses) {
    if wanted(body).is_some() {
        refuse(body, "response_format", target, losses);
    }
}

/// Fireworks, "Structured responses": the schema stands beside `type: json_object`.
pub(super) fn schema_as_object(body: &mut RawObject) {
    if let Some(schema) = wanted(body).and_then(|schema| schema.schema) {
        put_text(body, "response_format", format!(r#"{{"type":"json_object","schema":{}}}"#, schema.text()));
    }
}

/// Forces a tool with the wanted schema.
pub(super) fn schema_as_tool(body: &mut RawObject) -> Result<(), EditError> {
    let Some(wanted) = wanted(body) else { return Ok(()) };
    let schema = wanted.schema.ok_or(EditError::Invalid {
        param: "response_format.json_schema",
        expected: "an object with a `schema`, since this model gets it as a tool",
    })?;
    body.take("response_format");
    let mut tools = body.member::<Vec<Json>>("tools").unwrap_or_default();
    let choosable = !tools.is_empty() && body.member::<String>("tool_choice").is_none_or(|choice| choice != "none");
    // Written as text, since a tree would not keep the digits of the schema's numbers.
    let tool = format!(r#"{{"type":"function","function":{{"name":"{JSON_TOOL}","parameters":{}}}}}"#, schema.text());
    tools.extend(Json::parse(tool));
    body.put("tools", &tools);
    let named = json!({ "type": "function", "function": { "name": JSON_TOOL } });
    body.put("tool_choice", &if choosable { json!("required") } else { named });
    Ok(())
}

fn put_text(body: &mut RawObject, name: &str, text: String) {
    if let Ok(json) = Json::parse(text) {
        body.put_json(name, json);
    }
}

fn wanted(body: &RawObject) -> Option<Schema> {
    let format: Format = body.member("response_format")?;
    (format.kind == "json_schema").then_some(format.json_schema.unwrap_or(Schema { schema: None }))
}

/// Turns calls of the forced tool back into text.
#[derive(Debug, Default)]
pub(crate) struct ToolAsText {
    /// Calls of the forced tool that are under way: (choice, call).
    open: Vec<(u64, u64)>,
    /// Choices that call tools of the client too.
    others: Vec<u64>,
}

impl ReplyRule for ToolAsText {
    fn wants(&self, text: &str) -> bool {
        !self.open.is_empty() || text.contains(JSON_TOOL)
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        frame.each_choice(|index, choice, part| {
            let Some(mut message) = choice.member::<Extra>(part) else { return false };
            let mut changed = self.take_calls(index, &mut message);
            if changed {
                choice.put(part, &message);
            }
            let ours = self.open.iter().any(|(of, _)| *of == index) && !self.others.contains(&index);
            if ours && choice.member::<String>("finish_reason").is_some_and(|reason| reason == "tool_calls") {
                choice.put("finish_reason", "stop");
                changed = true;
            }
            changed
        })
    }
}

impl ToolAsText {
    fn take_calls(&mut self, choice: u64, message: &mut Extra) -> bool {
        let Some(mut calls) = message.member::<Vec<Json>>("tool_calls") else { return false };
        let (before, mut text) = (calls.len(), String::new());
        calls.retain(|call| {
            let Ok(call) = call.read::<Call>() else { return true };
            let id = (choice, call.index);
            if call.function.name.as_deref() == Some(JSON_TOOL) {
                self.open.push(id);
            }
            let ours = self.open.contains(&id);
            if ours {
                text.push_str(call.function.arguments.as_deref().unwrap_or_default());
            } else {
                self.others.push(choice);
            }
            !ours
        });
        if calls.len() == before {
            return false;
        }
        message.take("tool_calls");
        if !calls.is_empty() {
            message.put("tool_calls", &calls);
        }
        message.put("content", &text);
        true
    }
}

/// Name of the forced tool (the reference proxy's).
const JSON_TOOL: &str = "json_tool_call";

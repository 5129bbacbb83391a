//! Reads `messages`.

use super::content;
use crate::DialectError;
use crate::cohere_chat::citations;
use crate::cohere_chat::types::WireCall;
use crate::openai_chat::scan;
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::Json;
use tianji_core::generate::{Message, Part, Role, ToolResult};

/// Reads the conversation; paths of members that no one knows go into `unknown`.
pub(super) fn decode(raw: &Json, unknown: &mut Vec<String>) -> Result<Vec<Message>, DialectError> {
    let list: Vec<&RawValue> = raw.read().map_err(|cause| DialectError::invalid("messages", cause.to_string()))?;
    let mut messages = Vec::with_capacity(list.len());
    for (at, raw) in list.into_iter().enumerate() {
        messages.push(decode_message(raw, &format!("messages[{at}]"))?);
        let text = raw.get();
        for member in scan::members(text.as_bytes(), 0) {
            let name = text.get(member.key).unwrap_or_default().trim_matches('"');
            if !MEMBERS.contains(&name) {
                unknown.push(format!("messages[{at}].{name}"));
            }
        }
    }
    Ok(messages)
}

fn decode_message(raw: &RawValue, path: &str) -> Result<Message, DialectError> {
    let object: MessageObject<'_> =
        serde_json::from_str(raw.get()).map_err(|cause| DialectError::invalid(path, cause.to_string()))?;
    let role = match object.role.as_deref() {
        Some("system") => Role::System,
        Some("developer") => Role::Developer,
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some("tool") => Role::Tool,
        Some(other) => {
            return Err(DialectError::invalid(format!("{path}.role"), format!("`{other}` is no role")));
        }
        None => return Err(DialectError::Missing { param: format!("{path}.role") }),
    };
    let (mut parts, bare) = content::read(object.content, &format!("{path}.content"))?;
    match role {
        Role::Tool => {
            let call_id =
                object.tool_call_id.ok_or_else(|| DialectError::Missing { param: format!("{path}.tool_call_id") })?;
            let result = ToolResult { call_id, name: None, parts, bare, is_error: None, cache: None };
            parts = vec![Part::ToolResult(result)];
        }
        Role::Assistant => {
            let plan = object.tool_plan.filter(|plan| !plan.is_empty());
            assemble(&mut parts, plan, object.tool_calls.unwrap_or_default(), object.citations.unwrap_or_default());
        }
        Role::System | Role::Developer | Role::User => {}
    }
    Ok(Message { role, parts, name: None, bare })
}

/// Adds to the content of a message of the assistant what stands beside it.
pub(in crate::cohere_chat) fn assemble(
    parts: &mut Vec<Part>,
    plan: Option<String>,
    calls: Vec<WireCall<'_>>,
    cited: Vec<Json>,
) {
    let place = plan.is_some().then_some(parts.len());
    parts.extend(plan.map(Part::text));
    citations::attach(cited, parts, place);
    parts.extend(calls.into_iter().map(|call| Part::ToolCall(call.read())));
}

#[derive(Deserialize)]
struct MessageObject<'a> {
    #[serde(default)]
    role: Option<String>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(default)]
    tool_plan: Option<String>,
    #[serde(borrow, default)]
    tool_calls: Option<Vec<WireCall<'a>>>,
    #[serde(default)]
    tool_call_id: Option<String>,
    #[serde(default)]
    citations: Option<Vec<Json>>,
}

/// Members of messages that are read.
const MEMBERS: &[&str] = &["role", "content", "tool_plan", "tool_calls", "tool_call_id", "citations"];

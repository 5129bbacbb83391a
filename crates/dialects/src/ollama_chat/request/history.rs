//! The conversation, from a client.

use crate::DialectError;
use crate::openai_chat::calls::arguments_text;
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::Json;
use tianji_core::generate::{ImagePart, MediaSource, Message, Part, Role, Thinking, ToolCall, ToolResult};

/// Reads `messages`.
pub(super) fn decode(raw: &Json) -> Result<Vec<Message>, DialectError> {
    let list: Vec<&RawValue> = raw.read().map_err(|cause| DialectError::invalid("messages", cause.to_string()))?;
    let mut calls: Vec<(String, String)> = Vec::new();
    let mut messages = Vec::with_capacity(list.len());
    for (at, raw) in list.into_iter().enumerate() {
        let path = format!("messages[{at}]");
        let object: MessageObject<'_> =
            serde_json::from_str(raw.get()).map_err(|cause| DialectError::invalid(&path, cause.to_string()))?;
        messages.push(object.read(&path, &mut calls)?);
    }
    Ok(messages)
}

#[derive(Deserialize)]
struct MessageObject<'a> {
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    thinking: Option<String>,
    #[serde(default)]
    images: Option<Vec<String>>,
    #[serde(borrow, default)]
    tool_calls: Option<Vec<CallObject<'a>>>,
    #[serde(default)]
    tool_name: Option<String>,
    #[serde(default)]
    tool_call_id: Option<String>,
}

#[derive(Deserialize)]
struct CallObject<'a> {
    #[serde(default)]
    id: Option<String>,
    #[serde(borrow)]
    function: FunctionObject<'a>,
}

#[derive(Deserialize)]
struct FunctionObject<'a> {
    name: String,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

impl MessageObject<'_> {
    /// `calls` are the id and name of each call so far.
    fn read(self, path: &str, calls: &mut Vec<(String, String)>) -> Result<Message, DialectError> {
        let role = match self.role.as_deref() {
            Some("system") => Role::System,
            Some("user") => Role::User,
            Some("assistant") => Role::Assistant,
            Some("tool") => Role::Tool,
            Some(other) => return Err(DialectError::invalid(format!("{path}.role"), format!("`{other}` is no role"))),
            None => return Err(DialectError::Missing { param: format!("{path}.role") }),
        };
        let mut parts = Vec::new();
        if let Some(text) = self.thinking.filter(|text| !text.is_empty()) {
            parts.push(Part::Thinking(Thinking { text, signature: None }));
        }
        let called = self.tool_calls.as_ref().is_some_and(|calls| !calls.is_empty());
        if let Some(text) = self.content.filter(|text| !text.is_empty() || !called) {
            parts.push(Part::text(text));
        }
        parts.extend(self.images.into_iter().flatten().map(picture));
        for call in self.tool_calls.into_iter().flatten() {
            let id = call.id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("{MINTED}{}", calls.len() + 1));
            let arguments = call.function.arguments.and_then(arguments_text).unwrap_or_default().into_owned();
            calls.push((id.clone(), call.function.name.clone()));
            parts.push(Part::ToolCall(ToolCall { id, name: call.function.name, arguments, ..ToolCall::default() }));
        }
        if role == Role::Tool {
            let name = self.tool_name;
            let call_id = self.tool_call_id.unwrap_or_else(|| id_of(name.as_deref(), calls));
            let result = ToolResult { call_id, name, parts, bare: true, is_error: None, cache: None };
            parts = vec![Part::ToolResult(result)];
        }
        Ok(Message { role, parts, name: None, bare: true })
    }
}

/// The latest call of that name, or the latest at all: results need not say which they are of.
fn id_of(name: Option<&str>, calls: &[(String, String)]) -> String {
    let named = calls.iter().rev().find(|(_, called)| name.is_none_or(|name| name == called));
    named.map(|(id, _)| id.clone()).unwrap_or_default()
}

/// Pictures are base64 without a word on their form: their first bytes tell.
fn picture(data: String) -> Part {
    let known = FORMS.iter().find(|(begin, _)| data.starts_with(begin));
    let mime = known.map_or("image/png", |(_, mime)| mime).to_owned();
    Part::Image(ImagePart { source: MediaSource::Base64 { mime, data }, detail: None, cache: None })
}

/// How the ids begin that calls without one get.
pub(super) const MINTED: &str = "call_function_";

/// The first bytes of pictures in base64, and what they are.
const FORMS: &[(&str, &str)] =
    &[("/9j/", "image/jpeg"), ("iVBOR", "image/png"), ("R0lGOD", "image/gif"), ("UklGR", "image/webp")];

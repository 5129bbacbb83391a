//! Reads `messages`.

use super::content;
use super::tools::Mark;
use crate::DialectError;
use crate::gemini;
use crate::lenient::lenient;
use crate::openai_chat::calls::arguments_text;
use crate::openai_chat::response::thinking_blocks;
use crate::openai_chat::types::{CallExtras, string};
use crate::openai_chat::{scan, thought};
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::Json;
use tianji_core::generate::{AudioPart, CacheMark, Message, Part, Role, Thinking, ToolCall, ToolCallKind, ToolResult};

/// Reads the conversation; paths of members that no one knows go into `unknown`.
pub(super) fn decode(raw: &Json, unknown: &mut Vec<String>) -> Result<Vec<Message>, DialectError> {
    let list: Vec<&RawValue> = raw.read().map_err(|cause| DialectError::invalid("messages", cause.to_string()))?;
    let mut legacy = LegacyCalls::default();
    let mut messages = Vec::with_capacity(list.len());
    for (at, raw) in list.into_iter().enumerate() {
        messages.push(decode_message(raw, at, &mut legacy)?);
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

fn decode_message(raw: &RawValue, at: usize, legacy: &mut LegacyCalls) -> Result<Message, DialectError> {
    let path = format!("messages[{at}]");
    let object: MessageObject<'_> =
        serde_json::from_str(raw.get()).map_err(|cause| DialectError::invalid(&path, cause.to_string()))?;
    let role = match object.role.as_deref() {
        Some("system") => Role::System,
        Some("developer") => Role::Developer,
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some("tool" | "function") => Role::Tool,
        Some(other) => {
            return Err(DialectError::invalid(format!("{path}.role"), format!("`{other}` is no role")));
        }
        None => return Err(DialectError::Missing { param: format!("{path}.role") }),
    };
    let (said, bare) = content::decode(object.content, &path)?;
    match role {
        Role::Tool => Ok(tool_result(object, said, bare, legacy)),
        Role::Assistant => Ok(assistant(object, said, bare, &path, legacy)?),
        _ => {
            let mut message = Message { role, parts: said, name: object.name, bare };
            mark_last(&mut message.parts, object.cache_control);
            Ok(message)
        }
    }
}

fn tool_result(object: MessageObject<'_>, parts: Vec<Part>, bare: bool, legacy: &LegacyCalls) -> Message {
    let call_id = match (&object.tool_call_id, &object.name) {
        (Some(id), _) => thought::split_id(id).0.to_owned(),
        (None, Some(name)) => legacy.id_of(name),
        (None, None) => String::new(),
    };
    let cache = object.cache_control.map(CacheMark::from);
    let result = ToolResult { call_id, name: object.name, parts, bare, is_error: None, cache };
    Message { role: Role::Tool, parts: vec![Part::ToolResult(result)], name: None, bare }
}

fn assistant(
    object: MessageObject<'_>,
    mut said: Vec<Part>,
    bare: bool,
    path: &str,
    legacy: &mut LegacyCalls,
) -> Result<Message, DialectError> {
    let mut parts = thinking_blocks(object.thinking_blocks);
    let reasoning = string(object.reasoning_content).filter(|text| !text.is_empty());
    if let (true, Some(text)) = (parts.is_empty(), reasoning) {
        parts.push(Part::Thinking(Thinking { text, signature: None }));
    }
    parts.append(&mut said);
    if let Some(refusal) = object.refusal {
        parts.push(Part::Refusal(refusal));
    }
    if let Some(audio) = object.audio {
        let AudioReference { id, transcript } = audio;
        parts.push(Part::Audio(AudioPart { data: String::new(), format: String::new(), id, transcript }));
    }
    let signatures = object.provider_specific_fields.and_then(|extras| extras.thought_signatures);
    parts.extend(signatures.unwrap_or_default().iter().map(|signature| gemini::signed(signature)));
    for (at, call) in object.tool_calls.unwrap_or_default().into_iter().enumerate() {
        parts.push(Part::ToolCall(call.read(&format!("{path}.tool_calls[{at}]"))?));
    }
    if let Some(function) = object.function_call {
        let id = legacy.note(&function.name);
        let arguments = function.arguments.and_then(arguments_text).unwrap_or_default().into_owned();
        parts.push(Part::ToolCall(ToolCall { id, name: function.name, arguments, ..ToolCall::default() }));
    }
    mark_last(&mut parts, object.cache_control);
    Ok(Message { role: Role::Assistant, parts, name: object.name, bare })
}

/// A mark on a message is a mark on its last part that can carry one.
fn mark_last(parts: &mut [Part], mark: Option<Mark>) {
    let Some(mark) = mark.map(CacheMark::from) else { return };
    let place = parts.iter_mut().rev().find_map(|part| match part {
        Part::Text(text) => Some(&mut text.cache),
        Part::Image(image) => Some(&mut image.cache),
        Part::File(file) => Some(&mut file.cache),
        Part::ToolCall(call) => Some(&mut call.cache),
        Part::ToolResult(result) => Some(&mut result.cache),
        _ => None,
    });
    if let Some(place) = place {
        place.get_or_insert(mark);
    }
}

/// Calls by the legacy `function_call`, which has no ids: they are made up, and results find them by name.
#[derive(Debug, Default)]
struct LegacyCalls(Vec<String>);

impl LegacyCalls {
    fn note(&mut self, name: &str) -> String {
        self.0.push(name.to_owned());
        format!("call_function_{}", self.0.len())
    }

    /// The latest call of that function.
    fn id_of(&self, name: &str) -> String {
        let at = self.0.iter().rposition(|known| known == name).map_or(self.0.len(), |at| at + 1);
        format!("call_function_{at}")
    }
}

#[derive(Deserialize)]
struct MessageObject<'a> {
    #[serde(default)]
    role: Option<String>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
    #[serde(borrow, default)]
    reasoning_content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    thinking_blocks: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tool_calls: Option<Vec<CallObject<'a>>>,
    #[serde(borrow, default)]
    function_call: Option<FunctionObject<'a>>,
    #[serde(default)]
    tool_call_id: Option<String>,
    #[serde(default)]
    audio: Option<AudioReference>,
    #[serde(default)]
    cache_control: Option<Mark>,
    #[serde(default, deserialize_with = "lenient")]
    provider_specific_fields: Option<MessageExtras>,
}

/// What the gateway hung on an earlier answer that must come back.
#[derive(Deserialize)]
struct MessageExtras {
    /// Gemini's signatures of texts.
    #[serde(default, deserialize_with = "lenient")]
    thought_signatures: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct AudioReference {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    transcript: Option<String>,
}

#[derive(Deserialize)]
struct CallObject<'a> {
    #[serde(default)]
    id: Option<String>,
    #[serde(borrow, default)]
    function: Option<FunctionObject<'a>>,
    #[serde(borrow, default)]
    custom: Option<CustomObject<'a>>,
    #[serde(default)]
    cache_control: Option<Mark>,
    #[serde(default)]
    provider_specific_fields: Option<CallExtras>,
}

#[derive(Deserialize)]
struct FunctionObject<'a> {
    name: String,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct CustomObject<'a> {
    name: String,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
}

impl CallObject<'_> {
    fn read(self, path: &str) -> Result<ToolCall, DialectError> {
        let (kind, name, input) = match (self.function, self.custom) {
            (Some(function), _) => (ToolCallKind::Function, function.name, function.arguments),
            (None, Some(custom)) => (ToolCallKind::Custom, custom.name, custom.input),
            (None, None) => return Err(DialectError::Missing { param: format!("{path}.function") }),
        };
        let id = self.id.unwrap_or_default();
        let (id, in_id) = thought::split_id(&id);
        let beside = self.provider_specific_fields.and_then(|extras| extras.thought_signature);
        Ok(ToolCall {
            id: id.to_owned(),
            name,
            arguments: input.and_then(arguments_text).unwrap_or_default().into_owned(),
            kind,
            signature: beside.or_else(|| in_id.map(str::to_owned)),
            cache: self.cache_control.map(CacheMark::from),
        })
    }
}

/// Members of messages that are read, and those that say nothing new when a reply is sent back.
const MEMBERS: &[&str] = &[
    "role",
    "content",
    "name",
    "refusal",
    "reasoning_content",
    "thinking_blocks",
    "tool_calls",
    "function_call",
    "tool_call_id",
    "audio",
    "cache_control",
    "annotations",
    "provider_specific_fields",
];

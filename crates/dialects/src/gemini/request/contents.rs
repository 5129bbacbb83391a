//! Reads `contents` and `systemInstruction`.

use crate::DialectError;
use crate::gemini::parts;
use crate::openai_chat::{minted_id, scan};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::VecDeque;
use tianji_core::Json;
use tianji_core::generate::{GenerateRequest, Message, Part, Role};

/// Reads the operator's text.
pub(super) fn system(raw: &Json) -> Result<Message, DialectError> {
    let mut said = Vec::new();
    if let Ok(text) = raw.read::<String>() {
        said.push(Part::text(text));
    } else {
        read_parts(raw.text(), "systemInstruction", &mut said, &mut Vec::new())?;
    }
    Ok(turn(Role::System, said))
}

/// Reads the conversation into `request`.
pub(super) fn decode(raw: &Json, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let invalid = |cause: serde_json::Error| DialectError::invalid("contents", cause.to_string());
    let list: OneOrMany<'_> = serde_json::from_str(raw.text()).map_err(invalid)?;
    let mut calls = Calls::default();
    for (at, raw) in list.0.into_iter().enumerate() {
        let path = format!("contents[{at}]");
        let mut said = Vec::new();
        let role = read_parts(raw.get(), &path, &mut said, &mut request.unknown)?;
        calls.name(&mut said);
        push(role, said, &mut request.messages);
    }
    Ok(())
}

/// Ids of calls, which clients of this dialect need not write: a result then belongs to the first open call of its
/// function.
#[derive(Debug, Default)]
struct Calls {
    made: usize,
    open: VecDeque<(String, String)>,
}

impl Calls {
    fn name(&mut self, parts: &mut [Part]) {
        for part in parts {
            match part {
                Part::ToolCall(call) => {
                    if call.id.is_empty() {
                        call.id = minted(self.made);
                    }
                    self.made += 1;
                    self.open.push_back((call.id.clone(), call.name.clone()));
                }
                Part::ToolResult(result) => {
                    let name = result.name.as_deref().unwrap_or_default();
                    let at = if result.call_id.is_empty() {
                        let same = self.open.iter().position(|(_, open)| open == name);
                        same.or(Some(0).filter(|_| name.is_empty()))
                    } else {
                        self.open.iter().position(|(id, _)| *id == result.call_id)
                    };
                    if let Some((id, open)) = at.and_then(|at| self.open.remove(at)) {
                        result.call_id = id;
                        result.name.get_or_insert(open);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The id of a call that has none: the same for the same place in the conversation.
pub(super) fn minted(ordinal: usize) -> String {
    minted_id("", 0, ordinal)
}

/// A content as messages: every result is one of its own.
fn push(role: Role, parts: Vec<Part>, messages: &mut Vec<Message>) {
    if role != Role::User || !parts.iter().any(|part| matches!(part, Part::ToolResult(_))) {
        return messages.push(turn(role, parts));
    }
    let mut said = Vec::new();
    for part in parts {
        if matches!(part, Part::ToolResult(_)) {
            if !said.is_empty() {
                messages.push(turn(Role::User, std::mem::take(&mut said)));
            }
            messages.push(Message::of(Role::Tool, vec![part]));
        } else {
            said.push(part);
        }
    }
    if !said.is_empty() {
        messages.push(turn(Role::User, said));
    }
}

fn turn(role: Role, parts: Vec<Part>) -> Message {
    let bare = matches!(parts.as_slice(), [Part::Text(_)]);
    Message { role, parts, name: None, bare }
}

fn read_parts(text: &str, path: &str, said: &mut Vec<Part>, unknown: &mut Vec<String>) -> Result<Role, DialectError> {
    let content: Content<'_> =
        serde_json::from_str(text).map_err(|cause| DialectError::invalid(path, cause.to_string()))?;
    let role = match content.role.as_deref() {
        Some("model" | "assistant") => Role::Assistant,
        None | Some("" | "user" | "function" | "tool") => Role::User,
        Some("system") => Role::System,
        Some(other) => {
            return Err(DialectError::invalid(format!("{path}.role"), format!("`{other}` is neither user nor model")));
        }
    };
    for (at, raw) in content.parts.map(|list| list.0).unwrap_or_default().into_iter().enumerate() {
        let path = format!("{path}.parts[{at}]");
        note_unknown(raw.get(), &path, PART, unknown);
        parts::read(raw, &path, said)?;
    }
    note_unknown(text, path, &["role", "parts"], unknown);
    Ok(role)
}

/// Notes members that no one knows. Parts that none of the known members is in are kept as they are.
fn note_unknown(text: &str, path: &str, known: &[&str], unknown: &mut Vec<String>) {
    let keys = || scan::members(text.as_bytes(), 0).filter_map(|member| text.get(member.key));
    let keys = || keys().map(|key| key.trim_matches('"'));
    if keys().any(|key| known.contains(&key)) {
        unknown.extend(keys().filter(|key| !known.contains(key)).map(|key| format!("{path}.{key}")));
    }
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(default)]
    role: Option<String>,
    #[serde(borrow, default)]
    parts: Option<OneOrMany<'a>>,
}

/// A list, or its only element without the list around it, which Google's servers take and its pages show.
struct OneOrMany<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for OneOrMany<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        if raw.get().starts_with('{') {
            return Ok(Self(vec![raw]));
        }
        serde_json::from_str(raw.get()).map(Self).map_err(serde::de::Error::custom)
    }
}

/// Members of a part that have a meaning here.
const PART: &[&str] = &[
    "text",
    "thought",
    "thoughtSignature",
    "thought_signature",
    "inlineData",
    "inline_data",
    "fileData",
    "file_data",
    "functionCall",
    "function_call",
    "functionResponse",
    "function_response",
    "videoMetadata",
    "video_metadata",
    "mediaResolution",
    "media_resolution",
];

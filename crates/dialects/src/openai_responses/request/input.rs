//! Reads `input`: a string, or items, which become messages.
//!
//! What a model said comes as several items in a row (reasoning, message, calls); they are one turn.

use super::content;
use crate::DialectError;
use crate::openai_chat::split_id;
use crate::openai_responses::items;
use crate::openai_responses::types::OutputItem;
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::generate::{GenerateRequest, Message, Opaque, Part, Role, ToolCall, ToolCallKind, ToolResult};
use tianji_core::{DialectId, Json};

/// Reads the conversation.
pub(super) fn decode(raw: &Json, request: &mut GenerateRequest) -> Result<(), DialectError> {
    if let Ok(text) = raw.read::<String>() {
        request.messages.push(Message::text(Role::User, text));
        return Ok(());
    }
    let list: Vec<&RawValue> =
        raw.read().map_err(|_| DialectError::invalid("input", "it must be a string or a list of items"))?;
    if list.is_empty() {
        return Err(DialectError::invalid("input", "it must not be empty"));
    }
    let mut reader = Reader { messages: &mut request.messages, spoke: Spoke::Other };
    for (at, raw) in list.into_iter().enumerate() {
        reader.item(raw, &format!("input[{at}]"))?;
    }
    Ok(())
}

struct Reader<'a> {
    messages: &'a mut Vec<Message>,
    spoke: Spoke,
}

/// What the item before was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spoke {
    /// A message of the model's.
    Message,
    /// Something else of the model's.
    Model,
    /// Someone else's.
    Other,
}

impl Reader<'_> {
    fn item(&mut self, raw: &RawValue, path: &str) -> Result<(), DialectError> {
        let invalid = |cause: serde_json::Error| DialectError::invalid(path, cause.to_string());
        let item: Item<'_> = serde_json::from_str(raw.get()).map_err(invalid)?;
        let missing = |name: &str| DialectError::Missing { param: format!("{path}.{name}") };
        let kind = item.kind.as_deref().unwrap_or("message");
        match kind {
            "message" => {
                let role = role(item.role.as_deref(), path)?;
                let (parts, bare) = content::decode(item.content, &format!("{path}.content"))?;
                if role == Role::Assistant {
                    self.says(parts, bare);
                } else {
                    self.other(Message { role, parts, name: None, bare });
                }
            }
            "reasoning" => {
                let item: OutputItem<'_> = serde_json::from_str(raw.get()).map_err(invalid)?;
                self.does(items::thought(&item));
            }
            "function_call" | "custom_tool_call" => {
                let custom = kind == "custom_tool_call";
                let arguments = if custom { item.input } else { item.arguments };
                let id = item.call_id.ok_or_else(|| missing("call_id"))?;
                // Clients keep a signature of Gemini's only in the id.
                let (id, signature) = split_id(&id);
                self.does(Part::ToolCall(ToolCall {
                    id: id.to_owned(),
                    signature: signature.map(str::to_owned),
                    name: item.name.ok_or_else(|| missing("name"))?,
                    arguments: arguments.unwrap_or_default(),
                    kind: if custom { ToolCallKind::Custom } else { ToolCallKind::Function },
                    ..ToolCall::default()
                }));
            }
            "function_call_output" | "custom_tool_call_output" => {
                let (parts, bare) = content::decode(item.output, &format!("{path}.output"))?;
                let call_id = item.call_id.ok_or_else(|| missing("call_id"))?;
                let call_id = split_id(&call_id).0.to_owned();
                let result = ToolResult { call_id, name: None, parts, bare, is_error: None, cache: None };
                let parts = vec![Part::ToolResult(result)];
                self.other(Message { role: Role::Tool, parts, name: None, bare });
            }
            other => {
                let type_name = other.to_owned();
                let part =
                    Part::Opaque(Opaque { dialect: DialectId::OpenAiResponses, type_name, raw: Json::from(raw) });
                // What the vendor's own tools did in the model's turn; results and approvals come from the client.
                if other.ends_with("_call") || MODELS_OWN.contains(&other) {
                    self.does(part);
                } else {
                    self.other(Message::of(Role::User, vec![part]));
                }
            }
        }
        Ok(())
    }

    /// The model says something. Two messages of its in a row stay two.
    fn says(&mut self, mut parts: Vec<Part>, bare: bool) {
        match self.messages.last_mut().filter(|_| self.spoke == Spoke::Model) {
            Some(turn) => {
                turn.bare = bare;
                turn.parts.append(&mut parts);
            }
            None => self.messages.push(Message { role: Role::Assistant, parts, name: None, bare }),
        }
        self.spoke = Spoke::Message;
    }

    /// The model thinks, or calls a tool.
    fn does(&mut self, part: Part) {
        match self.messages.last_mut().filter(|_| self.spoke != Spoke::Other) {
            Some(turn) => turn.parts.push(part),
            None => self.messages.push(Message::of(Role::Assistant, vec![part])),
        }
        self.spoke = Spoke::Model;
    }

    fn other(&mut self, message: Message) {
        self.messages.push(message);
        self.spoke = Spoke::Other;
    }
}

fn role(word: Option<&str>, path: &str) -> Result<Role, DialectError> {
    match word {
        Some("user") => Ok(Role::User),
        Some("assistant") => Ok(Role::Assistant),
        Some("system") => Ok(Role::System),
        Some("developer") => Ok(Role::Developer),
        Some(other) => Err(DialectError::invalid(format!("{path}.role"), format!("`{other}` is no role"))),
        None => Err(DialectError::Missing { param: format!("{path}.role") }),
    }
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    role: Option<String>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(default)]
    call_id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<String>,
    #[serde(default)]
    input: Option<String>,
    #[serde(borrow, default)]
    output: Option<&'a RawValue>,
}

/// Items of the model's turn that are no calls.
const MODELS_OWN: &[&str] = &["compaction", "mcp_approval_request", "mcp_list_tools"];

//! The conversation, for an upstream.

use super::history::MINTED;
use crate::ollama_chat::response;
use crate::openai_chat::json::{self, Commas};
use crate::{DialectError, gemini};
use bytes::BytesMut;
use tianji_core::generate::{
    CacheMark, GenerateRequest, MediaSource, Message, Part, Role, ToolCall, ToolCallKind, ToolResult,
};
use tianji_core::{LossClass, Losses};

/// Writes `messages`.
///
/// # Errors
/// [`DialectError::Content`] for parts that are neither text nor a picture in the request.
pub(super) fn write(request: &GenerateRequest, losses: &mut Losses, out: &mut BytesMut) -> Result<(), DialectError> {
    out.extend_from_slice(b"[");
    let mut commas = Commas::new();
    for (at, message) in request.messages.iter().enumerate() {
        if message.name.is_some() {
            losses.push(LossClass::Hint, format!("messages[{at}].name"), "messages have no speakers");
        }
        let path = format!("messages[{at}]");
        let mut turn = Turn::default();
        // Results of tools are messages of their own; a turn that holds some and more says them first.
        for part in &message.parts {
            match part {
                Part::ToolResult(result) => {
                    commas.next(out);
                    write_result(result, name_of(result, request), &path, losses, out)?;
                }
                part => turn.add(part, &path, losses)?,
            }
        }
        if message.role != Role::Tool && (!turn.is_empty() || !holds_results(message)) {
            commas.next(out);
            turn.write(role(message.role), out);
        }
    }
    out.extend_from_slice(b"]");
    Ok(())
}

fn holds_results(message: &Message) -> bool {
    message.parts.iter().any(|part| matches!(part, Part::ToolResult(_)))
}

const fn role(role: Role) -> &'static str {
    match role {
        Role::System | Role::Developer => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    }
}

/// The tool that a result is of: as it says, or as the call says.
fn name_of<'a>(result: &'a ToolResult, request: &'a GenerateRequest) -> Option<&'a str> {
    let called = || {
        request.messages.iter().flat_map(|message| &message.parts).find_map(|part| match part {
            Part::ToolCall(call) if call.id == result.call_id => Some(call.name.as_str()),
            _ => None,
        })
    };
    result.name.as_deref().or_else(called)
}

fn write_result(
    result: &ToolResult,
    name: Option<&str>,
    path: &str,
    losses: &mut Losses,
    out: &mut BytesMut,
) -> Result<(), DialectError> {
    if result.is_error == Some(true) {
        losses.push(LossClass::Hint, format!("{path}.is_error"), "messages cannot say it");
    }
    no_mark(result.cache.as_ref(), path, losses);
    let mut turn = Turn::default();
    for part in &result.parts {
        turn.add(part, path, losses)?;
    }
    turn.tool_name = name;
    turn.call_id = Some(result.call_id.as_str()).filter(|id| !id.is_empty() && !id.starts_with(MINTED));
    turn.write("tool", out);
    Ok(())
}

fn no_mark(mark: Option<&CacheMark>, path: &str, losses: &mut Losses) {
    if mark.is_some() {
        losses.push(LossClass::Hint, format!("{path}.cache_control"), "no cache marks");
    }
}

/// A message of this dialect, gathered from parts.
#[derive(Default)]
struct Turn<'a> {
    content: String,
    thinking: String,
    images: Vec<&'a str>,
    calls: Vec<&'a ToolCall>,
    tool_name: Option<&'a str>,
    call_id: Option<&'a str>,
}

impl<'a> Turn<'a> {
    fn is_empty(&self) -> bool {
        self.content.is_empty() && self.thinking.is_empty() && self.images.is_empty() && self.calls.is_empty()
    }

    fn add(&mut self, part: &'a Part, path: &str, losses: &mut Losses) -> Result<(), DialectError> {
        let refused = |reason: &str| DialectError::Content { path: path.to_owned(), reason: reason.to_owned() };
        match part {
            Part::Text(text) => {
                no_mark(text.cache.as_ref(), path, losses);
                if !text.citations.is_empty() {
                    losses.push(LossClass::Hint, format!("{path}.citations"), "citations cannot be sent back");
                }
                self.content.push_str(&text.text);
            }
            Part::Refusal(words) => self.content.push_str(words),
            Part::Image(image) => {
                no_mark(image.cache.as_ref(), path, losses);
                if image.detail.as_deref().is_some_and(|detail| detail != "auto") {
                    losses.push(LossClass::Hint, format!("{path}.image_url.detail"), "no image detail");
                }
                let MediaSource::Base64 { data, .. } = &image.source else {
                    return Err(refused("a picture must be in the request, as base64"));
                };
                self.images.push(data);
            }
            // The signature of a reasoning item stands for a thought that only its vendor can read.
            Part::Thinking(thinking) if !thinking.is_openais() => self.thinking.push_str(&thinking.text),
            Part::Thinking(_) | Part::RedactedThinking { .. } => {
                losses.push(LossClass::Hint, path, "a thought that only its vendor can read");
            }
            Part::ToolCall(call) => {
                if call.signature.is_some() {
                    losses.push(LossClass::Hint, path, "another vendor's signature");
                }
                no_mark(call.cache.as_ref(), path, losses);
                self.calls.push(call);
            }
            Part::Opaque(own) if own.type_name == gemini::SIGNATURE => {
                losses.push(LossClass::Hint, path, "another vendor's signature");
            }
            Part::Audio(_) | Part::Video(_) | Part::File(_) => return Err(refused("only text and pictures are taken")),
            Part::Opaque(own) => {
                return Err(refused(&format!("`{}` is something that only its vendor has", own.type_name)));
            }
            Part::ToolResult(_) => return Err(refused("a tool's answer cannot hold another one")),
        }
        Ok(())
    }

    fn write(&self, role: &str, out: &mut BytesMut) {
        let mut commas = Commas::new();
        out.extend_from_slice(b"{");
        let mut text = |name: &str, value: &str, out: &mut BytesMut| {
            commas.key(name, out);
            json::string(value, out);
        };
        text("role", role, out);
        text("content", &self.content, out);
        if !self.thinking.is_empty() {
            text("thinking", &self.thinking, out);
        }
        if let Some(name) = self.tool_name {
            text("tool_name", name, out);
        }
        if let Some(id) = self.call_id {
            text("tool_call_id", id, out);
        }
        if !self.images.is_empty() {
            commas.key("images", out);
            json::value(&self.images, out);
        }
        if !self.calls.is_empty() {
            commas.key("tool_calls", out);
            write_calls(&self.calls, out);
        }
        out.extend_from_slice(b"}");
    }
}

fn write_calls(calls: &[&ToolCall], out: &mut BytesMut) {
    out.extend_from_slice(b"[");
    let mut commas = Commas::new();
    for call in calls {
        commas.next(out);
        out.extend_from_slice(b"{");
        if !call.id.is_empty() && !call.id.starts_with(MINTED) {
            out.extend_from_slice(br#""id":"#);
            json::string(&call.id, out);
            out.extend_from_slice(b",");
        }
        out.extend_from_slice(br#""function":{"name":"#);
        json::string(&call.name, out);
        out.extend_from_slice(br#","arguments":"#);
        write_arguments(call, out);
        out.extend_from_slice(b"}}");
    }
    out.extend_from_slice(b"]");
}

/// Free text stands in the member `input` of an object, as in the function that a tool of free text becomes.
fn write_arguments(call: &ToolCall, out: &mut BytesMut) {
    match call.kind {
        ToolCallKind::Function => response::write_arguments(&call.arguments, out),
        ToolCallKind::Custom => {
            out.extend_from_slice(br#"{"input":"#);
            json::string(&call.arguments, out);
            out.extend_from_slice(b"}");
        }
    }
}

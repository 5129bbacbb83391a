//! Writes `input`: messages become items.

use super::body::Writer;
use super::content::{Placed, place};
use crate::DialectError;
use crate::openai_chat::json;
use crate::openai_responses::seal::{Encrypted, Seal};
use std::fmt::Write as _;
use tianji_core::DialectId;
use tianji_core::generate::{Message, Opaque, Part, Role, Thinking, ToolCall, ToolCallKind, ToolResult};

impl Writer<'_> {
    /// Writes the conversation; `skipped` messages at its beginning are said elsewhere.
    pub(super) fn conversation(&mut self, messages: &[Message], skipped: usize) -> Result<(), DialectError> {
        self.out.extend_from_slice(b"[");
        for (at, message) in messages.iter().enumerate().skip(skipped) {
            let path = format!("messages[{at}]");
            if message.name.is_some() {
                self.hint(&format!("{path}.name"), "messages have no name");
            }
            match message.role {
                Role::System => self.message("system", message, &path)?,
                Role::Developer => self.message("developer", message, &path)?,
                Role::User | Role::Tool => self.user(message, messages, &path)?,
                Role::Assistant => self.assistant(message, &path)?,
            }
        }
        self.out.extend_from_slice(b"]");
        Ok(())
    }

    fn message(&mut self, role: &str, message: &Message, path: &str) -> Result<(), DialectError> {
        self.spoken(role, &place(&message.parts, path, |_| true), message.bare && self.own)
    }

    fn spoken(&mut self, role: &str, placed: &[Placed<'_>], bare: bool) -> Result<(), DialectError> {
        self.commas.next(self.out);
        let _ = write!(self.out, r#"{{"type":"message","role":"{role}","content":"#);
        self.content(placed, bare, role == "assistant")?;
        self.out.extend_from_slice(b"}");
        Ok(())
    }

    /// Results of tools are items of their own, before what else the turn says.
    fn user(&mut self, message: &Message, all: &[Message], path: &str) -> Result<(), DialectError> {
        for (at, part) in message.parts.iter().enumerate() {
            if let Part::ToolResult(result) = part {
                self.result(result, all, &format!("{path}.content[{at}]"))?;
            }
        }
        let mut rest = place(&message.parts, path, |part| !matches!(part, Part::ToolResult(_)));
        // Whole items of this dialect: results of the vendor's own tools, references, approvals.
        rest.retain(|(_, part)| !self.whole(part));
        if rest.is_empty() && !message.parts.is_empty() {
            return Ok(());
        }
        self.spoken("user", &rest, message.bare && self.own)
    }

    fn result(&mut self, result: &ToolResult, all: &[Message], path: &str) -> Result<(), DialectError> {
        if result.is_error == Some(true) {
            self.hint(&format!("{path}.is_error"), "results cannot say it");
        }
        self.mark_lost(result.cache.as_ref(), path);
        let kind = if is_custom(&result.call_id, all) { "custom_tool_call_output" } else { "function_call_output" };
        self.commas.next(self.out);
        let _ = write!(self.out, r#"{{"type":"{kind}","#);
        self.member("call_id", &result.call_id);
        self.out.extend_from_slice(br#","output":"#);
        let placed = place(&result.parts, path, |_| true);
        let texts: Option<Vec<&str>> = placed.iter().map(|(_, part)| plain_text(part)).collect();
        match texts.filter(|texts| !self.own && texts.len() > 1) {
            Some(lines) => json::string(&lines.join("\n"), self.out),
            None if placed.is_empty() => self.out.extend_from_slice(br#""""#),
            None => {
                let one_text = matches!(placed.as_slice(), [(_, Part::Text(_))]) && !self.own;
                self.content(&placed, result.bare || one_text, false)?;
            }
        }
        self.out.extend_from_slice(b"}");
        Ok(())
    }

    /// A turn of the model's: one item after the other, texts in a row in one message.
    fn assistant(&mut self, message: &Message, path: &str) -> Result<(), DialectError> {
        let mut said: Vec<Placed<'_>> = Vec::new();
        let mut wrote = false;
        for placed in place(&message.parts, path, |_| true) {
            let (path, part) = (placed.0.clone(), placed.1);
            match part {
                Part::Thinking(_) | Part::RedactedThinking { .. } | Part::ToolCall(_) => {}
                Part::Opaque(own) if own.dialect != DialectId::OpenAiResponses => {
                    // What another vendor's own tools did: its words follow as text.
                    self.hint(&path, "a block that only its vendor can read");
                    continue;
                }
                Part::Opaque(own) if is_item(own) => {}
                _ => {
                    said.push(placed);
                    continue;
                }
            }
            wrote |= self.flush(&mut said, message)?;
            match part {
                Part::Thinking(thinking) => self.thinking(thinking, &path),
                Part::RedactedThinking { data } if self.own => {
                    self.reasoning(None, "", false, Some(&Encrypted::Redacted(data).text()));
                }
                Part::RedactedThinking { .. } => self.hint(&path, "another vendor's thought"),
                Part::ToolCall(call) => {
                    self.call(call, &path);
                    wrote = true;
                }
                _ => wrote |= self.whole(part),
            }
        }
        if !self.flush(&mut said, message)? && !wrote && message.parts.is_empty() {
            self.spoken("assistant", &[], false)?;
        }
        Ok(())
    }

    fn flush(&mut self, said: &mut Vec<Placed<'_>>, message: &Message) -> Result<bool, DialectError> {
        let mut said = std::mem::take(said);
        // Empty texts beside calls or refusals say nothing.
        said.retain(|(_, part)| self.own || !matches!(part, Part::Text(text) if text.text.is_empty()));
        if said.is_empty() {
            return Ok(false);
        }
        self.spoken("assistant", &said, message.bare && self.own).map(|()| true)
    }

    fn thinking(&mut self, thinking: &Thinking, path: &str) {
        let seal = thinking.signature.as_deref().and_then(Seal::of);
        match (seal, &thinking.signature) {
            (Some(seal), _) => self.reasoning(seal.id, &thinking.text, seal.in_content, seal.encrypted),
            (None, Some(signature)) if self.own => {
                self.reasoning(None, &thinking.text, false, Some(&Encrypted::Signature(signature).text()));
            }
            (None, None) if self.own => self.reasoning(None, &thinking.text, false, None),
            (None, _) => self.hint(path, "another vendor's thought"),
        }
    }

    fn reasoning(&mut self, id: Option<&str>, text: &str, in_content: bool, encrypted: Option<&str>) {
        self.commas.next(self.out);
        self.out.extend_from_slice(br#"{"type":"reasoning""#);
        if let Some(id) = id {
            self.out.extend_from_slice(b",");
            self.member("id", id);
        }
        let (summary, content) = if in_content { ("", text) } else { (text, "") };
        for (name, kind, text) in [("summary", "summary_text", summary), ("content", "reasoning_text", content)] {
            if !text.is_empty() {
                let _ = write!(self.out, r#","{name}":[{{"type":"{kind}","#);
                self.member("text", text);
                self.out.extend_from_slice(b"}]");
            } else if name == "summary" {
                self.out.extend_from_slice(br#","summary":[]"#);
            }
        }
        if let Some(encrypted) = encrypted {
            self.out.extend_from_slice(b",");
            self.member("encrypted_content", encrypted);
        }
        self.out.extend_from_slice(b"}");
    }

    fn call(&mut self, call: &ToolCall, path: &str) {
        if call.signature.is_some() {
            self.hint(path, "another vendor's signature");
        }
        self.mark_lost(call.cache.as_ref(), path);
        let (kind, input) = match call.kind {
            ToolCallKind::Function => ("function_call", "arguments"),
            ToolCallKind::Custom => ("custom_tool_call", "input"),
        };
        self.commas.next(self.out);
        let _ = write!(self.out, r#"{{"type":"{kind}","#);
        self.member("call_id", &call.id);
        self.out.extend_from_slice(b",");
        self.member("name", &call.name);
        self.out.extend_from_slice(b",");
        let blank = call.kind == ToolCallKind::Function && call.arguments.trim().is_empty();
        self.member(input, if blank { "{}" } else { &call.arguments });
        self.out.extend_from_slice(b"}");
    }

    /// Writes an item of this dialect as it came; says whether it is one.
    fn whole(&mut self, part: &Part) -> bool {
        match part {
            Part::Opaque(own) if is_item(own) => {
                self.commas.next(self.out);
                json::value(&own.raw, self.out);
                true
            }
            _ => false,
        }
    }
}

/// Whether it is an item and no part of a message.
/// A text that says nothing but itself.
fn plain_text<'a>(part: &'a Part) -> Option<&'a str> {
    match part {
        Part::Text(text) => Some(&text.text),
        _ => None,
    }
}

fn is_item(own: &Opaque) -> bool {
    let of_message = own.type_name.starts_with("input_") || own.type_name.starts_with("output_");
    own.dialect == DialectId::OpenAiResponses && !of_message
}

/// Whether that id is a custom tool's call's.
fn is_custom(call_id: &str, messages: &[Message]) -> bool {
    let mut parts = messages.iter().flat_map(|message| &message.parts);
    parts.any(|part| matches!(part, Part::ToolCall(call) if call.kind == ToolCallKind::Custom && call.id == call_id))
}

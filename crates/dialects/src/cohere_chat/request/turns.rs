//! Writes `messages`.

use super::body::Body;
use super::parts::{self, Placed};
use crate::DialectError;
use crate::openai_chat::json::{self, Commas};
use bytes::BytesMut;
use std::fmt::Write as _;
use tianji_core::generate::{
    FilePart, GenerateRequest, MediaSource, Message, Part, Role, TextPart, ToolCall, ToolCallKind, ToolResult,
};
use tianji_core::{DialectId, Json, LossClass, Losses};

/// Writes the conversation. Turns of other dialects that hold results of tools become several messages. Gives the
/// documents that the user shows, which have a place of their own.
pub(super) fn write<'p>(body: &mut Body<'_>, request: &'p GenerateRequest) -> Result<Vec<&'p FilePart>, DialectError> {
    let mut turns = Turns {
        own: body.own,
        reasons: body.target.capabilities.reasoning != Some(false),
        losses: &mut *body.losses,
        commas: Commas::new(),
        out: &mut body.out,
        documents: Vec::new(),
    };
    turns.out.extend_from_slice(b"[");
    for (at, message) in request.messages.iter().enumerate() {
        turns.message(message, &format!("messages[{at}]"))?;
    }
    turns.out.extend_from_slice(b"]");
    Ok(turns.documents)
}

/// The conversation that is being written.
pub(super) struct Turns<'a, 'p> {
    /// The request came in this dialect.
    pub(super) own: bool,
    /// The model may read earlier thoughts.
    reasons: bool,
    pub(super) losses: &'a mut Losses,
    commas: Commas,
    pub(super) out: &'a mut BytesMut,
    documents: Vec<&'p FilePart>,
}

impl<'p> Turns<'_, 'p> {
    fn message(&mut self, message: &'p Message, path: &str) -> Result<(), DialectError> {
        if message.name.is_some() {
            self.hint(format!("{path}.name"), "this dialect has no names of speakers");
        }
        match message.role {
            Role::System | Role::Developer => {
                self.open("system");
                self.content(&parts::place(&message.parts, path, |_| true), message.bare)?;
                self.out.extend_from_slice(b"}");
                Ok(())
            }
            Role::User | Role::Tool => self.user(message, path),
            Role::Assistant => self.assistant(message, path),
        }
    }

    /// Results of tools are messages of their own, before what else the turn says; pictures in them, which the
    /// dialect has no place for, follow as something the user shows.
    fn user(&mut self, message: &'p Message, path: &str) -> Result<(), DialectError> {
        let mut rest: Vec<Placed<'p>> = Vec::new();
        let (mut results, mut documents) = (false, false);
        for (path, part) in parts::place(&message.parts, path, |_| true) {
            match part {
                Part::ToolResult(result) => {
                    results = true;
                    let shown = self.tool_result(result, &path)?;
                    rest.extend(shown);
                }
                Part::File(file) if matches!(file.source, MediaSource::Text(_)) => {
                    documents = true;
                    self.document(file, &path);
                }
                _ => {}
            }
        }
        rest.extend(parts::place(&message.parts, path, |part| match part {
            Part::ToolResult(_) => false,
            Part::File(file) => !matches!(file.source, MediaSource::Text(_)),
            _ => true,
        }));
        if rest.is_empty() && (results || documents) {
            return Ok(());
        }
        self.open("user");
        self.content(&rest, message.bare && !results)?;
        self.out.extend_from_slice(b"}");
        Ok(())
    }

    fn document(&mut self, file: &'p FilePart, path: &str) {
        if file.cache.is_some() {
            self.hint(format!("{path}.cache_control"), "no cache marks");
        }
        if file.citations == Some(false) {
            self.hint(format!("{path}.citations"), "all documents are cited, or none is");
        }
        self.documents.push(file);
    }

    /// Writes a result; gives back the parts that must follow it in a user message.
    fn tool_result(&mut self, result: &'p ToolResult, path: &str) -> Result<Vec<Placed<'p>>, DialectError> {
        if result.is_error == Some(true) {
            self.hint(format!("{path}.is_error"), "tool messages cannot say it");
        }
        if result.cache.is_some() {
            self.hint(format!("{path}.cache_control"), "no cache marks");
        }
        let kept = |part: &Part| match part {
            Part::Text(_) => true,
            Part::File(file) => matches!(file.source, MediaSource::Text(_)),
            _ => false,
        };
        let said = parts::place(&result.parts, path, kept);
        let shown = parts::place(&result.parts, path, |part| !kept(part));
        self.open("tool");
        self.out.extend_from_slice(br#","tool_call_id":"#);
        json::string(&result.call_id, self.out);
        if said.is_empty() && !shown.is_empty() {
            self.out.extend_from_slice(br#","content":"#);
            json::string(SHOWN_BELOW, self.out);
        } else {
            let one = said.len() == 1 && !self.own;
            self.content(&said, result.bare || one)?;
        }
        self.out.extend_from_slice(b"}");
        Ok(shown)
    }

    /// Text before tool calls is the plan to call them: the vendor's models read no content beside calls.
    fn assistant(&mut self, message: &'p Message, path: &str) -> Result<(), DialectError> {
        let parts = parts::place(&message.parts, path, |_| true);
        let calls = parts.iter().position(|(_, part)| matches!(part, Part::ToolCall(_)));
        let plan = calls.and_then(|calls| {
            parts.iter().take(calls).rposition(|(_, part)| matches!(part, Part::Text(text) if !text.text.is_empty()))
        });
        let mut said: Vec<Placed<'p>> = Vec::with_capacity(parts.len());
        let mut cited: Vec<Json> = Vec::new();
        self.open("assistant");
        for (at, (path, part)) in parts.into_iter().enumerate() {
            match part {
                Part::Text(text) => {
                    self.cite(text, &path, &mut cited);
                    if Some(at) == plan {
                        self.out.extend_from_slice(br#","tool_plan":"#);
                        json::string(&text.text, self.out);
                    } else if calls.is_none() || !text.text.is_empty() {
                        said.push((path, part));
                    }
                }
                Part::ToolCall(_) => {}
                _ if self.is_kept(part, &path) => said.push((path, part)),
                _ => {}
            }
        }
        if !said.is_empty() || calls.is_none() {
            let one = said.len() == 1 && !self.own && matches!(said.first(), Some((_, Part::Text(_))));
            self.content(&said, message.bare || one)?;
        }
        self.calls(message, path);
        if !cited.is_empty() {
            self.out.extend_from_slice(br#","citations":"#);
            json::value(&cited, self.out);
        }
        self.out.extend_from_slice(b"}");
        Ok(())
    }

    /// Only what the vendor itself cited goes back.
    fn cite(&mut self, text: &TextPart, path: &str, cited: &mut Vec<Json>) {
        if self.own {
            cited.extend(text.citations.iter().cloned());
        } else if !text.citations.is_empty() {
            self.hint(format!("{path}.citations"), "citations cannot be sent back");
        }
    }

    /// Whether a part of the assistant's turn goes into its content; what does not is noted.
    fn is_kept(&mut self, part: &Part, path: &str) -> bool {
        let lost = match part {
            Part::Thinking(thinking) if thinking.signature.as_deref().is_some_and(|seal| !seal.is_empty()) => {
                "another vendor's thought"
            }
            Part::Thinking(_) if !self.reasons && !self.own => "the model does not reason",
            Part::RedactedThinking { .. } => "another vendor's thought",
            Part::Opaque(own) if own.dialect != DialectId::CohereChat => "a block that only its vendor can read",
            Part::Audio(audio) if audio.transcript.is_none() => "earlier spoken output cannot be sent back",
            _ => return true,
        };
        self.hint(path, lost);
        false
    }

    fn calls(&mut self, message: &Message, path: &str) {
        let mut commas = Commas::new();
        let mut any = false;
        for (at, part) in message.parts.iter().enumerate() {
            let Part::ToolCall(call) = part else { continue };
            self.out.extend_from_slice(if any { b"" } else { br#","tool_calls":["# });
            any = true;
            commas.next(self.out);
            self.call(call, &format!("{path}.tool_calls[{at}]"));
        }
        if any {
            self.out.extend_from_slice(b"]");
        }
    }

    fn call(&mut self, call: &ToolCall, path: &str) {
        if call.signature.is_some() {
            self.hint(path, "another vendor's signature");
        }
        if call.cache.is_some() {
            self.hint(format!("{path}.cache_control"), "no cache marks");
        }
        self.out.extend_from_slice(br#"{"id":"#);
        json::string(&call.id, self.out);
        self.out.extend_from_slice(br#","type":"function","function":{"name":"#);
        json::string(&call.name, self.out);
        self.out.extend_from_slice(br#","arguments":"#);
        match call.kind {
            // Custom tools are offered as functions with one text.
            ToolCallKind::Custom => {
                json::string(&serde_json::json!({ "input": call.arguments }).to_string(), self.out);
            }
            ToolCallKind::Function if call.arguments.trim().is_empty() => json::string("{}", self.out),
            ToolCallKind::Function => json::string(&call.arguments, self.out),
        }
        self.out.extend_from_slice(b"}}");
    }

    /// Begins a message with its role.
    fn open(&mut self, role: &str) {
        self.commas.next(self.out);
        let _ = write!(self.out, r#"{{"role":"{role}""#);
    }

    /// Writes `content` as a string if it was one, else as a list.
    fn content(&mut self, placed: &[Placed<'_>], bare: bool) -> Result<(), DialectError> {
        self.out.extend_from_slice(br#","content":"#);
        if let (true, [(path, Part::Text(text))]) = (bare, placed) {
            self.mark_lost(text.cache.is_some(), path);
            json::string(&text.text, self.out);
            return Ok(());
        }
        if placed.is_empty() {
            self.out.extend_from_slice(br#""""#);
            return Ok(());
        }
        self.out.extend_from_slice(b"[");
        let mut commas = Commas::new();
        for (path, part) in placed {
            commas.next(self.out);
            parts::write(self, part, path)?;
        }
        self.out.extend_from_slice(b"]");
        Ok(())
    }

    /// Notes a cache mark that is lost.
    pub(super) fn mark_lost(&mut self, marked: bool, path: &str) {
        if marked {
            self.hint(format!("{path}.cache_control"), "no cache marks");
        }
    }

    /// Notes something that is lost without changing what is said.
    pub(super) fn hint(&mut self, path: impl Into<String>, reason: &'static str) {
        self.losses.push(LossClass::Hint, path, reason);
    }
}

/// Stands in a result of which nothing but pictures or documents came.
const SHOWN_BELOW: &str = "The result is shown in the next message.";

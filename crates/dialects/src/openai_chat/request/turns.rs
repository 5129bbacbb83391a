//! Writes `messages`.

use super::parts;
use super::tools::write_mark;
use crate::DialectError;
use crate::openai_chat::json::{self, Commas};
use bytes::BytesMut;
use std::fmt::Write as _;
use tianji_core::generate::{CacheMark, GenerateRequest, Message, Part, Role, Target, ToolCallKind, ToolResult};
use tianji_core::{DialectId, LossClass, Losses};

/// Writes the conversation. Turns of other dialects that hold results of tools become several messages.
pub(super) fn write(
    request: &GenerateRequest,
    target: &Target<'_>,
    losses: &mut Losses,
    out: &mut BytesMut,
) -> Result<(), DialectError> {
    let own = request.source == DialectId::OpenAiChat;
    let allows = |name: &str| target.allowed_params.iter().any(|allowed| allowed == name);
    let mut turns = Turns {
        own,
        marks: keeps_marks(own, target),
        echo: own || allows("reasoning_content"),
        losses,
        commas: Commas::new(),
        out,
    };
    turns.out.extend_from_slice(b"[");
    for (at, message) in request.messages.iter().enumerate() {
        turns.message(at, message)?;
    }
    turns.out.extend_from_slice(b"]");
    Ok(())
}

/// Whether cache marks are written: OpenAI has none, but a client that used the extension gets it passed on, and rows
/// may allow it for upstreams that know it.
pub(super) fn keeps_marks(own: bool, target: &Target<'_>) -> bool {
    own || target.allowed_params.iter().any(|allowed| allowed == "cache_control")
}

/// The conversation that is being written.
pub(super) struct Turns<'a> {
    /// The request came in this dialect.
    pub(super) own: bool,
    /// Cache marks are written.
    pub(super) marks: bool,
    /// Earlier thoughts are sent back.
    echo: bool,
    pub(super) losses: &'a mut Losses,
    commas: Commas,
    pub(super) out: &'a mut BytesMut,
}

/// A part with its place in its message, for error texts and losses.
pub(super) type Placed<'a> = (String, &'a Part);

impl Turns<'_> {
    fn message(&mut self, at: usize, message: &Message) -> Result<(), DialectError> {
        let path = format!("messages[{at}]");
        match message.role {
            Role::System => self.said("system", message, &path),
            Role::Developer => self.said("developer", message, &path),
            Role::User | Role::Tool => self.user(message, &path),
            Role::Assistant => self.assistant(message, &path),
        }
    }

    fn said(&mut self, role: &str, message: &Message, path: &str) -> Result<(), DialectError> {
        let placed = place(&message.parts, path, |_| true);
        self.open(role, message.name.as_deref());
        self.content(&placed, message.bare)?;
        self.out.extend_from_slice(b"}");
        Ok(())
    }

    /// Results of tools are messages of their own, before what else the turn says; pictures in them, which the
    /// dialect has no place for, follow as something the user shows.
    fn user(&mut self, message: &Message, path: &str) -> Result<(), DialectError> {
        let mut rest: Vec<Placed<'_>> = Vec::new();
        let mut results = false;
        for (at, part) in message.parts.iter().enumerate() {
            if let Part::ToolResult(result) = part {
                results = true;
                rest.append(&mut self.tool_result(result, &format!("{path}.content[{at}]"))?);
            }
        }
        rest.extend(place(&message.parts, path, |part| !matches!(part, Part::ToolResult(_))));
        if rest.is_empty() && results {
            return Ok(());
        }
        self.open("user", message.name.as_deref());
        self.content(&rest, message.bare && !results)?;
        self.out.extend_from_slice(b"}");
        Ok(())
    }

    /// Writes a result; gives back the parts that must follow it in a user message.
    fn tool_result<'p>(&mut self, result: &'p ToolResult, path: &str) -> Result<Vec<Placed<'p>>, DialectError> {
        if result.is_error == Some(true) {
            self.losses.push(LossClass::Hint, format!("{path}.is_error"), "tool messages cannot say it");
        }
        let text = |part: &Part| self.own || matches!(part, Part::Text(_));
        let kept = place(&result.parts, path, text);
        let shown = place(&result.parts, path, |part| !text(part));
        self.open("tool", result.name.as_deref().filter(|_| self.own));
        self.out.extend_from_slice(br#","tool_call_id":"#);
        json::string(&result.call_id, self.out);
        let one = kept.len() == 1 && !self.own;
        if kept.is_empty() && !self.own {
            let note = if shown.is_empty() { "" } else { SHOWN_BELOW };
            self.out.extend_from_slice(br#","content":"#);
            json::string(note, self.out);
        } else {
            self.content(&kept, result.bare || one)?;
        }
        self.mark(result.cache.as_ref(), path);
        self.out.extend_from_slice(b"}");
        Ok(shown)
    }

    fn assistant(&mut self, message: &Message, path: &str) -> Result<(), DialectError> {
        let spoken = self.spoken(message, path);
        let calls = message.parts.iter().any(|part| matches!(part, Part::ToolCall(_)));
        let audio = message.parts.iter().any(|part| matches!(part, Part::Audio(_)));
        self.open("assistant", message.name.as_deref());
        let refusal = message.parts.iter().find_map(|part| match part {
            Part::Refusal(words) if message.bare => Some(words),
            _ => None,
        });
        if !spoken.is_empty() {
            let one = spoken.len() == 1 && !self.own && matches!(spoken.first(), Some((_, Part::Text(_))));
            self.content(&spoken, message.bare || one)?;
        } else if calls || audio || refusal.is_some() {
            self.out.extend_from_slice(br#","content":null"#);
        } else {
            self.out.extend_from_slice(br#","content":"""#);
        }
        if let Some(words) = refusal {
            self.out.extend_from_slice(br#","refusal":"#);
            json::string(words, self.out);
        }
        self.thoughts(message, path);
        self.audio(message);
        self.calls(message, path);
        self.out.extend_from_slice(b"}");
        Ok(())
    }

    /// The parts of an assistant's turn that stand in its `content`.
    fn spoken<'p>(&mut self, message: &'p Message, path: &str) -> Vec<Placed<'p>> {
        let mut spoken = place(&message.parts, path, |part| match part {
            Part::Thinking(_) | Part::RedactedThinking { .. } | Part::ToolCall(_) | Part::Audio(_) => false,
            Part::Refusal(_) => !message.bare,
            _ => true,
        });
        // What another vendor's own tools did: its words follow as text, the blocks mean nothing elsewhere.
        spoken.retain(|(path, part)| {
            let foreign = matches!(part, Part::Opaque(own) if own.dialect != DialectId::OpenAiChat);
            if foreign {
                self.losses.push(LossClass::Hint, path.as_str(), "a block that only its vendor can read");
            }
            !foreign
        });
        spoken
    }

    fn thoughts(&mut self, message: &Message, path: &str) {
        let mut blocks = BytesMut::new();
        let mut text = String::new();
        let mut commas = Commas::new();
        for (at, part) in message.parts.iter().enumerate() {
            let (words, sealed) = match part {
                Part::Thinking(thinking) => (thinking.text.as_str(), thinking.signature.as_deref()),
                Part::RedactedThinking { data } => ("", Some(data.as_str())),
                _ => continue,
            };
            if !self.echo || (!self.own && words.is_empty()) {
                self.losses.push(LossClass::Hint, format!("{path}.content[{at}]"), "another vendor's thought");
                continue;
            }
            text.push_str(words);
            let Some(sealed) = sealed.filter(|_| self.own) else { continue };
            commas.next(&mut blocks);
            if matches!(part, Part::Thinking(_)) {
                blocks.extend_from_slice(br#"{"type":"thinking","thinking":"#);
                json::string(words, &mut blocks);
                blocks.extend_from_slice(br#","signature":"#);
            } else {
                blocks.extend_from_slice(br#"{"type":"redacted_thinking","data":"#);
            }
            json::string(sealed, &mut blocks);
            blocks.extend_from_slice(b"}");
        }
        if !text.is_empty() {
            self.out.extend_from_slice(br#","reasoning_content":"#);
            json::string(&text, self.out);
        }
        if !blocks.is_empty() {
            self.out.extend_from_slice(br#","thinking_blocks":["#);
            self.out.extend_from_slice(&blocks);
            self.out.extend_from_slice(b"]");
        }
    }

    /// Earlier spoken output is named by its id.
    fn audio(&mut self, message: &Message) {
        let audio = message.parts.iter().find_map(|part| match part {
            Part::Audio(audio) => audio.id.as_deref(),
            _ => None,
        });
        if let Some(id) = audio {
            self.out.extend_from_slice(br#","audio":{"id":"#);
            json::string(id, self.out);
            self.out.extend_from_slice(b"}");
        }
    }

    fn calls(&mut self, message: &Message, path: &str) {
        let mut commas = Commas::new();
        let mut any = false;
        for (at, part) in message.parts.iter().enumerate() {
            let Part::ToolCall(call) = part else { continue };
            self.out.extend_from_slice(if any { b"" } else { br#","tool_calls":["# });
            any = true;
            commas.next(self.out);
            let (kind, input) = match call.kind {
                ToolCallKind::Function => ("function", "arguments"),
                ToolCallKind::Custom => ("custom", "input"),
            };
            self.out.extend_from_slice(br#"{"id":"#);
            json::string(&call.id, self.out);
            let _ = write!(self.out, r#","type":"{kind}","{kind}":{{"name":"#);
            json::string(&call.name, self.out);
            let _ = write!(self.out, r#","{input}":"#);
            let blank = call.kind == ToolCallKind::Function && call.arguments.trim().is_empty();
            json::string(if blank { "{}" } else { &call.arguments }, self.out);
            self.out.extend_from_slice(b"}");
            let place = format!("{path}.tool_calls[{at}]");
            if call.signature.is_some() {
                self.losses.push(LossClass::Hint, place.as_str(), "another vendor's signature");
            }
            self.mark(call.cache.as_ref(), &place);
            self.out.extend_from_slice(b"}");
        }
        if any {
            self.out.extend_from_slice(b"]");
        }
    }

    /// Begins a message with its role and the speaker's name.
    fn open(&mut self, role: &str, name: Option<&str>) {
        self.commas.next(self.out);
        let _ = write!(self.out, r#"{{"role":"{role}""#);
        if let Some(name) = name {
            self.out.extend_from_slice(br#","name":"#);
            json::string(name, self.out);
        }
    }

    /// Writes `content` as a string if it was one, else as a list.
    fn content(&mut self, placed: &[Placed<'_>], bare: bool) -> Result<(), DialectError> {
        self.out.extend_from_slice(br#","content":"#);
        if let (true, [(path, Part::Text(text))]) = (bare, placed) {
            json::string(&text.text, self.out);
            parts::citations_lost(self, text, path);
            self.mark(text.cache.as_ref(), path);
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

    /// Writes a cache mark as a further member of what is being written, or notes that it is lost.
    pub(super) fn mark(&mut self, mark: Option<&CacheMark>, path: &str) {
        let Some(mark) = mark else { return };
        if self.marks {
            write_mark(mark, self.out);
        } else {
            self.losses.push(LossClass::Hint, format!("{path}.cache_control"), "no cache marks");
        }
    }
}

fn place<'p>(parts: &'p [Part], path: &str, wanted: impl Fn(&Part) -> bool) -> Vec<Placed<'p>> {
    let placed = parts.iter().enumerate().filter(|(_, part)| wanted(part));
    placed.map(|(at, part)| (format!("{path}.content[{at}]"), part)).collect()
}

/// Stands in a result of which nothing but pictures or documents came.
const SHOWN_BELOW: &str = "The result is shown in the next message.";

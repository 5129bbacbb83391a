//! Canonical events → events for a client.
//!
//! Every block begins and ends; content blocks and tool calls are numbered each from 0 without gaps; a text or thought
//! that stays empty is never begun.
//!
//! Text before tool calls is the tool plan. That it is such text is known when it arrives only if the request leaves the
//! model no choice but to call a tool; otherwise it is content, which cannot be taken back when a call follows.

use super::DONE;
use crate::StreamEncoder;
use crate::cohere_chat::response::client_id;
use crate::cohere_chat::{citations, error, finish, logprobs, usage};
use crate::openai_chat::json;
use bytes::BytesMut;
use std::fmt::Write as _;
use tianji_core::generate::{ClientView, Delta, Finish, PartKind, StreamEvent, ToolCallKind};
use tianji_core::{Error, Json, Usage};
use tianji_wire::write_event;

/// The encoder of one stream.
#[derive(Debug)]
pub(in crate::cohere_chat) struct CohereEncoder {
    view: ClientView,
    started: bool,
    blocks: usize,
    calls: usize,
    citations: usize,
    parts: Vec<OpenPart>,
    /// What was said as plan.
    plan: String,
    usage: Option<Usage>,
    finish: Option<Finish>,
    /// One event's data, kept for its memory.
    data: BytesMut,
}

/// A part that has begun and not ended.
#[derive(Debug)]
struct OpenPart {
    part: u32,
    what: What,
}

#[derive(Debug)]
enum What {
    /// Number of the block once it has begun.
    Text(Option<usize>),
    Thinking(Option<usize>),
    /// The tool plan, which has no number, no beginning and no end.
    Plan,
    Call {
        number: usize,
        silent: bool,
    },
    /// A custom tool's call, whose free text becomes a JSON member at the end.
    Custom {
        number: usize,
        held: String,
    },
}

impl CohereEncoder {
    /// Before the first event.
    pub(in crate::cohere_chat) fn new(view: ClientView) -> Self {
        Self {
            view,
            started: false,
            blocks: 0,
            calls: 0,
            citations: 0,
            parts: Vec::with_capacity(2),
            plan: String::new(),
            usage: None,
            finish: None,
            data: BytesMut::with_capacity(256),
        }
    }

    /// Writes an event; `members` writes what follows its `type`.
    fn event(&mut self, kind: &str, out: &mut BytesMut, members: impl FnOnce(&mut BytesMut)) {
        let data = &mut self.data;
        data.clear();
        let _ = write!(data, r#"{{"type":"{kind}""#);
        members(data);
        data.extend_from_slice(b"}");
        write_event(out, Some(kind), data);
    }

    fn start(&mut self, id: &str, out: &mut BytesMut) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        let id = client_id(id, &self.view).to_owned();
        self.event("message-start", out, |data| {
            data.extend_from_slice(br#","id":"#);
            json::string(&id, data);
            data.extend_from_slice(
                br#","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}"#,
            );
        });
    }

    fn begin(&mut self, part: u32, kind: &PartKind, out: &mut BytesMut) {
        // Where an upstream's parts overlap, text ends when something else begins: it may begin anew later.
        while let Some(at) =
            self.parts.iter().position(|open| matches!(open.what, What::Text(_) | What::Thinking(_) | What::Plan))
        {
            self.stop(at, out);
        }
        let what = match kind {
            PartKind::Text if self.view.must_call && self.calls == 0 => What::Plan,
            PartKind::Text | PartKind::Refusal => What::Text(None),
            PartKind::Thinking => What::Thinking(None),
            PartKind::ToolCall { id, name, kind } => {
                let number = self.calls;
                self.calls += 1;
                self.event("tool-call-start", out, |data| {
                    let _ = write!(data, r#","index":{number},"delta":{{"message":{{"tool_calls":{{"id":"#);
                    json::string(id, data);
                    data.extend_from_slice(br#","type":"function","function":{"name":"#);
                    json::string(name, data);
                    data.extend_from_slice(br#","arguments":""}}}}"#);
                });
                match kind {
                    ToolCallKind::Function => What::Call { number, silent: true },
                    ToolCallKind::Custom => What::Custom { number, held: String::new() },
                }
            }
            // This dialect has no place for them.
            PartKind::RedactedThinking { .. } | PartKind::Opaque(_) => return,
        };
        self.parts.push(OpenPart { part, what });
    }

    fn grow(&mut self, part: u32, delta: &Delta, out: &mut BytesMut) {
        match delta {
            Delta::Text(text) | Delta::Refusal(text) => self.say(part, "text", text, out),
            Delta::Thinking(text) => self.say(part, "thinking", text, out),
            Delta::Arguments(text) => {
                let open = self.parts.iter_mut().rfind(|open| open.part == part);
                match open.map(|open| &mut open.what) {
                    Some(What::Custom { held, .. }) => held.push_str(text),
                    Some(What::Call { number, silent }) if !text.is_empty() => {
                        *silent = false;
                        let number = *number;
                        self.arguments(number, text, out);
                    }
                    _ => {}
                }
            }
            // Signatures mean nothing to another vendor.
            Delta::Signature(_) => {}
            Delta::Citation(raw) => self.cite(raw, out),
        }
    }

    /// Grows a block of content, which begins if it has not yet.
    fn say(&mut self, part: u32, kind: &'static str, text: &str, out: &mut BytesMut) {
        if text.is_empty() {
            return;
        }
        let at = self.parts.iter().rposition(|open| open.part == part).unwrap_or_else(|| {
            // Its block was ended because another part began.
            let what = if kind == "thinking" { What::Thinking(None) } else { What::Text(None) };
            self.parts.push(OpenPart { part, what });
            self.parts.len() - 1
        });
        if matches!(self.parts.get(at), Some(OpenPart { what: What::Plan, .. })) {
            return self.say_plan(text, out);
        }
        let next = self.blocks;
        let Some(What::Text(block) | What::Thinking(block)) = self.parts.get_mut(at).map(|open| &mut open.what) else {
            return;
        };
        let number = *block.get_or_insert(next);
        if number == next {
            self.blocks += 1;
            self.event("content-start", out, |data| {
                let _ = write!(
                    data,
                    r#","index":{number},"delta":{{"message":{{"content":{{"type":"{kind}","{kind}":""}}}}}}"#
                );
            });
        }
        self.event("content-delta", out, |data| {
            let _ = write!(data, r#","index":{number},"delta":{{"message":{{"content":{{"{kind}":"#);
            json::string(text, data);
            data.extend_from_slice(b"}}}");
        });
    }

    fn say_plan(&mut self, text: &str, out: &mut BytesMut) {
        self.plan.push_str(text);
        self.event("tool-plan-delta", out, |data| {
            data.extend_from_slice(br#","delta":{"message":{"tool_plan":"#);
            json::string(text, data);
            data.extend_from_slice(b"}}");
        });
    }

    /// A plan that no call has followed was the answer after all.
    fn answer_with_plan(&mut self, out: &mut BytesMut) {
        let plan = std::mem::take(&mut self.plan);
        if self.calls == 0 && !plan.is_empty() {
            self.view.must_call = false;
            self.begin(u32::MAX, &PartKind::Text, out);
            self.say(u32::MAX, "text", &plan, out);
            self.stop_all(out);
        }
    }

    fn arguments(&mut self, number: usize, text: &str, out: &mut BytesMut) {
        self.event("tool-call-delta", out, |data| {
            let _ = write!(data, r#","index":{number},"delta":{{"message":{{"tool_calls":{{"function":{{"arguments":"#);
            json::string(text, data);
            data.extend_from_slice(b"}}}}");
        });
    }

    fn cite(&mut self, raw: &Json, out: &mut BytesMut) {
        let Some(citation) = citations::write(raw, "", self.blocks.saturating_sub(1)) else { return };
        let number = self.citations;
        self.citations += 1;
        self.event("citation-start", out, |data| {
            let _ = write!(data, r#","index":{number},"delta":{{"message":{{"citations":"#);
            json::value(&citation, data);
            data.extend_from_slice(b"}}");
        });
        self.end_event("citation-end", number, out);
    }

    /// Log probabilities of the text before: a piece of content that says nothing else.
    fn logprobs(&mut self, raw: &Json, out: &mut BytesMut) {
        let Some(number) = self.blocks.checked_sub(1) else { return };
        self.event("content-delta", out, |data| {
            let _ = write!(data, r#","index":{number},"delta":{{"message":{{"content":{{"text":""}}}}}},"logprobs":"#);
            logprobs::write_chunk(raw, data);
        });
    }

    fn end_event(&mut self, kind: &str, number: usize, out: &mut BytesMut) {
        self.event(kind, out, |data| {
            let _ = write!(data, r#","index":{number}"#);
        });
    }

    /// Ends the block of an open part.
    fn stop(&mut self, at: usize, out: &mut BytesMut) {
        match self.parts.remove(at).what {
            What::Text(None) | What::Thinking(None) | What::Plan => {}
            What::Text(Some(number)) | What::Thinking(Some(number)) => self.end_event("content-end", number, out),
            What::Call { number, silent } => {
                // A function called without arguments: clients parse them, so they must be an object.
                if silent {
                    self.arguments(number, "{}", out);
                }
                self.end_event("tool-call-end", number, out);
            }
            What::Custom { number, held } => {
                let input = serde_json::json!({ "input": held }).to_string();
                self.arguments(number, &input, out);
                self.end_event("tool-call-end", number, out);
            }
        }
    }

    fn stop_all(&mut self, out: &mut BytesMut) {
        while !self.parts.is_empty() {
            self.stop(0, out);
        }
    }
}

impl StreamEncoder for CohereEncoder {
    fn encode(&mut self, event: &StreamEvent, out: &mut BytesMut) {
        match event {
            StreamEvent::Start { id, usage, .. } => {
                self.usage = *usage;
                self.start(id, out);
            }
            StreamEvent::PartStart { choice: 0, index, kind } => {
                self.start("", out);
                self.begin(*index, kind, out);
            }
            StreamEvent::Delta { choice: 0, index, delta } => {
                self.start("", out);
                self.grow(*index, delta, out);
            }
            StreamEvent::PartEnd { choice: 0, index } => {
                if let Some(at) = self.parts.iter().position(|open| open.part == *index) {
                    self.stop(at, out);
                }
            }
            StreamEvent::Logprobs { choice: 0, raw } => self.logprobs(raw, out),
            StreamEvent::Usage(usage) => self.usage = Some(*usage),
            StreamEvent::Finish { choice: 0, finish } => {
                self.stop_all(out);
                self.answer_with_plan(out);
                self.finish.get_or_insert_with(|| finish.clone());
            }
            StreamEvent::Error(error) => self.fail(error, out),
            // This dialect has one answer.
            StreamEvent::PartStart { .. }
            | StreamEvent::Delta { .. }
            | StreamEvent::PartEnd { .. }
            | StreamEvent::Logprobs { .. }
            | StreamEvent::Finish { .. } => {}
        }
    }

    fn finish(&mut self, out: &mut BytesMut) {
        self.start("", out);
        self.stop_all(out);
        self.answer_with_plan(out);
        let word = self.finish.as_ref().map(|ended| finish::word(ended.reason));
        let consumed = self.usage;
        self.event("message-end", out, |data| {
            data.extend_from_slice(br#","delta":{"finish_reason":"#);
            json::optional_string(word, data);
            if let Some(consumed) = &consumed {
                data.extend_from_slice(br#","usage":"#);
                usage::write(consumed, data);
            }
            data.extend_from_slice(b"}");
        });
        write_event(out, None, DONE);
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        error::write(error, out);
    }
}

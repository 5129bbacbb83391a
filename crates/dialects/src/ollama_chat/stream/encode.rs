//! Canonical events → lines for a client.

use crate::StreamEncoder;
use crate::ollama_chat::response::{write_call, write_end, write_head};
use crate::ollama_chat::write_error;
use crate::openai_chat::json;
use bytes::BytesMut;
use tianji_core::generate::{ClientView, Delta, Finish, PartKind, StreamEvent};
use tianji_core::{Error, Usage};

/// The encoder of one stream. There is one answer: this dialect has no word for more.
#[derive(Debug)]
pub(in crate::ollama_chat) struct OllamaEncoder {
    /// What all lines begin with.
    head: BytesMut,
    model: String,
    /// Seconds since 1970, where the upstream says none.
    created: i64,
    usage: Option<Usage>,
    finish: Option<Finish>,
    /// Calls whose arguments are not whole yet; they are told whole.
    calls: Vec<Call>,
}

#[derive(Debug)]
struct Call {
    part: u32,
    id: String,
    name: String,
    arguments: String,
}

impl OllamaEncoder {
    /// Before the first event.
    pub(in crate::ollama_chat) fn new(view: &ClientView) -> Self {
        let mut head = BytesMut::new();
        write_head(&view.model, view.created, &mut head);
        Self { head, model: view.model.clone(), created: view.created, usage: None, finish: None, calls: Vec::new() }
    }

    fn text(&self, member: &str, text: &str, out: &mut BytesMut) {
        if text.is_empty() {
            return;
        }
        out.extend_from_slice(&self.head);
        if member != CONTENT {
            out.extend_from_slice(br#""content":"","#);
        }
        out.extend_from_slice(member.as_bytes());
        json::string(text, out);
        out.extend_from_slice(b"},\"done\":false}\n");
    }

    fn end_call(&mut self, part: u32, out: &mut BytesMut) {
        let Some(at) = self.calls.iter().position(|call| call.part == part) else { return };
        let call = self.calls.remove(at);
        out.extend_from_slice(&self.head);
        out.extend_from_slice(br#""content":"","tool_calls":["#);
        write_call((&call.id, &call.name, &call.arguments), out);
        out.extend_from_slice(b"]},\"done\":false}\n");
    }
}

impl StreamEncoder for OllamaEncoder {
    fn encode(&mut self, event: &StreamEvent, out: &mut BytesMut) {
        match event {
            StreamEvent::Start { model, created, usage, .. } => {
                self.usage = *usage;
                self.head.clear();
                let shown = if self.model.is_empty() { model } else { &self.model };
                write_head(shown, created.unwrap_or(self.created), &mut self.head);
            }
            StreamEvent::PartStart { choice: 0, index, kind: PartKind::ToolCall { id, name, .. } } => {
                let (id, name) = (id.clone(), name.clone());
                self.calls.push(Call { part: *index, id, name, arguments: String::new() });
            }
            StreamEvent::Delta { choice: 0, index, delta } => match delta {
                Delta::Text(text) | Delta::Refusal(text) => self.text(CONTENT, text, out),
                Delta::Thinking(text) => self.text(THINKING, text, out),
                Delta::Arguments(text) => {
                    if let Some(call) = self.calls.iter_mut().find(|call| call.part == *index) {
                        call.arguments.push_str(text);
                    }
                }
                Delta::Signature(_) | Delta::Citation(_) => {}
            },
            StreamEvent::PartEnd { choice: 0, index } => self.end_call(*index, out),
            StreamEvent::Usage(usage) => self.usage = Some(*usage),
            StreamEvent::Finish { choice: 0, finish } => self.finish = Some(finish.clone()),
            StreamEvent::Error(error) => self.fail(error, out),
            StreamEvent::PartStart { .. }
            | StreamEvent::PartEnd { .. }
            | StreamEvent::Delta { .. }
            | StreamEvent::Finish { .. }
            | StreamEvent::Logprobs { .. } => {}
        }
    }

    fn finish(&mut self, out: &mut BytesMut) {
        while let Some(part) = self.calls.first().map(|call| call.part) {
            self.end_call(part, out);
        }
        out.extend_from_slice(&self.head);
        out.extend_from_slice(br#""content":""}"#);
        write_end(self.finish.as_ref(), self.usage.as_ref(), out);
        out.extend_from_slice(b"\n");
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        write_error(error, out);
        out.extend_from_slice(b"\n");
    }
}

const CONTENT: &str = r#""content":"#;
const THINKING: &str = r#""thinking":"#;

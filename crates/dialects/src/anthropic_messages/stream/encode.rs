//! Canonical events → events for a client.
//!
//! Every block begins and stops, blocks are numbered from 0 without gaps, and a text or thought that stays empty is
//! never begun.

use crate::StreamEncoder;
use crate::anthropic_messages::response::{Block, Input, client_id, is_own_citation};
use crate::anthropic_messages::usage::UsageMember;
use crate::anthropic_messages::{error, finish};
use bytes::{BufMut, BytesMut};
use serde::Serialize;
use tianji_core::generate::{ClientView, Delta, Finish, PartKind, StreamEvent, ToolCallKind};
use tianji_core::{DialectId, Error, Json, Usage};
use tianji_wire::write_event;

/// The encoder of one stream.
#[derive(Debug)]
pub(in crate::anthropic_messages) struct MessagesEncoder {
    view: ClientView,
    started: bool,
    next: u32,
    parts: Vec<OpenPart>,
    usage: Usage,
    finish: Option<Finish>,
}

/// A part that has begun and not yet ended.
#[derive(Debug)]
struct OpenPart {
    part: u32,
    /// Number of its block once that has begun.
    block: Option<u32>,
    what: What,
}

#[derive(Debug)]
enum What {
    Text,
    Thinking,
    Call,
    /// A custom tool's call, whose free text becomes a JSON member at the end.
    Custom(String),
}

impl MessagesEncoder {
    /// Before the first event.
    pub(in crate::anthropic_messages) fn new(view: ClientView) -> Self {
        Self { view, started: false, next: 0, parts: Vec::new(), usage: Usage::default(), finish: None }
    }

    fn start(&mut self, id: &str, model: &str, usage: Option<Usage>, out: &mut BytesMut) {
        if self.started {
            return;
        }
        self.started = true;
        self.usage = usage.unwrap_or_default();
        let message = Message {
            id: client_id(id, &self.view),
            kind: "message",
            role: "assistant",
            content: [],
            model: self.view.model_or(model),
            stop_reason: None,
            stop_sequence: None,
            usage: UsageMember::of(&self.usage, None).with_caches(),
        };
        write("message_start", &MessageStart { kind: "message_start", message }, out);
    }

    fn begin(&mut self, part: u32, kind: &PartKind, out: &mut BytesMut) {
        // Where an upstream's parts overlap, text ends when something else begins: it may begin anew later.
        while let Some(at) = self.parts.iter().position(|open| matches!(open.what, What::Text | What::Thinking)) {
            self.stop(at, out);
        }
        let what = match kind {
            PartKind::Text | PartKind::Refusal => What::Text,
            PartKind::Thinking => What::Thinking,
            PartKind::RedactedThinking { data } => return self.whole(&Block::RedactedThinking { data }, out),
            PartKind::Opaque(own) if own.dialect == DialectId::AnthropicMessages => {
                return self.whole(&Block::Own(&own.raw), out);
            }
            PartKind::Opaque(_) => return,
            PartKind::ToolCall { id, name, kind } => {
                let block = self.number();
                start_block(block, &Block::ToolUse { id: id.as_str().into(), name, input: Input::Empty {} }, out);
                let what = if *kind == ToolCallKind::Custom { What::Custom(String::new()) } else { What::Call };
                return self.parts.push(OpenPart { part, block: Some(block), what });
            }
        };
        self.parts.push(OpenPart { part, block: None, what });
    }

    fn grow(&mut self, part: u32, delta: &Delta, out: &mut BytesMut) {
        let growth = match delta {
            Delta::Text(text) | Delta::Refusal(text) => Growth::Text { text },
            Delta::Arguments(partial_json) => Growth::InputJson { partial_json },
            Delta::Thinking(thinking) => Growth::Thinking { thinking },
            Delta::Signature(signature) => Growth::Signature { signature },
            Delta::Citation(citation) if is_own_citation(citation) => Growth::Citations { citation },
            Delta::Citation(_) => return,
        };
        if growth.is_empty() {
            return;
        }
        let at = self.parts.iter().rposition(|open| open.part == part).unwrap_or_else(|| {
            // Its block was stopped because another part began.
            let what = if matches!(growth, Growth::Thinking { .. }) { What::Thinking } else { What::Text };
            self.parts.push(OpenPart { part, block: None, what });
            self.parts.len() - 1
        });
        let Some(open) = self.parts.get_mut(at) else { return };
        // The signature of a call rides in its id already.
        if matches!((&open.what, &growth), (What::Call | What::Custom(_), Growth::Signature { .. })) {
            return;
        }
        if let (What::Custom(held), Growth::InputJson { partial_json }) = (&mut open.what, &growth) {
            return held.push_str(partial_json);
        }
        let block = match open.block {
            Some(block) => block,
            None => {
                let block = self.next;
                self.next += 1;
                open.block = Some(block);
                let empty = match open.what {
                    What::Thinking => Block::Thinking { thinking: "", signature: "" },
                    _ => Block::Text { text: "", citations: Vec::new() },
                };
                start_block(block, &empty, out);
                block
            }
        };
        write_growth(block, &growth, out);
    }

    fn end(&mut self, part: u32, out: &mut BytesMut) {
        if let Some(at) = self.parts.iter().position(|open| open.part == part) {
            self.stop(at, out);
        }
    }

    /// Stops the block of an open part.
    fn stop(&mut self, at: usize, out: &mut BytesMut) {
        let open = self.parts.remove(at);
        let Some(index) = open.block else { return };
        if let What::Custom(held) = open.what {
            let input = serde_json::json!({ "input": held }).to_string();
            write_growth(index, &Growth::InputJson { partial_json: &input }, out);
        }
        stop_block(index, out);
    }

    fn whole(&mut self, block: &Block<'_>, out: &mut BytesMut) {
        let index = self.number();
        start_block(index, block, out);
        stop_block(index, out);
    }

    fn number(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }
}

impl StreamEncoder for MessagesEncoder {
    fn encode(&mut self, event: &StreamEvent, out: &mut BytesMut) {
        match event {
            StreamEvent::Start { id, model, usage, .. } => self.start(id, model, *usage, out),
            StreamEvent::PartStart { choice: 0, index, kind } => self.begin(*index, kind, out),
            StreamEvent::Delta { choice: 0, index, delta } => self.grow(*index, delta, out),
            StreamEvent::PartEnd { choice: 0, index } => self.end(*index, out),
            StreamEvent::Usage(usage) => self.usage = *usage,
            StreamEvent::Finish { choice: 0, finish } => {
                while !self.parts.is_empty() {
                    self.stop(0, out);
                }
                self.finish.get_or_insert_with(|| finish.clone());
            }
            StreamEvent::Error(error) => self.fail(error, out),
            // This dialect has one answer and no log probabilities.
            StreamEvent::PartStart { .. }
            | StreamEvent::Delta { .. }
            | StreamEvent::PartEnd { .. }
            | StreamEvent::Finish { .. }
            | StreamEvent::Logprobs { .. } => {}
        }
    }

    fn finish(&mut self, out: &mut BytesMut) {
        self.start("", "", None, out);
        while !self.parts.is_empty() {
            self.stop(0, out);
        }
        let finish = self.finish.as_ref();
        let delta = StopDelta {
            stop_reason: finish.map(|finish| finish::word(finish.reason)),
            stop_sequence: finish.and_then(|finish| finish.stop_sequence.as_deref()),
        };
        let usage = UsageMember::of(&self.usage, None);
        write("message_delta", &MessageDelta { kind: "message_delta", delta, usage }, out);
        write_event(out, Some("message_stop"), b"{\"type\":\"message_stop\"}");
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        write_error(error, out);
    }
}

/// Writes the event that ends a failed stream.
pub(in crate::anthropic_messages) fn write_error(error: &Error, out: &mut BytesMut) {
    write_event(out, Some("error"), &error::encode(error));
}

fn start_block(index: u32, content_block: &Block<'_>, out: &mut BytesMut) {
    write("content_block_start", &BlockStart { kind: "content_block_start", index, content_block }, out);
}

fn stop_block(index: u32, out: &mut BytesMut) {
    write("content_block_stop", &BlockStop { kind: "content_block_stop", index }, out);
}

fn write_growth(index: u32, delta: &Growth<'_>, out: &mut BytesMut) {
    write("content_block_delta", &BlockDelta { kind: "content_block_delta", index, delta }, out);
}

fn write<T: Serialize>(name: &str, event: &T, out: &mut BytesMut) {
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\ndata: ");
    // Memory takes every write, and events have string keys only: this cannot fail.
    let _ = serde_json::to_writer((&mut *out).writer(), event);
    out.extend_from_slice(b"\n\n");
}

#[derive(Serialize)]
struct MessageStart<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    message: Message<'a>,
}

#[derive(Serialize)]
struct Message<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    role: &'static str,
    content: [(); 0],
    model: &'a str,
    stop_reason: Option<&'static str>,
    stop_sequence: Option<&'a str>,
    usage: UsageMember<'a>,
}

#[derive(Serialize)]
struct BlockStart<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    index: u32,
    content_block: &'a Block<'a>,
}

#[derive(Serialize)]
struct BlockDelta<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    index: u32,
    delta: &'a Growth<'a>,
}

#[derive(Serialize)]
struct BlockStop {
    #[serde(rename = "type")]
    kind: &'static str,
    index: u32,
}

#[derive(Serialize)]
struct MessageDelta<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    delta: StopDelta<'a>,
    usage: UsageMember<'a>,
}

#[derive(Serialize)]
struct StopDelta<'a> {
    stop_reason: Option<&'static str>,
    stop_sequence: Option<&'a str>,
}

/// How a block grows.
#[derive(Serialize)]
#[serde(tag = "type")]
enum Growth<'a> {
    #[serde(rename = "text_delta")]
    Text { text: &'a str },
    #[serde(rename = "input_json_delta")]
    InputJson { partial_json: &'a str },
    #[serde(rename = "thinking_delta")]
    Thinking { thinking: &'a str },
    #[serde(rename = "signature_delta")]
    Signature { signature: &'a str },
    #[serde(rename = "citations_delta")]
    Citations { citation: &'a Json },
}

impl Growth<'_> {
    fn is_empty(&self) -> bool {
        match self {
            Self::Text { text: words }
            | Self::InputJson { partial_json: words }
            | Self::Thinking { thinking: words }
            | Self::Signature { signature: words } => words.is_empty(),
            Self::Citations { .. } => false,
        }
    }
}

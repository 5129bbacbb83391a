//! Canonical events → messages for a client.

use crate::StreamEncoder;
use crate::bedrock_converse::request::is_own_citation;
use crate::bedrock_converse::usage::UsageMember;
use crate::bedrock_converse::{error, finish};
use bytes::BytesMut;
use serde::Serialize;
use tianji_core::generate::{Delta, Finish, PartKind, StreamEvent};
use tianji_core::{Error, Json, Usage};
use tianji_wire::event_stream::write_message;

/// The encoder of one stream.
#[derive(Debug, Default)]
pub(in crate::bedrock_converse) struct ConverseEncoder {
    started: bool,
    usage: Usage,
    finish: Option<Finish>,
    /// Number of the next block.
    next: u32,
    parts: Vec<OpenPart>,
}

/// A part that has begun. It gets a block when it first says something.
#[derive(Debug)]
struct OpenPart {
    part: u32,
    block: Option<u32>,
    /// It is a call of a tool.
    call: bool,
}

impl StreamEncoder for ConverseEncoder {
    fn encode(&mut self, event: &StreamEvent, out: &mut BytesMut) {
        match event {
            StreamEvent::Start { usage, .. } => {
                self.usage = usage.unwrap_or_default();
                self.start(out);
            }
            StreamEvent::PartStart { choice: 0, index, kind } => self.begin(*index, kind, out),
            StreamEvent::Delta { choice: 0, index, delta } => self.grow(*index, delta, out),
            StreamEvent::PartEnd { choice: 0, index } => self.end(*index, out),
            StreamEvent::Usage(usage) => self.usage = *usage,
            StreamEvent::Finish { choice: 0, finish } => {
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
        self.start(out);
        while let Some(part) = self.parts.first().map(|open| open.part) {
            self.end(part, out);
        }
        let stop_reason = self.finish.as_ref().map_or("end_turn", finish::word);
        write("messageStop", &MessageStop { stop_reason }, out);
        write("metadata", &Metadata { usage: UsageMember::of(&self.usage) }, out);
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        error::write(error, out);
    }
}

impl ConverseEncoder {
    fn start(&mut self, out: &mut BytesMut) {
        if !std::mem::replace(&mut self.started, true) {
            write("messageStart", &MessageStart { role: "assistant" }, out);
        }
    }

    fn begin(&mut self, part: u32, kind: &PartKind, out: &mut BytesMut) {
        self.start(out);
        self.end(part, out);
        match kind {
            PartKind::ToolCall { id, name, .. } => {
                let index = self.number();
                self.parts.push(OpenPart { part, block: Some(index), call: true });
                let start = Start { tool_use: CallStart { tool_use_id: id, name } };
                write("contentBlockStart", &BlockStart { content_block_index: index, start }, out);
            }
            PartKind::RedactedThinking { data } => {
                let index = self.number();
                self.parts.push(OpenPart { part, block: Some(index), call: false });
                write_growth(index, Growth::ReasoningContent(Thought::RedactedContent(data)), out);
            }
            PartKind::Text | PartKind::Thinking | PartKind::Refusal => {
                self.parts.push(OpenPart { part, block: None, call: false });
            }
            // What only one vendor has cannot be said in pieces.
            PartKind::Opaque(_) => {}
        }
    }

    fn grow(&mut self, part: u32, delta: &Delta, out: &mut BytesMut) {
        let growth = match delta {
            Delta::Text(text) | Delta::Refusal(text) if !text.is_empty() => Growth::Text(text),
            Delta::Arguments(input) if !input.is_empty() => Growth::ToolUse { input },
            Delta::Thinking(text) if !text.is_empty() => Growth::ReasoningContent(Thought::Text(text)),
            Delta::Signature(text) if !text.is_empty() => Growth::ReasoningContent(Thought::Signature(text)),
            Delta::Citation(citation) if is_own_citation(citation) => Growth::Citation(citation),
            _ => return,
        };
        let next = self.next;
        let Some(open) = self.parts.iter_mut().find(|open| open.part == part) else { return };
        // The signature of a call rides in its id already.
        if open.call && matches!(delta, Delta::Signature(_)) {
            return;
        }
        let index = *open.block.get_or_insert(next);
        if index == next {
            self.next += 1;
        }
        write_growth(index, growth, out);
    }

    fn end(&mut self, part: u32, out: &mut BytesMut) {
        let Some(at) = self.parts.iter().position(|open| open.part == part) else { return };
        if let Some(content_block_index) = self.parts.remove(at).block {
            write("contentBlockStop", &BlockStop { content_block_index }, out);
        }
    }

    fn number(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }
}

fn write_growth(content_block_index: u32, delta: Growth<'_>, out: &mut BytesMut) {
    write("contentBlockDelta", &BlockDelta { content_block_index, delta }, out);
}

fn write<T: Serialize>(name: &str, event: &T, out: &mut BytesMut) {
    // Events have string keys only: this cannot fail.
    let payload = serde_json::to_vec(event).unwrap_or_default();
    write_event(name, &payload, out);
}

/// Writes an event with its payload.
pub(in crate::bedrock_converse) fn write_event(name: &str, payload: &[u8], out: &mut BytesMut) {
    let headers = [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")];
    write_message(out, &headers, payload);
}

#[derive(Serialize)]
struct MessageStart {
    role: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageStop {
    stop_reason: &'static str,
}

#[derive(Serialize)]
struct Metadata {
    usage: UsageMember,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockStart<'a> {
    content_block_index: u32,
    start: Start<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Start<'a> {
    tool_use: CallStart<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallStart<'a> {
    tool_use_id: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockDelta<'a> {
    content_block_index: u32,
    delta: Growth<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockStop {
    content_block_index: u32,
}

/// How a block grows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Growth<'a> {
    Text(&'a str),
    ToolUse { input: &'a str },
    ReasoningContent(Thought<'a>),
    Citation(&'a Json),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Thought<'a> {
    Text(&'a str),
    Signature(&'a str),
    RedactedContent(&'a str),
}

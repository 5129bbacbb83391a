//! Events of an upstream → canonical events.

use crate::anthropic_messages::types::{Event, EventDelta, MessageStart, WireUsage};
use crate::anthropic_messages::{error, finish};
use crate::order::{Numbers, begin_late};
use crate::{DialectError, StreamDecoder};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tianji_core::generate::{Delta, Opaque, PartKind, StreamEvent, ToolCallKind};
use tianji_core::{DialectId, Json};
use tianji_wire::Frame;

/// The decoder of one stream.
#[derive(Debug, Default)]
pub(in crate::anthropic_messages) struct MessagesDecoder {
    started: bool,
    /// `message_stop` was seen, or an error: nothing may follow.
    ended: bool,
    usage: WireUsage,
    open: Vec<OpenBlock>,
    numbers: Numbers,
}

/// A block that has begun and not yet stopped.
#[derive(Debug)]
struct OpenBlock {
    /// The upstream's number of it.
    index: u32,
    /// That of its part; one that is held has none yet.
    number: u32,
    what: What,
}

#[derive(Debug)]
enum What {
    /// Text, a thought, a thought that only the vendor can read.
    Plain,
    /// A tool call. `input` is what the start had; deltas replace it.
    Call { input: Option<String>, grown: bool },
    /// A block of this dialect's own: held until it stops, because it is passed on whole.
    Own { type_name: String, raw: Json, input: String },
}

impl StreamDecoder for MessagesDecoder {
    fn decode(&mut self, frame: &Frame, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        let data = frame.data.trim_ascii();
        if data.is_empty() || self.ended || data == DONE {
            return Ok(());
        }
        let event: Event<'_> = serde_json::from_slice(data)
            .map_err(|cause| DialectError::Reply(format!("a stream event is not what it should be: {cause}")))?;
        let before = events.len();
        self.event(event, events)?;
        begin_late(&mut self.started, before, events);
        Ok(())
    }

    fn finish(&mut self, _events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        if self.ended { Ok(()) } else { Err(DialectError::Cut) }
    }
}

impl MessagesDecoder {
    fn event(&mut self, event: Event<'_>, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        let index = event.index.unwrap_or_default();
        match event.kind.as_deref() {
            Some("content_block_delta") => self.grow(index, event.delta.unwrap_or_default(), events)?,
            Some("content_block_start") => {
                self.start(None, events);
                if let Some(raw) = event.content_block {
                    self.begin(index, raw, events)?;
                }
            }
            Some("content_block_stop") => self.stop(index, events),
            Some("message_start") => self.start(event.message, events),
            Some("message_delta") => {
                let delta = event.delta.unwrap_or_default();
                self.message_delta(delta, event.usage, events);
            }
            Some("message_stop") => self.ended = true,
            _ => {
                if let Some(cause) = event.error {
                    self.ended = true;
                    events.push(StreamEvent::Error(error::of_stream(cause)));
                }
            }
        }
        Ok(())
    }

    fn start(&mut self, message: Option<MessageStart<'_>>, events: &mut Vec<StreamEvent>) {
        if self.started {
            return;
        }
        self.started = true;
        let (id, model, report) = message.map_or((None, None, None), |message| {
            let model = message.model.and_then(|raw| serde_json::from_str(raw.get()).ok());
            (message.id, model, message.usage)
        });
        let usage = report.map(|report| {
            self.usage = report.usage;
            report.usage.canonical()
        });
        let (id, model) = (id.unwrap_or_default(), model.unwrap_or_default());
        events.push(StreamEvent::Start { id, model, created: None, usage });
    }

    fn begin(&mut self, index: u32, raw: &RawValue, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        let block: Start<'_> = serde_json::from_str(raw.get())
            .map_err(|cause| DialectError::Reply(format!("a content block is not what it should be: {cause}")))?;
        // Some servers number no block, or begin one before the last has stopped.
        self.stop(index, events);
        let mut deltas = Vec::new();
        let (kind, what) = match block.kind.as_str() {
            "text" => {
                deltas.extend(block.text.filter(|text| !text.is_empty()).map(Delta::Text));
                deltas.extend(block.citations.into_iter().flatten().map(Delta::Citation));
                (PartKind::Text, What::Plain)
            }
            "thinking" => {
                deltas.extend(block.thinking.filter(|text| !text.is_empty()).map(Delta::Thinking));
                deltas.extend(block.signature.filter(|text| !text.is_empty()).map(Delta::Signature));
                (PartKind::Thinking, What::Plain)
            }
            "redacted_thinking" => (PartKind::RedactedThinking { data: block.data.unwrap_or_default() }, What::Plain),
            "tool_use" => {
                let (id, name) = (block.id.unwrap_or_default(), block.name.unwrap_or_default());
                let input = block.input.map(|raw| raw.get().to_owned());
                let kind = PartKind::ToolCall { id, name, kind: ToolCallKind::Function };
                (kind, What::Call { input, grown: false })
            }
            _ => {
                let what = What::Own { type_name: block.kind, raw: Json::from(raw), input: String::new() };
                self.open.push(OpenBlock { index, number: index, what });
                return Ok(());
            }
        };
        let number = self.numbers.give(index);
        self.open.push(OpenBlock { index, number, what });
        let index = number;
        events.push(StreamEvent::PartStart { choice: 0, index, kind });
        events.extend(deltas.into_iter().map(|delta| StreamEvent::Delta { choice: 0, index, delta }));
        Ok(())
    }

    fn grow(&mut self, index: u32, delta: EventDelta, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        let block = self.open.iter_mut().rev().find(|block| block.index == index);
        let block = block.ok_or_else(|| DialectError::Reply(format!("block {index} grows but never began")))?;
        let index = block.number;
        match &mut block.what {
            What::Own { input, .. } => {
                input.push_str(delta.partial_json.as_deref().unwrap_or_default());
                return Ok(());
            }
            What::Call { grown, .. } => *grown |= delta.partial_json.as_ref().is_some_and(|text| !text.is_empty()),
            What::Plain => {}
        }
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        let deltas = [
            said(delta.text).map(Delta::Text),
            said(delta.partial_json).map(Delta::Arguments),
            said(delta.thinking).map(Delta::Thinking),
            said(delta.signature).map(Delta::Signature),
            delta.citation.map(Delta::Citation),
        ];
        events.extend(deltas.into_iter().flatten().map(|delta| StreamEvent::Delta { choice: 0, index, delta }));
        Ok(())
    }

    fn stop(&mut self, index: u32, events: &mut Vec<StreamEvent>) {
        let Some(at) = self.open.iter().position(|block| block.index == index) else { return };
        let OpenBlock { number: mut index, what, .. } = self.open.remove(at);
        match what {
            What::Plain | What::Call { grown: true, .. } => {}
            What::Call { input, grown: false } => {
                let arguments = input.unwrap_or_else(|| "{}".to_owned());
                events.push(StreamEvent::Delta { choice: 0, index, delta: Delta::Arguments(arguments) });
            }
            What::Own { type_name, raw, input } => {
                index = self.numbers.give(index);
                let raw = with_input(raw, &input);
                let own = Opaque { dialect: DialectId::AnthropicMessages, type_name, raw };
                events.push(StreamEvent::PartStart { choice: 0, index, kind: PartKind::Opaque(own) });
            }
        }
        events.push(StreamEvent::PartEnd { choice: 0, index });
    }

    fn message_delta(&mut self, delta: EventDelta, usage: Option<WireUsage>, events: &mut Vec<StreamEvent>) {
        while let Some(index) = self.open.first().map(|block| block.index) {
            self.stop(index, events);
        }
        if let Some(word) = delta.stop_reason {
            let finish = finish::read(word, delta.stop_sequence);
            events.push(StreamEvent::Finish { choice: 0, finish });
        }
        if let Some(usage) = usage {
            self.usage.update(&usage);
            events.push(StreamEvent::Usage(self.usage.canonical()));
        }
    }
}

/// A content block as it begins.
#[derive(Debug, Deserialize)]
struct Start<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    citations: Option<Vec<Json>>,
    #[serde(default)]
    thinking: Option<String>,
    #[serde(default)]
    signature: Option<String>,
    #[serde(default)]
    data: Option<String>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
}

/// The block with the input that came in pieces.
fn with_input(raw: Json, input: &str) -> Json {
    let read = || {
        let input: Value = serde_json::from_str(input).ok()?;
        let mut block = raw.value();
        block.as_object_mut()?.insert("input".to_owned(), input);
        Json::of(&block).ok()
    };
    let merged = if input.is_empty() { None } else { read() };
    merged.unwrap_or(raw)
}

/// Some vendors of this dialect end with OpenAI's terminator.
const DONE: &[u8] = b"[DONE]";

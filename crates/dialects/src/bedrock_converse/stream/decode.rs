//! Messages of an upstream → canonical events.

use crate::bedrock_converse::types::{WireDelta, WireEvent, WireReasoning, WireStart, WireToolUse, thinking_tokens};
use crate::bedrock_converse::{error, finish};
use crate::order::{Numbers, begin_late};
use crate::{DialectError, StreamDecoder};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tianji_core::Error;
use tianji_core::generate::{Delta, PartKind, StreamEvent, ToolCallKind};
use tianji_wire::{Frame, event_stream};

/// The decoder of one stream.
#[derive(Debug, Default)]
pub(in crate::bedrock_converse) struct ConverseDecoder {
    started: bool,
    /// `messageStop` was seen: the reply is whole, only usage may follow.
    stopped: bool,
    /// An error was seen: nothing may follow.
    failed: bool,
    /// Tokens of the output that were thought.
    reasoning: Option<u64>,
    open: Vec<OpenBlock>,
    numbers: Numbers,
}

/// A block that has begun and not yet stopped.
#[derive(Debug)]
struct OpenBlock {
    /// The upstream's number of it.
    index: u32,
    /// That of its part; one that is held or hidden has none yet.
    number: u32,
    what: What,
}

#[derive(Debug)]
enum What {
    Text,
    Thought,
    /// A thought that only the vendor can read; it goes on whole.
    Redacted(Vec<String>),
    Call,
    /// A tool that the vendor ran itself, which clients would try to run again.
    Vendors,
}

/// Reads the data of an event.
pub(in crate::bedrock_converse) fn event_of(frame: &Frame) -> Result<WireEvent, DialectError> {
    let data = frame.data.trim_ascii();
    if data.is_empty() {
        return Ok(WireEvent::default());
    }
    serde_json::from_slice(data)
        .map_err(|cause| DialectError::Reply(format!("a stream event is not what it should be: {cause}")))
}

/// The error that a message reports, if it reports one.
pub(in crate::bedrock_converse) fn failure_of(frame: &Frame, name: &str) -> Option<Error> {
    let failed = name.ends_with("Exception") || event_stream::is_failure(&frame.raw);
    failed.then(|| error::of_stream(name, &frame.data))
}

impl StreamDecoder for ConverseDecoder {
    fn decode(&mut self, frame: &Frame, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        if self.failed {
            return Ok(());
        }
        let before = events.len();
        let name = frame.event.as_deref().and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default();
        match name {
            "messageStart" => self.start(events),
            "contentBlockStart" => {
                let event = event_of(frame)?;
                self.begin(event.content_block_index.unwrap_or_default(), event.start, events);
            }
            "contentBlockDelta" => {
                let event = event_of(frame)?;
                if let Some(delta) = event.delta {
                    self.grow(event.content_block_index.unwrap_or_default(), delta, events);
                }
            }
            "contentBlockStop" => {
                let index = event_of(frame)?.content_block_index.unwrap_or_default();
                self.stop(index, events);
            }
            "messageStop" => {
                let event = event_of(frame)?;
                self.reasoning = thinking_tokens(event.additional_model_response_fields.as_ref()).or(self.reasoning);
                self.end(event.stop_reason, events);
            }
            "metadata" => {
                if let Some(usage) = event_of(frame)?.usage {
                    events.push(StreamEvent::Usage(usage.canonical(self.reasoning)));
                }
            }
            name => {
                if let Some(error) = failure_of(frame, name) {
                    self.failed = true;
                    events.push(StreamEvent::Error(error));
                }
            }
        }
        begin_late(&mut self.started, before, events);
        Ok(())
    }

    fn finish(&mut self, _events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        if self.stopped || self.failed { Ok(()) } else { Err(DialectError::Cut) }
    }
}

impl ConverseDecoder {
    fn start(&mut self, events: &mut Vec<StreamEvent>) {
        if !std::mem::replace(&mut self.started, true) {
            events.push(StreamEvent::Start { id: String::new(), model: String::new(), created: None, usage: None });
        }
    }

    /// A block that says what it is before it grows.
    fn begin(&mut self, index: u32, start: Option<WireStart>, events: &mut Vec<StreamEvent>) {
        let start = start.unwrap_or_default();
        let what = match start.tool_use {
            Some(WireToolUse { kind: Some(_), .. }) => What::Vendors,
            Some(call) => {
                let (id, name) = (call.tool_use_id.unwrap_or_default(), call.name.unwrap_or_default());
                let kind = PartKind::ToolCall { id, name, kind: ToolCallKind::Function };
                return self.open_part(index, What::Call, kind, events);
            }
            None if start.tool_result.is_some() => What::Vendors,
            None => return,
        };
        self.open(index, what, events);
    }

    fn grow(&mut self, index: u32, delta: WireDelta, events: &mut Vec<StreamEvent>) {
        if self.block(index).is_some_and(|block| matches!(block.what, What::Vendors)) {
            return;
        }
        if let Some(text) = delta.text.filter(|text| !text.is_empty()) {
            let index = self.ensure(index, What::Text, PartKind::Text, events);
            events.push(StreamEvent::Delta { choice: 0, index, delta: Delta::Text(text) });
        }
        if let Some(citation) = delta.citation {
            let index = self.ensure(index, What::Text, PartKind::Text, events);
            events.push(StreamEvent::Delta { choice: 0, index, delta: Delta::Citation(citation) });
        }
        if let Some(input) = delta.tool_use.and_then(|call| call.input).filter(|input| !input.is_empty())
            && let Some(block) = self.block(index).filter(|block| matches!(block.what, What::Call))
        {
            let index = block.number;
            events.push(StreamEvent::Delta { choice: 0, index, delta: Delta::Arguments(input) });
        }
        if let Some(thought) = delta.reasoning_content {
            self.think(index, thought, events);
        }
    }

    fn think(&mut self, index: u32, thought: WireReasoning, events: &mut Vec<StreamEvent>) {
        if let Some(data) = thought.redacted_content {
            match self.open.iter_mut().find(|block| block.index == index).map(|block| &mut block.what) {
                Some(What::Redacted(pieces)) => pieces.push(data),
                Some(_) => {}
                None => self.open(index, What::Redacted(vec![data]), events),
            }
            return;
        }
        let text = thought.text.filter(|text| !text.is_empty()).map(Delta::Thinking);
        let signature = thought.signature.filter(|text| !text.is_empty()).map(Delta::Signature);
        for delta in text.into_iter().chain(signature) {
            let index = self.ensure(index, What::Thought, PartKind::Thinking, events);
            events.push(StreamEvent::Delta { choice: 0, index, delta });
        }
    }

    fn stop(&mut self, index: u32, events: &mut Vec<StreamEvent>) {
        let Some(at) = self.open.iter().position(|block| block.index == index) else { return };
        let OpenBlock { number: mut index, what, .. } = self.open.remove(at);
        match what {
            What::Vendors => return,
            What::Redacted(pieces) => {
                index = self.numbers.give(index);
                let kind = PartKind::RedactedThinking { data: joined(pieces) };
                events.push(StreamEvent::PartStart { choice: 0, index, kind });
            }
            What::Text | What::Thought | What::Call => {}
        }
        events.push(StreamEvent::PartEnd { choice: 0, index });
    }

    fn end(&mut self, reason: Option<String>, events: &mut Vec<StreamEvent>) {
        self.start(events);
        while let Some(index) = self.open.first().map(|block| block.index) {
            self.stop(index, events);
        }
        if !std::mem::replace(&mut self.stopped, true) {
            events.push(StreamEvent::Finish { choice: 0, finish: finish::read(reason.unwrap_or_default()) });
        }
    }

    /// Text and thoughts say what they are by their first growth. Gives the number of the part.
    fn ensure(&mut self, index: u32, what: What, kind: PartKind, events: &mut Vec<StreamEvent>) -> u32 {
        let grows = self.block(index).filter(|block| !matches!(block.what, What::Redacted(_)));
        match grows.map(|block| block.number) {
            Some(number) => number,
            None => {
                self.open_part(index, what, kind, events);
                self.block(index).map_or(index, |block| block.number)
            }
        }
    }

    fn block(&self, index: u32) -> Option<&OpenBlock> {
        self.open.iter().find(|block| block.index == index)
    }

    fn open_part(&mut self, index: u32, what: What, kind: PartKind, events: &mut Vec<StreamEvent>) {
        self.open(index, what, events);
        let number = self.numbers.give(index);
        if let Some(block) = self.open.last_mut() {
            block.number = number;
        }
        events.push(StreamEvent::PartStart { choice: 0, index: number, kind });
    }

    fn open(&mut self, index: u32, what: What, events: &mut Vec<StreamEvent>) {
        self.start(events);
        self.stop(index, events);
        self.open.push(OpenBlock { index, number: index, what });
    }
}

/// Bytes that came in pieces, each in base64.
fn joined(pieces: Vec<String>) -> String {
    if let [one] = pieces.as_slice() {
        return one.clone();
    }
    let bytes: Result<Vec<Vec<u8>>, _> = pieces.iter().map(|piece| STANDARD.decode(piece)).collect();
    bytes.map_or_else(|_| pieces.concat(), |bytes| STANDARD.encode(bytes.concat()))
}

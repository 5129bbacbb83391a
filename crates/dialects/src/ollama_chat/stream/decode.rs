//! Lines of an upstream → canonical events.

use crate::ollama_chat::types::{Call, Reply, Said};
use crate::openai_chat::error;
use crate::openai_chat::think::{Piece, ThinkSplitter};
use crate::{DialectError, StreamDecoder};
use serde_json::Value;
use tianji_core::generate::{Delta, PartKind, StreamEvent, ToolCallKind};
use tianji_wire::Frame;

/// The decoder of one stream.
#[derive(Debug, Default)]
pub(in crate::ollama_chat) struct OllamaDecoder {
    started: bool,
    done: bool,
    failed: bool,
    /// What tells this reply from others, for calls that come without an id.
    seed: String,
    open: Option<Open>,
    parts: u32,
    calls: usize,
    /// Servers that do not split thoughts off leave them in the text.
    splitter: ThinkSplitter,
    thought: bool,
}

/// The part that grows now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Text,
    Thinking,
}

impl StreamDecoder for OllamaDecoder {
    fn decode(&mut self, frame: &Frame, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        let data: &[u8] = frame.data.trim_ascii();
        if data.is_empty() || self.failed || self.done {
            return Ok(());
        }
        let mut line: Reply<'_> = serde_json::from_slice(data)
            .map_err(|cause| DialectError::Reply(format!("a line of the stream is no reply: {cause}")))?;
        if line.error.is_some_and(|raw| raw.get() != "null") {
            self.failed = true;
            let value: Value = serde_json::from_slice(data).unwrap_or_default();
            events.push(StreamEvent::Error(error::of_stream(&value)));
            return Ok(());
        }
        self.start(&mut line, events);
        let said = line.message.take().unwrap_or_default();
        self.said(said, events);
        if let Some(raw) = line.logprobs() {
            events.push(StreamEvent::Logprobs { choice: 0, raw });
        }
        if line.done {
            self.end(&line, events);
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        if self.failed || self.done { Ok(()) } else { Err(DialectError::Cut) }
    }
}

impl OllamaDecoder {
    fn start(&mut self, line: &mut Reply<'_>, events: &mut Vec<StreamEvent>) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        self.seed = line.created_at.take().unwrap_or_default();
        let model = line.model.take().unwrap_or_default();
        events.push(StreamEvent::Start { id: String::new(), model, created: None, usage: None });
    }

    fn said(&mut self, said: Said<'_>, events: &mut Vec<StreamEvent>) {
        if let Some(text) = said.thinking.filter(|text| !text.is_empty()) {
            self.thought = true;
            self.grow(Open::Thinking, text, events);
        }
        match said.content.filter(|text| !text.is_empty()) {
            Some(text) if self.thought => self.grow(Open::Text, text, events),
            Some(text) => {
                let mut pieces = Vec::with_capacity(1);
                self.splitter.feed(text, &mut |piece| pieces.push(piece));
                self.pieces(pieces, events);
            }
            None => {}
        }
        for call in said.tool_calls.unwrap_or_default() {
            self.call(&call, events);
        }
    }

    fn pieces(&mut self, pieces: Vec<Piece>, events: &mut Vec<StreamEvent>) {
        for piece in pieces {
            match piece {
                Piece::Thinking(text) => self.grow(Open::Thinking, text, events),
                Piece::Text(text) => self.grow(Open::Text, text, events),
            }
        }
    }

    fn grow(&mut self, what: Open, text: String, events: &mut Vec<StreamEvent>) {
        if self.open != Some(what) {
            self.close(events);
            self.open = Some(what);
            let kind = if what == Open::Text { PartKind::Text } else { PartKind::Thinking };
            events.push(StreamEvent::PartStart { choice: 0, index: self.parts, kind });
        }
        let delta = if what == Open::Text { Delta::Text(text) } else { Delta::Thinking(text) };
        events.push(StreamEvent::Delta { choice: 0, index: self.parts, delta });
    }

    fn call(&mut self, call: &Call<'_>, events: &mut Vec<StreamEvent>) {
        self.close(events);
        let (choice, index) = (0, self.parts);
        let id = call.id(&self.seed, self.calls);
        let kind = PartKind::ToolCall { id, name: call.function.name.clone(), kind: ToolCallKind::Function };
        events.push(StreamEvent::PartStart { choice, index, kind });
        events.push(StreamEvent::Delta { choice, index, delta: Delta::Arguments(call.arguments()) });
        events.push(StreamEvent::PartEnd { choice, index });
        self.parts += 1;
        self.calls += 1;
    }

    fn close(&mut self, events: &mut Vec<StreamEvent>) {
        if self.open.take().is_some() {
            events.push(StreamEvent::PartEnd { choice: 0, index: self.parts });
            self.parts += 1;
        }
    }

    fn end(&mut self, line: &Reply<'_>, events: &mut Vec<StreamEvent>) {
        self.done = true;
        let mut rest = Vec::new();
        self.splitter.finish(&mut |piece| rest.push(piece));
        self.pieces(rest, events);
        self.close(events);
        events.extend(line.usage().map(StreamEvent::Usage));
        events.push(StreamEvent::Finish { choice: 0, finish: line.finish(self.calls > 0) });
    }
}

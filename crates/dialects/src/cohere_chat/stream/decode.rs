//! Events of an upstream → canonical events.
//!
//! Content blocks and tool calls are numbered each from 0; the tool plan has no number. All are parts of one answer
//! here. A block of text ends when something else begins, because its citations may follow its own end.

use super::DONE;
use crate::cohere_chat::types::{ContentPiece, Event, EventDelta};
use crate::cohere_chat::{citations, error, finish, logprobs};
use crate::{DialectError, StreamDecoder};
use tianji_core::Json;
use tianji_core::generate::{Delta, PartKind, StreamEvent, ToolCallKind};
use tianji_wire::Frame;

/// The decoder of one stream.
#[derive(Debug, Default)]
pub(in crate::cohere_chat) struct CohereDecoder {
    started: bool,
    /// `message-end` was seen, or an error: nothing may follow.
    ended: bool,
    /// Number of the next part.
    next: u32,
    open: Vec<Open>,
    called: bool,
}

/// A part that has begun and not ended.
#[derive(Clone, Copy, Debug)]
struct Open {
    what: What,
    /// The vendor's number.
    wire: u32,
    part: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Text,
    Thinking,
    Plan,
    Call { silent: bool },
}

impl What {
    const fn is_call(self) -> bool {
        matches!(self, Self::Call { .. })
    }
}

impl StreamDecoder for CohereDecoder {
    fn decode(&mut self, frame: &Frame, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        let data = frame.data.trim_ascii();
        if data.is_empty() || self.ended || data == DONE {
            return Ok(());
        }
        let event: Event<'_> = serde_json::from_slice(data)
            .map_err(|cause| DialectError::Reply(format!("a stream event is not what it should be: {cause}")))?;
        if event.is_error() {
            self.ended = true;
            events.push(StreamEvent::Error(error::of_stream(data)));
            return Ok(());
        }
        let named = || frame.event.as_deref().and_then(|name| std::str::from_utf8(name).ok()).map(str::to_owned);
        let kind = event.kind.clone().or_else(named).unwrap_or_default();
        self.event(&kind, event, events);
        Ok(())
    }

    fn finish(&mut self, _events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        if self.ended { Ok(()) } else { Err(DialectError::Cut) }
    }
}

impl CohereDecoder {
    fn event(&mut self, kind: &str, event: Event<'_>, events: &mut Vec<StreamEvent>) {
        self.start(event.id, events);
        let index = event.index.unwrap_or_default();
        let delta = event.delta.unwrap_or_default();
        if kind == "message-end" {
            return self.message_end(delta, events);
        }
        let Some(message) = delta.message else {
            if kind == "tool-call-end" {
                self.end_where(|open| open.what.is_call() && open.wire == index, events);
            }
            return;
        };
        match kind {
            "content-start" | "content-delta" => {
                self.content(index, message.content.unwrap_or_default(), kind == "content-start", events);
                if let Some(raw) = event.logprobs.and_then(|item| logprobs::canonical(&[item])) {
                    events.push(StreamEvent::Logprobs { choice: 0, raw });
                }
            }
            "tool-plan-delta" => {
                if let Some(text) = message.tool_plan.filter(|text| !text.is_empty()) {
                    let part = self.block(What::Plan, 0, events);
                    events.push(StreamEvent::Delta { choice: 0, index: part, delta: Delta::Text(text) });
                }
            }
            "tool-call-start" => {
                let call = message.tool_calls.unwrap_or_default().read();
                self.end_where(|open| !open.what.is_call() || open.wire == index, events);
                self.called = true;
                let start = PartKind::ToolCall { id: call.id, name: call.name, kind: ToolCallKind::Function };
                self.begin(What::Call { silent: true }, index, start, events);
                self.arguments(index, call.arguments, events);
            }
            "tool-call-delta" => {
                let piece = message.tool_calls.unwrap_or_default().arguments().into_owned();
                self.arguments(index, piece, events);
            }
            "tool-call-end" => self.end_where(|open| open.what.is_call() && open.wire == index, events),
            "citation-start" => self.citation(message.citations, events),
            // `message-start`, `content-end`, `citation-end`, `debug` and what may come.
            _ => {}
        }
    }

    fn start(&mut self, id: Option<String>, events: &mut Vec<StreamEvent>) {
        if !std::mem::replace(&mut self.started, true) {
            let (id, model) = (id.unwrap_or_default(), String::new());
            events.push(StreamEvent::Start { id, model, created: None, usage: None });
        }
    }

    fn begin(&mut self, what: What, wire: u32, kind: PartKind, events: &mut Vec<StreamEvent>) -> u32 {
        let part = self.next;
        self.next += 1;
        self.open.push(Open { what, wire, part });
        events.push(StreamEvent::PartStart { choice: 0, index: part, kind });
        part
    }

    /// The part of a content block or of the plan, which begins unless it is the one that is open.
    fn block(&mut self, what: What, wire: u32, events: &mut Vec<StreamEvent>) -> u32 {
        let known = self.open.iter().find(|open| open.what == what && open.wire == wire).map(|open| open.part);
        known.unwrap_or_else(|| {
            self.end_where(|open| !open.what.is_call(), events);
            let kind = if what == What::Thinking { PartKind::Thinking } else { PartKind::Text };
            self.begin(what, wire, kind, events)
        })
    }

    fn content(&mut self, wire: u32, piece: ContentPiece, starts: bool, events: &mut Vec<StreamEvent>) {
        let thinks = piece.kind.as_deref() == Some("thinking");
        let thought = piece.thinking.filter(|text| !text.is_empty());
        let text = piece.text.filter(|text| !text.is_empty());
        if starts && thought.is_none() && text.is_none() {
            self.block(if thinks { What::Thinking } else { What::Text }, wire, events);
        }
        if let Some(text) = thought {
            let index = self.block(What::Thinking, wire, events);
            events.push(StreamEvent::Delta { choice: 0, index, delta: Delta::Thinking(text) });
        }
        if let Some(text) = text {
            let index = self.block(What::Text, wire, events);
            events.push(StreamEvent::Delta { choice: 0, index, delta: Delta::Text(text) });
        }
    }

    fn arguments(&mut self, wire: u32, text: String, events: &mut Vec<StreamEvent>) {
        let call = self.open.iter_mut().find(|open| open.what.is_call() && open.wire == wire);
        let Some(call) = call.filter(|_| !text.is_empty()) else { return };
        call.what = What::Call { silent: false };
        events.push(StreamEvent::Delta { choice: 0, index: call.part, delta: Delta::Arguments(text) });
    }

    /// A citation goes to the text that is open.
    fn citation(&self, raw: Option<Json>, events: &mut Vec<StreamEvent>) {
        let Some(raw) = raw else { return };
        let plan = citations::Place::of(&raw).is_plan();
        let wanted = |open: &&Open| open.what == if plan { What::Plan } else { What::Text };
        let any = |open: &&Open| matches!(open.what, What::Plan | What::Text);
        if let Some(open) = self.open.iter().find(wanted).or_else(|| self.open.iter().find(any)) {
            events.push(StreamEvent::Delta { choice: 0, index: open.part, delta: Delta::Citation(raw) });
        }
    }

    fn end_where(&mut self, wanted: impl Fn(&Open) -> bool, events: &mut Vec<StreamEvent>) {
        self.open.retain(|open| {
            let ends = wanted(open);
            if ends {
                if open.what == (What::Call { silent: true }) {
                    let delta = Delta::Arguments("{}".to_owned());
                    events.push(StreamEvent::Delta { choice: 0, index: open.part, delta });
                }
                events.push(StreamEvent::PartEnd { choice: 0, index: open.part });
            }
            !ends
        });
    }

    fn message_end(&mut self, delta: EventDelta<'_>, events: &mut Vec<StreamEvent>) {
        self.ended = true;
        self.end_where(|_| true, events);
        if let Some(usage) = delta.usage.and_then(|usage| usage.canonical()) {
            events.push(StreamEvent::Usage(usage));
        }
        let finish = delta.finish_reason.map(|word| finish::read(&word, self.called)).transpose();
        match (finish, delta.error) {
            (Ok(Some(finish)), None) => events.push(StreamEvent::Finish { choice: 0, finish }),
            (Ok(None), None) => {}
            (_, Some(words)) => {
                let body = serde_json::json!({ "message": words }).to_string();
                events.push(StreamEvent::Error(error::of_stream(body.as_bytes())));
            }
            (Err(failed), None) => events.push(StreamEvent::Error(*failed)),
        }
    }
}

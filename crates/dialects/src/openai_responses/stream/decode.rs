//! Events of an upstream → canonical events.

use super::DONE;
use super::open::{OpenParts, call};
use crate::openai_responses::response::finish_of;
use crate::openai_responses::types::{ContentPart, Event, OutputItem, WireResponse};
use crate::openai_responses::{citations, error, items};
use crate::order::begin_late;
use crate::{DialectError, StreamDecoder};
use serde_json::value::RawValue;
use tianji_core::generate::{Delta, Opaque, Part, PartKind, StreamEvent};
use tianji_core::{DialectId, Extra, Json};
use tianji_wire::Frame;

/// The decoder of one stream.
#[derive(Debug, Default)]
pub(in crate::openai_responses) struct ResponsesDecoder {
    started: bool,
    /// The last event was seen, or an error: nothing may follow.
    ended: bool,
    parts: OpenParts,
}

impl StreamDecoder for ResponsesDecoder {
    fn decode(&mut self, frame: &Frame, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        let data = frame.data.trim_ascii();
        if data.is_empty() || self.ended || data == DONE {
            return Ok(());
        }
        let event: Event<'_> = serde_json::from_slice(data)
            .map_err(|cause| DialectError::Reply(format!("a stream event is not what it should be: {cause}")))?;
        let before = events.len();
        self.event(event, data, events)?;
        begin_late(&mut self.started, before, events);
        Ok(())
    }

    fn finish(&mut self, _events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        if self.ended { Ok(()) } else { Err(DialectError::Cut) }
    }
}

impl ResponsesDecoder {
    fn event(&mut self, mut event: Event<'_>, data: &[u8], events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        let kind = event.kind.take().unwrap_or_default();
        let kind = kind.as_str();
        match kind {
            "response.created" | "response.in_progress" | "response.queued" => {
                self.start(&read_response(event.response)?, events);
            }
            "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled" => {
                self.end(kind, event, events)?;
            }
            "error" => self.fail(event.error, data, events),
            "" if event.error.is_some() => self.fail(event.error, data, events),
            "response.output_item.added" => {
                if let Some(item) = read_item(event.item) {
                    self.item_begins(event.output_index.unwrap_or_default(), &item, events);
                }
            }
            "response.output_item.done" => {
                if let Some(raw) = event.item {
                    self.item_ends(event.output_index.unwrap_or_default(), raw, events);
                }
            }
            "response.content_part.added" | "response.content_part.done" => self.piece(kind, &event, events),
            _ => self.grow(kind, event, events),
        }
        Ok(())
    }

    fn start(&mut self, response: &WireResponse<'_>, events: &mut Vec<StreamEvent>) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        events.push(StreamEvent::Start {
            id: response.id.clone().unwrap_or_default(),
            model: response.model.clone().unwrap_or_default(),
            created: response.created_at.map(|seconds| seconds as i64),
            usage: None,
        });
    }

    fn end(&mut self, kind: &str, event: Event<'_>, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        let mut response = read_response(event.response)?;
        self.ended = true;
        if let Some(raw) = response.error.filter(|_| kind == "response.failed") {
            events.push(StreamEvent::Error(error::of_stream(raw)));
            return Ok(());
        }
        self.start(&response, events);
        // Some servers say all at once, at the end.
        if self.parts.is_untouched() {
            for (at, raw) in (0..).zip(response.output.iter().flatten()) {
                self.item_ends(at, raw, events);
            }
        }
        self.parts.end_all(events);
        if let Some(usage) = response.usage() {
            events.push(StreamEvent::Usage(usage));
        }
        response.status = response.status.take().or_else(|| kind.strip_prefix("response.").map(str::to_owned));
        events.push(StreamEvent::Finish { choice: 0, finish: finish_of(&mut response, self.parts.calls) });
        Ok(())
    }

    /// An error event: its members stand at its top, or under `error`.
    fn fail(&mut self, nested: Option<&RawValue>, data: &[u8], events: &mut Vec<StreamEvent>) {
        self.ended = true;
        let top = serde_json::from_slice::<&RawValue>(data).ok();
        if let Some(raw) = nested.filter(|raw| raw.get() != "null").or(top) {
            events.push(StreamEvent::Error(error::of_stream(raw)));
        }
    }

    fn item_begins(&mut self, at: u64, item: &OutputItem<'_>, events: &mut Vec<StreamEvent>) {
        match item.kind.as_str() {
            "function_call" | "custom_tool_call" => {
                let place = self.parts.begin(at, None, || call(item), events);
                let said = item.arguments.clone().or_else(|| item.input.clone());
                self.parts.grow(place, Delta::Arguments(said.unwrap_or_default()), events);
            }
            "reasoning" => {
                self.parts.begin(at, None, || PartKind::Thinking, events);
            }
            // A message's parts begin one by one; items of the vendor's own are passed on when they are whole.
            _ => {}
        }
    }

    fn item_ends(&mut self, at: u64, raw: &RawValue, events: &mut Vec<StreamEvent>) {
        let item: OutputItem<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
        match item.kind.as_str() {
            "message" => {
                for (index, raw) in (0..).zip(item.content.iter().flatten()) {
                    self.whole_piece(at, index, raw, events);
                }
                self.parts.end_item(at, events);
            }
            "reasoning" => {
                if let (None, Part::RedactedThinking { data }) = (self.parts.position(at, None), items::thought(&item))
                {
                    let place = self.parts.begin(at, None, || PartKind::RedactedThinking { data }, events);
                    return self.parts.end(place, events);
                }
                let place = self.parts.begin(at, None, || PartKind::Thinking, events);
                self.parts.end_thought(place, &item, events);
            }
            "function_call" | "custom_tool_call" => {
                let place = self.parts.begin(at, None, || call(&item), events);
                self.parts.catch_up(place, item.arguments.or(item.input), Delta::Arguments, events);
                self.parts.end(place, events);
            }
            _ => {
                let raw = Json::from(raw);
                let own = Opaque { dialect: DialectId::OpenAiResponses, type_name: item.kind, raw };
                let place = self.parts.begin(at, None, || PartKind::Opaque(own), events);
                self.parts.end(place, events);
            }
        }
    }

    /// A piece of a message begins or ends.
    fn piece(&mut self, kind: &str, event: &Event<'_>, events: &mut Vec<StreamEvent>) {
        let (item, index) = (event.output_index.unwrap_or_default(), event.content_index.unwrap_or_default());
        let Some(raw) = event.part else { return };
        let part: ContentPart = serde_json::from_str(raw.get()).unwrap_or_default();
        let starts = match part.kind.as_str() {
            "output_text" => PartKind::Text,
            "refusal" => PartKind::Refusal,
            // A thought is one part with its item; other pieces are not streamed.
            _ => return,
        };
        if kind == "response.content_part.added" {
            self.parts.begin(item, Some(index), || starts, events);
        } else {
            self.whole_piece(item, index, raw, events);
        }
    }

    /// A piece of a message is known whole: says of it what was not said, and ends it. One that ended before is left
    /// alone.
    fn whole_piece(&mut self, item: u64, index: u64, raw: &RawValue, events: &mut Vec<StreamEvent>) {
        let part = items::content_part(raw, &mut Vec::new());
        let (starts, text, citations): (_, _, Vec<Json>) = match part {
            Part::Text(text) => (PartKind::Text, text.text, text.citations),
            Part::Refusal(words) => (PartKind::Refusal, words, Vec::new()),
            _ => return,
        };
        if self.parts.position(item, Some(index)).is_none() && self.parts.was_said(item, index) {
            return;
        }
        let refusal = starts == PartKind::Refusal;
        let at = self.parts.begin(item, Some(index), || starts, events);
        let delta = if refusal { Delta::Refusal } else { Delta::Text };
        if self.parts.is_silent(at) {
            self.parts.grow(at, delta(text), events);
            for citation in citations {
                self.parts.grow(at, Delta::Citation(citation), events);
            }
        }
        self.parts.end(at, events);
    }

    fn grow(&mut self, kind: &str, event: Event<'_>, events: &mut Vec<StreamEvent>) {
        let item = event.output_index.unwrap_or_default();
        let piece = Some(event.content_index.unwrap_or_default());
        let delta = event.delta.unwrap_or_default();
        match kind {
            "response.output_text.delta" => {
                let at = self.parts.begin(item, piece, || PartKind::Text, events);
                self.parts.grow(at, Delta::Text(delta), events);
                if let Some(raw) = event.logprobs.filter(|list| !list.is_empty()).and_then(|list| logprobs(&list)) {
                    events.push(StreamEvent::Logprobs { choice: 0, raw });
                }
            }
            "response.output_text.annotation.added" => {
                let at = self.parts.begin(item, piece, || PartKind::Text, events);
                if let Some(annotation) = event.annotation {
                    self.parts.grow(at, Delta::Citation(citations::read(annotation)), events);
                }
            }
            "response.refusal.delta" => {
                let at = self.parts.begin(item, piece, || PartKind::Refusal, events);
                self.parts.grow(at, Delta::Refusal(delta), events);
            }
            "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
                if let Some(at) = self.parts.position(item, None) {
                    self.parts.grow(at, Delta::Arguments(delta), events);
                }
            }
            "response.function_call_arguments.done" | "response.custom_tool_call_input.done" => {
                if let Some(at) = self.parts.position(item, None) {
                    self.parts.catch_up(at, event.arguments.or(event.input), Delta::Arguments, events);
                }
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                let index = event.summary_index.or(event.content_index);
                let at = self.parts.begin(item, None, || PartKind::Thinking, events);
                self.parts.think(at, index.unwrap_or_default(), delta, events);
            }
            // The whole of what came in pieces, and the progress of the vendor's own tools.
            _ => {}
        }
    }
}

fn read_response(raw: Option<&RawValue>) -> Result<WireResponse<'_>, DialectError> {
    let Some(raw) = raw else { return Ok(WireResponse::default()) };
    serde_json::from_str(raw.get())
        .map_err(|cause| DialectError::Reply(format!("the response of an event is not what it should be: {cause}")))
}

fn read_item(raw: Option<&RawValue>) -> Option<OutputItem<'_>> {
    serde_json::from_str(raw?.get()).ok()
}

/// Log probabilities as chat completions have them.
fn logprobs(list: &[Json]) -> Option<Json> {
    let content = Json::of(list).ok()?;
    Json::of(&Extra::from_iter([("content".to_owned(), content)])).ok()
}

//! The items of an upstream's stream that have begun, and the canonical parts that they became.

use crate::openai_responses::items;
use crate::openai_responses::types::OutputItem;
use tianji_core::generate::{Delta, Part, PartKind, StreamEvent, ToolCallKind};

/// Parts in flight.
#[derive(Debug, Default)]
pub(super) struct OpenParts {
    next: u32,
    open: Vec<OpenPart>,
    /// Pieces of messages that have ended: (item, piece).
    said: Vec<(u64, u64)>,
    /// A call was seen.
    pub(super) calls: bool,
}

/// A part that has begun and not ended.
#[derive(Debug)]
struct OpenPart {
    /// Item of the output.
    item: u64,
    /// Piece of the item; `None` where the item is one part.
    piece: Option<u64>,
    /// Number of the canonical part.
    index: u32,
    /// How much of it came, in bytes.
    grown: usize,
    /// Pieces of a thought so far: a new one begins with a blank line.
    last_piece: Option<u64>,
}

impl OpenParts {
    /// Whether nothing was said yet.
    pub(super) fn is_untouched(&self) -> bool {
        self.next == 0
    }

    /// Begins a part unless it has begun; gives its place.
    pub(super) fn begin(
        &mut self,
        item: u64,
        piece: Option<u64>,
        kind: impl FnOnce() -> PartKind,
        events: &mut Vec<StreamEvent>,
    ) -> usize {
        if let Some(at) = self.position(item, piece) {
            return at;
        }
        let index = self.next;
        self.next += 1;
        let kind = kind();
        self.calls |= matches!(kind, PartKind::ToolCall { .. });
        events.push(StreamEvent::PartStart { choice: 0, index, kind });
        self.open.push(OpenPart { item, piece, index, grown: 0, last_piece: None });
        self.open.len() - 1
    }

    /// Where the part stands, if it is open.
    pub(super) fn position(&self, item: u64, piece: Option<u64>) -> Option<usize> {
        self.open.iter().position(|part| part.item == item && part.piece == piece)
    }

    /// A part grows.
    pub(super) fn grow(&mut self, at: usize, delta: Delta, events: &mut Vec<StreamEvent>) {
        let Some(part) = self.open.get_mut(at) else { return };
        let length = match &delta {
            Delta::Text(text) | Delta::Arguments(text) | Delta::Thinking(text) | Delta::Refusal(text) => text.len(),
            Delta::Signature(_) | Delta::Citation(_) => 1,
        };
        if length > 0 {
            part.grown += length;
            events.push(StreamEvent::Delta { choice: 0, index: part.index, delta });
        }
    }

    /// A thought grows by a piece of its summary or content.
    pub(super) fn think(&mut self, at: usize, piece: u64, text: String, events: &mut Vec<StreamEvent>) {
        let Some(part) = self.open.get_mut(at) else { return };
        let apart = part.last_piece.is_some_and(|last| last != piece) && part.grown > 0;
        part.last_piece = Some(piece);
        if apart {
            self.grow(at, Delta::Thinking(items::BETWEEN.to_owned()), events);
        }
        self.grow(at, Delta::Thinking(text), events);
    }

    /// Says at the end what did not come in pieces.
    pub(super) fn catch_up(
        &mut self,
        at: usize,
        whole: Option<String>,
        delta: fn(String) -> Delta,
        events: &mut Vec<StreamEvent>,
    ) {
        if let (true, Some(whole)) = (self.is_silent(at), whole) {
            self.grow(at, delta(whole), events);
        }
    }

    /// Whether a part has begun but not grown.
    pub(super) fn is_silent(&self, at: usize) -> bool {
        self.open.get(at).is_some_and(|part| part.grown == 0)
    }

    /// Whether that piece of a message has ended.
    pub(super) fn was_said(&self, item: u64, piece: u64) -> bool {
        self.said.contains(&(item, piece))
    }

    /// A part is complete.
    pub(super) fn end(&mut self, at: usize, events: &mut Vec<StreamEvent>) {
        if at < self.open.len() {
            let part = self.open.remove(at);
            self.said.extend(part.piece.map(|piece| (part.item, piece)));
            events.push(StreamEvent::PartEnd { choice: 0, index: part.index });
        }
    }

    /// All parts of an item are complete.
    pub(super) fn end_item(&mut self, item: u64, events: &mut Vec<StreamEvent>) {
        while let Some(at) = self.open.iter().position(|part| part.item == item) {
            self.end(at, events);
        }
    }

    /// Everything is complete.
    pub(super) fn end_all(&mut self, events: &mut Vec<StreamEvent>) {
        while !self.open.is_empty() {
            self.end(0, events);
        }
    }

    /// A thought is complete: what the item carries besides its words becomes its signature.
    pub(super) fn end_thought(&mut self, at: usize, item: &OutputItem<'_>, events: &mut Vec<StreamEvent>) {
        let Part::Thinking(thinking) = items::thought(item) else { return self.end(at, events) };
        self.catch_up(at, Some(thinking.text), Delta::Thinking, events);
        if let Some(signature) = thinking.signature {
            self.grow(at, Delta::Signature(signature), events);
        }
        self.end(at, events);
    }
}

/// What kind of part a call is.
pub(super) fn call(item: &OutputItem<'_>) -> PartKind {
    let kind = if item.kind == "custom_tool_call" { ToolCallKind::Custom } else { ToolCallKind::Function };
    let id = item.call_id.as_ref().or(item.id.as_ref()).cloned().unwrap_or_default();
    PartKind::ToolCall { id, name: item.name.clone().unwrap_or_default(), kind }
}

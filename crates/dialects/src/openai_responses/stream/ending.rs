//! How parts and items end.

use super::events::{At, text};
use super::output::{Kind, Output, SUMMARY, What, call_events};
use crate::openai_chat::json;
use crate::openai_responses::response::item::{self, Content};
use bytes::BytesMut;
use std::fmt::Write as _;

impl Output {
    /// A part ends, by its place among the open ones.
    pub(super) fn end(&mut self, open: usize, out: &mut BytesMut) {
        if open >= self.parts.len() {
            return;
        }
        let ended = self.parts.remove(open);
        let Some((at, piece)) = ended.place else { return };
        match ended.kind {
            Kind::Text | Kind::Refusal => self.end_content(at, piece, out),
            Kind::Thinking => {
                self.end_summary(at, !ended.head.is_empty(), out);
                self.done(at, "completed", out);
            }
            Kind::Call => {
                self.end_call(at, &ended.head, out);
                self.done(at, "completed", out);
            }
        }
        if at + 1 < self.items.len() {
            self.close_idle(out);
        }
    }

    fn end_content(&mut self, at: usize, piece: usize, out: &mut BytesMut) {
        let content = match self.items.get(at).map(|item| &item.what) {
            Some(What::Message(content)) => content.get(piece).cloned(),
            _ => None,
        };
        let Some(content) = content else { return };
        let place = ("content_index", piece);
        let id = self.items.get(at).map(|item| item.id.as_str()).unwrap_or_default();
        let here = At { item_id: id, output_index: at, piece: Some(place) };
        match &content {
            Content::Text { text: words, logprobs, .. } => {
                self.sequence.event("response.output_text.done", out, |out| {
                    here.write(out);
                    text("text", words, out);
                    out.extend_from_slice(br#""logprobs":"#);
                    json::value(logprobs, out);
                    out.extend_from_slice(b",");
                });
            }
            Content::Refusal(words) => {
                self.sequence.event("response.refusal.done", out, |out| {
                    here.write(out);
                    text("refusal", words, out);
                });
            }
            Content::Audio { .. } => {}
        }
        self.part_event("response.content_part.done", at, place, &content, out);
    }

    fn end_summary(&mut self, at: usize, begun: bool, out: &mut BytesMut) {
        let words = match self.items.get(at).map(|item| &item.what) {
            Some(What::Thought(thought)) if begun => thought.text.clone(),
            _ => return,
        };
        let id = self.items.get(at).map(|item| item.id.as_str()).unwrap_or_default();
        let here = At { item_id: id, output_index: at, piece: SUMMARY };
        self.sequence.event("response.reasoning_summary_text.done", out, |out| {
            here.write(out);
            text("text", &words, out);
        });
        self.summary_event("response.reasoning_summary_part.done", at, &words, out);
    }

    fn end_call(&mut self, at: usize, head: &[u8], out: &mut BytesMut) {
        let Some(item) = self.items.get_mut(at) else { return };
        let What::Call(call) = &mut item.what else { return };
        let arguments = call.arguments();
        // Clients put the pieces together, so an empty call needs one, too.
        if arguments != call.arguments {
            self.sequence.growth(head, arguments, out);
        }
        let here = At { item_id: &item.id, output_index: at, piece: None };
        let (_, done, member) = call_events(call);
        self.sequence.event(done, out, |out| {
            here.write(out);
            text("name", &call.name, out);
            text(member, arguments, out);
        });
    }

    /// Whether an item is a message that goes on as soon as another text comes.
    pub(super) fn is_idle(&self, at: usize) -> bool {
        let message =
            self.items.get(at).is_some_and(|item| matches!(item.what, What::Message(_)) && item.done.is_none());
        message && !self.parts.iter().any(|open| open.place.is_some_and(|(item, _)| item == at))
    }

    /// Messages that no part is open in are done.
    pub(super) fn close_idle(&mut self, out: &mut BytesMut) {
        for at in 0..self.items.len() {
            if self.is_idle(at) {
                self.done(at, "completed", out);
            }
        }
    }

    /// Writes that an item is done.
    pub(super) fn done(&mut self, at: usize, status: &str, out: &mut BytesMut) {
        let Some(item) = self.items.get_mut(at) else { return };
        let mut whole = item.done.take().unwrap_or_default();
        match &item.what {
            What::Message(content) => item::message(&item.id, status, content, &mut whole),
            What::Thought(thought) => thought.write(&item.id, &mut whole),
            What::Call(call) => item::call(&item.id, "completed", call, call.arguments(), &mut whole),
            What::Whole => {}
        }
        self.sequence.event("response.output_item.done", out, |out| {
            let _ = write!(out, r#""output_index":{at},"item":"#);
            out.extend_from_slice(&whole);
            out.extend_from_slice(b",");
        });
        item.done = Some(whole);
    }

    /// Everything is done; a message that the reply ends with has that status.
    pub(super) fn close_all(&mut self, status: &str, out: &mut BytesMut) {
        while !self.parts.is_empty() {
            // The last message of a reply that was cut is not complete.
            self.end(0, out);
        }
        for at in 0..self.items.len() {
            if self.items.get(at).is_some_and(|item| item.done.is_none()) {
                self.done(at, status, out);
            }
        }
    }
}

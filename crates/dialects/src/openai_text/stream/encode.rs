//! Canonical events → chunks for a client.

use crate::StreamEncoder;
use crate::openai_chat::json;
use crate::openai_chat::response::client_id;
use crate::openai_chat::stream::write_failure;
use crate::openai_chat::{finish, usage};
use crate::openai_text::logprobs;
use bytes::BytesMut;
use std::fmt::Write as _;
use tianji_core::generate::{ClientView, Delta, Finish, StreamEvent};
use tianji_core::{Error, Json, Usage};

/// The encoder of one stream.
#[derive(Debug)]
pub(in crate::openai_text) struct TextEncoder {
    view: ClientView,
    /// What all chunks begin with, up to and including `"choices":[`.
    head: BytesMut,
    answers: Vec<Answer>,
    usage: Option<Usage>,
}

#[derive(Debug)]
struct Answer {
    index: u32,
    /// Characters of the tokens whose log probabilities were told.
    told: usize,
    finished: bool,
}

impl TextEncoder {
    /// Before the first event.
    pub(in crate::openai_text) fn new(view: ClientView) -> Self {
        Self { view, head: BytesMut::new(), answers: Vec::with_capacity(1), usage: None }
    }

    fn start(&mut self, id: &str, model: &str, created: Option<i64>) {
        let head = &mut self.head;
        head.clear();
        head.extend_from_slice(br#"data: {"id":"#);
        json::string(client_id(id, &self.view), head);
        let created = created.unwrap_or(self.view.created);
        let _ = write!(head, r#","object":"text_completion","created":{created},"model":"#);
        json::string(self.view.model_or(model), head);
        head.extend_from_slice(br#","choices":["#);
    }

    /// The answer with that number; `None` once it has ended.
    fn answer(&mut self, index: u32) -> Option<&mut Answer> {
        let at = self.answers.iter().position(|answer| answer.index == index).unwrap_or_else(|| {
            self.answers.push(Answer { index, told: 0, finished: false });
            self.answers.len() - 1
        });
        self.answers.get_mut(at).filter(|answer| !answer.finished)
    }

    fn chunk(&mut self, index: u32, text: &str, logprobs: Option<&Json>, ended: Option<&str>, out: &mut BytesMut) {
        if self.head.is_empty() {
            self.start("", "", None);
        }
        out.extend_from_slice(&self.head);
        out.extend_from_slice(br#"{"text":"#);
        json::string(text, out);
        let _ = write!(out, r#","index":{index},"logprobs":"#);
        match logprobs {
            Some(raw) => json::value(raw, out),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(br#","finish_reason":"#);
        json::optional_string(ended, out);
        out.extend_from_slice(b"}]}\n\n");
    }

    fn text(&mut self, index: u32, text: &str, out: &mut BytesMut) {
        if !text.is_empty() && self.answer(index).is_some() {
            self.chunk(index, text, None, None, out);
        }
    }

    fn logprobs(&mut self, index: u32, raw: &Json, out: &mut BytesMut) {
        let Some(answer) = self.answer(index) else { return };
        let told = logprobs::of_chat(raw, &mut answer.told);
        self.chunk(index, "", Some(&told), None, out);
    }

    fn end(&mut self, index: u32, ended: &Finish, out: &mut BytesMut) {
        let Some(answer) = self.answer(index) else { return };
        answer.finished = true;
        self.chunk(index, "", None, Some(finish::word(ended.reason, false)), out);
    }
}

impl StreamEncoder for TextEncoder {
    fn encode(&mut self, event: &StreamEvent, out: &mut BytesMut) {
        match event {
            StreamEvent::Start { id, model, created, usage } => {
                self.start(id, model, *created);
                self.usage = *usage;
            }
            StreamEvent::Delta { choice, delta: Delta::Text(text) | Delta::Refusal(text), .. } => {
                self.text(*choice, text, out);
            }
            // Thoughts, calls and citations have no place in a bare text.
            StreamEvent::Delta { .. } | StreamEvent::PartStart { .. } | StreamEvent::PartEnd { .. } => {}
            StreamEvent::Usage(usage) => self.usage = Some(*usage),
            StreamEvent::Logprobs { choice, raw } => self.logprobs(*choice, raw, out),
            StreamEvent::Finish { choice, finish } => self.end(*choice, finish, out),
            StreamEvent::Error(error) => self.fail(error, out),
        }
    }

    fn finish(&mut self, out: &mut BytesMut) {
        if let (true, Some(usage)) = (self.view.include_usage, self.usage) {
            if self.head.is_empty() {
                self.start("", "", None);
            }
            out.extend_from_slice(&self.head);
            out.extend_from_slice(br#"],"usage":"#);
            usage::write(&usage, usage::Extras::Caches, out);
            out.extend_from_slice(b"}\n\n");
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        write_failure(error, out);
    }
}

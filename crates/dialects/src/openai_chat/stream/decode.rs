//! Chunks of an upstream → canonical events.

use super::choice::ChoiceDecoder;
use crate::openai_chat::types::Chunk;
use crate::openai_chat::{error, usage};
use crate::{DialectError, StreamDecoder};
use memchr::memmem::Finder;
use serde_json::Value;
use std::sync::LazyLock;
use tianji_core::generate::{FinishReason, StreamEvent};
use tianji_wire::Frame;

/// The decoder of one stream.
#[derive(Debug, Default)]
pub(in crate::openai_chat) struct ChatDecoder {
    started: bool,
    done: bool,
    failed: bool,
    id: String,
    choices: Vec<ChoiceDecoder>,
}

impl StreamDecoder for ChatDecoder {
    fn decode(&mut self, frame: &Frame, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        let data: &[u8] = frame.data.trim_ascii();
        if data.is_empty() || self.failed {
            return Ok(());
        }
        if data == DONE {
            self.done = true;
            return Ok(());
        }
        if may_be_error(data) {
            let value: Value = serde_json::from_slice(data).map_err(unreadable)?;
            if error::is_error(&value) {
                self.failed = true;
                events.push(StreamEvent::Error(error::of_stream(&value)));
                return Ok(());
            }
        }
        let chunk: Chunk<'_> = serde_json::from_slice(data).map_err(unreadable)?;
        self.chunk(chunk, events);
        Ok(())
    }

    fn finish(&mut self, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        if self.failed {
            return Ok(());
        }
        let ended = !self.choices.is_empty() && self.choices.iter().all(ChoiceDecoder::is_finished);
        if self.choices.is_empty() || !(ended || self.done) {
            return Err(DialectError::Cut);
        }
        // `[DONE]` came although an answer never said why it ended.
        for choice in self.choices.iter_mut().filter(|choice| !choice.is_finished()) {
            choice.finish(FinishReason::Stop, "", events);
        }
        Ok(())
    }
}

impl ChatDecoder {
    fn chunk(&mut self, chunk: Chunk<'_>, events: &mut Vec<StreamEvent>) {
        let choices = chunk.choices.unwrap_or_default();
        let groq = || chunk.x_groq.and_then(|extras| extras.usage);
        let report = chunk.usage.or_else(groq).and_then(|raw| usage::read(raw.get()));
        if !self.started && (!choices.is_empty() || report.is_some()) {
            self.started = true;
            self.id = chunk.id.unwrap_or_default();
            events.push(StreamEvent::Start {
                id: self.id.clone(),
                model: chunk.model.unwrap_or_default(),
                created: chunk.created.filter(|seconds| *seconds > 0.0).map(|seconds| seconds as i64),
                usage: None,
            });
        }
        for (position, choice) in (0..).zip(choices) {
            let index = choice.index.unwrap_or(position);
            if !self.choices.iter().any(|known| known.index == index) {
                self.choices.push(ChoiceDecoder::new(index, &self.id));
            }
            if let Some(known) = self.choices.iter_mut().find(|known| known.index == index) {
                known.take(choice, events);
            }
        }
        if let Some(report) = report {
            events.push(StreamEvent::Usage(report.usage));
        }
    }
}

/// Whether it is worth looking for an error: chunks of answers have `choices`, errors name themselves.
pub(crate) fn may_be_error(data: &[u8]) -> bool {
    CHOICES.find(data).is_none() || ERROR.find(data).is_some()
}

fn unreadable(cause: serde_json::Error) -> DialectError {
    DialectError::Reply(format!("a stream frame is not JSON: {cause}"))
}

static CHOICES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"choices\""));
static ERROR: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"error\""));

/// The terminator of a stream.
pub(crate) const DONE: &[u8] = b"[DONE]";

//! Chunks of an upstream → canonical events.

use crate::openai_chat::stream::{DONE, may_be_error};
use crate::openai_chat::{error, finish, usage};
use crate::openai_text::logprobs;
use crate::{DialectError, StreamDecoder};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tianji_core::Json;
use tianji_core::generate::{Delta, Finish, FinishReason, PartKind, StreamEvent};
use tianji_wire::Frame;

/// The decoder of one stream.
#[derive(Debug, Default)]
pub(in crate::openai_text) struct TextDecoder {
    started: bool,
    done: bool,
    failed: bool,
    answers: Vec<Answer>,
}

/// One answer so far: a single part, which grows.
#[derive(Debug)]
struct Answer {
    index: u32,
    open: bool,
    finished: bool,
}

impl StreamDecoder for TextDecoder {
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
        self.chunk(serde_json::from_slice(data).map_err(unreadable)?, events);
        Ok(())
    }

    fn finish(&mut self, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        if self.failed {
            return Ok(());
        }
        let ended = !self.answers.is_empty() && self.answers.iter().all(|answer| answer.finished);
        if self.answers.is_empty() || !(ended || self.done) {
            return Err(DialectError::Cut);
        }
        // `[DONE]` came although an answer never said why it ended.
        for answer in self.answers.iter_mut().filter(|answer| !answer.finished) {
            answer.end(Finish::new(FinishReason::Stop, ""), events);
        }
        Ok(())
    }
}

impl TextDecoder {
    fn chunk(&mut self, chunk: Chunk<'_>, events: &mut Vec<StreamEvent>) {
        let choices = chunk.choices.unwrap_or_default();
        let report = chunk.usage.and_then(|raw| usage::read(raw.get()));
        if !self.started && (!choices.is_empty() || report.is_some()) {
            self.started = true;
            events.push(StreamEvent::Start {
                id: chunk.id.unwrap_or_default(),
                model: chunk.model.unwrap_or_default(),
                created: chunk.created.filter(|seconds| *seconds > 0.0).map(|seconds| seconds as i64),
                usage: None,
            });
        }
        for (position, choice) in (0..).zip(choices) {
            let index = choice.index.unwrap_or(position);
            if !self.answers.iter().any(|known| known.index == index) {
                self.answers.push(Answer { index, open: false, finished: false });
            }
            if let Some(answer) = self.answers.iter_mut().find(|known| known.index == index) {
                answer.take(choice, events);
            }
        }
        if let Some(report) = report {
            events.push(StreamEvent::Usage(report.usage));
        }
    }
}

impl Answer {
    fn take(&mut self, choice: ChunkChoice, events: &mut Vec<StreamEvent>) {
        if self.finished {
            return;
        }
        if let Some(text) = choice.text.filter(|text| !text.is_empty()) {
            if !self.open {
                self.open = true;
                events.push(StreamEvent::PartStart { choice: self.index, index: PART, kind: PartKind::Text });
            }
            events.push(StreamEvent::Delta { choice: self.index, index: PART, delta: Delta::Text(text) });
        }
        if let Some(raw) = choice.logprobs.filter(|raw| !raw.is_null()) {
            events.push(StreamEvent::Logprobs { choice: self.index, raw: logprobs::to_chat(&raw) });
        }
        if let Some(word) = choice.finish_reason.filter(|word| !word.is_empty()) {
            self.end(finish::read(&word), events);
        }
    }

    fn end(&mut self, finish: Finish, events: &mut Vec<StreamEvent>) {
        self.finished = true;
        if std::mem::take(&mut self.open) {
            events.push(StreamEvent::PartEnd { choice: self.index, index: PART });
        }
        events.push(StreamEvent::Finish { choice: self.index, finish });
    }
}

fn unreadable(cause: serde_json::Error) -> DialectError {
    DialectError::Reply(format!("a stream frame is not a completion: {cause}"))
}

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    created: Option<f64>,
    #[serde(default)]
    choices: Option<Vec<ChunkChoice>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ChunkChoice {
    #[serde(default)]
    index: Option<u32>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    logprobs: Option<Json>,
    #[serde(default)]
    finish_reason: Option<String>,
}

/// An answer is one text.
const PART: u32 = 0;

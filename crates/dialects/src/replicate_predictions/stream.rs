//! Events of a prediction's stream → canonical events (Replicate, "Streaming output"): `output` with a piece of text,
//! `logs`, `error`, and `done`, whose data may say that it was no success. A prediction that was waited for instead comes
//! as one event without a name.

use super::response::{Prediction, failure, finished};
use crate::openai_chat::error;
use crate::prompt::Answer;
use crate::{DialectError, StreamDecoder};
use serde::Deserialize;
use tianji_core::Error;
use tianji_core::generate::StreamEvent;
use tianji_wire::Frame;

/// The decoder of one stream.
#[derive(Debug, Default)]
pub(super) struct ReplicateDecoder {
    answer: Answer,
    failed: bool,
}

impl StreamDecoder for ReplicateDecoder {
    fn decode(&mut self, frame: &Frame, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        if self.failed || self.answer.has_ended() {
            return Ok(());
        }
        match frame.event.as_deref() {
            Some(b"output") => {
                let text = String::from_utf8_lossy(&frame.data).into_owned();
                self.answer.text(text, events);
            }
            Some(b"error") => {
                let told = error::decode(500, &frame.data);
                self.fail(Error::provider(told.kind, told.message).with_status(told.status), events);
            }
            Some(b"done") => self.done(&frame.data, events),
            None if !frame.data.trim_ascii().is_empty() => return self.whole(&frame.data, events),
            _ => {}
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        if self.failed || self.answer.has_ended() { Ok(()) } else { Err(DialectError::Cut) }
    }
}

impl ReplicateDecoder {
    fn done(&mut self, data: &[u8], events: &mut Vec<StreamEvent>) {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Done {
            reason: Option<String>,
        }
        let done: Done = serde_json::from_slice(data).unwrap_or_default();
        match done.reason.filter(|reason| !reason.is_empty()) {
            Some(reason) => {
                let status = if reason == "error" { "failed" } else { &reason };
                self.fail(failure(data, status), events);
            }
            None => self.answer.end(finished(), None, events),
        }
    }

    fn whole(&mut self, data: &[u8], events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        match Prediction::read(data) {
            Ok(prediction) => {
                self.answer.start(&prediction.id, &prediction.model, events);
                self.answer.text(prediction.text(), events);
                self.answer.end(finished(), prediction.usage(), events);
                Ok(())
            }
            Err(DialectError::Failed(error)) => {
                self.fail(*error, events);
                Ok(())
            }
            Err(other) => Err(other),
        }
    }

    fn fail(&mut self, error: Error, events: &mut Vec<StreamEvent>) {
        self.failed = true;
        events.push(StreamEvent::Error(error));
    }
}

//! Tokens of an upstream → canonical events.

use super::types::Generated;
use crate::openai_chat::error;
use crate::openai_chat::stream::DONE;
use crate::prompt::Answer;
use crate::{DialectError, StreamDecoder};
use serde_json::Value;
use tianji_core::generate::StreamEvent;
use tianji_wire::Frame;

/// The decoder of one stream.
#[derive(Debug, Default)]
pub(super) struct TextGenerationDecoder {
    answer: Answer,
    failed: bool,
    /// Pieces without tokens have no last one: the stream's end is the answer's.
    endless: bool,
}

impl StreamDecoder for TextGenerationDecoder {
    fn decode(&mut self, frame: &Frame, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        let data: &[u8] = frame.data.trim_ascii();
        if data.is_empty() || data == DONE || self.failed || self.answer.has_ended() {
            return Ok(());
        }
        let unreadable = |cause| DialectError::Reply(format!("a piece of the stream is no generated text: {cause}"));
        let value: Value = serde_json::from_slice(data).map_err(unreadable)?;
        if error::is_error(&value) {
            self.failed = true;
            events.push(StreamEvent::Error(error::of_stream(&value)));
            return Ok(());
        }
        let mut piece: Generated = serde_json::from_value(value).map_err(unreadable)?;
        if let Some(token) = piece.token.take() {
            self.answer.start("", "", events);
            if !token.special {
                self.answer.text(token.text, events);
            }
            // The last token brings the whole text once more.
            if piece.generated_text.is_some() || piece.details.is_some() {
                self.answer.end(piece.finish(), piece.usage(), events);
            }
        } else if let Some(text) = piece.text() {
            self.endless = true;
            // An answer may be empty.
            self.answer.start("", "", events);
            self.answer.text(text, events);
        }
        Ok(())
    }

    fn finish(&mut self, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        if self.failed || self.answer.has_ended() {
            return Ok(());
        }
        if !self.endless || !self.answer.has_started() {
            return Err(DialectError::Cut);
        }
        self.answer.end(Generated::default().finish(), None, events);
        Ok(())
    }
}

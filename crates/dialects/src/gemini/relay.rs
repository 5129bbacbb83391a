//! The same dialect on both sides: bytes pass as they are (no body names its model), and usage is noted.

use super::array::Frames;
use super::types::{WireReply, WireUsage};
use super::{error, finish, grounding, model::Model};
use crate::frame::pass;
use crate::openai_chat::scan;
use crate::{DialectError, Observed, StreamBridge};
use bytes::{Bytes, BytesMut};
use memchr::memmem;
use serde::Deserialize;
use tianji_core::Error;
use tianji_core::generate::{ClientView, FinishReason};
use tianji_wire::Frame;

/// Passes a whole reply on.
pub(super) fn response(body: &Bytes, seen: &mut Observed) -> Result<Bytes, DialectError> {
    let reply: WireReply<'_> = serde_json::from_slice(body)
        .map_err(|cause| DialectError::Reply(format!("it is not what it should be: {cause}")))?;
    if let Some(raw) = reply.error {
        return Err(DialectError::Reply(error::words(raw)));
    }
    let blocked = reply.block_reason();
    let candidates = reply.candidates.as_deref().unwrap_or_default();
    if candidates.is_empty() && blocked.is_none() {
        return Err(DialectError::Reply("it has no candidates".to_owned()));
    }
    seen.usage = reply.usage_metadata.as_ref().map(WireUsage::canonical);
    if let Some(usage) = &mut seen.usage {
        let third = reply.model_version.as_deref().is_some_and(|name| Model::named(name).is_third());
        let searched = candidates.iter().filter_map(|candidate| candidate.grounding_metadata.as_ref());
        usage.counters.web_search = searched.map(|raw| grounding::searches(raw, third)).sum();
    } else {
        seen.output_bytes = text_bytes(body);
    }
    let calls = memmem::find(body, CALL).is_some();
    let word = candidates.first().and_then(|candidate| candidate.finish_reason.as_deref());
    seen.finish = word.map(|word| finish::read(word, calls).reason);
    seen.finish = seen.finish.or(blocked.map(|_| FinishReason::ContentFilter));
    seen.response_id = reply.response_id;
    seen.model = reply.model_version;
    Ok(body.clone())
}

/// The relay of one stream.
#[derive(Debug)]
pub(super) struct GeminiRelay {
    frames: Frames,
    seen: Observed,
    calls: bool,
    /// Searches that are billed, by the last frame that says so.
    searches: u64,
    begun: bool,
}

impl GeminiRelay {
    /// Before the first frame.
    pub(super) fn new(view: &ClientView) -> Self {
        Self { frames: Frames::new(view), seen: Observed::default(), calls: false, searches: 0, begun: false }
    }

    /// Looks for what the meter needs, without reading the text.
    fn note(&mut self, data: &[u8]) -> Result<(), Error> {
        if !self.begun {
            self.begun = true;
            self.first(data)?;
        }
        self.calls |= memmem::find(data, CALL).is_some();
        if let Some(word) = after::<String>(data, b"\"finishReason\"").filter(|word| finish::is_reason(word)) {
            self.seen.finish = Some(finish::read(&word, self.calls).reason);
        } else if memmem::find(data, b"\"blockReason\"").is_some() {
            self.seen.finish = Some(FinishReason::ContentFilter);
        }
        if memmem::find(data, b"\"groundingMetadata\"").is_some() {
            let reply: WireReply<'_> = serde_json::from_slice(data).unwrap_or_default();
            let third = self.seen.model.as_deref().is_some_and(|name| Model::named(name).is_third());
            let found = reply.candidates.unwrap_or_default().into_iter().filter_map(|it| it.grounding_metadata);
            self.searches = self.searches.max(found.map(|raw| grounding::searches(&raw, third)).sum());
        }
        match after::<WireUsage>(data, b"\"usageMetadata\"") {
            Some(usage) => {
                let mut usage = usage.canonical();
                usage.counters.web_search = self.searches;
                self.seen.usage = Some(usage);
            }
            None => self.seen.output_bytes += text_bytes(data),
        }
        Ok(())
    }

    fn first(&mut self, data: &[u8]) -> Result<(), Error> {
        let reply: WireReply<'_> = serde_json::from_slice(data)
            .map_err(|cause| DialectError::Reply(format!("a stream frame is not what it should be: {cause}")))
            .map_err(DialectError::of_reply)?;
        self.seen.response_id = reply.response_id;
        self.seen.model = reply.model_version;
        Ok(())
    }
}

impl StreamBridge for GeminiRelay {
    fn frame(&mut self, frame: &Frame, out: &mut BytesMut) -> Result<(), Error> {
        let data = frame.data.trim_ascii();
        if let Some(error) = failure(data) {
            return Err(error);
        }
        if !data.is_empty() {
            self.note(data)?;
        }
        if !self.frames.is_array() {
            pass(frame, out);
        } else if !data.is_empty() {
            self.frames.write(data, out);
        }
        Ok(())
    }

    fn end(&mut self, out: &mut BytesMut) -> Result<(), Error> {
        if self.seen.finish.is_none() {
            return Err(DialectError::Cut.of_reply());
        }
        self.frames.end(out);
        self.seen.ended = true;
        Ok(())
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        self.frames.fail(error, out);
    }

    fn observed(&self) -> &Observed {
        &self.seen
    }
}

/// The error that a frame reports, perhaps in an array of one.
fn failure(data: &[u8]) -> Option<Error> {
    let head = data.get(..HEAD_BYTES).unwrap_or(data);
    memmem::find(head, b"\"error\"")?;
    let object = data.strip_prefix(b"[").and_then(|data| data.trim_ascii_end().strip_suffix(b"]")).unwrap_or(data);
    let reply: WireReply<'_> = serde_json::from_slice(object).ok()?;
    reply.error.map(error::of_stream)
}

/// Reads what stands after the last key of a name. Within strings the quotes of such a key would be escaped.
fn after<T: for<'de> Deserialize<'de>>(data: &[u8], key: &[u8]) -> Option<T> {
    let at = memmem::rfind(data, key)? + key.len();
    let rest = data.get(at..)?.trim_ascii_start().strip_prefix(b":")?;
    T::deserialize(&mut serde_json::Deserializer::from_slice(rest)).ok()
}

/// Bytes of text, as escaped. Only for estimates where a stream breaks off before its first report of usage.
fn text_bytes(data: &[u8]) -> u64 {
    let key: &[u8] = b"\"text\":";
    let texts = memmem::find_iter(data, key).filter_map(|at| {
        let start = at + key.len();
        let blanks = data.get(start..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        scan::string_at(data, start + blanks)
    });
    texts.map(|text| text.len().saturating_sub(2) as u64).sum()
}

const CALL: &[u8] = b"\"functionCall\"";

/// Where an `error` stands in a frame that is nothing else, whatever the spacing.
const HEAD_BYTES: usize = 32;

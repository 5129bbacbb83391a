//! Frames of an upstream → canonical events.

use crate::gemini::types::{Count, WireCandidate, WireReply, WireUsage};
use crate::gemini::written::Piece;
use crate::gemini::{error, finish, grounding, logprobs, model::Model, parts};
use crate::openai_chat::{join_id, minted_id};
use crate::{DialectError, StreamDecoder};
use tianji_core::generate::{Delta, Finish, MediaSource, Opaque, Part, PartKind, StreamEvent, ToolCall};
use tianji_core::{DialectId, Json, Usage};
use tianji_wire::Frame;

/// The decoder of one stream.
#[derive(Debug, Default)]
pub(in crate::gemini) struct GeminiDecoder {
    started: bool,
    id: String,
    third: bool,
    answers: Vec<Answer>,
    usage: Option<Usage>,
    searches: u64,
    /// Why the prompt was refused.
    blocked: Option<Finish>,
}

/// An answer so far.
#[derive(Debug, Default)]
struct Answer {
    index: u32,
    next: u32,
    calls: usize,
    open: Option<(u32, Kind)>,
    /// The text so far, which citations are counted in.
    text: String,
    /// The last reason. Some models say one in every frame, so none counts before the end.
    reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
}

impl StreamDecoder for GeminiDecoder {
    fn decode(&mut self, frame: &Frame, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        let data = frame.data.trim_ascii();
        if data.is_empty() || data == DONE {
            return Ok(());
        }
        // An error that ends a stream may come in an array of one.
        let reply: WireReply<'_> = match data.first() {
            Some(b'[') => {
                serde_json::from_slice::<Vec<WireReply<'_>>>(data).map(|mut list| list.pop().unwrap_or_default())
            }
            _ => serde_json::from_slice(data),
        }
        .map_err(|cause| DialectError::Reply(format!("a stream frame is not what it should be: {cause}")))?;
        if let Some(raw) = reply.error {
            events.push(StreamEvent::Error(error::of_stream(raw)));
            return Ok(());
        }
        self.start(&reply, events);
        if let Some(word) = reply.block_reason() {
            self.blocked = Some(finish::blocked(&word));
        }
        for (at, candidate) in (0..).zip(reply.candidates.unwrap_or_default()) {
            self.candidate(at, candidate, data, events)?;
        }
        if let Some(usage) = reply.usage_metadata.as_ref().map(WireUsage::canonical) {
            self.usage = Some(usage);
        }
        if let Some(mut usage) = self.usage {
            usage.counters.web_search = self.searches;
            events.push(StreamEvent::Usage(usage));
        }
        Ok(())
    }

    fn finish(&mut self, events: &mut Vec<StreamEvent>) -> Result<(), DialectError> {
        if self.answers.is_empty()
            && let Some(finish) = self.blocked.take()
        {
            events.push(StreamEvent::Finish { choice: 0, finish });
            return Ok(());
        }
        let complete = !self.answers.is_empty() && self.answers.iter().all(|answer| answer.reason.is_some());
        if !complete && self.blocked.is_none() {
            return Err(DialectError::Cut);
        }
        for answer in &mut self.answers {
            answer.close(events);
            let blocked = || self.blocked.clone();
            let read = |word: String| finish::read(&word, answer.calls > 0);
            if let Some(finish) = answer.reason.take().map(read).or_else(blocked) {
                events.push(StreamEvent::Finish { choice: answer.index, finish });
            }
        }
        Ok(())
    }
}

impl GeminiDecoder {
    fn start(&mut self, reply: &WireReply<'_>, events: &mut Vec<StreamEvent>) {
        if self.started {
            return;
        }
        self.started = true;
        self.id = reply.response_id.clone().unwrap_or_default();
        let model = reply.model_version.clone().unwrap_or_default();
        self.third = Model::named(&model).is_third();
        let usage = reply.usage_metadata.as_ref().map(WireUsage::canonical);
        events.push(StreamEvent::Start { id: self.id.clone(), model, created: None, usage });
    }

    fn candidate(
        &mut self,
        at: u32,
        candidate: WireCandidate<'_>,
        data: &[u8],
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), DialectError> {
        let index = candidate.index.and_then(|Count(index)| u32::try_from(index).ok()).unwrap_or(at);
        let place = self.answers.iter().position(|answer| answer.index == index).unwrap_or_else(|| {
            self.answers.push(Answer { index, ..Answer::default() });
            self.answers.len() - 1
        });
        let Some(answer) = self.answers.get_mut(place) else { return Ok(()) };
        let mut said = Vec::new();
        let raws = candidate.content.and_then(|content| content.parts).unwrap_or_default();
        for (part, raw) in raws.into_iter().enumerate() {
            parts::read(raw, &format!("candidates[{at}].content.parts[{part}]"), &mut said)?;
        }
        for part in said {
            answer.take(part, &self.id, data, events);
        }
        if let Some(raw) = candidate.logprobs_result.as_ref().and_then(logprobs::to_openai) {
            events.push(StreamEvent::Logprobs { choice: index, raw });
        }
        if let Some(raw) = candidate.grounding_metadata {
            // It grows from frame to frame: the last one counts.
            self.searches = self.searches.max(grounding::searches(&raw, self.third));
            answer.cite(&raw, events);
            answer.whole("groundingMetadata", raw, events);
        }
        for (name, raw) in
            [("citationMetadata", candidate.citation_metadata), ("urlContextMetadata", candidate.url_context_metadata)]
        {
            if let Some(raw) = raw {
                answer.whole(name, raw, events);
            }
        }
        if let Some(word) = candidate.finish_reason.filter(|word| finish::is_reason(word)) {
            answer.reason = Some(word);
        }
        Ok(())
    }
}

impl Answer {
    fn take(&mut self, part: Part, id: &str, data: &[u8], events: &mut Vec<StreamEvent>) {
        match part {
            Part::Text(text) if text.text.is_empty() => {}
            Part::Text(text) => {
                self.text.push_str(&text.text);
                self.grow(Kind::Text, Delta::Text(text.text), events);
            }
            Part::Thinking(thinking) => {
                if !thinking.text.is_empty() {
                    self.grow(Kind::Thinking, Delta::Thinking(thinking.text), events);
                }
                if let Some(signature) = thinking.signature {
                    self.grow(Kind::Thinking, Delta::Signature(signature), events);
                }
            }
            Part::RedactedThinking { data } => self.begin_and_end(PartKind::RedactedThinking { data }, events),
            Part::ToolCall(call) => self.call(call, id, data, events),
            Part::Opaque(own) => self.begin_and_end(PartKind::Opaque(own), events),
            Part::Image(image) => self.inline(&image.source, events),
            Part::Video(video) => self.inline(&video.source, events),
            Part::File(file) => self.inline(&file.source, events),
            Part::Audio(audio) => {
                let mime = crate::gemini::media::audio_type(&audio.format);
                self.inline(&MediaSource::Base64 { mime, data: audio.data }, events);
            }
            Part::Refusal(_) | Part::ToolResult(_) => {}
        }
    }

    /// Whole calls: the vendor does not send them in fragments.
    fn call(&mut self, call: ToolCall, reply: &str, data: &[u8], events: &mut Vec<StreamEvent>) {
        self.close(events);
        let id = if call.id.is_empty() {
            // Without an id of the reply the frame tells calls apart.
            let seed = if reply.is_empty() { String::from_utf8_lossy(data) } else { reply.into() };
            minted_id(&seed, self.index, self.calls)
        } else {
            call.id
        };
        // Clients that know no signatures carry it in the id.
        let id = join_id(&id, call.signature.as_deref()).unwrap_or(id);
        self.calls += 1;
        let (choice, index) = (self.index, self.number());
        let arguments = if call.arguments.is_empty() { "{}".to_owned() } else { call.arguments };
        events.push(StreamEvent::PartStart {
            choice,
            index,
            kind: PartKind::ToolCall { id, name: call.name, kind: call.kind },
        });
        if let Some(signature) = call.signature {
            events.push(StreamEvent::Delta { choice, index, delta: Delta::Signature(signature) });
        }
        events.push(StreamEvent::Delta { choice, index, delta: Delta::Arguments(arguments) });
        events.push(StreamEvent::PartEnd { choice, index });
    }

    /// Pictures and sound come whole, as a part of this dialect's own.
    fn inline(&mut self, source: &MediaSource, events: &mut Vec<StreamEvent>) {
        let MediaSource::Base64 { mime, data } = source else { return };
        let raw = Json::of(&Piece::inline(mime.as_str(), data));
        if let Ok(raw) = raw {
            self.whole("inlineData", raw, events);
        }
    }

    fn whole(&mut self, type_name: &str, raw: Json, events: &mut Vec<StreamEvent>) {
        let own = Opaque { dialect: DialectId::Gemini, type_name: type_name.to_owned(), raw };
        self.begin_and_end(PartKind::Opaque(own), events);
    }

    fn begin_and_end(&mut self, kind: PartKind, events: &mut Vec<StreamEvent>) {
        self.close(events);
        let (choice, index) = (self.index, self.number());
        events.push(StreamEvent::PartStart { choice, index, kind });
        events.push(StreamEvent::PartEnd { choice, index });
    }

    /// Citations hang on the text that is open.
    fn cite(&mut self, raw: &Json, events: &mut Vec<StreamEvent>) {
        let Some((index, Kind::Text)) = self.open else { return };
        let citations = grounding::annotations(raw, &self.text).into_iter();
        let choice = self.index;
        events.extend(citations.map(|raw| StreamEvent::Delta { choice, index, delta: Delta::Citation(raw) }));
    }

    fn grow(&mut self, kind: Kind, delta: Delta, events: &mut Vec<StreamEvent>) {
        let choice = self.index;
        let index = match self.open {
            Some((index, open)) if open == kind => index,
            _ => {
                self.close(events);
                let index = self.number();
                self.open = Some((index, kind));
                let kind = if kind == Kind::Text { PartKind::Text } else { PartKind::Thinking };
                events.push(StreamEvent::PartStart { choice, index, kind });
                index
            }
        };
        events.push(StreamEvent::Delta { choice, index, delta });
    }

    fn close(&mut self, events: &mut Vec<StreamEvent>) {
        if let Some((index, _)) = self.open.take() {
            events.push(StreamEvent::PartEnd { choice: self.index, index });
        }
    }

    fn number(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }
}

/// Some proxies of this dialect end with OpenAI's terminator.
const DONE: &[u8] = b"[DONE]";

//! A transcript as any vendor tells it, and the formats a client may ask for.

use super::super::{Ask, Told, audio};
use super::captions::{self, Style};
use http::HeaderMap;
use serde::Serialize;
use serde_json::json;
use std::borrow::Cow;
use tianji_core::{Counters, Error, Usage};

/// What was said.
#[derive(Clone, Debug, Default)]
pub(super) struct Transcript {
    /// All of it.
    pub(super) text: String,
    /// In which language, as the vendor or the caller calls it.
    pub(super) language: Option<String>,
    /// Length of the recording in seconds.
    pub(super) duration: Option<f64>,
    /// Word by word, where the vendor says it.
    pub(super) words: Vec<Word>,
    /// In pieces; made of the words where the vendor has none.
    pub(super) segments: Vec<Segment>,
    /// Tokens, where the vendor counts them.
    pub(super) usage: Option<Usage>,
    /// The vendor's id.
    pub(super) id: Option<String>,
}

/// A word, with its times in seconds.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Word {
    pub(super) word: String,
    pub(super) start: f64,
    pub(super) end: f64,
    #[serde(skip)]
    pub(super) speaker: Option<String>,
}

/// A piece, with its times in seconds.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) text: String,
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) speaker: Option<String>,
}

/// A format that a client may ask for (OpenAI, "Create transcription", `response_format`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Verbose,
    Diarized,
    Text,
    Captions(Style),
}

impl Format {
    /// The format that a call asks for.
    pub(super) fn of(ask: &Ask<'_>) -> Result<Self, Error> {
        Ok(match ask.text("response_format").as_deref() {
            None | Some("json") => Self::Json,
            Some("verbose_json") => Self::Verbose,
            Some("diarized_json") => Self::Diarized,
            Some("text") => Self::Text,
            Some("srt") => Self::Captions(Style::Srt),
            Some("vtt") => Self::Captions(Style::Vtt),
            Some(other) => return Err(ask.invalid("response_format", format!("Unknown response format '{other}'."))),
        })
    }
}

/// What of a call is needed when the reply is there.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) format: Format,
    /// Language that the caller named.
    pub(super) language: Option<String>,
    /// `transcribe` or `translate`.
    pub(super) task: &'static str,
    /// Length of the recording by its container, in milliseconds.
    pub(super) milliseconds: Option<u64>,
}

impl Wanted {
    /// Takes it from a call.
    pub(super) fn of(ask: &Ask<'_>) -> Result<Self, Error> {
        let translates = ask.kind == crate::EndpointKind::Translation;
        Ok(Self {
            format: Format::of(ask)?,
            language: ask.text("language"),
            task: if translates { "translate" } else { "transcribe" },
            milliseconds: ask.file("file").and_then(audio::milliseconds),
        })
    }

    /// The reply for the client.
    pub(super) fn tell(&self, transcript: Transcript, headers: HeaderMap) -> Told {
        let Transcript { text, language, duration, words, segments, usage, id } = transcript;
        let segments = if segments.is_empty() { captions::segments(&words) } else { segments };
        let spoken = duration.filter(|seconds| *seconds >= 0.0).map(|seconds| (seconds * 1000.0).round() as u64);
        let milliseconds = spoken.or(self.milliseconds).unwrap_or(0);
        let usage =
            usage.unwrap_or(Usage { counters: Counters { milliseconds, ..Counters::default() }, ..Usage::default() });
        let usage = Some(usage).filter(|usage| *usage != Usage::default());
        let language = language.or_else(|| self.language.clone());
        let plain = |body: String, kind: &'static str| Told {
            content_type: Cow::Borrowed(kind),
            ..Told::json(body, headers.clone(), usage)
        };
        let told = match self.format {
            Format::Text => plain(format!("{text}\n"), "text/plain; charset=utf-8"),
            Format::Captions(style) => plain(captions::write(style, &text, &segments, duration), style.media_type()),
            Format::Json | Format::Verbose | Format::Diarized => {
                let mut body = json!({ "text": text, "task": self.task });
                set(&mut body, "language", language);
                set(&mut body, "duration", duration);
                set(&mut body, "words", Some(words).filter(|words| !words.is_empty()));
                let verbose = self.format == Format::Verbose;
                set(
                    &mut body,
                    "segments",
                    verbose.then(|| segments.iter().enumerate().map(of_whisper).collect::<Vec<_>>()),
                );
                if self.format == Format::Diarized {
                    set(&mut body, "segments", Some(segments.iter().enumerate().map(of_speakers).collect::<Vec<_>>()));
                }
                Told::json(body.to_string(), headers, usage)
            }
        };
        Told { id, ..told }
    }
}

fn set<T: Serialize>(body: &mut serde_json::Value, name: &str, value: Option<T>) {
    if let (Some(object), Some(value)) =
        (body.as_object_mut(), value.and_then(|value| serde_json::to_value(value).ok()))
    {
        object.insert(name.to_owned(), value);
    }
}

/// OpenAI, "The transcription object (Verbose JSON)", `segments`.
fn of_whisper((id, segment): (usize, &Segment)) -> serde_json::Value {
    json!({ "id": id, "start": segment.start, "end": segment.end, "text": segment.text })
}

/// OpenAI, "The transcription object (Diarized JSON)", `segments`.
fn of_speakers((id, segment): (usize, &Segment)) -> serde_json::Value {
    json!({
        "type": "transcript.text.segment", "id": format!("seg_{id}"), "start": segment.start, "end": segment.end,
        "text": segment.text, "speaker": segment.speaker.as_deref().unwrap_or("A"),
    })
}

#[cfg(test)]
mod tests;

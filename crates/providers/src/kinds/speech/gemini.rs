//! Gemini models that speak (Google, "Gemini API: Speech generation"): bare samples in base64.

use super::super::compat::malformed;
use super::super::given::{from_base64, json};
use super::super::google::{self, Generated};
use super::super::{Ask, Flow, Link, Translator};
use super::{format, input, told, voice, wav};
use serde_json::json;
use tianji_core::{Error, LossClass, Losses, Usage};

#[derive(Debug)]
pub(super) struct Gemini;

impl Translator for Gemini {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(&["speed"], losses);
        let text = input(ask)?;
        let bare = format(ask, FORMATS, losses);
        if bare.is_none() {
            losses.push(LossClass::Hint, "response_format", "the provider makes bare samples only: a WAV file");
        }
        // A style is part of what the model is told.
        let spoken = ask.text("instructions").map_or_else(|| text.clone(), |style| format!("{style}\n\n{text}"));
        let body = json!({
            "contents": [{ "role": "user", "parts": [{ "text": spoken }] }],
            "generationConfig": {
                "responseModalities": ["AUDIO"],
                "speechConfig": { "voiceConfig": { "prebuiltVoiceConfig": { "voiceName": voice(ask, VOICES, "Kore") } } },
            },
        });
        let request = ask.request_to(&google::model_url(ask, "generateContent")?, json(&body)?)?;
        let characters = super::by_text(&text).counters;
        Ok(Flow::chain(Link::last(request, move |reply| {
            let answer = Generated::read(&reply)?;
            let (kind, data) = answer.media().next().ok_or_else(malformed)?;
            let samples = from_base64(data)?;
            let usage = Usage { counters: characters, ..answer.usage().unwrap_or_default() };
            Ok(match bare {
                Some(Form::Bare) => told(samples, "audio/pcm", reply.headers, usage),
                _ => told(wav::file(&samples, rate(kind)), "audio/wav", reply.headers, usage),
            })
        })))
    }
}

/// Samples a second, from the media type (`audio/L16;codec=pcm;rate=24000`).
fn rate(kind: &str) -> u32 {
    kind.split(';').find_map(|part| part.trim().strip_prefix("rate=")?.parse().ok()).unwrap_or(24_000)
}

/// What can be made of samples.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Wav,
    Bare,
}

/// Formats by OpenAI's names.
const FORMATS: &[(&str, Form)] = &[("wav", Form::Wav), ("pcm", Form::Bare)];
/// Gemini's voices for OpenAI's.
const VOICES: &[(&str, &str)] = &[
    ("alloy", "Kore"),
    ("ash", "Charon"),
    ("ballad", "Aoede"),
    ("coral", "Leda"),
    ("echo", "Puck"),
    ("fable", "Fenrir"),
    ("nova", "Zephyr"),
    ("onyx", "Orus"),
    ("sage", "Callirrhoe"),
    ("shimmer", "Autonoe"),
    ("verse", "Enceladus"),
];

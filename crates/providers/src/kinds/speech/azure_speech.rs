//! Azure AI Speech (Microsoft Learn, "Text to speech REST API"): SSML up, sound down.

use super::super::{Ask, Flow, Translator};
use super::{format, input, passed_on, voice};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use tianji_core::{Error, Losses};

#[derive(Debug)]
pub(super) struct AzureSpeech;

impl Translator for AzureSpeech {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(&["instructions"], losses);
        let text = input(ask)?;
        let ssml = if text.trim_start().starts_with("<speak") { text.clone() } else { ssml(ask, &text) };
        let mut request = ask.request_to(&format!("{}/cognitiveservices/v1", ask.connection.base), ssml)?;
        let format = format(ask, FORMATS, losses).unwrap_or(DEFAULT_FORMAT);
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/ssml+xml"));
        request.headers.insert("x-microsoft-outputformat", HeaderValue::from_static(format));
        Ok(passed_on(request, &text))
    }
}

/// Microsoft Learn, "Speech Synthesis Markup Language (SSML) document structure".
fn ssml(ask: &Ask<'_>, text: &str) -> String {
    let voice = voice(ask, VOICES, "en-US-JennyNeural");
    let language = voice.splitn(3, '-').take(2).collect::<Vec<_>>().join("-");
    let rate = ask.number("speed").filter(|speed| *speed > 0.0 && (*speed - 1.0).abs() > f64::EPSILON);
    let spoken = match rate {
        Some(speed) => format!("<prosody rate=\"{:+.0}%\">{}</prosody>", (speed - 1.0) * 100.0, escaped(text)),
        None => escaped(text),
    };
    format!(
        "<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\" xml:lang=\"{}\"><voice name=\"{}\">{spoken}</voice></speak>",
        escaped(&language),
        escaped(&voice),
    )
}

/// XML 1.0, section 2.4 "Character data and markup".
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&apos;")
}

const DEFAULT_FORMAT: &str = "audio-24khz-48kbitrate-mono-mp3";
/// Formats by OpenAI's names.
const FORMATS: &[(&str, &str)] = &[
    ("mp3", DEFAULT_FORMAT),
    ("opus", "ogg-48khz-16bit-mono-opus"),
    ("wav", "riff-24khz-16bit-mono-pcm"),
    ("pcm", "raw-24khz-16bit-mono-pcm"),
];
/// Azure's voices for OpenAI's.
const VOICES: &[(&str, &str)] = &[
    ("alloy", "en-US-JennyNeural"),
    ("ash", "en-US-AndrewNeural"),
    ("ballad", "en-GB-SoniaNeural"),
    ("coral", "en-US-AvaNeural"),
    ("echo", "en-US-GuyNeural"),
    ("fable", "en-GB-RyanNeural"),
    ("nova", "en-US-AmberNeural"),
    ("onyx", "en-US-DavisNeural"),
    ("sage", "en-US-EmmaNeural"),
    ("shimmer", "en-US-AriaNeural"),
    ("verse", "en-US-BrianNeural"),
];

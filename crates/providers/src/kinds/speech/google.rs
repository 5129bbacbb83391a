//! Google Cloud Text-to-Speech (Google Cloud, "Method: text.synthesize"), or a Gemini model that speaks.

use super::super::compat::malformed;
use super::super::given::{from_base64, json};
use super::super::{Ask, Flow, Link, Translator};
use super::{KNOWN, by_text, format, gemini, input, told, voice};
use http::HeaderValue;
use serde::Deserialize;
use serde_json::{Value, json};
use tianji_core::{Error, Losses};

#[derive(Debug)]
pub(super) struct Google;

impl Translator for Google {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        if ask.target.model.starts_with("gemini-") {
            return gemini::Gemini.begin(ask, losses);
        }
        ask.no_events(losses);
        ask.refuse(&["instructions"], losses);
        let text = input(ask)?;
        let (encoding, kind) = format(ask, FORMATS, losses).unwrap_or(("MP3", "audio/mpeg"));
        let body = body(ask, &text, encoding);
        let mut request = ask.request_to(&format!("{}/v1/text:synthesize", ask.base(HOST)), json(&body)?)?;
        if let Some(project) = ask.connection.project.as_deref().and_then(|name| HeaderValue::try_from(name).ok()) {
            // Who pays, where the credential is a user's.
            request.headers.insert("x-goog-user-project", project);
        }
        Ok(Flow::chain(Link::last(request, move |reply| {
            let answer: Answer = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
            Ok(told(from_base64(&answer.audio_content)?, kind, reply.headers, by_text(&text)))
        })))
    }
}

fn body(ask: &Ask<'_>, text: &str, encoding: &str) -> Value {
    let voice = match ask.value("voice") {
        // The vendor's own form.
        Some(object) if object.get("languageCode").is_some() => object,
        _ => {
            let name = voice(ask, VOICES, "en-US-Studio-O");
            let language = name.splitn(3, '-').take(2).collect::<Vec<_>>().join("-");
            json!({ "languageCode": language, "name": name })
        }
    };
    let kind = if text.trim_start().starts_with("<speak") { "ssml" } else { "text" };
    let mut body = ask.extras(KNOWN);
    body.entry("input").or_insert_with(|| json!({ kind: text }));
    body.entry("voice").or_insert(voice);
    let sound = body.entry("audioConfig").or_insert_with(|| json!({}));
    if let Some(sound) = sound.as_object_mut() {
        sound.entry("audioEncoding").or_insert_with(|| json!(encoding));
        if let Some(speed) = ask.number("speed") {
            sound.entry("speakingRate").or_insert_with(|| json!(speed));
        }
    }
    Value::Object(body)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    audio_content: String,
}

/// Where it is.
const HOST: &str = "https://texttospeech.googleapis.com";
/// Encodings and media types by OpenAI's names; `LINEAR16` comes with a WAV header.
const FORMATS: &[(&str, (&str, &str))] = &[
    ("mp3", ("MP3", "audio/mpeg")),
    ("opus", ("OGG_OPUS", "audio/ogg")),
    ("wav", ("LINEAR16", "audio/wav")),
    ("pcm", ("PCM", "audio/pcm")),
];
/// Google's voices for OpenAI's.
const VOICES: &[(&str, &str)] = &[
    ("alloy", "en-US-Studio-O"),
    ("ash", "en-US-Wavenet-A"),
    ("ballad", "en-GB-Studio-C"),
    ("coral", "en-US-Wavenet-C"),
    ("echo", "en-US-Studio-M"),
    ("fable", "en-GB-Studio-B"),
    ("nova", "en-US-Studio-O"),
    ("onyx", "en-US-Wavenet-D"),
    ("sage", "en-US-Wavenet-E"),
    ("shimmer", "en-US-Wavenet-F"),
    ("verse", "en-US-Wavenet-J"),
];

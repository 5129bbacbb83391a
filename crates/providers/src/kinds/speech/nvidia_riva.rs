//! NVIDIA's speech servers (NVIDIA, "TTS HTTP REST API Reference"): a form up; a WAV or Ogg file down, or bare samples
//! while they are made.

use super::super::compat::texts;
use super::super::{Ask, Flow, Translator, multipart};
use super::{KNOWN, format, input, passed_on, voice};
use http::header::CONTENT_TYPE;
use tianji_core::{Error, LossClass, Losses};

#[derive(Debug)]
pub(super) struct NvidiaRiva;

impl Translator for NvidiaRiva {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(&["instructions", "speed"], losses);
        let text = input(ask)?;
        let asked = format(ask, FORMATS, losses);
        if asked.is_none() {
            losses.push(LossClass::Hint, "response_format", "the provider makes no MP3: a WAV file");
        }
        let (encoding, way) = asked.unwrap_or(("LINEAR_PCM", "synthesize"));
        let mut body = ask.extras(KNOWN);
        body.insert("text".to_owned(), text.as_str().into());
        body.insert("encoding".to_owned(), encoding.into());
        let voice = voice(ask, &[], "");
        body.entry("language").or_insert_with(|| locale(&voice).into());
        if !voice.is_empty() {
            body.insert("voice".to_owned(), voice.into());
        }
        let (form, kind) = multipart(&texts(body), &[], ask.unique);
        let mut request = ask.request_to(&format!("{}/audio/{way}", ask.connection.base), form)?;
        request.headers.insert(CONTENT_TYPE, kind);
        Ok(passed_on(request, &text))
    }
}

/// The language of a voice, which is part of its name: `Magpie-Multilingual.EN-US.Aria`.
fn locale(voice: &str) -> String {
    let named = voice.split('.').nth(1).and_then(|locale| locale.split_once('-'));
    match named {
        Some((language, country)) => format!("{}-{}", language.to_ascii_lowercase(), country.to_ascii_uppercase()),
        None => DEFAULT_LOCALE.to_owned(),
    }
}

const DEFAULT_LOCALE: &str = "en-US";
/// Encodings and endpoints by OpenAI's names of formats.
const FORMATS: &[(&str, (&str, &str))] = &[
    ("wav", ("LINEAR_PCM", "synthesize")),
    ("opus", ("OGGOPUS", "synthesize")),
    ("pcm", ("LINEAR_PCM", "synthesize_online")),
];

//! NVIDIA's speech servers (NVIDIA, "ASR HTTP REST API Reference"): OpenAI's form, but for a language that has to be said
//! with its country, and no times. A server has one model; the name in the call chooses nothing there.

use super::super::compat::{converse, fields};
use super::super::{Ask, Flow, Translator, multipart};
use super::recording;
use super::transcript::Format;
use http::header::CONTENT_TYPE;
use tianji_core::{Error, Losses};

#[derive(Debug)]
pub(super) struct NvidiaRiva;

impl Translator for NvidiaRiva {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        if !matches!(Format::of(ask)?, Format::Json | Format::Text) {
            return Err(ask.invalid("response_format", "The provider does not tell times; ask for 'json' or 'text'."));
        }
        ask.refuse(&["prompt", "chunking_strategy", "timestamp_granularities", "timestamp_granularities[]"], losses);
        let file = ("file".to_owned(), recording(ask)?);
        let mut body = ask.body.clone();
        for name in ["model", "prompt", "chunking_strategy", "stream", "user"] {
            body.remove(name);
        }
        body.set("language", &locale(ask.text("language").as_deref()));
        let (form, kind) = multipart(&fields(&body), &[file], ask.unique);
        let mut request = ask.request(form)?;
        request.headers.insert(CONTENT_TYPE, kind);
        Ok(converse(ask, request))
    }
}

/// A language with its country (BCP 47); clients say the language alone.
fn locale(language: Option<&str>) -> String {
    let language = language.unwrap_or("en");
    LOCALES.iter().find(|(short, _)| *short == language).map_or(language, |(_, locale)| *locale).to_owned()
}

/// The country of languages that are named without.
const LOCALES: &[(&str, &str)] = &[
    ("ar", "ar-AR"),
    ("de", "de-DE"),
    ("en", "en-US"),
    ("es", "es-US"),
    ("fr", "fr-FR"),
    ("hi", "hi-IN"),
    ("it", "it-IT"),
    ("ja", "ja-JP"),
    ("ko", "ko-KR"),
    ("pt", "pt-BR"),
    ("ru", "ru-RU"),
    ("vi", "vi-VN"),
    ("zh", "zh-CN"),
];

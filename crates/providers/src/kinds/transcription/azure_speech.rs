//! Azure AI Speech (Microsoft Learn, "Use the fast transcription API"): the recording and a definition in one form.

use super::super::given::parsed;
use super::super::{Ask, Flow, Link, Translator, multipart};
use super::transcript::{Format, Segment, Transcript, Wanted, Word};
use super::{KNOWN, recording};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tianji_core::{Error, Losses};

#[derive(Debug)]
pub(super) struct AzureSpeech;

impl Translator for AzureSpeech {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(&["prompt", "temperature", "chunking_strategy"], losses);
        let wanted = Wanted::of(ask)?;
        let definition = Bytes::from(Value::from(definition(ask, wanted.format)).to_string());
        let file = ("audio".to_owned(), recording(ask)?);
        let (form, kind) = multipart(&[("definition".to_owned(), definition)], &[file], ask.unique);
        let version = ask.connection.api_version.as_deref().unwrap_or(VERSION);
        let url =
            format!("{}/speechtotext/transcriptions:transcribe?api-version={version}", host(&ask.connection.base));
        let mut request = ask.request_to(&url, form)?;
        request.headers.insert(CONTENT_TYPE, kind);
        Ok(Flow::chain(Link::last(request, move |reply| {
            let told: Answer = parsed(&reply)?;
            Ok(wanted.tell(transcript(told), reply.headers))
        })))
    }
}

/// Speaking and listening have hosts of their own in a region.
fn host(base: &str) -> String {
    base.replace(".tts.speech.microsoft.com", ".api.cognitive.microsoft.com")
}

fn definition(ask: &Ask<'_>, format: Format) -> Map<String, Value> {
    let mut definition = ask.extras(KNOWN);
    // Without a language, the vendor finds out.
    if let Some(language) = ask.text("language") {
        definition.entry("locales").or_insert_with(|| json!([language]));
    }
    if format == Format::Diarized {
        definition.entry("diarization").or_insert_with(|| json!({ "enabled": true, "maxSpeakers": MOST_SPEAKERS }));
    }
    definition
}

fn transcript(told: Answer) -> Transcript {
    let text = told.combined_phrases.iter().map(|phrase| phrase.text.as_str()).collect::<Vec<_>>().join("\n");
    let language = told.phrases.iter().find_map(|phrase| phrase.locale.clone());
    let span = |offset: f64, length: f64| (offset / 1000.0, (offset + length) / 1000.0);
    let (mut words, mut segments) = (Vec::new(), Vec::new());
    for phrase in told.phrases {
        let (start, end) = span(phrase.offset, phrase.duration);
        let speaker = phrase.speaker.map(|speaker| speaker.to_string());
        words.extend(phrase.words.into_iter().map(|word| {
            let (start, end) = span(word.offset, word.duration);
            Word { word: word.text, start, end, speaker: speaker.clone() }
        }));
        segments.push(Segment { text: phrase.text, start, end, speaker });
    }
    Transcript {
        text,
        language,
        duration: told.duration.map(|milliseconds| milliseconds / 1000.0),
        words,
        segments,
        usage: None,
        id: None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(rename = "durationMilliseconds")]
    duration: Option<f64>,
    #[serde(default)]
    combined_phrases: Vec<Combined>,
    #[serde(default)]
    phrases: Vec<Phrase>,
}

#[derive(Deserialize)]
struct Combined {
    text: String,
}

/// Times are in milliseconds.
#[derive(Deserialize)]
struct Phrase {
    text: String,
    #[serde(rename = "offsetMilliseconds", default)]
    offset: f64,
    #[serde(rename = "durationMilliseconds", default)]
    duration: f64,
    locale: Option<String>,
    speaker: Option<u64>,
    #[serde(default)]
    words: Vec<Spoken>,
}

#[derive(Deserialize)]
struct Spoken {
    text: String,
    #[serde(rename = "offsetMilliseconds", default)]
    offset: f64,
    #[serde(rename = "durationMilliseconds", default)]
    duration: f64,
}

/// The version of the API whose replies are read here.
const VERSION: &str = "2024-11-15";
/// Speakers that are told apart where the caller does not say how many there are.
const MOST_SPEAKERS: u32 = 8;

//! ElevenLabs (ElevenLabs, "Create transcript"): a form with other names; words with the spaces between them.

use super::super::compat::{fields, malformed};
use super::super::{Ask, Flow, Link, Translator, multipart};
use super::transcript::{Format, Transcript, Wanted, Word};
use super::{KNOWN, recording};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use tianji_core::{Error, Losses, Reply};
use tianji_wire::RawObject;

#[derive(Debug)]
pub(super) struct ElevenLabs;

impl Translator for ElevenLabs {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        let wanted = Wanted::of(ask)?;
        ask.refuse(&["prompt", "chunking_strategy"], losses);
        let file = recording(ask)?;
        let (form, kind) = multipart(&texts(ask, wanted.format), &[("file".to_owned(), file)], ask.unique);
        let mut request = ask.request_to(&format!("{}/v1/speech-to-text", ask.base(HOST)), form)?;
        request.headers.insert(CONTENT_TYPE, kind);
        Ok(Flow::chain(Link::last(request, move |reply| {
            let transcript = read(&reply)?;
            Ok(wanted.tell(transcript, reply.headers))
        })))
    }
}

fn texts(ask: &Ask<'_>, format: Format) -> Vec<(String, Bytes)> {
    let mut pairs = vec![("model_id".to_owned(), Bytes::from(ask.target.model.to_owned()))];
    let mut add = |name: &str, value: Option<String>| {
        pairs.extend(value.map(|value| (name.to_owned(), Bytes::from(value))));
    };
    add("language_code", ask.text("language"));
    add("temperature", ask.text("temperature").or_else(|| ask.number("temperature").map(|number| number.to_string())));
    let diarize = format == Format::Diarized && !ask.body.contains("diarize");
    add("diarize", diarize.then(|| "true".to_owned()));
    let grain = ask.texts("timestamp_granularities").into_iter().find(|grain| grain == "word");
    add("timestamps_granularity", grain.filter(|_| !ask.body.contains("timestamps_granularity")));
    let own = serde_json::to_vec(&ask.extras(KNOWN)).ok().and_then(|text| RawObject::parse(text.into()).ok());
    pairs.extend(own.iter().flat_map(fields));
    pairs
}

fn read(reply: &Reply) -> Result<Transcript, Error> {
    let told: Answer = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
    let spoken = told.words.into_iter().filter(|word| word.kind.as_deref() != Some("spacing"));
    let words = spoken.filter_map(|word| {
        Some(Word { word: word.text, start: word.start?, end: word.end?, speaker: word.speaker_id })
    });
    Ok(Transcript {
        text: told.text,
        language: told.language_code,
        duration: told.audio_duration_secs,
        words: words.collect(),
        id: told.transcription_id,
        ..Transcript::default()
    })
}

#[derive(Deserialize)]
struct Answer {
    text: String,
    language_code: Option<String>,
    #[serde(default)]
    words: Vec<Spoken>,
    audio_duration_secs: Option<f64>,
    transcription_id: Option<String>,
}

#[derive(Deserialize)]
struct Spoken {
    text: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    start: Option<f64>,
    end: Option<f64>,
    speaker_id: Option<String>,
}

/// Where it is.
const HOST: &str = "https://api.elevenlabs.io";

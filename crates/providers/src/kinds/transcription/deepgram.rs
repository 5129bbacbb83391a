//! Deepgram (Deepgram, "Pre-Recorded Audio"): the recording is the body, everything else the query.

use super::super::compat::malformed;
use super::super::{Ask, Flow, Link, Translator};
use super::transcript::{Format, Segment, Transcript, Wanted, Word};
use super::{KNOWN, recording};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;
use tianji_core::{Error, Losses, Reply};

#[derive(Debug)]
pub(super) struct Deepgram;

impl Translator for Deepgram {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        let wanted = Wanted::of(ask)?;
        ask.refuse(&["prompt", "temperature", "chunking_strategy"], losses);
        let url = format!("{}/listen?{}", ask.base(HOST), query(ask, wanted.format));
        let mut request = ask.request_to(&url, recording(ask)?.content.clone())?;
        // The vendor looks into the recording; media types that clients give are often wrong.
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        Ok(Flow::chain(Link::last(request, move |reply| {
            let transcript = read(&reply)?;
            Ok(wanted.tell(transcript, reply.headers))
        })))
    }
}

fn query(ask: &Ask<'_>, format: Format) -> String {
    let own = ask.extras(KNOWN);
    let mut pairs = vec![("model".to_owned(), ask.target.model.to_owned())];
    pairs.extend(ask.text("language").map(|language| ("language".to_owned(), language)));
    let by_format: &[&str] = match format {
        Format::Json => &[],
        Format::Text => &["punctuate"],
        Format::Verbose | Format::Captions(_) => &["punctuate", "utterances"],
        Format::Diarized => &["punctuate", "utterances", "diarize"],
    };
    let by_format = by_format.iter().filter(|name| !own.contains_key(**name));
    pairs.extend(by_format.map(|name| ((*name).to_owned(), "true".to_owned())));
    for (name, value) in &own {
        match value {
            Value::Array(items) => pairs.extend(items.iter().map(|item| (name.clone(), plain(item)))),
            value => pairs.push((name.clone(), plain(value))),
        }
    }
    let encoded = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
    let pairs =
        pairs.iter().map(|(name, value)| format!("{}={}", encoded(name.trim_end_matches("[]")), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn read(reply: &Reply) -> Result<Transcript, Error> {
    let told: Answer = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
    let channel = told.results.channels.into_iter().next();
    let language = channel.as_ref().and_then(|channel| channel.detected_language.clone());
    let best = channel.and_then(|channel| channel.alternatives.into_iter().next()).ok_or_else(malformed)?;
    let words = best.words.into_iter().map(|word| Word {
        word: word.punctuated_word.unwrap_or(word.word),
        start: word.start,
        end: word.end,
        speaker: word.speaker.map(|speaker| speaker.to_string()),
    });
    let segments = told.results.utterances.into_iter().map(|piece| Segment {
        text: piece.transcript,
        start: piece.start,
        end: piece.end,
        speaker: piece.speaker.map(|speaker| speaker.to_string()),
    });
    Ok(Transcript {
        text: best.transcript,
        language,
        duration: told.metadata.duration,
        words: words.collect(),
        segments: segments.collect(),
        usage: None,
        id: told.metadata.request_id,
    })
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    metadata: Metadata,
    results: Results,
}

#[derive(Default, Deserialize)]
struct Metadata {
    request_id: Option<String>,
    duration: Option<f64>,
}

#[derive(Deserialize)]
struct Results {
    channels: Vec<Channel>,
    #[serde(default)]
    utterances: Vec<Utterance>,
}

#[derive(Deserialize)]
struct Channel {
    alternatives: Vec<Alternative>,
    detected_language: Option<String>,
}

#[derive(Deserialize)]
struct Alternative {
    transcript: String,
    #[serde(default)]
    words: Vec<Spoken>,
}

#[derive(Deserialize)]
struct Spoken {
    word: String,
    punctuated_word: Option<String>,
    start: f64,
    end: f64,
    speaker: Option<u64>,
}

#[derive(Deserialize)]
struct Utterance {
    transcript: String,
    start: f64,
    end: f64,
    speaker: Option<u64>,
}

/// Where it is.
const HOST: &str = "https://api.deepgram.com/v1";
/// All but the unreserved characters (RFC 3986, section 2.3).
const UNRESERVED: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

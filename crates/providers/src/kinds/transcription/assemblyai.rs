//! AssemblyAI (AssemblyAI, "Upload a media file", "Transcribe audio", "Get transcript"): upload, order, ask until done.

use super::super::compat::malformed;
use super::super::given::json;
use super::super::{Ask, Flow, Link, Translator};
use super::transcript::{Format, Segment, Transcript, Wanted, Word};
use super::{KNOWN, recording};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Uri};
use serde::Deserialize;
use serde_json::{Map, Value};
use tianji_core::{Error, Kind, Losses, Payload, Reply, WireRequest};

#[derive(Debug)]
pub(super) struct AssemblyAi;

impl Translator for AssemblyAi {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        let wanted = Wanted::of(ask)?;
        ask.refuse(&["temperature", "chunking_strategy"], losses);
        let base = format!("{}/v2", ask.base(HOST));
        let mut upload = request(ask, &format!("{base}/upload"), recording(ask)?.content.clone())?;
        upload.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        let mut order = request(ask, &format!("{base}/transcript"), Payload::default())?;
        let body = order_of(ask, wanted.format);
        Ok(Flow::chain(Link::send(upload, move |reply| {
            let told: Uploaded = parsed(&reply)?;
            let mut body = body;
            body.insert("audio_url".to_owned(), Value::String(told.upload_url));
            order.body = json(&body)?;
            let template = order.clone();
            Ok(Link::send(order, move |reply| poll(&parsed(&reply)?, template, &base, wanted)))
        })))
    }
}

/// The key stands in the header as it is; chat takes it as a bearer token too.
fn request(ask: &Ask<'_>, url: &str, body: Payload) -> Result<WireRequest, Error> {
    let mut request = ask.request_to(url, body)?;
    let bare = request.headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    if let Some(Ok(mut key)) = bare.map(HeaderValue::from_bytes) {
        key.set_sensitive(true);
        request.headers.insert(AUTHORIZATION, key);
    }
    Ok(request)
}

fn order_of(ask: &Ask<'_>, format: Format) -> Map<String, Value> {
    let mut body = ask.extras(KNOWN);
    let mut add = |name: &str, value: Value| {
        body.entry(name).or_insert(value);
    };
    add("speech_model", ask.target.model.into());
    match ask.text("language") {
        Some(language) => add("language_code", language.into()),
        None => add("language_detection", true.into()),
    }
    if let Some(prompt) = ask.text("prompt") {
        add("prompt", prompt.into());
    }
    if format == Format::Diarized {
        add("speaker_labels", true.into());
    }
    body
}

fn poll(ordered: &Ordered, order: WireRequest, base: &str, wanted: Wanted) -> Result<Link, Error> {
    let uri: Uri = format!("{base}/transcript/{}", ordered.id).parse().map_err(|_| malformed())?;
    let mut ask = WireRequest { method: Method::GET, uri, headers: order.headers, body: Payload::default() };
    ask.headers.remove(CONTENT_TYPE);
    Ok(Link::poll(ask, move |reply| {
        let told: Answer = parsed(reply)?;
        match told.status.as_str() {
            "completed" => {
                let transcript = transcript(told);
                Ok(Some(Link::Done(Box::new(wanted.tell(transcript, reply.headers.clone())))))
            }
            "error" => {
                Err(Error::provider(Kind::BadRequest, told.error.unwrap_or_else(|| "transcription failed".into())))
            }
            _ => Ok(None),
        }
    }))
}

fn transcript(told: Answer) -> Transcript {
    // Times are in milliseconds.
    let words = told.words.unwrap_or_default().into_iter().map(|word| Word {
        word: word.text,
        start: word.start / 1000.0,
        end: word.end / 1000.0,
        speaker: word.speaker,
    });
    let segments = told.utterances.unwrap_or_default().into_iter().map(|piece| Segment {
        text: piece.text,
        start: piece.start / 1000.0,
        end: piece.end / 1000.0,
        speaker: piece.speaker,
    });
    Transcript {
        text: told.text.unwrap_or_default(),
        language: told.language_code,
        duration: told.audio_duration,
        words: words.collect(),
        segments: segments.collect(),
        usage: None,
        id: Some(told.id),
    }
}

fn parsed<T: serde::de::DeserializeOwned>(reply: &Reply) -> Result<T, Error> {
    serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))
}

#[derive(Deserialize)]
struct Uploaded {
    upload_url: String,
}

#[derive(Deserialize)]
struct Ordered {
    id: String,
}

#[derive(Deserialize)]
struct Answer {
    id: String,
    status: String,
    error: Option<String>,
    text: Option<String>,
    language_code: Option<String>,
    audio_duration: Option<f64>,
    words: Option<Vec<Spoken>>,
    utterances: Option<Vec<Spoken>>,
}

#[derive(Deserialize)]
struct Spoken {
    text: String,
    start: f64,
    end: f64,
    speaker: Option<String>,
}

/// Where transcription is; the gateway for chat has another host.
const HOST: &str = "https://api.assemblyai.com";

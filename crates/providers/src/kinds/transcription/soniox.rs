//! Soniox (Soniox, "Async transcription", "Create transcription", "Get transcription transcript"; `soniox` SDK): upload,
//! order, ask until done, fetch; what was uploaded is deleted again, because it counts against a quota until it is.

use super::super::compat::malformed;
use super::super::given::json;
use super::super::{Ask, Flow, Link, Translator, multipart};
use super::transcript::{Format, Transcript, Wanted, Word};
use super::{KNOWN, recording};
use http::header::CONTENT_TYPE;
use http::{Method, Uri};
use serde::Deserialize;
use serde_json::{Map, Value, json as value};
use tianji_core::{Error, Kind, Losses, Payload, Reply, WireRequest};

#[derive(Debug)]
pub(super) struct Soniox;

impl Translator for Soniox {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(&["temperature", "chunking_strategy"], losses);
        let wanted = Wanted::of(ask)?;
        let desk = Desk { base: ask.connection.base.clone(), template: ask.get(&ask.connection.base)? };
        let (form, kind) = multipart(&[], &[("file".to_owned(), recording(ask)?)], ask.unique);
        let mut upload = ask.request_to(&format!("{}/files", desk.base), form)?;
        upload.headers.insert(CONTENT_TYPE, kind);
        let mut order = ask.request_to(&format!("{}/transcriptions", desk.base), Payload::default())?;
        let mut body = order_of(ask, &wanted);
        Ok(Flow::chain(Link::send(upload, move |reply| {
            let file = parsed::<Made>(&reply)?.id;
            body.insert("file_id".to_owned(), file.as_str().into());
            order.body = json(&body)?;
            Ok(Link::send(order, move |reply| ordered(parsed::<Made>(&reply)?.id, file, desk, wanted)))
        })))
    }
}

fn order_of(ask: &Ask<'_>, wanted: &Wanted) -> Map<String, Value> {
    let mut body = ask.extras(KNOWN);
    let mut add = |name: &str, value: Value| {
        body.entry(name).or_insert(value);
    };
    add("model", ask.target.model.into());
    match &wanted.language {
        Some(language) => add("language_hints", value!([language])),
        None => add("enable_language_identification", true.into()),
    }
    if let Some(prompt) = ask.text("prompt") {
        add("context", value!({ "text": prompt }));
    }
    if wanted.format == Format::Diarized {
        add("enable_speaker_diarization", true.into());
    }
    body
}

/// Where a transcription is asked about.
struct Desk {
    base: String,
    template: WireRequest,
}

impl Desk {
    fn request(&self, method: Method, path: &str) -> Result<WireRequest, Error> {
        let uri: Uri = format!("{}{path}", self.base).parse().map_err(|_| malformed())?;
        Ok(WireRequest { method, uri, ..self.template.clone() })
    }
}

fn ordered(id: String, file: String, desk: Desk, wanted: Wanted) -> Result<Link, Error> {
    let question = desk.request(Method::GET, &format!("/transcriptions/{id}"))?;
    let fetch = desk.request(Method::GET, &format!("/transcriptions/{id}/transcript"))?;
    let mut asides = vec![
        desk.request(Method::DELETE, &format!("/files/{file}"))?,
        desk.request(Method::DELETE, &format!("/transcriptions/{id}"))?,
    ];
    let mut wanted = Some(wanted);
    Ok(Link::poll(question, move |reply| {
        let told: Progress = parsed(reply)?;
        match told.status.as_str() {
            "completed" => {
                let (fetch, wanted) = (fetch.clone(), wanted.take().ok_or_else(malformed)?);
                let asides = std::mem::take(&mut asides);
                Ok(Some(Link::send(fetch, move |reply| {
                    let transcript = transcript(&parsed(&reply)?, told.audio_duration_ms, &id_of(&reply)?);
                    let done = Link::Done(Box::new(wanted.tell(transcript, reply.headers)));
                    Ok(tidied(asides, done))
                })))
            }
            "error" => {
                let words = told.error_message.unwrap_or_else(|| "transcription failed".to_owned());
                Ok(Some(tidied(std::mem::take(&mut asides), Link::Fail(Error::provider(Kind::BadRequest, words)))))
            }
            _ => Ok(None),
        }
    }))
}

/// Deletes what was uploaded and made of it before the end.
fn tidied(asides: Vec<WireRequest>, end: Link) -> Link {
    asides.into_iter().fold(end, |then, request| Link::aside(request, then))
}

fn id_of(reply: &Reply) -> Result<String, Error> {
    parsed::<Made>(reply).map(|made| made.id)
}

/// Tokens are pieces of words: the first of a word has a space before it.
fn transcript(told: &Told, milliseconds: Option<u64>, id: &str) -> Transcript {
    let mut words: Vec<Word> = Vec::new();
    for token in &told.tokens {
        let (start, end) = (token.start_ms.unwrap_or(0.0) / 1000.0, token.end_ms.unwrap_or(0.0) / 1000.0);
        match words
            .last_mut()
            .filter(|last| !token.text.starts_with(char::is_whitespace) && last.speaker == token.speaker)
        {
            Some(last) => {
                last.word.push_str(token.text.trim_end());
                last.end = end;
            }
            None => words.push(Word { word: token.text.trim().to_owned(), start, end, speaker: token.speaker.clone() }),
        }
    }
    words.retain(|word| !word.word.is_empty());
    Transcript {
        text: told.text.trim().to_owned(),
        language: told.tokens.iter().find_map(|token| token.language.clone()),
        duration: milliseconds.map(|time| time as f64 / 1000.0),
        words,
        segments: Vec::new(),
        usage: None,
        id: Some(id.to_owned()),
    }
}

fn parsed<T: serde::de::DeserializeOwned>(reply: &Reply) -> Result<T, Error> {
    serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))
}

#[derive(Deserialize)]
struct Made {
    id: String,
}

#[derive(Deserialize)]
struct Progress {
    status: String,
    audio_duration_ms: Option<u64>,
    error_message: Option<String>,
}

#[derive(Deserialize)]
struct Told {
    text: String,
    #[serde(default)]
    tokens: Vec<Token>,
}

#[derive(Deserialize)]
struct Token {
    text: String,
    start_ms: Option<f64>,
    end_ms: Option<f64>,
    speaker: Option<String>,
    language: Option<String>,
}

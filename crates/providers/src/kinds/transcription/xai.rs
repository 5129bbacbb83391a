//! xAI (xAI, "Speech to text": `POST /v1/stt`): a form with the recording; words with their times come back.

use super::super::compat::texts;
use super::super::given::parsed;
use super::super::{Ask, Flow, Link, Translator, multipart};
use super::transcript::{Format, Transcript, Wanted, Word};
use super::{KNOWN, recording};
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use tianji_core::{Error, Losses};

#[derive(Debug)]
pub(super) struct Xai;

impl Translator for Xai {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(&["prompt", "temperature", "chunking_strategy"], losses);
        let wanted = Wanted::of(ask)?;
        let mut body = ask.extras(KNOWN);
        body.extend(ask.text("language").map(|language| ("language".to_owned(), language.into())));
        if wanted.format == Format::Diarized {
            body.entry("diarize").or_insert(true.into());
        }
        // One model listens, which the address names.
        let file = ("file".to_owned(), recording(ask)?);
        let (form, kind) = multipart(&texts(body), &[file], ask.unique);
        let mut request = ask.request_to(&format!("{}/stt", ask.connection.base), form)?;
        request.headers.insert(CONTENT_TYPE, kind);
        Ok(Flow::chain(Link::last(request, move |reply| {
            let Answer { text, language, duration, words } = parsed(&reply)?;
            let words = words.into_iter().map(|word| Word {
                word: word.text,
                start: word.start,
                end: word.end,
                speaker: word.speaker.map(|speaker| speaker.to_string()),
            });
            let language = language.filter(|language| !language.is_empty());
            let transcript = Transcript { text, language, duration, words: words.collect(), ..Transcript::default() };
            Ok(wanted.tell(transcript, reply.headers))
        })))
    }
}

#[derive(Deserialize)]
struct Answer {
    text: String,
    language: Option<String>,
    duration: Option<f64>,
    #[serde(default)]
    words: Vec<Spoken>,
}

#[derive(Deserialize)]
struct Spoken {
    text: String,
    start: f64,
    end: f64,
    speaker: Option<u64>,
}

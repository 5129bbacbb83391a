//! Gemini (Google, "Gemini API: Audio understanding"): a model is asked to write down what it hears.

use super::super::compat::malformed;
use super::super::google::{self, Generated};
use super::super::{Ask, Flow, Link, Translator};
use super::recording;
use super::transcript::{Format, Transcript, Wanted};
use serde_json::json;
use tianji_core::{Error, Losses};

#[derive(Debug)]
pub(super) struct Gemini;

impl Translator for Gemini {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        let wanted = Wanted::of(ask)?;
        if !matches!(wanted.format, Format::Json | Format::Text) {
            return Err(ask.invalid("response_format", "The model does not tell times; ask for 'json' or 'text'."));
        }
        ask.refuse(&["chunking_strategy", "timestamp_granularities[]"], losses);
        let file = recording(ask)?.clone();
        let mut request = ask.request_to(&google::model_url(ask, "generateContent")?, bytes::Bytes::new())?;
        let (words, temperature) = (instruction(ask), ask.number("temperature"));
        let mime = google::media_type(&file, "audio/wav");
        Ok(Flow::chain(Link::with_files(&[file], move |contents| {
            let data = super::super::given::base64(contents.first().ok_or_else(malformed)?);
            let sound = json!({ "inlineData": { "mimeType": mime, "data": data } });
            let mut body = json!({ "contents": [{ "role": "user", "parts": [{ "text": words }, sound] }] });
            if let (Some(temperature), Some(object)) = (temperature, body.as_object_mut()) {
                object.insert("generationConfig".to_owned(), json!({ "temperature": temperature }));
            }
            request.body = super::super::given::json(&body)?;
            Ok(Link::last(request, move |reply| {
                let told = Generated::read(&reply)?;
                let (text, usage) = (told.text().trim().to_owned(), told.usage());
                let transcript = Transcript { text, usage, id: told.id, ..Transcript::default() };
                Ok(wanted.tell(transcript, reply.headers))
            }))
        })?))
    }
}

fn instruction(ask: &Ask<'_>) -> String {
    let mut words = String::from(if ask.kind == crate::EndpointKind::Translation {
        "Translate the speech in this recording into English. Answer with the translation only."
    } else {
        "Write down the speech in this recording word for word. Answer with the transcript only."
    });
    if let Some(language) = ask.text("language") {
        words.push_str(&format!(" The language is {language}."));
    }
    if let Some(prompt) = ask.text("prompt") {
        words.push_str(&format!(" Context: {prompt}"));
    }
    words
}

//! Amazon Polly (AWS, "Amazon Polly Developer Guide: SynthesizeSpeech"). The signature is put on by the provider.

use super::super::given::json;
use super::super::{Ask, Flow, Translator};
use super::{KNOWN, format, input, passed_on, voice};
use serde_json::Value;
use tianji_core::{Error, Losses};

#[derive(Debug)]
pub(super) struct AwsPolly;

impl Translator for AwsPolly {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(&["instructions", "speed"], losses);
        let text = input(ask)?;
        let mut body = ask.extras(KNOWN);
        let mut set = |name: &str, value: &str| {
            body.entry(name).or_insert_with(|| Value::String(value.to_owned()));
        };
        set("OutputFormat", format(ask, FORMATS, losses).unwrap_or("mp3"));
        set("Text", &text);
        set("TextType", if text.trim_start().starts_with("<speak") { "ssml" } else { "text" });
        set("VoiceId", &voice(ask, VOICES, "Joanna"));
        set("Engine", engine(ask.target.model));
        Ok(passed_on(ask.request(json(&body)?)?, &text))
    }
}

fn engine(model: &str) -> &str {
    ENGINES.iter().find(|engine| model.ends_with(**engine)).copied().unwrap_or("standard")
}

const ENGINES: &[&str] = &["neural", "long-form", "generative", "standard"];
/// Formats by OpenAI's names.
const FORMATS: &[(&str, &str)] = &[("mp3", "mp3"), ("opus", "ogg_opus"), ("pcm", "pcm"), ("ogg_vorbis", "ogg_vorbis")];
/// Polly's voices for OpenAI's.
const VOICES: &[(&str, &str)] = &[
    ("alloy", "Joanna"),
    ("ash", "Stephen"),
    ("ballad", "Amy"),
    ("coral", "Ruth"),
    ("echo", "Matthew"),
    ("fable", "Emma"),
    ("nova", "Ivy"),
    ("onyx", "Brian"),
    ("sage", "Salli"),
    ("shimmer", "Kimberly"),
    ("verse", "Gregory"),
];

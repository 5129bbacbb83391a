//! ElevenLabs (ElevenLabs, "Create speech"; voice ids from "Premade voices").

use super::super::given::json;
use super::super::{Ask, Flow, Translator};
use super::{KNOWN, format, input, passed_on, voice};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tianji_core::{Error, Losses};

#[derive(Debug)]
pub(super) struct ElevenLabs;

impl Translator for ElevenLabs {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(&["instructions"], losses);
        let text = input(ask)?;
        let voice = voice(ask, VOICES, DEFAULT_VOICE);
        let mut url = format!("{}/v1/text-to-speech/{}", ask.base(HOST), utf8_percent_encode(&voice, NON_ALPHANUMERIC));
        let mut body = ask.extras(KNOWN);
        let theirs = body.remove("output_format").and_then(|value| value.as_str().map(str::to_owned));
        let format = theirs.or_else(|| format(ask, FORMATS, losses).map(str::to_owned));
        if let Some(format) = format {
            url.push_str(&format!("?output_format={}", utf8_percent_encode(&format, FORMAT_CHARACTERS)));
        }
        if let Some(speed) = ask.number("speed") {
            let settings = body.entry("voice_settings").or_insert_with(|| json!({}));
            if let Some(settings) = settings.as_object_mut() {
                settings.entry("speed").or_insert_with(|| json!(speed));
            }
        }
        body.insert("text".to_owned(), Value::String(text.clone()));
        body.insert("model_id".to_owned(), Value::String(ask.target.model.to_owned()));
        Ok(passed_on(ask.request_to(&url, json(&body)?)?, &text))
    }
}

/// Where it is.
const HOST: &str = "https://api.elevenlabs.io";
/// Formats by OpenAI's names, whose bare samples are 24 kHz.
const FORMATS: &[(&str, &str)] = &[("mp3", "mp3_44100_128"), ("opus", "opus_48000_128"), ("pcm", "pcm_24000")];
/// Characters of format names.
const FORMAT_CHARACTERS: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC.remove(b'_');
/// Rachel.
const DEFAULT_VOICE: &str = "21m00Tcm4TlvDq8ikWAM";
/// Premade voices for OpenAI's.
const VOICES: &[(&str, &str)] = &[
    ("alloy", DEFAULT_VOICE),
    ("amber", "5Q0t7uMcjvnagumLfvZi"),
    ("ash", "AZnzlk1XvdvUeBnXmlld"),
    ("august", "D38z5RcWu1voky8WS1ja"),
    ("ballad", "ErXwobaYiN019PkySvjV"),
    ("blue", "2EiwWnXFnvU5JabPnv8n"),
    ("coral", "9BWtsMINqrJLrRacOk9x"),
    ("echo", "TxGEqnHWrfWFTfGW9XjX"),
    ("fable", "JBFqnCBsd6RMkjVDRZzb"),
    ("lily", "EXAVITQu4vr4xnSDxMaL"),
    ("nova", "MF3mGyEYCl7XYWbV9V6O"),
    ("onyx", "29vD33N1CtxCmqQRPOHJ"),
    ("sage", "CwhRBWXzGAHq8TQ4Fs17"),
    ("shimmer", "ThT5KcBeYPX3keUQqHPh"),
    ("verse", "CYw3kZ02Hs0563khs1Fj"),
];

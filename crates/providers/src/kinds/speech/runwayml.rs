//! Runway's speech (Runway, "API reference": "Text to speech"; `runwayml` SDK): a task that comes to a file.

use super::super::compat::malformed;
use super::super::given::{file_at, json};
use super::super::hosts::runwayml;
use super::super::{Ask, Flow, Link, Translator};
use super::{KNOWN, by_text, format, input, told, voice};
use bytes::Bytes;
use serde_json::json;
use tianji_core::{Error, Losses};

#[derive(Debug)]
pub(super) struct RunwayMl;

impl Translator for RunwayMl {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(&["instructions", "speed"], losses);
        let text = input(ask)?;
        let _ = format(ask, FORMATS, losses);
        let mut body = ask.extras(KNOWN);
        body.insert("model".to_owned(), json!(ask.target.model));
        body.insert("promptText".to_owned(), json!(text));
        let voice = json!({ "type": "runway-preset", "presetId": voice(ask, VOICES, "Maya") });
        body.insert("voice".to_owned(), voice);
        let mut order = ask.request_to(&format!("{}/text_to_speech", ask.connection.base), Bytes::new())?;
        order.body = json(&body)?;
        let (base, usage) = (ask.connection.base.clone(), by_text(&text));
        let link = runwayml::made(ask, order, move |made| {
            let file = file_at(&base, made.output.first().ok_or_else(malformed)?)?;
            Ok(Link::last(file, move |reply| Ok(told(reply.body, "audio/mpeg", made.headers, usage))))
        })?;
        Ok(Flow::chain(link))
    }
}

/// What is made, by OpenAI's name.
const FORMATS: &[(&str, ())] = &[("mp3", ())];
/// Runway's voices for OpenAI's.
const VOICES: &[(&str, &str)] = &[
    ("alloy", "Maya"),
    ("ash", "Mark"),
    ("ballad", "Benjamin"),
    ("coral", "Katie"),
    ("echo", "James"),
    ("fable", "Vincent"),
    ("nova", "Ella"),
    ("onyx", "Bernard"),
    ("sage", "Serene"),
    ("shimmer", "Lisa"),
    ("verse", "Noah"),
];

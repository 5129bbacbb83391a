//! Text to speech by vendors with forms of their own (OpenAI, "Create speech", is the form that clients see).

mod aws_polly;
mod azure_speech;
mod elevenlabs;
mod gemini;
mod google;
mod minimax;
mod nvidia_riva;
mod runwayml;
mod wav;

use super::{Ask, Flow, Told, Translator};
use bytes::Bytes;
use http::HeaderMap;
use std::borrow::Cow;
use tianji_core::{Counters, Error, LossClass, Losses, Usage, WireRequest};

/// The translators of this kind that rows may name.
pub(super) fn named(name: &str) -> Option<&'static dyn Translator> {
    Some(match name {
        "aws_polly" => &aws_polly::AwsPolly,
        "azure_speech" => &azure_speech::AzureSpeech,
        "elevenlabs" => &elevenlabs::ElevenLabs,
        "gemini" => &gemini::Gemini,
        "google" => &google::Google,
        "minimax" => &minimax::MiniMax,
        "nvidia_riva" => &nvidia_riva::NvidiaRiva,
        "runwayml" => &runwayml::RunwayMl,
        _ => return None,
    })
}

/// The text to be spoken.
fn input(ask: &Ask<'_>) -> Result<String, Error> {
    ask.text("input").ok_or_else(|| ask.missing("input"))
}

/// The voice: a name, or an object with an `id` or a `name`. Names of OpenAI's voices stand for a vendor's by a table.
fn voice(ask: &Ask<'_>, table: &[(&str, &str)], otherwise: &str) -> String {
    let given = match ask.value("voice") {
        Some(serde_json::Value::String(name)) => Some(name),
        Some(object) => {
            let named = ["id", "name", "voice_id"].into_iter().find_map(|key| object.get(key)?.as_str());
            named.map(str::to_owned)
        }
        None => None,
    };
    let Some(given) = given else { return otherwise.to_owned() };
    table.iter().find(|(name, _)| *name == given).map_or(given, |(_, theirs)| (*theirs).to_owned())
}

/// What a call costs by its text: characters.
fn by_text(input: &str) -> Usage {
    let counters = Counters { characters: input.chars().count() as u64, ..Counters::default() };
    Usage { counters, ..Usage::default() }
}

/// A reply of sound that is passed on as it comes.
fn passed_on(request: WireRequest, input: &str) -> Flow {
    Flow::relay(request, by_text(input))
}

/// Sound that was unpacked.
fn told(sound: Bytes, kind: &'static str, headers: HeaderMap, usage: Usage) -> Told {
    Told { content_type: Cow::Borrowed(kind), ..Told::json(sound, headers, Some(usage)) }
}

/// The vendor's word for the format that is asked for, by a table; `None` = nothing is asked for. A format that it does
/// not have is lost, and the first of the table taken.
fn format<T: Copy>(ask: &Ask<'_>, table: &[(&str, T)], losses: &mut Losses) -> Option<T> {
    let wanted = ask.text("response_format")?;
    let found = table.iter().find(|(name, _)| *name == wanted);
    if found.is_none() {
        losses.push(LossClass::Parameter, "response_format", "the provider does not make this format");
    }
    found.or_else(|| table.first()).map(|(_, theirs)| *theirs)
}

/// OpenAI's names of a call's members (OpenAI, "Create speech"); all others are a vendor's own.
const KNOWN: &[&str] =
    &["input", "model", "voice", "response_format", "speed", "instructions", "stream_format", "stream", "user"];

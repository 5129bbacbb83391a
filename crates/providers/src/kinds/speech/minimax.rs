//! MiniMax (MiniMax, "T2A v2"): sound in hexadecimal digits; failures with status 200.

use super::super::compat::malformed;
use super::super::given::json;
use super::super::{Ask, Flow, Link, Translator};
use super::{KNOWN, by_text, format, input, told, voice};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use tianji_core::{Counters, Error, Kind, Losses, Usage};

#[derive(Debug)]
pub(super) struct MiniMax;

impl Translator for MiniMax {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(&["instructions"], losses);
        let text = input(ask)?;
        let (format, kind) = format(ask, FORMATS, losses).unwrap_or(("mp3", "audio/mpeg"));
        let mut body = ask.extras(KNOWN);
        body.insert("model".to_owned(), json!(ask.target.model));
        body.insert("text".to_owned(), json!(text));
        body.insert("stream".to_owned(), json!(false));
        within(&mut body, "voice_setting", "voice_id", || json!(voice(ask, VOICES, "male-qn-qingse")));
        if let Some(speed) = ask.number("speed") {
            within(&mut body, "voice_setting", "speed", || json!(speed));
        }
        within(&mut body, "audio_setting", "format", || json!(format));
        let request = ask.request_to(&format!("{}/t2a_v2", ask.connection.base), json(&body)?)?;
        Ok(Flow::chain(Link::last(request, move |reply| {
            let answer: Answer = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
            answer.verdict.check()?;
            let sound = answer.data.and_then(|data| from_hex(&data.audio)).ok_or_else(malformed)?;
            let characters = answer.extra_info.and_then(|info| info.usage_characters);
            let usage = characters.map(|characters| Counters { characters, ..Counters::default() });
            let usage = usage.map(|counters| Usage { counters, ..Usage::default() });
            Ok(told(sound, kind, reply.headers, usage.unwrap_or_else(|| by_text(&text))))
        })))
    }
}

fn within(body: &mut serde_json::Map<String, Value>, object: &str, name: &str, value: impl FnOnce() -> Value) {
    if let Some(object) = body.entry(object).or_insert_with(|| json!({})).as_object_mut() {
        object.entry(name).or_insert_with(value);
    }
}

fn from_hex(text: &str) -> Option<Bytes> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    });
    pairs.collect::<Option<Vec<u8>>>().map(Bytes::from)
}

#[derive(Deserialize)]
struct Answer {
    data: Option<Data>,
    extra_info: Option<Info>,
    #[serde(rename = "base_resp", default)]
    verdict: Verdict,
}

#[derive(Deserialize)]
struct Data {
    audio: String,
}

#[derive(Deserialize)]
struct Info {
    usage_characters: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Verdict {
    status_code: i64,
    status_msg: String,
}

impl Verdict {
    /// MiniMax, "Error codes".
    fn check(self) -> Result<(), Error> {
        let kind = match self.status_code {
            0 => return Ok(()),
            1001 => Kind::Timeout,
            1002 | 1039 => Kind::RateLimit,
            1004 | 2049 => Kind::Authentication,
            1008 => Kind::PaymentRequired,
            1026 | 1027 => Kind::ContentPolicy,
            1042 | 2013 => Kind::BadRequest,
            _ => Kind::InternalServer,
        };
        Err(Error::provider(kind, self.status_msg))
    }
}

/// Formats and media types by OpenAI's names.
const FORMATS: &[(&str, (&str, &str))] = &[
    ("mp3", ("mp3", "audio/mpeg")),
    ("pcm", ("pcm", "audio/pcm")),
    ("flac", ("flac", "audio/flac")),
    ("wav", ("wav", "audio/wav")),
];
/// MiniMax's voices for OpenAI's.
const VOICES: &[(&str, &str)] = &[
    ("alloy", "male-qn-qingse"),
    ("echo", "male-qn-jingying"),
    ("fable", "female-shaonv"),
    ("nova", "female-yujie"),
    ("onyx", "male-qn-badao"),
    ("shimmer", "female-tianmei"),
];

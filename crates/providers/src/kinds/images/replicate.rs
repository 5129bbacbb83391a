//! Replicate (Replicate, "HTTP API reference", `predictions.create`, `predictions.get`; "Output files"): a prediction is
//! created, then asked for until it has ended. Its output is one address or a list of them.
//!
//! Each model has inputs of its own. The names here are those that Replicate's collection of models for pictures shares;
//! a client adds others by their own names.

use super::super::compat::malformed;
use super::super::given::json;
use super::super::{Ask, Flow, Link, Translator};
use super::pictures::{Picture, Pictures, Wanted};
use super::{KNOWN, OPENAI_ONLY, prompt, size};
use crate::native::replicate::{address, version};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tianji_core::{Error, Kind, Losses, Reply, WireRequest};

#[derive(Debug)]
pub(super) struct Replicate;

impl Translator for Replicate {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(OPENAI_ONLY, losses);
        ask.refuse(&["quality", "input_fidelity"], losses);
        let mut order = json!({ "input": input(ask)? });
        if let (Some(version), Some(order)) = (version(ask.target.model), order.as_object_mut()) {
            order.insert("version".to_owned(), version.into());
        }
        let order = ask.request(json(&order)?)?;
        let base = ask.connection.base.clone();
        let (question, wanted) = (ask.get(&base)?, Wanted::of(ask));
        Ok(Flow::chain(Link::send(order, move |reply| created(&reply, question, &base, wanted))))
    }
}

fn input(ask: &Ask<'_>) -> Result<Map<String, Value>, Error> {
    let mut input = ask.extras(KNOWN);
    let mut set = |name: &str, value: Value| {
        input.entry(name).or_insert(value);
    };
    set("prompt", prompt(ask)?.into());
    for name in ["image", "mask"] {
        if let Some(address) = ask.text(name) {
            set(name, address.into());
        }
    }
    if let Some(n) = ask.whole("n").filter(|n| *n > 1) {
        set("num_outputs", n.into());
    }
    if let Some(format) = ask.text("output_format") {
        set("output_format", if format == "jpeg" { "jpg".into() } else { format.into() });
    }
    if let Some(asked) = ask.text("size") {
        let sized = SIZED.iter().any(|word| ask.target.model.contains(word));
        match (sized, size::pixels(&asked)) {
            (true, Some((width, height))) => {
                set("width", width.into());
                set("height", height.into());
            }
            _ => {
                if let Some(shape) = size::aspect(&asked, SHAPES) {
                    set("aspect_ratio", shape.into());
                }
            }
        }
    }
    Ok(input)
}

fn created(reply: &Reply, question: WireRequest, base: &str, wanted: Wanted) -> Result<Link, Error> {
    let prediction = Prediction::read(reply)?;
    let uri = address(base, &prediction.id, prediction.urls.get.as_deref(), "");
    if let Some(end) = prediction.end(&wanted, &reply.headers)? {
        return Ok(end);
    }
    let question = WireRequest { uri: uri.ok_or_else(malformed)?, ..question };
    Ok(Link::poll(question, move |reply| Prediction::read(reply)?.end(&wanted, &reply.headers)))
}

#[derive(Deserialize)]
struct Prediction {
    #[serde(default)]
    id: String,
    status: String,
    #[serde(default)]
    output: Value,
    error: Option<String>,
    #[serde(default)]
    urls: Urls,
}

#[derive(Default, Deserialize)]
struct Urls {
    get: Option<String>,
}

impl Prediction {
    fn read(reply: &Reply) -> Result<Self, Error> {
        serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))
    }

    /// What comes of it; `None` while it goes on.
    fn end(self, wanted: &Wanted, headers: &HeaderMap) -> Result<Option<Link>, Error> {
        match self.status.as_str() {
            "succeeded" => {
                let pictures = Pictures { list: pictures(self.output), usage: None, id: Some(self.id) };
                wanted.clone().finish(pictures, headers.clone()).map(Some)
            }
            "failed" | "canceled" | "aborted" => Err(failure(self.error, &self.status)),
            _ => Ok(None),
        }
    }
}

fn pictures(output: Value) -> Vec<Picture> {
    let found = match output {
        Value::Array(found) => found,
        one => vec![one],
    };
    found.iter().filter_map(Value::as_str).map(Picture::at).collect()
}

/// Models say in words alone why they drew nothing.
fn failure(words: Option<String>, status: &str) -> Error {
    let words = words.filter(|words| !words.is_empty()).unwrap_or_else(|| format!("the prediction was {status}"));
    let filtered = ["nsfw", "flagged as sensitive"].iter().any(|word| words.to_ascii_lowercase().contains(word));
    Error::provider(if filtered { Kind::ContentPolicy } else { Kind::InternalServer }, words)
}

/// Words in names of models that take a size rather than a shape.
const SIZED: &[&str] = &["sdxl", "stability-ai/stable-diffusion:", "sana", "playground-v2"];
const SHAPES: &[&str] = &["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "5:4", "4:5", "21:9", "9:21"];

//! Veo's orders and operations, which the Gemini API and Vertex AI share but for where the film lies (Google, "Gemini
//! API: Generate videos with Veo"; Google Cloud, "Vertex AI: Veo video generation API").

use super::super::compat::malformed;
use super::super::given::json;
use super::super::{Ask, Flow, Told};
use super::card::Card;
use super::reference::{Reference, given, with_picture};
use super::{Film, Filming, KNOWN, length};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use tianji_core::{Error, LossClass, Losses, Reply};

/// Orders a film at a model's `:predictLongRunning`.
pub(super) fn create(ask: &Ask<'_>, call: &Filming<'_>, url: &str, losses: &mut Losses) -> Result<Flow, Error> {
    let Order { mut instance, parameters, film } = order_of(ask, losses)?;
    let count = parameters.get("sampleCount").and_then(number).unwrap_or(1).max(1);
    let mut request = ask.request_to(url, tianji_core::Payload::default())?;
    let (names, model) = (call.names.clone(), ask.model.to_owned());
    let elsewhere = ask.invalid("input_reference", "the provider needs the picture itself, or its `gs://` address");
    let complete = move |picture: Option<Reference>| {
        if let Some(picture) = picture {
            instance.insert("image".to_owned(), image(picture).ok_or(elsewhere)?);
        }
        request.body = json(&json!({ "instances": [instance], "parameters": parameters }))?;
        Ok(request)
    };
    let read = move |reply: Reply| {
        let id = Operation::read(&reply)?.name.ok_or_else(malformed)?.to_owned();
        let film = Film { id, ..film };
        Ok(Card::ordered(&names.of(&film)?, &model, &film, count, reply.headers))
    };
    Ok(Flow::chain(with_picture(given(ask)?, complete, read)?))
}

/// The reply to the question how far a film is.
pub(super) fn status(call: &Filming<'_>, model: &str) -> impl FnOnce(Reply) -> Result<Told, Error> + Send + 'static {
    let (id, model, film) = (call.id.to_owned(), model.to_owned(), call.film.clone());
    move |reply| Ok(Operation::read(&reply)?.card().told(&id, &model, &film, reply.headers))
}

/// An order, without the picture that it may begin with.
struct Order {
    /// What is to be seen.
    instance: Map<String, Value>,
    /// How it is made.
    parameters: Map<String, Value>,
    /// What it comes to, but for the vendor's id.
    film: Film,
}

fn order_of(ask: &Ask<'_>, losses: &mut Losses) -> Result<Order, Error> {
    let prompt = ask.text("prompt").ok_or_else(|| ask.missing("prompt"))?;
    let mut instance = Map::new();
    instance.insert("prompt".to_owned(), prompt.into());
    let mut parameters = ask.extras(KNOWN);
    for name in OF_INSTANCES {
        if let Some(value) = parameters.remove(*name) {
            instance.insert((*name).to_owned(), value);
        }
    }
    // Forms carry numbers as texts.
    for name in ["durationSeconds", "sampleCount", "seed"] {
        if let Some(count) = parameters.get(name).and_then(number) {
            parameters.insert(name.to_owned(), count.into());
        }
    }
    if let Some(seconds) = length::seconds(ask)? {
        parameters.entry("durationSeconds").or_insert(seconds.into());
    }
    if let Some(size) = ask.text("size") {
        sized(&size, &mut parameters, losses);
    }
    let seconds = parameters.get("durationSeconds").and_then(number).unwrap_or(DEFAULT_SECONDS);
    let size = size_of(&parameters);
    let film = Film { created_at: ask.now, seconds: Some(seconds.to_string()), size, ..Film::default() };
    Ok(Order { instance, parameters, film })
}

/// Veo knows two shapes and three resolutions; 720p, which it takes by itself, is not named, as the second version has
/// no word for it.
fn sized(size: &str, parameters: &mut Map<String, Value>, losses: &mut Losses) {
    let shape = match length::pixels(size) {
        Some((width, height)) if width > height => "16:9",
        Some((width, height)) if width < height => "9:16",
        _ => {
            losses.push(LossClass::Parameter, "size", "the provider makes films of 16:9 and 9:16 only");
            return;
        }
    };
    parameters.entry("aspectRatio").or_insert(shape.into());
    if let Some(class) = length::resolution(size).filter(|class| matches!(class.as_str(), "1080p" | "4k")) {
        parameters.entry("resolution").or_insert(class.into());
    }
}

/// Width and height that an order comes to.
fn size_of(parameters: &Map<String, Value>) -> Option<String> {
    let (long, short) = match parameters.get("resolution").and_then(Value::as_str).unwrap_or("720p") {
        "720p" => (1280, 720),
        "1080p" => (1920, 1080),
        "4k" | "4K" => (3840, 2160),
        _ => return None,
    };
    let upright = parameters.get("aspectRatio").and_then(Value::as_str) == Some("9:16");
    Some(if upright { format!("{short}x{long}") } else { format!("{long}x{short}") })
}

fn image(picture: Reference) -> Option<Value> {
    match picture {
        Reference::Inline { mime, data } => Some(json!({ "bytesBase64Encoded": data, "mimeType": mime })),
        Reference::At(url) if url.starts_with("gs://") => {
            let mime = if url.ends_with(".png") { "image/png" } else { "image/jpeg" };
            Some(json!({ "gcsUri": url, "mimeType": mime }))
        }
        Reference::At(_) => None,
    }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// A long-running operation (Google, "Long-running operations": `Operation`).
#[derive(Deserialize)]
pub(super) struct Operation<'a> {
    #[serde(borrow)]
    name: Option<&'a str>,
    #[serde(default)]
    done: bool,
    error: Option<Refusal>,
    #[serde(borrow)]
    response: Option<Response<'a>>,
}

impl<'a> Operation<'a> {
    /// Reads a reply.
    pub(super) fn read(reply: &'a Reply) -> Result<Self, Error> {
        serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))
    }

    /// How far it is.
    pub(super) fn card(&self) -> Card {
        if let Some(error) = &self.error {
            return Card::failed(error.code.to_string(), error.message.clone());
        }
        match (self.done, self.film()) {
            (false, _) => Card::in_progress(0),
            (true, Some(_)) => Card::completed(),
            (true, None) => Card::failed("content_policy_violation", self.filtered()),
        }
    }

    /// Where the first film is.
    pub(super) fn film(&self) -> Option<&Video<'a>> {
        let response = self.response.as_ref()?;
        let samples = response.generated.iter().flat_map(|generated| &generated.samples);
        samples.filter_map(|sample| sample.video.as_ref()).chain(&response.videos).next()
    }

    fn filtered(&self) -> String {
        let reasons = self.response.iter().flat_map(|response| {
            let generated = response.generated.iter().flat_map(|generated| &generated.reasons);
            generated.chain(&response.reasons)
        });
        let reasons: Vec<&str> = reasons.map(String::as_str).collect();
        if reasons.is_empty() { "The provider made no video.".to_owned() } else { reasons.join(" ") }
    }
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    code: i64,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct Response<'a> {
    /// The Gemini API.
    #[serde(rename = "generateVideoResponse", borrow)]
    generated: Option<Generated<'a>>,
    /// Vertex AI.
    #[serde(default, borrow)]
    videos: Vec<Video<'a>>,
    #[serde(rename = "raiMediaFilteredReasons", default)]
    reasons: Vec<String>,
}

#[derive(Deserialize)]
struct Generated<'a> {
    #[serde(rename = "generatedSamples", default, borrow)]
    samples: Vec<Sample<'a>>,
    #[serde(rename = "raiMediaFilteredReasons", default)]
    reasons: Vec<String>,
}

#[derive(Deserialize)]
struct Sample<'a> {
    #[serde(borrow)]
    video: Option<Video<'a>>,
}

/// A film: an address, or the file itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Video<'a> {
    /// Its address (the Gemini API).
    pub(super) uri: Option<String>,
    /// Its address in Google Cloud Storage (Vertex AI).
    pub(super) gcs_uri: Option<String>,
    /// Its bytes as base64, in quotes: long, and of no interest unless it is fetched.
    #[serde(borrow)]
    pub(super) bytes_base64_encoded: Option<&'a RawValue>,
    /// Its media type.
    pub(super) mime_type: Option<String>,
}

/// Members that belong to what is made rather than to how.
const OF_INSTANCES: &[&str] = &["image", "lastFrame", "video", "referenceImages"];
/// The length of a film that nobody said.
const DEFAULT_SECONDS: u64 = 8;

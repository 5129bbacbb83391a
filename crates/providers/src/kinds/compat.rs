//! Vendors that speak a kind's own form: the body goes up as it came but for the model, the reply comes back so.

use super::{Ask, Flow, Link, Told, Translator, audio, embeddings, moderation, multipart, rerank, usage_of, video};
use crate::endpoint::EndpointKind;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use std::borrow::Cow;
use tianji_core::{Counters, Error, Kind, Losses, Payload, Reply, Segment, Usage, WireRequest};
use tianji_wire::RawObject;

/// The translator of a kind for vendors that speak its form.
pub(super) fn translator(kind: EndpointKind) -> Option<&'static dyn Translator> {
    Some(match kind {
        EndpointKind::Embeddings => embeddings::COMPAT,
        EndpointKind::Rerank => rerank::COMPAT,
        EndpointKind::Moderation => moderation::COMPAT,
        EndpointKind::Images | EndpointKind::Ocr | EndpointKind::Search | EndpointKind::ResponsesCompact => &Json,
        EndpointKind::Speech => &Spoken,
        EndpointKind::Transcription | EndpointKind::Translation => &Multipart,
        EndpointKind::ImageEdits | EndpointKind::ImageVariations => &Multipart,
        EndpointKind::Video => video::COMPAT,
        _ => return None,
    })
}

/// JSON in, JSON out; a stream is passed on.
#[derive(Debug)]
struct Json;

impl Translator for Json {
    fn begin(&self, ask: &Ask<'_>, _: &mut Losses) -> Result<Flow, Error> {
        let mut request = ask.request(Payload::default())?;
        request.body = if is_deployment(ask, &request) { json_of(ask.body, None) } else { json_body(ask) };
        if ask.stream {
            return Ok(Flow::relay(request, Usage::default()));
        }
        Ok(converse(ask, request))
    }
}

/// JSON in, sound out.
#[derive(Debug)]
struct Spoken;

impl Translator for Spoken {
    fn begin(&self, ask: &Ask<'_>, _: &mut Losses) -> Result<Flow, Error> {
        let characters = ask.body.str("input").map_or(0, |text| text.chars().count() as u64);
        let counters = Counters { characters, ..Counters::default() };
        let usage = Usage { counters, ..Usage::default() };
        Ok(Flow::relay(ask.request(json_body(ask))?, usage))
    }
}

/// A form in, JSON or text out; a stream is passed on.
#[derive(Debug)]
struct Multipart;

impl Translator for Multipart {
    fn begin(&self, ask: &Ask<'_>, _: &mut Losses) -> Result<Flow, Error> {
        let mut request = ask.request(Payload::default())?;
        let mut body = ask.body.clone();
        if is_deployment(ask, &request) {
            body.remove("model");
        } else {
            body.set("model", ask.target.model);
        }
        let files: Vec<_> = ask.files.iter().map(|file| (file.field.clone(), file)).collect();
        let (form, kind) = multipart(&fields(&body), &files, ask.unique);
        request.body = form;
        request.headers.insert(CONTENT_TYPE, kind);
        if ask.stream {
            return Ok(Flow::relay(request, by_container(ask).unwrap_or_default()));
        }
        Ok(converse(ask, request))
    }
}

/// What a recording costs by its length, where its container says it.
fn by_container(ask: &Ask<'_>) -> Option<Usage> {
    let heard = is_heard(ask.kind).then(|| ask.file("file"))??;
    let counters = Counters { milliseconds: audio::milliseconds(heard)?, ..Counters::default() };
    Some(Usage { counters, ..Usage::default() })
}

const fn is_heard(kind: EndpointKind) -> bool {
    matches!(kind, EndpointKind::Transcription | EndpointKind::Translation)
}

const fn draws(kind: EndpointKind) -> bool {
    matches!(kind, EndpointKind::Images | EndpointKind::ImageEdits | EndpointKind::ImageVariations)
}

pub(super) fn json_body(ask: &Ask<'_>) -> Payload {
    json_of(ask.body, Some(ask.target.model))
}

fn json_of(body: &RawObject, model: Option<&str>) -> Payload {
    let mut body = body.clone();
    match model {
        Some(model) => body.set("model", model),
        None => drop(body.remove("model")),
    }
    Payload { segments: body.to_chunks().into_iter().map(Segment::Bytes).collect() }
}

/// Whether the address names the model already, so that a body about pictures does not (Microsoft Learn, "Azure OpenAI
/// REST API reference", "Image generation").
fn is_deployment(ask: &Ask<'_>, request: &WireRequest) -> bool {
    draws(ask.kind) && request.uri.path().contains("/openai/deployments/")
}

/// Members as text fields: strings as they are, lists as repeated fields, anything else as JSON.
pub(super) fn fields(body: &RawObject) -> Vec<(String, Bytes)> {
    let mut fields = Vec::new();
    for (name, raw) in body.iter() {
        match serde_json::from_slice(raw) {
            Ok(serde_json::Value::Null) | Err(_) => {}
            Ok(serde_json::Value::Array(items)) => {
                fields.extend(items.iter().map(|item| (name.to_owned(), text_of(item))));
            }
            Ok(value) => fields.push((name.to_owned(), text_of(&value))),
        }
    }
    fields
}

/// The same for members that a translator put together; lists stay one field.
pub(super) fn texts(body: serde_json::Map<String, serde_json::Value>) -> Vec<(String, Bytes)> {
    body.into_iter().map(|(name, value)| (name, text_of(&value))).collect()
}

fn text_of(value: &serde_json::Value) -> Bytes {
    match value {
        serde_json::Value::String(text) => Bytes::from(text.clone()),
        other => Bytes::from(other.to_string()),
    }
}

/// One request whose reply is in the kind's form.
pub(super) fn converse(ask: &Ask<'_>, request: WireRequest) -> Flow {
    Flow::chain(Link::last(request, reader(ask)))
}

/// What becomes of a reply that is in the kind's form.
pub(super) fn reader(ask: &Ask<'_>) -> impl FnOnce(Reply) -> Result<Told, Error> + Send + 'static {
    let size = draws(ask.kind).then(|| ask.text("size")).flatten();
    let form = Form { kind: ask.kind, model: ask.model.to_owned(), usage: by_container(ask), size };
    move |reply| form.read(reply)
}

/// A kind's form, and what of the call is needed to read a reply in it.
struct Form {
    kind: EndpointKind,
    model: String,
    /// What is consumed where the vendor does not say.
    usage: Option<Usage>,
    /// The size of pictures that was asked for.
    size: Option<String>,
}

impl Form {
    fn read(self, reply: Reply) -> Result<Told, Error> {
        let kind = reply.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or(super::ask::JSON);
        let text = is_heard(self.kind) && !reply.body.trim_ascii().starts_with(b"{");
        if text {
            let content_type = Cow::Owned(kind.to_owned());
            return Ok(Told { content_type, ..Told::json(reply.body, reply.headers, self.usage) });
        }
        let mut body = RawObject::parse(reply.body).map_err(|cause| malformed().with_source(cause))?;
        if let Some(error) = in_band(&body) {
            return Err(error);
        }
        let usage = self.usage(&body);
        if body.contains("model") {
            body.set("model", &self.model);
        }
        if is_heard(self.kind) {
            hide_own(&mut body);
        }
        if self.kind == EndpointKind::Ocr && !body.contains("object") {
            body.set("object", "ocr");
        }
        let resolution = body.str("size").map(Cow::into_owned).filter(|_| draws(self.kind)).or(self.size);
        Ok(Told {
            id: body.str("id").map(Cow::into_owned),
            resolution,
            ..Told::json(body.to_bytes(), reply.headers, usage)
        })
    }

    fn usage(&self, body: &RawObject) -> Option<Usage> {
        let told = body.raw("usage");
        if self.kind == EndpointKind::ResponsesCompact {
            return told.and_then(super::meter::usage_of_response);
        }
        let mut usage = told.and_then(usage_of);
        if draws(self.kind) {
            let made = body.read::<Vec<serde::de::IgnoredAny>>("data").and_then(Result::ok);
            usage.get_or_insert_default().counters.images = made.map_or(0, |list| list.len() as u64);
        }
        if self.kind == EndpointKind::Ocr
            && let Some(told) = body.read::<Pages>("usage_info").and_then(Result::ok)
        {
            usage.get_or_insert_default().counters.pages = told.pages_processed;
        }
        if is_heard(self.kind) && usage.is_none() {
            let told = body.read::<f64>("duration").and_then(Result::ok).filter(|seconds| *seconds >= 0.0);
            let milliseconds = told.map(|seconds| (seconds * 1000.0).round() as u64);
            let counted = |milliseconds| Counters { milliseconds, ..Counters::default() };
            let told = milliseconds.map(|time| Usage { counters: counted(time), ..Usage::default() });
            return told.or(self.usage);
        }
        usage
    }
}

/// Mistral, "OCR", `usage_info`.
#[derive(Deserialize)]
struct Pages {
    pages_processed: u64,
}

/// Members that begin with `x_` are a vendor's own trace of the call (Groq's `x_groq`): no client asked for them.
fn hide_own(body: &mut RawObject) {
    let own: Vec<String> = body.keys().filter(|name| name.starts_with("x_")).map(str::to_owned).collect();
    for name in own {
        body.remove(&name);
    }
}

/// An error under a status that says all is well.
pub(super) fn in_band(body: &RawObject) -> Option<Error> {
    #[derive(Deserialize)]
    struct Words {
        message: String,
    }
    let words = body.read::<Words>("error")?.ok()?;
    Some(Error::provider(Kind::InternalServer, words.message))
}

/// The vendor's reply is not what its documentation says.
pub(crate) fn malformed() -> Error {
    Error::provider(Kind::MalformedReply, "the provider's reply could not be understood")
}

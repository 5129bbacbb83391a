//! Topaz Labs (Topaz Labs, "Image API": enhance, sharpen, denoise, restore, lighting; "Status", "Download"): a picture
//! goes up, and a better one is fetched when it is ready.

use super::super::compat::{malformed, texts};
use super::super::given::{parsed, segment};
use super::super::{Ask, Flow, Link, Translator, multipart};
use super::pictures::{Picture, Pictures, Wanted};
use super::{KNOWN, OPENAI_ONLY, only_one, size};
use http::Uri;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::{Map, Value};
use tianji_core::{Error, Kind, LossClass, Losses, Reply, WireRequest};

#[derive(Debug)]
pub(super) struct Topaz;

impl Translator for Topaz {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        only_one(ask, losses);
        ask.refuse(OPENAI_ONLY, losses);
        ask.refuse(&["quality", "input_fidelity"], losses);
        let wanted = Wanted::of(ask);
        let images = ask.files("image");
        let image = *images.first().ok_or_else(|| ask.missing("image"))?;
        if images.len() > 1 || ask.file("mask").is_some() {
            losses.push(LossClass::Content, "image", "the provider takes one picture and no mask");
        }
        let (way, model) = way(ask.target.model);
        let body = order_of(ask, way, model, losses);
        let (form, kind) = multipart(&texts(body), &[("image".to_owned(), image)], ask.unique);
        let base = format!("{}/image/v1", ask.connection.base);
        let question = ask.get(&base)?;
        let mut order = ask.request_to(&format!("{base}/{way}/async"), form)?;
        order.headers.insert(CONTENT_TYPE, kind);
        Ok(Flow::chain(Link::send(order, move |reply| {
            let taken: Taken = parsed(&reply)?;
            poll(&base, taken.process_id, question, wanted)
        })))
    }
}

/// The endpoint of a model. A name may say it (`sharpen/Strong`), as some names mean models of several.
fn way(name: &str) -> (&str, &str) {
    if let Some((way, model)) = name.split_once('/').filter(|(way, _)| WAYS.contains(way)) {
        return (way, model);
    }
    let generative = GENERATIVE.iter().any(|family| name.starts_with(family));
    match name {
        "Dust-Scratch" => ("restore-gen", name),
        _ if generative => ("enhance-gen", name),
        _ => ("enhance", name),
    }
}

fn order_of(ask: &Ask<'_>, way: &str, model: &str, losses: &mut Losses) -> Map<String, Value> {
    let mut body = ask.extras(KNOWN);
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
    set("model", model.into());
    if let Some(prompt) = ask.text("prompt") {
        if way == "enhance-gen" {
            set("prompt", prompt.into());
        } else {
            losses.push(LossClass::Hint, "prompt", "only generative models look at it");
        }
    }
    if let Some(format) = ask.text("output_format") {
        set("output_format", format.into());
    }
    if let Some((width, height)) = ask.text("size").as_deref().and_then(size::pixels) {
        set("output_width", width.into());
        set("output_height", height.into());
    }
    body
}

fn poll(base: &str, id: String, question: WireRequest, wanted: Wanted) -> Result<Link, Error> {
    let at = |what: &str| format!("{base}/{what}/{}", segment(&id)).parse::<Uri>().map_err(|_| malformed());
    let fetch = WireRequest { uri: at("download")?, ..question.clone() };
    let question = WireRequest { uri: at("status")?, ..question };
    Ok(Link::poll(question, move |reply: &Reply| {
        let told: Status = parsed(reply)?;
        match told.status.as_str() {
            "Completed" => {
                let (id, wanted) = (id.clone(), wanted.clone());
                Ok(Some(Link::send(fetch.clone(), move |reply| {
                    let place: Place = parsed(&reply)?;
                    let list = vec![Picture::at(place.download_url)];
                    wanted.finish(Pictures { list, usage: None, id: Some(id) }, reply.headers)
                })))
            }
            "Failed" | "Cancelled" => {
                Err(Error::provider(Kind::InternalServer, format!("the picture was not made: {}", told.status)))
            }
            _ => Ok(None),
        }
    }))
}

#[derive(Deserialize)]
struct Taken {
    process_id: String,
}

#[derive(Deserialize)]
struct Status {
    status: String,
}

#[derive(Deserialize)]
struct Place {
    download_url: String,
}

/// Endpoints that models stand behind.
const WAYS: &[&str] = &[
    "enhance",
    "enhance-gen",
    "sharpen",
    "sharpen-gen",
    "denoise",
    "denoise-gen",
    "restore-gen",
    "lighting",
    "matting",
];
/// How names of generative models that enhance begin.
const GENERATIVE: &[&str] = &["Redefine", "Recover", "Wonder", "Bloom", "Standard MAX"];

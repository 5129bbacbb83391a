//! Stability AI (Stability AI, "REST v2beta API"): forms up, JSON down when it is asked for.

use super::super::compat::{malformed, texts};
use super::super::{Ask, Flow, Link, Translator, multipart};
use super::pictures::{Picture, Pictures, Wanted};
use super::{KNOWN, OPENAI_ONLY, only_one, size};
use http::HeaderValue;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde::Deserialize;
use serde_json::{Map, Value};
use tianji_core::{Error, Kind, LossClass, Losses, Reply, Upload};

#[derive(Debug)]
pub(super) struct Stability;

impl Translator for Stability {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        only_one(ask, losses);
        ask.refuse(OPENAI_ONLY, losses);
        ask.refuse(&["quality", "input_fidelity"], losses);
        if ask.text("response_format").as_deref() == Some("url") {
            losses.push(LossClass::Hint, "response_format", "the provider gives files, not addresses");
        }
        let wanted = Wanted::of(ask);
        let images = ask.files("image");
        let place = Place::of(ask.target.model);
        if images.len() > 1 {
            losses.push(LossClass::Hint, "image", "the model takes one picture: the first is used");
        }
        let mut body = common(ask);
        body.extend(ask.text("prompt").map(|prompt| ("prompt".to_owned(), prompt.into())));
        place.complete(&mut body, !images.is_empty(), ask.target.model);
        let named = |name: &str, file: &Upload| (name.to_owned(), file.clone());
        let files: Vec<(String, Upload)> = images
            .first()
            .map(|file| named("image", file))
            .into_iter()
            .chain(ask.file("mask").map(|file| named("mask", file)))
            .collect();
        let files: Vec<(String, &Upload)> = files.iter().map(|(name, file)| (name.clone(), file)).collect();
        let (form, kind) = multipart(&texts(body), &files, ask.unique);
        let mut request =
            ask.request_to(&format!("{}/v2beta/stable-image/{}", ask.connection.base, place.path), form)?;
        request.headers.insert(CONTENT_TYPE, kind);
        request.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Ok(Flow::chain(Link::send(request, move |reply| wanted.finish(read(&reply)?, reply.headers))))
    }
}

/// Members that Stability's models have here and on Bedrock.
pub(super) fn common(ask: &Ask<'_>) -> Map<String, Value> {
    let mut body = ask.extras(KNOWN);
    let asked = ask.text("size");
    if let Some(shape) = asked.as_deref().and_then(|size| size::aspect(size, SHAPES)) {
        body.entry("aspect_ratio").or_insert_with(|| shape.into());
    }
    if let Some(format) = ask.text("output_format") {
        body.insert("output_format".to_owned(), format.into());
    }
    body
}

/// What a model name asks for.
struct Place {
    path: String,
    generates: bool,
}

impl Place {
    fn of(model: &str) -> Self {
        let name = model.rsplit('/').next().unwrap_or(model).trim_start_matches("stable-image-");
        let name = name.strip_suffix("-v1:0").unwrap_or(name);
        let upscale = name.strip_prefix("upscale-").or_else(|| name.strip_suffix("-upscale"));
        let (path, generates) = match (upscale, name) {
            (Some(how @ ("fast" | "conservative" | "creative")), _) => (format!("upscale/{how}"), false),
            (
                _,
                "inpaint" | "erase" | "outpaint" | "search-and-replace" | "search-and-recolor" | "remove-background",
            ) => (format!("edit/{name}"), false),
            (_, "control-sketch" | "control-structure" | "control-style") => (name.replacen('-', "/", 1), false),
            (_, "ultra" | "core") => (format!("generate/{name}"), true),
            _ => ("generate/sd3".to_owned(), true),
        };
        Self { path, generates }
    }

    /// Which of its models is meant, and how far a picture may be changed.
    fn complete(&self, body: &mut Map<String, Value>, has_image: bool, model: &str) {
        let third = self.path == "generate/sd3";
        if third && !matches!(model, "sd3" | "stable-diffusion-3") {
            body.entry("model").or_insert_with(|| model.into());
        }
        if self.generates && has_image {
            body.entry("strength").or_insert_with(|| DEFAULT_STRENGTH.into());
            // The size is that of the picture.
            body.remove("aspect_ratio");
            if third {
                body.entry("mode").or_insert_with(|| "image-to-image".into());
            }
        }
    }
}

fn read(reply: &Reply) -> Result<Pictures, Error> {
    let told: Answer = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
    if told.finish_reason.as_deref() == Some("CONTENT_FILTERED") {
        return Err(Error::provider(Kind::ContentPolicy, "the picture was filtered"));
    }
    let list = told.image.into_iter().map(Picture::Base64).collect();
    Ok(Pictures { list, ..Pictures::default() })
}

#[derive(Deserialize)]
struct Answer {
    image: Option<String>,
    finish_reason: Option<String>,
}

const SHAPES: &[&str] = &["1:1", "16:9", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21"];
/// How much of a picture is changed where the caller does not say: 0 = nothing, 1 = all.
const DEFAULT_STRENGTH: &str = "0.6";

//! Google's pictures: Imagen by `:predict` (Google Cloud, "Imagen API"; Google, "Gemini API: Imagen"), models that draw
//! within an answer by `:generateContent` (Google, "Gemini API: Image generation").

use super::super::compat::malformed;
use super::super::given::{base64, json};
use super::super::google::{self, Generated};
use super::super::{Ask, Flow, Link, Translator};
use super::pictures::{Picture, Pictures, Wanted};
use super::{KNOWN, OPENAI_ONLY, only_one, prompt, size};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tianji_core::{Error, Kind, LossClass, Losses, Reply, Upload};

#[derive(Debug)]
pub(super) struct Google;

impl Translator for Google {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(OPENAI_ONLY, losses);
        ask.refuse(&["quality", "input_fidelity"], losses);
        if ask.text("response_format").as_deref() == Some("url") {
            losses.push(LossClass::Hint, "response_format", "the provider gives files, not addresses");
        }
        let imagen = ask.target.model.contains("imagen") || ask.target.model.starts_with("imagegeneration");
        let link = if imagen { predict(ask)? } else { generate(ask, losses)? };
        Ok(Flow::chain(link))
    }
}

/// The uploaded files in order, and which of them is the mask.
fn uploads(ask: &Ask<'_>) -> (Vec<Upload>, bool) {
    let mut files: Vec<Upload> = ask.files("image").into_iter().cloned().collect();
    let mask = ask.file("mask").cloned();
    let masked = mask.is_some();
    files.extend(mask);
    (files, masked)
}

fn predict(ask: &Ask<'_>) -> Result<Link, Error> {
    let wanted = Wanted::of(ask);
    let mut request = ask.request_to(&google::model_url(ask, "predict")?, Bytes::new())?;
    let prompt = prompt(ask)?;
    let mut parameters = ask.extras(KNOWN);
    let mut set = |name: &str, value: Value| {
        parameters.entry(name).or_insert(value);
    };
    if let Some(count) = ask.whole("n") {
        set("sampleCount", count.into());
    }
    let asked = ask.text("size");
    if let Some(shape) = asked.as_deref().and_then(|size| size::aspect(size, IMAGEN_SHAPES)) {
        set("aspectRatio", shape.into());
    }
    if let Some(format) = ask.text("output_format") {
        set("outputOptions", json!({ "mimeType": format!("image/{format}") }));
    }
    let (files, masked) = uploads(ask);
    if masked {
        set("editMode", "EDIT_MODE_INPAINT_INSERTION".into());
    }
    Link::with_files(&files, move |contents| {
        let mut instance = json!({ "prompt": prompt });
        if let (false, Some(object)) = (contents.is_empty(), instance.as_object_mut()) {
            object.insert("referenceImages".to_owned(), references(&contents, masked));
        }
        let mut body = json!({ "instances": [instance] });
        if let (false, Some(object)) = (parameters.is_empty(), body.as_object_mut()) {
            object.insert("parameters".to_owned(), Value::Object(parameters));
        }
        request.body = json(&body)?;
        Ok(Link::send(request, move |reply| wanted.finish(predicted(&reply)?, reply.headers)))
    })
}

/// Google Cloud, "Imagen API: Edit images", `referenceImages`.
fn references(contents: &[Bytes], masked: bool) -> Value {
    let last = contents.len();
    let of = |(at, content): (usize, &Bytes)| {
        let image = json!({ "bytesBase64Encoded": base64(content) });
        if masked && at + 1 == last {
            let mode = json!({ "maskMode": "MASK_MODE_USER_PROVIDED" });
            json!({ "referenceType": "REFERENCE_TYPE_MASK", "referenceId": at + 1, "referenceImage": image, "maskImageConfig": mode })
        } else {
            json!({ "referenceType": "REFERENCE_TYPE_RAW", "referenceId": at + 1, "referenceImage": image })
        }
    };
    contents.iter().enumerate().map(of).collect()
}

fn predicted(reply: &Reply) -> Result<Pictures, Error> {
    let told: Predictions = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
    let filtered = told.predictions.iter().find_map(|one| one.rai_filtered_reason.clone());
    let list: Vec<_> =
        told.predictions.into_iter().filter_map(|one| one.bytes_base64_encoded).map(Picture::Base64).collect();
    match filtered {
        Some(reason) if list.is_empty() => Err(Error::provider(Kind::ContentPolicy, reason)),
        _ => Ok(Pictures { list, ..Pictures::default() }),
    }
}

fn generate(ask: &Ask<'_>, losses: &mut Losses) -> Result<Link, Error> {
    only_one(ask, losses);
    ask.refuse(&["output_format"], losses);
    let wanted = Wanted::of(ask);
    let mut request = ask.request_to(&google::model_url(ask, "generateContent")?, Bytes::new())?;
    let (prompt, config) = (prompt(ask)?, config(ask));
    let (files, masked) = uploads(ask);
    let kinds: Vec<String> = files.iter().map(|file| google::media_type(file, "image/png")).collect();
    Link::with_files(&files, move |contents| {
        let mut parts = vec![json!({ "text": prompt })];
        parts.extend(
            contents
                .iter()
                .zip(&kinds)
                .map(|(content, kind)| json!({ "inlineData": { "mimeType": kind, "data": base64(content) } })),
        );
        if masked {
            parts.push(json!({ "text": MASK }));
        }
        let body = json!({ "contents": [{ "role": "user", "parts": parts }], "generationConfig": config });
        request.body = json(&body)?;
        Ok(Link::send(request, move |reply| {
            let told = Generated::read(&reply)?;
            let list: Vec<_> = told.media().map(|(_, data)| Picture::Base64(data.to_owned())).collect();
            if list.is_empty() {
                let why = told.finish().unwrap_or("no picture");
                return Err(Error::provider(Kind::ContentPolicy, format!("the model drew nothing: {why}")));
            }
            let usage = told.usage();
            wanted.finish(Pictures { list, usage, id: told.id }, reply.headers)
        }))
    })
}

fn config(ask: &Ask<'_>) -> Map<String, Value> {
    let mut config = ask.extras(KNOWN);
    config.entry("responseModalities").or_insert_with(|| json!(["IMAGE", "TEXT"]));
    let asked = ask.text("size");
    if let Some(shape) = asked.as_deref().and_then(|size| size::aspect(size, GEMINI_SHAPES)) {
        config.entry("imageConfig").or_insert_with(|| json!({ "aspectRatio": shape }));
    }
    config
}

#[derive(Deserialize)]
struct Predictions {
    #[serde(default)]
    predictions: Vec<Prediction>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Prediction {
    bytes_base64_encoded: Option<String>,
    rai_filtered_reason: Option<String>,
}

const IMAGEN_SHAPES: &[&str] = &["1:1", "3:4", "4:3", "9:16", "16:9"];
const GEMINI_SHAPES: &[&str] = &["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
/// The vendor has no masks: the model is told what the last picture is.
const MASK: &str = "The last image is a mask. Change only the area that is transparent in it, and nothing else.";

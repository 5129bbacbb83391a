//! Pictures on Amazon Bedrock: Titan and Nova Canvas (AWS, "Amazon Titan Image Generator models", "Amazon Nova Canvas"),
//! Stability AI's models (AWS, "Stability AI models"). The signature is put on by the provider.

use super::super::compat::malformed;
use super::super::given::{base64, json};
use super::super::{Ask, Flow, Link, Translator, hosts};
use super::pictures::{Picture, Pictures, Wanted};
use super::{KNOWN, OPENAI_ONLY, only_one, prompt, size, stability};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tianji_core::{Error, Kind, LossClass, Losses, Reply, Upload};

#[derive(Debug)]
pub(super) struct Bedrock;

impl Translator for Bedrock {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(OPENAI_ONLY, losses);
        if ask.text("response_format").as_deref() == Some("url") {
            losses.push(LossClass::Hint, "response_format", "the provider gives files, not addresses");
        }
        let wanted = Wanted::of(ask);
        let mut request = ask.request_to(&hosts::bedrock::model_url(ask, "invoke")?, Bytes::new())?;
        let (images, mask) = (ask.files("image"), ask.file("mask"));
        let masked = mask.is_some();
        let stable = ask.target.model.contains("stability.");
        // One picture where there is a mask, or where the model takes one.
        let most = if masked || stable { 1 } else { 5 };
        if images.len() > most {
            losses.push(LossClass::Hint, "image", "the model takes fewer pictures: the first are used");
        }
        let files: Vec<Upload> = images.into_iter().take(most).chain(mask).cloned().collect();
        let draft = if stable { of_stability(ask, losses)? } else { of_amazon(ask, losses)? };
        let link = Link::with_files(&files, move |contents| {
            let files: Vec<String> = contents.iter().map(|content| base64(content)).collect();
            request.body = json(&draft.with(&files, masked))?;
            Ok(Link::send(request, move |reply| wanted.finish(read(&reply)?, reply.headers)))
        })?;
        Ok(Flow::chain(link))
    }
}

/// A body to which the files are still to come.
enum Draft {
    Amazon { text: String, negative: Option<Value>, config: Map<String, Value>, own: Map<String, Value> },
    Stability(Map<String, Value>),
    Diffusion(Map<String, Value>),
}

fn of_amazon(ask: &Ask<'_>, losses: &mut Losses) -> Result<Draft, Error> {
    ask.refuse(&["output_format", "input_fidelity"], losses);
    let mut own = ask.extras(KNOWN);
    let negative = ["negative_prompt", "negativeText"].into_iter().find_map(|name| own.remove(name));
    let mut config = Map::new();
    config.extend(ask.whole("n").map(|count| ("numberOfImages".to_owned(), count.into())));
    if let Some((width, height)) = ask.text("size").as_deref().and_then(size::pixels) {
        config.insert("width".to_owned(), width.into());
        config.insert("height".to_owned(), height.into());
    }
    if let Some(quality) = ask.text("quality").filter(|quality| quality != "auto") {
        let premium = ["hd", "high", "premium"].contains(&quality.as_str());
        config.insert("quality".to_owned(), if premium { "premium" } else { "standard" }.into());
    }
    for name in ["cfgScale", "seed", "width", "height", "quality"] {
        config.extend(own.remove(name).map(|value| (name.to_owned(), number(value))));
    }
    Ok(Draft::Amazon { text: prompt(ask)?, negative, config, own })
}

fn of_stability(ask: &Ask<'_>, losses: &mut Losses) -> Result<Draft, Error> {
    only_one(ask, losses);
    ask.refuse(&["quality", "input_fidelity"], losses);
    if ask.target.model.contains("stable-diffusion-xl") {
        return of_diffusion(ask);
    }
    let mut body = stability::common(ask);
    body.insert("prompt".to_owned(), prompt(ask)?.into());
    Ok(Draft::Stability(body))
}

/// Stable Diffusion XL has a form of its own (AWS, "Stability.ai Diffusion 1.0 models").
fn of_diffusion(ask: &Ask<'_>) -> Result<Draft, Error> {
    let mut body = ask.extras(KNOWN);
    let mut prompts = vec![json!({ "text": prompt(ask)?, "weight": 1 })];
    prompts.extend(body.remove("negative_prompt").map(|text| json!({ "text": text, "weight": -1 })));
    body.entry("text_prompts").or_insert(prompts.into());
    if let Some((width, height)) = ask.text("size").as_deref().and_then(size::pixels) {
        body.insert("width".to_owned(), width.into());
        body.insert("height".to_owned(), height.into());
    }
    for value in body.values_mut() {
        *value = number(value.take());
    }
    Ok(Draft::Diffusion(body))
}

impl Draft {
    fn with(self, files: &[String], masked: bool) -> Value {
        match self {
            Self::Stability(mut body) => {
                if let Some(image) = files.first() {
                    body.insert("image".to_owned(), image.as_str().into());
                    let changes = !masked && body.contains_key("strength");
                    if changes {
                        body.entry("mode").or_insert_with(|| "image-to-image".into());
                    }
                }
                if let (true, Some(mask)) = (masked, files.get(1)) {
                    body.insert("mask".to_owned(), mask.as_str().into());
                }
                Value::Object(body)
            }
            Self::Diffusion(mut body) => {
                body.extend(files.first().map(|image| ("init_image".to_owned(), image.as_str().into())));
                if let (true, Some(mask)) = (masked, files.get(1)) {
                    body.entry("mask_source").or_insert_with(|| "MASK_IMAGE_WHITE".into());
                    body.insert("mask_image".to_owned(), mask.as_str().into());
                }
                Value::Object(body)
            }
            Self::Amazon { text, negative, config, mut own } => {
                let task = own.remove("taskType").and_then(|task| task.as_str().map(str::to_owned));
                let usual = if masked {
                    "INPAINTING"
                } else if files.is_empty() {
                    "TEXT_IMAGE"
                } else {
                    "IMAGE_VARIATION"
                };
                let task = task.unwrap_or_else(|| usual.to_owned());
                let mut body = own;
                let mut params = Map::new();
                params.insert("text".to_owned(), text.into());
                params.extend(negative.map(|text| ("negativeText".to_owned(), text)));
                for name in ["maskPrompt", "similarityStrength", "outPaintingMode", "returnMask"] {
                    params.extend(body.remove(name).map(|value| (name.to_owned(), number(value))));
                }
                match task.as_str() {
                    "TEXT_IMAGE" => {}
                    "IMAGE_VARIATION" => drop(params.insert("images".to_owned(), json!(files))),
                    _ => {
                        params.extend(files.first().map(|image| ("image".to_owned(), image.as_str().into())));
                        let mask = files.get(1).filter(|_| masked);
                        params.extend(mask.map(|mask| ("maskImage".to_owned(), mask.as_str().into())));
                    }
                }
                body.insert(params_name(&task).to_owned(), Value::Object(params));
                body.insert("taskType".to_owned(), task.into());
                if !config.is_empty() {
                    body.insert("imageGenerationConfig".to_owned(), Value::Object(config));
                }
                Value::Object(body)
            }
        }
    }
}

fn params_name(task: &str) -> &'static str {
    match task {
        "INPAINTING" => "inPaintingParams",
        "OUTPAINTING" => "outPaintingParams",
        "IMAGE_VARIATION" => "imageVariationParams",
        "BACKGROUND_REMOVAL" => "backgroundRemovalParams",
        "COLOR_GUIDED_GENERATION" => "colorGuidedGenerationParams",
        _ => "textToImageParams",
    }
}

/// Forms carry numbers as text.
fn number(value: Value) -> Value {
    let parsed = value.as_str().and_then(|text| serde_json::from_str::<serde_json::Number>(text).ok());
    parsed.map_or(value, Value::Number)
}

fn read(reply: &Reply) -> Result<Pictures, Error> {
    let told: Answer = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
    let refused = told.error.or_else(|| told.finish_reasons.into_iter().flatten().next());
    let old = told.artifacts.into_iter().map(|artifact| artifact.base64);
    let list: Vec<_> = told.images.into_iter().flatten().chain(old).map(Picture::Base64).collect();
    match refused {
        Some(reason) if list.is_empty() || reason.to_ascii_lowercase().contains("filter") => {
            Err(Error::provider(Kind::ContentPolicy, reason))
        }
        _ => Ok(Pictures { list, ..Pictures::default() }),
    }
}

#[derive(Deserialize)]
struct Answer {
    images: Option<Vec<String>>,
    #[serde(default)]
    artifacts: Vec<Artifact>,
    error: Option<String>,
    #[serde(default)]
    finish_reasons: Vec<Option<String>>,
}

#[derive(Deserialize)]
struct Artifact {
    base64: String,
}

//! OpenRouter (OpenRouter, "Image generation"): a chat completion whose answer holds pictures.

use super::super::compat::{in_band, malformed};
use super::super::given::json;
use super::super::{Ask, Flow, Link, Translator, usage_of};
use super::pictures::{Picture, Pictures, Wanted};
use super::{KNOWN, OPENAI_ONLY, only_one, prompt, size};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use tianji_core::{Error, LossClass, Losses, Reply, Usage};
use tianji_wire::RawObject;

#[derive(Debug)]
pub(super) struct OpenRouter;

impl Translator for OpenRouter {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        only_one(ask, losses);
        ask.refuse(OPENAI_ONLY, losses);
        ask.refuse(&["quality", "output_format"], losses);
        if ask.text("response_format").as_deref() == Some("url") {
            losses.push(LossClass::Hint, "response_format", "the provider gives files, not addresses");
        }
        let mut body = ask.extras(KNOWN);
        body.insert("model".to_owned(), json!(ask.target.model));
        body.insert("messages".to_owned(), json!([{ "role": "user", "content": prompt(ask)? }]));
        body.entry("modalities").or_insert_with(|| json!(["image", "text"]));
        if let Some(shape) = ask.text("size").as_deref().and_then(|asked| size::aspect(asked, SHAPES)) {
            body.entry("image_config").or_insert_with(|| json!({ "aspect_ratio": shape }));
        }
        let wanted = Wanted::of(ask);
        let request = ask.request_to(&format!("{}/chat/completions", ask.connection.base), json(&body)?)?;
        Ok(Flow::chain(Link::send(request, move |reply| wanted.finish(read(&reply)?, reply.headers))))
    }
}

fn read(reply: &Reply) -> Result<Pictures, Error> {
    let body = RawObject::parse(reply.body.clone()).map_err(|cause| malformed().with_source(cause))?;
    if let Some(error) = in_band(&body) {
        return Err(error);
    }
    let told: Answer<'_> = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
    let images = told.choices.into_iter().flat_map(|choice| choice.message.images);
    let list: Vec<Picture> = images.map(|image| Picture::at(image.image_url.url)).collect();
    Ok(Pictures { list, usage: told.usage.and_then(|usage| counted(usage.get())), id: told.id })
}

/// Tokens; what comes out is a picture for the most part, and is not told apart.
fn counted(usage: &str) -> Option<Usage> {
    let told = usage_of(usage.as_bytes())?;
    Some(Usage { out_text: 0, out_image: told.out_text + told.out_image, ..told })
}

#[derive(Deserialize)]
struct Answer<'a> {
    id: Option<String>,
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    images: Vec<Image>,
}

#[derive(Deserialize)]
struct Image {
    image_url: Address,
}

#[derive(Deserialize)]
struct Address {
    url: String,
}

const SHAPES: &[&str] = &["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];

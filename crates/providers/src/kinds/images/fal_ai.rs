//! fal (fal, "Model APIs: Synchronous requests", "Queue API"): the answer itself, or a ticket to ask with.

use super::super::compat::malformed;
use super::super::given::{base64, json, same_site};
use super::super::google::media_type;
use super::super::hosts::model_path;
use super::super::{Ask, Flow, Link, Translator};
use super::pictures::{Picture, Pictures, Wanted};
use super::{KNOWN, OPENAI_ONLY, prompt, size};
use bytes::Bytes;
use http::Uri;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tianji_core::{Error, Kind, Losses, Reply, Upload, WireRequest};

#[derive(Debug)]
pub(super) struct FalAi;

impl Translator for FalAi {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(OPENAI_ONLY, losses);
        ask.refuse(&["quality", "input_fidelity"], losses);
        let wanted = Wanted::of(ask);
        let base = ask.connection.base.clone();
        let mut order = ask.request_to(&format!("{base}/{}", model_path(ask, ask.target.model)?), Bytes::new())?;
        let question = ask.get(&base)?;
        let mut body = order_of(ask)?;
        let images: Vec<Upload> = ask.files("image").into_iter().cloned().collect();
        let listed = images.len() > 1 || ask.target.model.ends_with("/edit");
        let all: Vec<Upload> = images.iter().chain(ask.file("mask")).cloned().collect();
        let kinds: Vec<String> = all.iter().map(|file| media_type(file, "image/png")).collect();
        let count = images.len();
        let link = Link::with_files(&all, move |contents| {
            let inline =
                kinds.iter().zip(&contents).map(|(kind, content)| format!("data:{kind};base64,{}", base64(content)));
            add_files(&mut body, inline.collect(), count, listed);
            order.body = json(&body)?;
            Ok(Link::send(order, move |reply| answered(&reply, question, base, wanted)))
        })?;
        Ok(Flow::chain(link))
    }
}

fn order_of(ask: &Ask<'_>) -> Result<Map<String, Value>, Error> {
    let mut body = ask.extras(KNOWN);
    let mut set = |name: &str, value: Value| {
        body.entry(name).or_insert(value);
    };
    set("prompt", prompt(ask)?.into());
    if let Some(n) = ask.whole("n") {
        set("num_images", n.into());
    }
    if let Some(format) = ask.text("output_format") {
        set("output_format", format.into());
    }
    if let Some(asked) = ask.text("size") {
        let shaped = SHAPED.iter().any(|word| ask.target.model.contains(word));
        match (shaped, size::pixels(&asked)) {
            (false, Some((width, height))) => set("image_size", json!({ "width": width, "height": height })),
            _ => {
                if let Some(shape) = size::aspect(&asked, SHAPES) {
                    set("aspect_ratio", shape.into());
                }
            }
        }
    }
    Ok(body)
}

fn add_files(body: &mut Map<String, Value>, mut inline: Vec<String>, images: usize, listed: bool) {
    let mask = inline.split_off(images.min(inline.len()));
    body.extend(mask.into_iter().next().map(|mask| ("mask_url".to_owned(), mask.into())));
    if listed {
        body.insert("image_urls".to_owned(), inline.into());
    } else {
        body.extend(inline.into_iter().next().map(|image| ("image_url".to_owned(), image.into())));
    }
}

fn answered(reply: &Reply, question: WireRequest, base: String, wanted: Wanted) -> Result<Link, Error> {
    let told: Answer = parsed(reply)?;
    let (Some(status), Some(response)) = (told.status_url, told.response_url) else {
        let found = told.images.unwrap_or_default().into_iter().chain(told.image);
        let list = found.map(|image| Picture::at(image.url)).collect();
        return wanted.finish(Pictures { list, usage: None, id: told.request_id }, reply.headers.clone());
    };
    if !same_site(&base, &status) || !same_site(&base, &response) {
        return Err(Error::provider(Kind::MalformedReply, "the provider's address of a result is not its own"));
    }
    let uri = |url: &str| url.parse::<Uri>().map_err(|_| malformed());
    let fetch = WireRequest { uri: uri(&response)?, ..question.clone() };
    let ask = WireRequest { uri: uri(&status)?, ..question.clone() };
    Ok(Link::poll(ask, move |reply| {
        let told: Status = parsed(reply)?;
        if told.status != "COMPLETED" {
            return Ok(None);
        }
        let (question, base, wanted) = (question.clone(), base.clone(), wanted.clone());
        Ok(Some(Link::send(fetch.clone(), move |reply| answered(&reply, question, base, wanted))))
    }))
}

fn parsed<T: serde::de::DeserializeOwned>(reply: &Reply) -> Result<T, Error> {
    serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))
}

#[derive(Deserialize)]
struct Answer {
    images: Option<Vec<Image>>,
    image: Option<Image>,
    request_id: Option<String>,
    status_url: Option<String>,
    response_url: Option<String>,
}

#[derive(Deserialize)]
struct Image {
    url: String,
}

#[derive(Deserialize)]
struct Status {
    status: String,
}

/// Words in names of models that take a shape rather than a size.
const SHAPED: &[&str] = &["imagen", "ultra", "kontext", "nano-banana", "ideogram", "recraft/v2"];
const SHAPES: &[&str] = &["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21"];

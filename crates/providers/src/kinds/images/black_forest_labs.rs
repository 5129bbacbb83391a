//! Black Forest Labs (BFL, "API integration guidelines"): an order, then questions until it is ready.

use super::super::compat::malformed;
use super::super::given::{base64, json, same_site};
use super::super::hosts::model_path;
use super::super::{Ask, Flow, Link, Translator};
use super::pictures::{Picture, Pictures, Wanted};
use super::{KNOWN, OPENAI_ONLY, only_one, prompt, size};
use bytes::Bytes;
use http::Uri;
use serde::Deserialize;
use serde_json::{Map, Value};
use tianji_core::{Error, Kind, Losses, Reply, Upload, WireRequest};

#[derive(Debug)]
pub(super) struct BlackForestLabs;

impl Translator for BlackForestLabs {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        only_one(ask, losses);
        ask.refuse(OPENAI_ONLY, losses);
        ask.refuse(&["quality", "input_fidelity"], losses);
        let wanted = Wanted::of(ask);
        let base = ask.connection.base.clone();
        let mut order = ask.request_to(&format!("{base}/v1/{}", model_path(ask, ask.target.model)?), Bytes::new())?;
        let question = ask.get(&base)?;
        let mut body = order_of(ask)?;
        let (files, names) = files(ask);
        let link = Link::with_files(&files, move |contents| {
            body.extend(names.into_iter().zip(contents.iter().map(|content| base64(content).into())));
            order.body = json(&body)?;
            Ok(Link::send(order, move |reply| poll(&parsed(&reply)?, question, &base, wanted)))
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
    if let Some(format) = ask.text("output_format") {
        set("output_format", format.into());
    }
    if let Some(asked) = ask.text("size") {
        let shaped = ["kontext", "ultra"].iter().any(|word| ask.target.model.contains(word));
        match (shaped, size::pixels(&asked)) {
            (true, _) => {
                if let Some(shape) = size::aspect(&asked, SHAPES) {
                    set("aspect_ratio", shape.into());
                }
            }
            (false, Some((width, height))) => {
                set("width", width.into());
                set("height", height.into());
            }
            (false, None) => {}
        }
    }
    Ok(body)
}

/// Files and the members that they become: `image` and `mask` of a filling model, else `input_image`, `input_image_2` …
fn files(ask: &Ask<'_>) -> (Vec<Upload>, Vec<String>) {
    let (images, mask) = (ask.files("image"), ask.file("mask"));
    let fills = mask.is_some() || ask.target.model.contains("fill");
    let named = images.into_iter().enumerate().map(|(at, file)| match (fills, at) {
        (true, 0) => ("image".to_owned(), file),
        (false, 0) => ("input_image".to_owned(), file),
        (_, at) => (format!("input_image_{}", at + 1), file),
    });
    let all = named.chain(mask.map(|file| ("mask".to_owned(), file)));
    all.map(|(name, file)| (file.clone(), name)).unzip()
}

fn poll(ordered: &Ordered, question: WireRequest, base: &str, wanted: Wanted) -> Result<Link, Error> {
    // Orders are kept where they were taken: the address to ask is part of the answer.
    let url = ordered.polling_url.clone().unwrap_or_else(|| format!("{base}/v1/get_result?id={}", ordered.id));
    if !same_site(base, &url) {
        return Err(Error::provider(Kind::MalformedReply, "the provider's address of a result is not its own"));
    }
    let uri: Uri = url.parse().map_err(|_| malformed())?;
    let id = ordered.id.clone();
    Ok(Link::poll(WireRequest { uri, ..question }, move |reply| {
        let told: Answer = parsed(reply)?;
        match told.status.as_str() {
            "Ready" => {
                let url = told.result.and_then(|result| result.sample).ok_or_else(malformed)?;
                let pictures = Pictures { list: vec![Picture::at(url)], usage: None, id: Some(id.clone()) };
                wanted.clone().finish(pictures, reply.headers.clone()).map(Some)
            }
            "Request Moderated" | "Content Moderated" => Err(Error::provider(Kind::ContentPolicy, told.status)),
            "Error" | "Failed" | "Task not found" => Err(Error::provider(Kind::InternalServer, told.status)),
            _ => Ok(None),
        }
    }))
}

fn parsed<T: serde::de::DeserializeOwned>(reply: &Reply) -> Result<T, Error> {
    serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))
}

#[derive(Deserialize)]
struct Ordered {
    id: String,
    polling_url: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    status: String,
    result: Option<Finished>,
}

#[derive(Deserialize)]
struct Finished {
    sample: Option<String>,
}

const SHAPES: &[&str] = &["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21"];

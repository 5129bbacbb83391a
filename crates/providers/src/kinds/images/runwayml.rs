//! Runway's pictures (Runway, "API reference": "Text/image to image").

use super::super::given::json;
use super::super::hosts::runwayml;
use super::super::{Ask, Flow, Translator};
use super::pictures::{Picture, Pictures, Wanted};
use super::{KNOWN, OPENAI_ONLY, only_one, prompt, size};
use bytes::Bytes;
use serde_json::{Map, Value};
use tianji_core::{Error, Losses};

#[derive(Debug)]
pub(super) struct RunwayMl;

impl Translator for RunwayMl {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        only_one(ask, losses);
        ask.refuse(OPENAI_ONLY, losses);
        ask.refuse(&["quality", "output_format"], losses);
        let wanted = Wanted::of(ask);
        let mut order = ask.request_to(&format!("{}/text_to_image", ask.connection.base), Bytes::new())?;
        order.body = json(&order_of(ask)?)?;
        let link = runwayml::made(ask, order, move |made| {
            let list = made.output.into_iter().map(Picture::at).collect();
            wanted.finish(Pictures { list, usage: None, id: Some(made.id) }, made.headers)
        })?;
        Ok(Flow::chain(link))
    }
}

fn order_of(ask: &Ask<'_>) -> Result<Map<String, Value>, Error> {
    let mut body = ask.extras(KNOWN);
    body.insert("model".to_owned(), ask.target.model.into());
    body.insert("promptText".to_owned(), prompt(ask)?.into());
    let asked = ask.text("size");
    let pixels = asked.as_deref().and_then(size::pixels).map(|(width, height)| format!("{width}:{height}"));
    let ratio = pixels.or_else(|| asked.filter(|size| size.contains(':')));
    body.entry("ratio").or_insert_with(|| ratio.unwrap_or_else(|| DEFAULT_RATIO.to_owned()).into());
    Ok(body)
}

const DEFAULT_RATIO: &str = "1024:1024";

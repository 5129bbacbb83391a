//! Amazon Bedrock's InvokeModel (AWS, "Amazon Titan Embeddings Text", "Amazon Titan Multimodal Embeddings G1", "Cohere
//! Embed v3", "Cohere Embed v4").

use super::bedrock_media::{Marengo, Nova};
use super::compat::payload;
use super::input::DataUrl;
use super::{Call, Item, Part, Wire, begin, cohere, not_carried};
use crate::kinds::compat::malformed;
use crate::kinds::hosts::bedrock;
use crate::kinds::{Ask, Flow, Translator};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use tianji_core::{Error, Kind, Losses, Reply, Usage, WireRequest};
use tianji_wire::RawObject;

/// The translator.
#[derive(Debug)]
pub(super) struct Bedrock;

impl Translator for Bedrock {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        match ask.target.model {
            model if model.contains("cohere.embed") => begin::<Cohere>(ask, losses),
            model if model.contains("titan-embed-image") => begin::<TitanImage>(ask, losses),
            model if model.contains("titan-embed-text-v2") => begin::<TitanText2>(ask, losses),
            model if model.contains("titan-embed") => begin::<TitanText1>(ask, losses),
            model if model.contains("amazon.nova") && model.contains("embed") => begin::<Nova>(ask, losses),
            model if model.contains("twelvelabs.marengo") => begin::<Marengo>(ask, losses),
            model => {
                let words = format!("embeddings of the Bedrock model '{model}' are not known");
                Err(Error::gateway(Kind::NotImplemented, words))
            }
        }
    }
}

/// The first Titan: a text and nothing else.
struct TitanText1;

impl Wire for TitanText1 {
    fn batch(_: &Ask<'_>, _: &[Item<'_>]) -> usize {
        1
    }

    fn unsupported(_: &Ask<'_>) -> &'static [&'static str] {
        &["dimensions", "user"]
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        invoke(call, &text_body(call, items)?)
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        read_titan(reply)
    }
}

/// The second Titan: sizes and normalising.
struct TitanText2;

impl Wire for TitanText2 {
    fn batch(_: &Ask<'_>, _: &[Item<'_>]) -> usize {
        1
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let mut body = text_body(call, items)?;
        if let Some(size) = call.dimensions() {
            body.set_raw("dimensions", size.to_vec().into());
        }
        floats(call, "embeddingTypes", &mut body);
        invoke(call, &body)
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        read_titan(reply)
    }
}

/// Titan for texts and pictures.
struct TitanImage;

impl Wire for TitanImage {
    fn batch(_: &Ask<'_>, _: &[Item<'_>]) -> usize {
        1
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let item = items.first().ok_or_else(malformed)?;
        let text = item.text().ok_or_else(|| not_carried(&call.ask, "anything but texts and pictures"))?;
        let mut body = call.vendor_params();
        match DataUrl::of(&text) {
            Some(url) => body.set("inputImage", url.base64),
            None => body.set("inputText", &text),
        }
        if let Some(size) = call.params.u64("dimensions") {
            body.set("embeddingConfig", &json!({ "outputEmbeddingLength": size }));
        }
        invoke(call, &body)
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        read_titan(reply)
    }
}

/// Cohere's models: its own form, without the model.
struct Cohere;

impl Wire for Cohere {
    fn batch(_: &Ask<'_>, items: &[Item<'_>]) -> usize {
        cohere::batch(items)
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let mut body = cohere::fields(call, items);
        floats(call, "embedding_types", &mut body);
        invoke(call, &body)
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        let part = cohere::read(reply)?;
        Ok(Part { usage: part.usage.or_else(|| counted(reply)), ..part })
    }
}

/// Names the type of the vectors where the client asks for an encoding: any is written from floats.
fn floats(call: &Call<'_>, name: &str, body: &mut RawObject) {
    if call.params.contains("encoding_format") && !body.contains(name) {
        body.set(name, &["float"]);
    }
}

fn text_body(call: &Call<'_>, items: &[Item<'_>]) -> Result<RawObject, Error> {
    let item = items.first().filter(|item| item.is_text());
    let item = item.ok_or_else(|| not_carried(&call.ask, "anything but texts with this model"))?;
    let mut body = call.vendor_params();
    body.set_raw("inputText", item.raw().get().to_owned().into());
    Ok(body)
}

pub(super) fn invoke(call: &Call<'_>, body: &RawObject) -> Result<WireRequest, Error> {
    call.ask.request_to(&bedrock::model_url(&call.ask, "invoke")?, payload(body))
}

fn read_titan(reply: &Reply) -> Result<Part, Error> {
    let whole: Titan<'_> = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
    let vector = whole.embedding.or_else(|| whole.embeddings_by_type.and_then(|types| types.float.or(types.binary)));
    let vector = vector.ok_or_else(malformed)?;
    let usage = whole.input_text_token_count.map(|tokens| Usage::of_text(tokens, 0));
    Ok(Part { vectors: vec![reply.body.slice_ref(vector.get().as_bytes())], usage: usage.or_else(|| counted(reply)) })
}

/// Tokens as a header tells them.
pub(super) fn counted(reply: &Reply) -> Option<Usage> {
    let tokens = reply.headers.get(TOKENS)?.to_str().ok()?.parse().ok()?;
    Some(Usage::of_text(tokens, 0))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Titan<'a> {
    #[serde(borrow)]
    embedding: Option<&'a RawValue>,
    #[serde(borrow)]
    embeddings_by_type: Option<Types<'a>>,
    input_text_token_count: Option<u64>,
}

#[derive(Deserialize)]
struct Types<'a> {
    #[serde(borrow)]
    float: Option<&'a RawValue>,
    #[serde(borrow)]
    binary: Option<&'a RawValue>,
}

/// Header with the number of input tokens (AWS, "InvokeModel").
const TOKENS: &str = "x-amzn-bedrock-input-token-count";

//! Models on Bedrock that see as well as read (AWS, "Amazon Nova multimodal embeddings", "TwelveLabs Marengo Embed"): one
//! text or picture a call.

use super::bedrock::{counted, invoke};
use super::input::DataUrl;
use super::{Call, Item, Part, Wire, not_carried};
use crate::kinds::Ask;
use crate::kinds::compat::malformed;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tianji_core::{Error, Reply, WireRequest};

/// Amazon Nova.
pub(super) struct Nova;

impl Wire for Nova {
    fn batch(_: &Ask<'_>, _: &[Item<'_>]) -> usize {
        1
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let text = seen(call, items)?;
        let mut params = json!({ "embeddingPurpose": "GENERIC_INDEX" });
        let (name, value) = match DataUrl::of(&text) {
            Some(url) => {
                let format = url.media_type.rsplit('/').next().unwrap_or_default();
                ("image", json!({ "format": format, "source": { "bytes": url.base64 } }))
            }
            None => ("text", json!({ "truncationMode": "END", "value": text })),
        };
        if let Some(members) = params.as_object_mut() {
            members.insert(name.to_owned(), value);
            members.extend(call.params.u64("dimensions").map(|size| ("embeddingDimension".to_owned(), size.into())));
        }
        let mut body = call.vendor_params();
        body.set("taskType", "SINGLE_EMBEDDING");
        // The caller may know the purpose better.
        let own: Option<serde_json::Map<String, Value>> = body.read("singleEmbeddingParams").and_then(Result::ok);
        if let (Some(members), Some(own)) = (params.as_object_mut(), own) {
            members.extend(own);
        }
        body.set("singleEmbeddingParams", &params);
        invoke(call, &body)
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        let told: Embedded<'_> = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
        first(reply, told.embeddings)
    }
}

/// TwelveLabs' Marengo.
pub(super) struct Marengo;

impl Wire for Marengo {
    fn batch(_: &Ask<'_>, _: &[Item<'_>]) -> usize {
        1
    }

    fn unsupported(_: &Ask<'_>) -> &'static [&'static str] {
        &["dimensions"]
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let text = seen(call, items)?;
        let third = call.ask.target.model.contains("marengo-embed-3");
        let mut body = call.vendor_params();
        match (DataUrl::of(&text), third) {
            (Some(url), true) => {
                body.set("inputType", "image");
                body.set("image", &json!({ "mediaSource": { "base64String": url.base64 } }));
            }
            (Some(url), false) => {
                body.set("inputType", "image");
                body.set("mediaSource", &json!({ "base64String": url.base64 }));
            }
            (None, true) => {
                body.set("inputType", "text");
                body.set("text", &json!({ "inputText": text }));
            }
            (None, false) => {
                body.set("inputType", "text");
                body.set("inputText", &text);
            }
        }
        invoke(call, &body)
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        #[derive(Deserialize)]
        struct Answer<'a> {
            #[serde(borrow)]
            data: Vec<Vector<'a>>,
        }
        let told: Answer<'_> = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
        first(reply, told.data)
    }
}

/// What is to become a vector: a text, or a picture as a URL that holds it.
fn seen(call: &Call<'_>, items: &[Item<'_>]) -> Result<String, Error> {
    let item = items.first().ok_or_else(malformed)?;
    let text = item.text().ok_or_else(|| not_carried(&call.ask, "anything but texts and pictures"))?;
    Ok(text.to_string())
}

fn first(reply: &Reply, vectors: Vec<Vector<'_>>) -> Result<Part, Error> {
    let vector = vectors.into_iter().next().ok_or_else(malformed)?.embedding;
    Ok(Part { vectors: vec![reply.body.slice_ref(vector.get().as_bytes())], usage: counted(reply) })
}

#[derive(Deserialize)]
struct Embedded<'a> {
    #[serde(borrow)]
    embeddings: Vec<Vector<'a>>,
}

#[derive(Deserialize)]
struct Vector<'a> {
    #[serde(borrow)]
    embedding: &'a RawValue,
}

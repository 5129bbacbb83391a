//! SAP AI Core's orchestration service, version 2 (SAP Business Accelerator Hub, "Orchestration API v2", `/embeddings`).

use super::compat::{list, payload, read};
use super::{Call, Item, Part, Wire, begin};
use crate::kinds::compat::malformed;
use crate::kinds::{Ask, Flow, Translator};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use tianji_core::{Error, Losses, Reply, WireRequest};
use tianji_wire::RawObject;

/// The translator.
#[derive(Debug)]
pub(super) struct Sap;

impl Translator for Sap {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for Sap {
    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let mut params = call.vendor_params();
        let kind = params.remove("input_type");
        let masking = params.remove("masking").and_then(|raw| serde_json::from_slice::<Value>(&raw).ok());
        let dimensions = call.dimensions().map(|raw| ("dimensions", raw));
        let own = params.iter().chain(dimensions);
        let own = own.filter_map(|(name, raw)| Some((name.to_owned(), serde_json::from_slice(raw).ok()?)));
        let own: Map<String, Value> = own.collect();
        let model = json!({ "name": call.ask.target.model, "version": "latest", "params": own });
        let mut modules = json!({ "embeddings": { "model": model } });
        if let (Some(masking), Some(modules)) = (masking, modules.as_object_mut()) {
            modules.insert("masking".to_owned(), masking);
        }
        let mut input = RawObject::default();
        input.set_raw("text", list(items));
        if let Some(kind) = kind {
            input.set_raw("type", kind);
        }
        let mut body = RawObject::default();
        body.set("config", &json!({ "modules": modules }));
        body.set_raw("input", input.to_bytes());
        call.ask.request(payload(&body))
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        #[derive(Deserialize)]
        struct Whole<'a> {
            #[serde(borrow)]
            final_result: &'a RawValue,
        }
        let whole: Whole<'_> = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
        let body = Bytes::copy_from_slice(whole.final_result.get().as_bytes());
        read(&Reply { status: reply.status, headers: reply.headers.clone(), body })
    }
}

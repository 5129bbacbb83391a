//! Cohere (Cohere, "Rerank API (v2)" and "(v1)"). Parameters that only the first version has take the call there.

use super::call::payload;
use super::compat::read;
use super::ranking::Ranking;
use super::{Call, Wire, begin};
use crate::kinds::hosts;
use crate::kinds::{Ask, Flow, Translator};
use tianji_core::{Error, Losses, Reply, WireRequest};
use tianji_wire::RawObject;

/// The translator.
#[derive(Debug)]
pub(super) struct Cohere;

impl Translator for Cohere {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for Cohere {
    fn request(call: &Call<'_>) -> Result<WireRequest, Error> {
        let root = hosts::cohere::root(&call.ask.connection.base);
        call.ask.request_to(&format!("{root}/{}/rerank", version(call)), payload(&body(call)?))
    }

    fn read(reply: &Reply) -> Result<Ranking, Error> {
        read(reply)
    }
}

/// The version that knows the call's parameters.
pub(super) fn version(call: &Call<'_>) -> &'static str {
    if ONLY_V1.iter().any(|name| call.ask.body.contains(name)) { "v1" } else { "v2" }
}

/// The body. The second version takes texts alone, and the gateway itself gives documents back.
pub(super) fn body(call: &Call<'_>) -> Result<RawObject, Error> {
    let mut body = call.ask.body.clone();
    body.set("model", call.ask.target.model);
    if version(call) == "v2" {
        body.remove("return_documents");
        if call.documents.iter().any(|document| !document.get().starts_with('"')) {
            body.set("documents", &call.texts()?);
        }
    }
    Ok(body)
}

/// Parameters of the first version.
const ONLY_V1: &[&str] = &["rank_fields", "max_chunks_per_doc"];

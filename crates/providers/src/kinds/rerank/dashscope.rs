//! Alibaba's Model Studio (Alibaba Cloud, "Rerank", "OpenAI compatible"): beside the interface for chat, under a path of
//! its own.

use super::call::payload;
use super::compat::{body, read};
use super::ranking::Ranking;
use super::{Call, Wire, begin};
use crate::kinds::{Ask, Flow, Translator};
use tianji_core::{Error, Losses, Reply, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct DashScope;

impl Translator for DashScope {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for DashScope {
    fn request(call: &Call<'_>) -> Result<WireRequest, Error> {
        let mut body = body(call);
        body.remove("return_documents");
        body.remove("rank_fields");
        body.set("documents", &call.texts()?);
        let base = call.ask.connection.base.as_str();
        let root = ENDINGS.iter().find_map(|ending| base.strip_suffix(ending)).unwrap_or(base);
        call.ask.request_to(&format!("{root}/compatible-api/v1/reranks"), payload(&body))
    }

    fn read(reply: &Reply) -> Result<Ranking, Error> {
        read(reply)
    }
}

/// Endings of bases that the path takes the place of.
const ENDINGS: &[&str] = &["/compatible-mode/v1", "/compatible-api/v1"];

//! Voyage AI (Voyage AI, "Rerankers"): `top_k`, `data`, and documents as texts.

use super::call::payload;
use super::compat;
use super::ranking::{Ranking, Spent};
use super::{Call, Wire, begin};
use crate::kinds::{Ask, Flow, Translator};
use tianji_core::{Error, Losses, Reply, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct Voyage;

impl Translator for Voyage {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for Voyage {
    fn request(call: &Call<'_>) -> Result<WireRequest, Error> {
        let mut body = call.extras();
        body.set("model", call.ask.target.model);
        body.set("query", &call.query);
        body.set("documents", &call.texts()?);
        if let Some(most) = call.top_n {
            body.set("top_k", &most);
        }
        if let Some(wanted) = call.return_documents {
            body.set("return_documents", &wanted);
        }
        let base = call.ask.connection.base.as_str();
        let root = base.strip_suffix("/v1").unwrap_or(base);
        call.ask.request_to(&format!("{root}/v1/rerank"), payload(&body))
    }

    fn read(reply: &Reply) -> Result<Ranking, Error> {
        let ranking = compat::read(reply)?;
        let spent = match ranking.spent {
            Spent::Tokens { total, input, .. } => Spent::Tokens { total, input, output: Some(0) },
            other => other,
        };
        Ok(Ranking { spent, ..ranking })
    }
}

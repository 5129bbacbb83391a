//! GigaChat (Sber developer documentation, "Create embeddings"): OpenAI's form, but each vector counts its own tokens.

use super::compat::{body, payload, read};
use super::{Call, Item, Part, Wire, begin};
use crate::kinds::compat::malformed;
use crate::kinds::{Ask, Flow, Translator};
use serde::Deserialize;
use tianji_core::{Error, Losses, Reply, Usage, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct GigaChat;

impl Translator for GigaChat {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for GigaChat {
    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        call.ask.request(payload(&body(call, items)))
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        #[derive(Deserialize)]
        struct Whole {
            data: Vec<Datum>,
        }
        #[derive(Deserialize)]
        struct Datum {
            usage: Option<Spent>,
        }
        #[derive(Deserialize)]
        struct Spent {
            #[serde(default)]
            prompt_tokens: u64,
        }
        let part = read(reply)?;
        if part.usage.is_some() {
            return Ok(part);
        }
        let whole: Whole = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
        let spent: Vec<u64> = whole.data.iter().filter_map(|one| Some(one.usage.as_ref()?.prompt_tokens)).collect();
        let usage = (!spent.is_empty()).then(|| Usage::of_text(spent.iter().sum(), 0));
        Ok(Part { usage, ..part })
    }
}

//! Cohere's models on Azure AI Foundry (Microsoft Learn, "How to use Cohere rerank models"): Foundry resources have them
//! under `/providers/cohere`, serverless endpoints at the root.

use super::call::payload;
use super::cohere::{body, version};
use super::compat::read;
use super::ranking::Ranking;
use super::{Call, Wire, begin};
use crate::kinds::hosts;
use crate::kinds::{Ask, Flow, Translator};
use tianji_core::{Error, Losses, Reply, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct AzureAi;

impl Translator for AzureAi {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for AzureAi {
    fn request(call: &Call<'_>) -> Result<WireRequest, Error> {
        let root = hosts::cohere::root(&call.ask.connection.base);
        let root = root.strip_suffix("/models").unwrap_or(root);
        let foundry = root.contains(FOUNDRY) && !root.contains("/providers/");
        let provider = if foundry { "/providers/cohere" } else { "" };
        call.ask.request_to(&format!("{root}{provider}/{}/rerank", version(call)), payload(&body(call)?))
    }

    fn read(reply: &Reply) -> Result<Ranking, Error> {
        read(reply)
    }
}

/// Hosts of Foundry resources.
const FOUNDRY: &str = ".services.ai.azure.com";

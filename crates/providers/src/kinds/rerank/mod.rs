//! Reranking: Cohere's form for clients (Cohere, "Rerank API"), each vendor's own words behind it.
//!
//! A [`Wire`] says what the request looks like and what the reply holds. What all have in common is here: documents may
//! be objects, results are sorted and cut to `top_n`, and documents are shown where the client wants them.

mod azure_ai;
mod bedrock;
mod call;
mod cohere;
mod compat;
mod dashscope;
mod deepinfra;
mod huggingface;
mod nvidia_nim;
mod ranking;
mod vertex;
mod voyage;
mod watsonx;

use super::{Ask, Flow, Translator};
use call::Call;
use ranking::{Ranked, Ranking};
use tianji_core::{Error, Losses, Reply, WireRequest};

/// Vendors that speak Jina's and Cohere's common form under `/rerank`.
pub(super) const COMPAT: &dyn Translator = &compat::Compat;

/// A vendor's own way, by the name that rows use.
pub(super) fn named(name: &str) -> Option<&'static dyn Translator> {
    Some(match name {
        "azure_ai" => &azure_ai::AzureAi,
        "bedrock" => &bedrock::Bedrock,
        "cohere" => &cohere::Cohere,
        "dashscope" => &dashscope::DashScope,
        "deepinfra" => &deepinfra::DeepInfra,
        "huggingface" => &huggingface::HuggingFace,
        "nvidia_nim" => &nvidia_nim::NvidiaNim,
        "vertex_ai" => &vertex::VertexAi,
        "voyage" => &voyage::Voyage,
        "watsonx" => &watsonx::Watsonx,
        _ => return None,
    })
}

/// How a vendor words reranking.
trait Wire {
    /// The request.
    fn request(call: &Call<'_>) -> Result<WireRequest, Error>;

    /// What its reply holds.
    fn read(reply: &Reply) -> Result<Ranking, Error>;
}

/// Begins a call in the words of `W`.
fn begin<W: Wire>(ask: &Ask<'_>, _: &mut Losses) -> Result<Flow, Error> {
    let call = Call::new(ask)?;
    let request = W::request(&call)?;
    Ok(Flow::Converse(Box::new(Ranked::new(request, W::read, &call)?)))
}

//! Embeddings: OpenAI's form for clients (OpenAI, "Create embeddings"), each vendor's own words behind it.
//!
//! A [`Wire`] says what one request looks like and what its reply holds. What all have in common is here: inputs beyond a
//! vendor's batch are sent in several requests, vectors come back in the order of the inputs, usage is summed, and
//! `encoding_format` is honoured whatever the vendor gave.

mod batches;
mod bedrock;
mod bedrock_media;
mod cohere;
mod compat;
mod gemini;
mod gigachat;
mod huggingface;
mod input;
mod jina;
mod oci;
mod ollama;
mod perplexity;
mod rules;
mod sagemaker;
mod sap;
mod triton;
mod vector;
mod vertex;
mod voyage;
mod watsonx;

pub use rules::EmbeddingRules;

use super::{Ask, Flow, Translator};
use batches::{Batches, Shape};
use bytes::Bytes;
use input::{Item, items};
use tianji_core::{Error, Kind, Losses, Reply, Usage, WireRequest};
use tianji_wire::RawObject;
use vector::Wanted;

/// Vendors that speak OpenAI's form.
pub(super) const COMPAT: &dyn Translator = &compat::Compat;

/// A vendor's own way, by the name that rows use.
pub(super) fn named(name: &str) -> Option<&'static dyn Translator> {
    Some(match name {
        "bedrock" => &bedrock::Bedrock,
        "cohere" => &cohere::Cohere,
        "gemini" => &gemini::Gemini,
        "gigachat" => &gigachat::GigaChat,
        "huggingface" => &huggingface::HuggingFace,
        "jina" => &jina::Jina,
        "oci" => &oci::Oci,
        "ollama" => &ollama::Ollama,
        "perplexity" => &perplexity::Perplexity,
        "sagemaker" => &sagemaker::SageMaker,
        "sap" => &sap::Sap,
        "triton" => &triton::Triton,
        "vertex_ai" => &vertex::VertexAi,
        "voyage" => &voyage::Voyage,
        "watsonx" => &watsonx::Watsonx,
        _ => return None,
    })
}

/// How a vendor words embeddings.
trait Wire {
    /// Most inputs in one request, where the row says nothing. At least 1.
    fn batch(_: &Ask<'_>, _: &[Item<'_>]) -> usize {
        usize::MAX
    }

    /// Parameters of the form that the vendor does not take, besides those of the row.
    fn unsupported(_: &Ask<'_>) -> &'static [&'static str] {
        NOT_TAKEN
    }

    /// Whether token ids may be asked for: vendors of the common form know best which models take them.
    fn takes_tokens() -> bool {
        false
    }

    /// The request for some of the inputs.
    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error>;

    /// What its reply holds.
    fn read(reply: &Reply) -> Result<Part, Error>;
}

/// A call with the rules of the row applied.
struct Call<'a> {
    ask: Ask<'a>,
    /// The client's members but for model and input.
    params: RawObject,
    /// How the client wants vectors.
    wanted: Wanted,
    /// The input as it came.
    input: &'a [u8],
    /// All inputs.
    count: usize,
}

/// The vectors of one reply.
#[derive(Default)]
struct Part {
    /// Raw JSON: a list of numbers, or base64 of little-endian `f32` in a string.
    vectors: Vec<Bytes>,
    /// What was consumed, if the vendor says so.
    usage: Option<Usage>,
}

/// Begins a call in the words of `W`.
fn begin<W: Wire>(ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
    let input = ask.body.raw("input").unwrap_or(b"null");
    let items = items(input)?;
    let rules = &ask.provider.embeddings;
    if !W::takes_tokens() && items.iter().any(Item::is_tokens) {
        let words = format!("{} takes texts, not lists of token ids", ask.provider.label);
        return Err(ask.invalid("input", words));
    }
    let call = Call::new(ask, input, items.len(), W::unsupported(ask), losses);
    let most = rules.batch.map_or_else(|| W::batch(ask, &items), usize::from).max(1);
    let requests: Result<Vec<_>, Error> = items
        .chunks(most)
        .map(|items| Ok((W::request(&call, items)?, items.iter().map(Item::vectors).sum())))
        .collect();
    let shape = Shape {
        model: ask.model.to_owned(),
        wanted: call.wanted,
        estimate: (input.len() as u64).div_ceil(BYTES_A_TOKEN),
    };
    Ok(Flow::Converse(Box::new(Batches::new(requests?, W::read, shape))))
}

impl<'a> Call<'a> {
    fn new(ask: &Ask<'a>, input: &'a [u8], count: usize, unsupported: &[&str], losses: &mut Losses) -> Self {
        let mut params = ask.body.clone();
        params.remove("model");
        params.remove("input");
        let wanted = Wanted::of(params.str("encoding_format").as_deref());
        ask.provider.embeddings.apply(&mut params, &ask.target, wanted.is_ours(), losses);
        for name in unsupported {
            crate::params::refuse(&mut params, name, &ask.target, losses);
        }
        Self { ask: *ask, params, wanted, input, count }
    }

    /// The parameters without those that only OpenAI's form has.
    fn vendor_params(&self) -> RawObject {
        let mut params = self.params.clone();
        for name in ["encoding_format", "user", "dimensions"] {
            params.remove(name);
        }
        params
    }

    /// The wanted size of vectors, as it was written.
    fn dimensions(&self) -> Option<&[u8]> {
        self.params.raw("dimensions").filter(|raw| *raw != b"null")
    }

    /// A member that names the use of the vectors, by any of its names.
    fn member(&self, names: &[&str]) -> Option<&[u8]> {
        names.iter().find_map(|name| self.params.raw(name)).filter(|raw| *raw != b"null")
    }
}

/// The client's error that a vendor has no words for an input.
fn not_carried(ask: &Ask<'_>, what: &str) -> Error {
    Error::client(Kind::BadRequest, format!("{} cannot embed {what}", ask.provider.label)).with_param("input")
}

/// Parameters of OpenAI's that vendors with words of their own have none for.
const NOT_TAKEN: &[&str] = &["user"];
/// What a token is worth where nobody counts them.
const BYTES_A_TOKEN: u64 = 4;

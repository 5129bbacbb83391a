//! Endpoint kinds other than generating a reply: embeddings, reranking, pictures, speech, moderation …
//!
//! Each kind has one form that clients see (OpenAI's; Cohere's for reranking, Mistral's for OCR, Perplexity's for
//! searching). A [`Translator`] puts a call of that form into one vendor's words and the vendor's reply back into the
//! form: M translators, not N × M. Vendors that speak the form itself need none of their own: see [`compat`].

mod ask;
mod audio;
mod chain;
mod compat;
mod embeddings;
mod form;
mod given;
mod google;
pub(crate) mod hosts;
mod images;
mod inspect;
mod invoke;
mod meter;
mod moderation;
mod ocr;
mod rerank;
mod search;
mod speech;
mod told;
mod transcription;
mod video;

pub use ask::Ask;
pub use embeddings::EmbeddingRules;
pub use form::multipart;
pub use inspect::{Seen, inspect};
pub use invoke::{unread_body, usage_of_chunk};
pub use meter::usage_of;
pub use told::{Sought, Told};
pub use video::{Errand, Film, Filming, Names};

pub(crate) use given::same_site;
pub(crate) use hosts::watsonx::payer as watsonx_payer;

use chain::{Chain, Link};

use crate::endpoint::EndpointKind;
use crate::provider::Provider;
use std::fmt::Debug;
use tianji_core::{Error, Exchange, Losses, Usage, WireRequest};

/// How a vendor does an endpoint kind. Pure: what to send and what the replies mean.
pub trait Translator: Debug + Send + Sync {
    /// Begins a call.
    ///
    /// # Errors
    /// When the call cannot be put into the vendor's words, in words for the client.
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error>;
}

/// How a call goes on.
pub enum Flow {
    /// One request whose reply is passed on while it comes: sound, streams of events.
    Relay(Box<Relay>),
    /// A conversation whose outcome is the reply. Replies that are not 2xx never reach it: the driver makes errors of
    /// them.
    Converse(Box<dyn Exchange<Output = Told>>),
    /// A conversation that finds out what is to be passed on: a film whose address has to be asked for.
    Seek(Box<dyn Exchange<Output = Sought>>),
}

/// A request whose reply is passed on.
#[derive(Clone, Debug)]
pub struct Relay {
    /// What to send.
    pub request: WireRequest,
    /// What is consumed whatever the reply says (characters of a text to be spoken).
    pub usage: Usage,
    /// The address is not the vendor's own, so that no credential may go there.
    pub foreign: bool,
}

impl Relay {
    /// A request to the vendor that consumes nothing.
    pub(crate) fn of(request: WireRequest) -> Self {
        Self { request, usage: Usage::default(), foreign: false }
    }
}

impl Flow {
    /// A reply that is passed on.
    pub fn relay(request: WireRequest, usage: Usage) -> Self {
        Self::Relay(Box::new(Relay { usage, ..Relay::of(request) }))
    }
}

impl Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Relay(relay) => f.debug_tuple("Relay").field(&relay.request.uri.path()).finish(),
            Self::Converse(_) => f.debug_tuple("Converse").finish(),
            Self::Seek(_) => f.debug_tuple("Seek").finish(),
        }
    }
}

impl Provider {
    /// Who translates an endpoint kind for a model; `None` = the provider does not offer it.
    pub fn translator(&self, kind: EndpointKind, model: &str) -> Option<&'static dyn Translator> {
        if !self.endpoints.contains(&kind) {
            return None;
        }
        let of_row = || self.wires.get(&kind).copied();
        (self.hooks.translator)(kind, model).or_else(of_row).or_else(|| compat::translator(kind))
    }
}

/// The translator of a kind that rows call so (`wires = { kind = "name" }`).
pub(crate) fn named(kind: EndpointKind, name: &str) -> Option<&'static dyn Translator> {
    match kind {
        // The common form: a row may say so.
        _ if name == "compat" => compat::translator(kind),
        EndpointKind::Embeddings => embeddings::named(name),
        EndpointKind::Images | EndpointKind::ImageEdits | EndpointKind::ImageVariations => images::named(name),
        EndpointKind::Invoke => invoke::named(name),
        EndpointKind::Moderation => moderation::named(name),
        EndpointKind::Ocr => ocr::named(name),
        EndpointKind::Rerank => rerank::named(name),
        EndpointKind::Search => search::named(name),
        EndpointKind::Speech => speech::named(name),
        EndpointKind::Transcription | EndpointKind::Translation => transcription::named(name),
        EndpointKind::Video => video::named(name),
        _ => None,
    }
}

//! Cohere v2 Chat (Cohere API reference, "Chat" and "Chat with Streaming"; shapes as in Cohere's Python SDK 7).
//!
//! What the vendor calls `tool_plan` is text that the model says before it calls tools: it is read as text, and text
//! before calls is written as plan. `documents` are plain-text files of the last user turn.

mod citations;
mod error;
mod finish;
mod inspect;
mod logprobs;
mod parameters;
mod relay;
mod request;
mod response;
mod stream;
mod types;
mod usage;

pub use inspect::{inspect, must_call};
pub(crate) use parameters::{ONLY_COHERES, loss_elsewhere};

use crate::openai_chat::OpenAiChat;
use crate::remote::MediaKind;
use crate::{
    Dialect, DialectError, EncodedRequest, Observed, StreamBridge, StreamDecoder, StreamEncoder, UpstreamError,
};
use bytes::Bytes;
use tianji_core::generate::{ClientView, GenerateRequest, GenerateResponse, Target};
use tianji_core::{DialectId, Error, Framing, Losses};

/// The dialect.
#[derive(Clone, Copy, Debug)]
pub struct CohereChat;

impl Dialect for CohereChat {
    fn id(&self) -> DialectId {
        DialectId::CohereChat
    }

    fn framing(&self) -> Framing {
        Framing::Sse
    }

    fn decode_request(&self, body: &Bytes) -> Result<GenerateRequest, DialectError> {
        request::decode(body)
    }

    fn encode_request(
        &self,
        request: &GenerateRequest,
        target: &Target<'_>,
        losses: &mut Losses,
    ) -> Result<EncodedRequest, DialectError> {
        request::encode(request, target, losses)
    }

    fn fetches(&self, _: MediaKind, _: &str) -> bool {
        true
    }

    fn decode_response(&self, body: &Bytes) -> Result<GenerateResponse, DialectError> {
        response::decode(body)
    }

    fn encode_response(&self, response: &GenerateResponse, view: &ClientView) -> Result<Bytes, DialectError> {
        Ok(response::encode(response, view))
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder> {
        Box::new(stream::CohereDecoder::default())
    }

    fn stream_encoder(&self, view: ClientView) -> Box<dyn StreamEncoder> {
        Box::new(stream::CohereEncoder::new(view))
    }

    fn relay_response(&self, body: &Bytes, _: &ClientView, seen: &mut Observed) -> Result<Bytes, DialectError> {
        relay::response(body, seen)
    }

    fn stream_relay(&self, view: ClientView) -> Box<dyn StreamBridge> {
        Box::new(relay::CohereRelay::new(view))
    }

    /// The same envelope as in chat completions: clients of the gateway know it on every route of this kind.
    fn encode_error(&self, error: &Error) -> Bytes {
        OpenAiChat.encode_error(error)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> UpstreamError {
        error::decode(status, body)
    }
}

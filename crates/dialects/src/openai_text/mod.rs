//! OpenAI's legacy text completions (OpenAI API reference, "Completions"): a prompt in, text that goes on from it out.
//!
//! vLLM, Together, DeepSeek and others serve the same wire (vLLM docs, "OpenAI-Compatible Server", "Completions API").
//! Errors are those of Chat Completions.

mod inspect;
mod logprobs;
mod parameters;
mod relay;
mod request;
mod response;
mod stream;

pub use inspect::inspect;

pub(crate) use parameters::{is_own, says_nothing};

use crate::openai_chat::error;
use crate::remote::MediaKind;
use crate::{
    Dialect, DialectError, EncodedRequest, Observed, StreamBridge, StreamDecoder, StreamEncoder, UpstreamError,
};
use bytes::Bytes;
use tianji_core::generate::{ClientView, GenerateRequest, GenerateResponse, Target};
use tianji_core::{DialectId, Error, Framing, Losses};

/// The dialect.
#[derive(Clone, Copy, Debug)]
pub struct OpenAiText;

impl Dialect for OpenAiText {
    fn id(&self) -> DialectId {
        DialectId::OpenAiText
    }

    fn framing(&self) -> Framing {
        Framing::Sse
    }

    fn id_prefix(&self) -> &'static str {
        "cmpl-"
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
        Box::new(stream::TextDecoder::default())
    }

    fn stream_encoder(&self, view: ClientView) -> Box<dyn StreamEncoder> {
        Box::new(stream::TextEncoder::new(view))
    }

    fn relay_response(&self, body: &Bytes, view: &ClientView, seen: &mut Observed) -> Result<Bytes, DialectError> {
        relay::response(body, view, seen)
    }

    fn stream_relay(&self, view: ClientView) -> Box<dyn StreamBridge> {
        Box::new(relay::TextRelay::new(view))
    }

    fn encode_error(&self, error: &Error) -> Bytes {
        error::encode(error)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> UpstreamError {
        error::decode(status, body)
    }
}

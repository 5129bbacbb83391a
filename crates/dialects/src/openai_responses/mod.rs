//! OpenAI Responses (OpenAI API reference, "Responses" and "Streaming events"), without its state: what names an
//! earlier response or a conversation is passed on in the same dialect, and is a loss for every other.

mod citations;
mod echo;
mod error;
mod finish;
mod ids;
mod inspect;
mod items;
mod parameters;
mod relay;
mod request;
mod response;
mod seal;
mod stream;
mod types;
mod usage;

pub use echo::echo;
pub use inspect::inspect;
pub(crate) use parameters::loss_elsewhere;

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
pub struct OpenAiResponses;

impl Dialect for OpenAiResponses {
    fn id(&self) -> DialectId {
        DialectId::OpenAiResponses
    }

    fn framing(&self) -> Framing {
        Framing::Sse
    }

    fn id_prefix(&self) -> &'static str {
        "resp_"
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
        Box::new(stream::ResponsesDecoder::default())
    }

    fn stream_encoder(&self, view: ClientView) -> Box<dyn StreamEncoder> {
        Box::new(stream::ResponsesEncoder::new(view))
    }

    fn relay_response(&self, body: &Bytes, view: &ClientView, seen: &mut Observed) -> Result<Bytes, DialectError> {
        relay::response(body, view, seen)
    }

    fn stream_relay(&self, view: ClientView) -> Box<dyn StreamBridge> {
        Box::new(relay::ResponsesRelay::new(view))
    }

    /// The same envelope as in chat completions.
    fn encode_error(&self, error: &Error) -> Bytes {
        OpenAiChat.encode_error(error)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> UpstreamError {
        OpenAiChat.decode_error(status, body)
    }
}

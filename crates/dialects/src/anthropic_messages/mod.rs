//! Anthropic Messages: spoken by Anthropic's SDKs and coding agents, and by Anthropic, Bedrock and Vertex AI upstream.

mod count;
mod error;
pub(crate) mod fields;
mod finish;
mod inspect;
pub mod invoke;
mod relay;
pub(crate) mod request;
mod response;
mod stream;
mod types;
mod usage;

pub use count::{decode_count_tokens, encode_count_tokens};
pub use inspect::{inspect, require_max_tokens};

use crate::remote::MediaKind;
use crate::{
    Dialect, DialectError, EncodedRequest, Observed, StreamBridge, StreamDecoder, StreamEncoder, UpstreamError,
};
use bytes::Bytes;
use tianji_core::generate::{ClientView, GenerateRequest, GenerateResponse, Target};
use tianji_core::{DialectId, Error, Framing, Losses};

/// The dialect (API reference, "Messages" and "Streaming Messages", version 2023-06-01).
#[derive(Clone, Copy, Debug)]
pub struct AnthropicMessages;

impl Dialect for AnthropicMessages {
    fn id(&self) -> DialectId {
        DialectId::AnthropicMessages
    }

    fn framing(&self) -> Framing {
        Framing::Sse
    }

    fn id_prefix(&self) -> &'static str {
        "msg_"
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

    fn fetches(&self, _: MediaKind, address: &str) -> bool {
        // Anthropic docs, "Vision" and "PDF support": addresses begin with https.
        address.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"))
    }

    fn decode_response(&self, body: &Bytes) -> Result<GenerateResponse, DialectError> {
        response::decode(body)
    }

    fn encode_response(&self, response: &GenerateResponse, view: &ClientView) -> Result<Bytes, DialectError> {
        response::encode(response, view)
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder> {
        Box::new(stream::MessagesDecoder::default())
    }

    fn stream_encoder(&self, view: ClientView) -> Box<dyn StreamEncoder> {
        Box::new(stream::MessagesEncoder::new(view))
    }

    fn relay_response(&self, body: &Bytes, view: &ClientView, seen: &mut Observed) -> Result<Bytes, DialectError> {
        relay::response(body, view, seen)
    }

    fn stream_relay(&self, view: ClientView) -> Box<dyn StreamBridge> {
        Box::new(relay::Relay::new(view))
    }

    fn encode_error(&self, error: &Error) -> Bytes {
        error::encode(error)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> UpstreamError {
        error::decode(status, body)
    }
}

//! AWS Bedrock Converse: spoken by AWS's SDKs, and by Bedrock Runtime for all its models upstream.
//!
//! The model and whether the reply is streamed stand in the URL. Source: Amazon Bedrock API reference, "Converse" and
//! "ConverseStream".

mod count;
mod error;
mod family;
mod finish;
mod inspect;
mod media;
mod relay;
mod request;
mod response;
mod stream;
mod types;
mod usage;

pub use count::{Countable, decode_count_request, decode_count_tokens, encode_count_of_invoke, encode_count_tokens};
pub use error::error_type;
pub(crate) use error::write as write_error;
pub use inspect::inspect;

use crate::remote::MediaKind;
use crate::{
    Dialect, DialectError, EncodedRequest, Observed, StreamBridge, StreamDecoder, StreamEncoder, UpstreamError,
};
use bytes::Bytes;
use tianji_core::generate::{ClientView, GenerateRequest, GenerateResponse, Target};
use tianji_core::{DialectId, Error, Framing, Losses};

/// The dialect. A decoded request never says that it is to be streamed: that stands in the URL.
#[derive(Clone, Copy, Debug)]
pub struct BedrockConverse;

impl Dialect for BedrockConverse {
    fn id(&self) -> DialectId {
        DialectId::BedrockConverse
    }

    fn framing(&self) -> Framing {
        Framing::EventStream
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
        // Only from buckets (API reference, `ImageSource`, `VideoSource`, `DocumentSource`).
        false
    }

    fn decode_response(&self, body: &Bytes) -> Result<GenerateResponse, DialectError> {
        response::decode(body)
    }

    fn encode_response(&self, response: &GenerateResponse, _: &ClientView) -> Result<Bytes, DialectError> {
        response::encode(response)
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder> {
        Box::new(stream::ConverseDecoder::default())
    }

    fn stream_encoder(&self, _: ClientView) -> Box<dyn StreamEncoder> {
        Box::new(stream::ConverseEncoder::default())
    }

    fn relay_response(&self, body: &Bytes, _: &ClientView, seen: &mut Observed) -> Result<Bytes, DialectError> {
        relay::response(body, seen)
    }

    fn stream_relay(&self, _: ClientView) -> Box<dyn StreamBridge> {
        Box::new(relay::Relay::default())
    }

    fn encode_error(&self, error: &Error) -> Bytes {
        error::encode(error)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> UpstreamError {
        error::decode(status, body)
    }
}

//! Google Gemini, `generateContent` and `streamGenerateContent` (Gemini API reference, "Generating content"; Vertex AI,
//! "Gemini API in Vertex AI: Inference"). Google's JSON is written in camelCase; snake_case is read as well, as
//! Google's own servers do (Protocol Buffers documentation, "ProtoJSON Format").
//!
//! The model and whether to stream stand in the URL, not in the body.

mod array;
mod count;
mod error;
mod finish;
mod grounding;
mod inspect;
mod logprobs;
mod loss;
mod media;
mod model;
mod object;
mod parts;
mod relay;
mod request;
mod response;
mod seal;
mod stream;
mod types;
mod usage;
mod written;

pub use count::{decode_count_request, decode_count_tokens, encode_count_request, encode_count_tokens};
pub use inspect::inspect;
pub(crate) use loss::unsaid;
pub(crate) use media::audio_format;
pub(crate) use parts::{SIGNATURE, inline_data, signed};
pub(crate) use request::is_tool;
pub(crate) use response::ANSWER_MEMBERS;

use crate::remote::MediaKind;
use crate::{
    Dialect, DialectError, EncodedRequest, Observed, StreamBridge, StreamDecoder, StreamEncoder, UpstreamError,
};
use bytes::Bytes;
use tianji_core::generate::{ClientView, GenerateRequest, GenerateResponse, Target};
use tianji_core::{DialectId, Error, Framing, Losses};

/// The dialect.
#[derive(Clone, Copy, Debug)]
pub struct Gemini;

impl Dialect for Gemini {
    fn id(&self) -> DialectId {
        DialectId::Gemini
    }

    /// With `alt=sse`; a client that leaves that out gets [`Framing::JsonArray`], see [`ClientView::json_array`].
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

    fn fetches(&self, _: MediaKind, address: &str) -> bool {
        media::is_fetched(address) && (media::type_of_address(address).is_some() || media::is_known_to_vendor(address))
    }

    fn decode_response(&self, body: &Bytes) -> Result<GenerateResponse, DialectError> {
        response::decode(body)
    }

    fn encode_response(&self, response: &GenerateResponse, view: &ClientView) -> Result<Bytes, DialectError> {
        Ok(response::encode(response, view))
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder> {
        Box::new(stream::GeminiDecoder::default())
    }

    fn stream_encoder(&self, view: ClientView) -> Box<dyn StreamEncoder> {
        Box::new(stream::GeminiEncoder::new(view))
    }

    fn relay_response(&self, body: &Bytes, _: &ClientView, seen: &mut Observed) -> Result<Bytes, DialectError> {
        relay::response(body, seen)
    }

    fn stream_relay(&self, view: ClientView) -> Box<dyn StreamBridge> {
        Box::new(relay::GeminiRelay::new(&view))
    }

    fn encode_error(&self, error: &Error) -> Bytes {
        error::encode(error)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> UpstreamError {
        error::decode(status, body)
    }
}

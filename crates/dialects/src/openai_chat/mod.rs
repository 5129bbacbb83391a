//! OpenAI Chat Completions (OpenAI API reference, "Chat" and "Chat streaming"), with the extensions that the reference
//! proxy and vendors of this dialect have: `cache_control`, `reasoning_content`, `thinking_blocks`, `thinking`,
//! `video_url`.

pub(crate) mod calls;
mod counts;
pub(crate) mod error;
pub(crate) mod finish;
mod inspect;
pub(crate) mod json;
mod phrases;
pub(crate) mod relay;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod scan;
pub(crate) mod stream;
pub(crate) mod think;
mod thought;
mod types;
pub(crate) mod usage;

pub(crate) use calls::minted_id;
pub use inspect::{ask_for_usage, inspect};
pub(crate) use thought::{join_id, split_id};

use crate::remote::MediaKind;
use crate::{
    Dialect, DialectError, EncodedRequest, Observed, StreamBridge, StreamDecoder, StreamEncoder, UpstreamError,
};
use bytes::Bytes;
use tianji_core::generate::{ClientView, GenerateRequest, GenerateResponse, Target};
use tianji_core::{DialectId, Error, Framing, Losses};

/// The dialect.
#[derive(Clone, Copy, Debug)]
pub struct OpenAiChat;

impl Dialect for OpenAiChat {
    fn id(&self) -> DialectId {
        DialectId::OpenAiChat
    }

    fn framing(&self) -> Framing {
        Framing::Sse
    }

    fn id_prefix(&self) -> &'static str {
        "chatcmpl-"
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

    fn fetches(&self, kind: MediaKind, _: &str) -> bool {
        // Files are taken as data or by id only (OpenAI docs, "File inputs").
        kind != MediaKind::File
    }

    fn decode_response(&self, body: &Bytes) -> Result<GenerateResponse, DialectError> {
        response::decode(body)
    }

    fn encode_response(&self, response: &GenerateResponse, view: &ClientView) -> Result<Bytes, DialectError> {
        Ok(response::encode(response, view))
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder> {
        Box::new(stream::ChatDecoder::default())
    }

    fn stream_encoder(&self, view: ClientView) -> Box<dyn StreamEncoder> {
        Box::new(stream::ChatEncoder::new(view))
    }

    fn relay_response(&self, body: &Bytes, view: &ClientView, seen: &mut Observed) -> Result<Bytes, DialectError> {
        relay::response(body, view, seen)
    }

    fn stream_relay(&self, view: ClientView) -> Box<dyn StreamBridge> {
        Box::new(relay::ChatRelay::new(view))
    }

    fn encode_error(&self, error: &Error) -> Bytes {
        error::encode(error)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> UpstreamError {
        error::decode(status, body)
    }
}

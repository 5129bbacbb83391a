//! Ollama's own chat (Ollama docs, "API", "Generate a chat completion"): `/api/chat`, whose streams are a JSON object a
//! line.

mod inspect;
mod relay;
mod request;
mod response;
mod stream;
mod types;

pub use inspect::inspect;

use crate::openai_chat::{error, json};
use crate::remote::MediaKind;
use crate::{
    Dialect, DialectError, EncodedRequest, Observed, StreamBridge, StreamDecoder, StreamEncoder, UpstreamError,
};
use bytes::{Bytes, BytesMut};
use tianji_core::generate::{ClientView, GenerateRequest, GenerateResponse, Target};
use tianji_core::{DialectId, Error, Framing, Losses};

/// The dialect.
#[derive(Clone, Copy, Debug)]
pub struct OllamaChat;

impl Dialect for OllamaChat {
    fn id(&self) -> DialectId {
        DialectId::OllamaChat
    }

    fn framing(&self) -> Framing {
        Framing::Ndjson
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
        // Pictures are base64 (Ollama docs, "API": `images`); nothing else can be sent.
        kind != MediaKind::Image
    }

    fn decode_response(&self, body: &Bytes) -> Result<GenerateResponse, DialectError> {
        response::decode(body)
    }

    fn encode_response(&self, response: &GenerateResponse, view: &ClientView) -> Result<Bytes, DialectError> {
        Ok(response::encode(response, view))
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder> {
        Box::new(stream::OllamaDecoder::default())
    }

    fn stream_encoder(&self, view: ClientView) -> Box<dyn StreamEncoder> {
        Box::new(stream::OllamaEncoder::new(&view))
    }

    fn relay_response(&self, body: &Bytes, view: &ClientView, seen: &mut Observed) -> Result<Bytes, DialectError> {
        relay::response(body, view, seen)
    }

    fn stream_relay(&self, view: ClientView) -> Box<dyn StreamBridge> {
        Box::new(relay::OllamaRelay::new(&view))
    }

    fn encode_error(&self, error: &Error) -> Bytes {
        let mut out = BytesMut::with_capacity(32 + error.message.len());
        write_error(error, &mut out);
        out.freeze()
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> UpstreamError {
        error::decode(status, body)
    }
}

/// An error is its words alone (Ollama docs, "Errors"), in streams as elsewhere.
fn write_error(error: &Error, out: &mut BytesMut) {
    out.extend_from_slice(br#"{"error":"#);
    json::string(&error.message, out);
    out.extend_from_slice(b"}");
}

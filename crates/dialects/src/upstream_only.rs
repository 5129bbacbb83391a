//! Dialects that upstreams speak and no client does: half of a [`Dialect`].
//!
//! What would need a client of such a dialect says that there is none. No route leads there.

use crate::openai_chat::error;
use crate::remote::MediaKind;
use crate::{
    Dialect, DialectError, EncodedRequest, Observed, StreamBridge, StreamDecoder, StreamEncoder, UpstreamError,
};
use bytes::{Bytes, BytesMut};
use tianji_core::generate::{ClientView, GenerateRequest, GenerateResponse, StreamEvent, Target};
use tianji_core::{DialectId, Error, Framing, Losses};
use tianji_wire::Frame;

/// The half that faces upstreams; see [`Dialect`].
pub(crate) trait Upstream: Send + Sync {
    const ID: DialectId;
    const FRAMING: Framing;

    fn encode_request(
        request: &GenerateRequest,
        target: &Target<'_>,
        losses: &mut Losses,
    ) -> Result<EncodedRequest, DialectError>;
    fn decode_response(body: &Bytes) -> Result<GenerateResponse, DialectError>;
    fn stream_decoder() -> Box<dyn StreamDecoder>;
}

/// A whole dialect of that half.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UpstreamOnly<T>(pub(crate) T);

impl<T: Upstream> Dialect for UpstreamOnly<T> {
    fn id(&self) -> DialectId {
        T::ID
    }

    fn framing(&self) -> Framing {
        T::FRAMING
    }

    fn decode_request(&self, _: &Bytes) -> Result<GenerateRequest, DialectError> {
        Err(DialectError::no_clients(T::ID))
    }

    fn encode_request(
        &self,
        request: &GenerateRequest,
        target: &Target<'_>,
        losses: &mut Losses,
    ) -> Result<EncodedRequest, DialectError> {
        T::encode_request(request, target, losses)
    }

    fn fetches(&self, _: MediaKind, _: &str) -> bool {
        // They are prompts of text: there is no place for media.
        true
    }

    fn decode_response(&self, body: &Bytes) -> Result<GenerateResponse, DialectError> {
        T::decode_response(body)
    }

    fn encode_response(&self, _: &GenerateResponse, _: &ClientView) -> Result<Bytes, DialectError> {
        Err(DialectError::no_clients(T::ID))
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder> {
        T::stream_decoder()
    }

    fn stream_encoder(&self, _: ClientView) -> Box<dyn StreamEncoder> {
        Box::new(Nobody(T::ID, Observed::default()))
    }

    fn relay_response(&self, _: &Bytes, _: &ClientView, _: &mut Observed) -> Result<Bytes, DialectError> {
        Err(DialectError::no_clients(T::ID))
    }

    fn stream_relay(&self, _: ClientView) -> Box<dyn StreamBridge> {
        Box::new(Nobody(T::ID, Observed::default()))
    }

    fn encode_error(&self, error: &Error) -> Bytes {
        error::encode(error)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> UpstreamError {
        error::decode(status, body)
    }
}

/// The stream of a client that is not there: nothing is written but why.
struct Nobody(DialectId, Observed);

impl StreamEncoder for Nobody {
    fn encode(&mut self, _: &StreamEvent, _: &mut BytesMut) {}

    fn finish(&mut self, out: &mut BytesMut) {
        error::write(&DialectError::no_clients(self.0).of_reply(), out);
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        error::write(error, out);
    }
}

impl StreamBridge for Nobody {
    fn frame(&mut self, _: &Frame, _: &mut BytesMut) -> Result<(), Error> {
        Err(DialectError::no_clients(self.0).of_reply())
    }

    fn end(&mut self, _: &mut BytesMut) -> Result<(), Error> {
        Err(DialectError::no_clients(self.0).of_reply())
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        error::write(error, out);
    }

    fn observed(&self) -> &Observed {
        &self.1
    }
}

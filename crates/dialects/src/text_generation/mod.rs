//! Hugging Face's text generation (Text Generation Inference, "API reference", `/generate`; DJL Serving, "LMI handlers
//! Inference API Schema"): `inputs` and `parameters` in, `generated_text` out. No client speaks it.

mod request;
mod response;
mod stream;
mod types;

use crate::upstream_only::{Upstream, UpstreamOnly};
use crate::{Dialect, DialectError, EncodedRequest, StreamDecoder};
use bytes::Bytes;
use tianji_core::generate::{GenerateRequest, GenerateResponse, Target};
use tianji_core::{DialectId, Framing, Losses};

/// The dialect.
pub static TEXT_GENERATION: &dyn Dialect = &UpstreamOnly(TextGeneration);

#[derive(Clone, Copy, Debug)]
struct TextGeneration;

impl Upstream for TextGeneration {
    const ID: DialectId = DialectId::TextGeneration;
    const FRAMING: Framing = Framing::Sse;

    fn encode_request(
        request: &GenerateRequest,
        target: &Target<'_>,
        losses: &mut Losses,
    ) -> Result<EncodedRequest, DialectError> {
        request::encode(request, target, losses)
    }

    fn decode_response(body: &Bytes) -> Result<GenerateResponse, DialectError> {
        response::decode(body)
    }

    fn stream_decoder() -> Box<dyn StreamDecoder> {
        Box::new(stream::TextGenerationDecoder::default())
    }
}

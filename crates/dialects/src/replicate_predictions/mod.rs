//! Replicate's predictions of language models (Replicate, "HTTP API reference", `predictions.create`,
//! `predictions.get`; "Streaming output"). No client speaks it. Creating and waiting is the provider's affair: what is
//! read here is a prediction that has ended, or the events of its stream.

mod request;
mod response;
mod stream;

use crate::upstream_only::{Upstream, UpstreamOnly};
use crate::{Dialect, DialectError, EncodedRequest, StreamDecoder};
use bytes::Bytes;
use tianji_core::generate::{GenerateRequest, GenerateResponse, Target};
use tianji_core::{DialectId, Framing, Losses};

/// The dialect.
pub static REPLICATE_PREDICTIONS: &dyn Dialect = &UpstreamOnly(ReplicatePredictions);

#[derive(Clone, Copy, Debug)]
struct ReplicatePredictions;

impl Upstream for ReplicatePredictions {
    const ID: DialectId = DialectId::ReplicatePredictions;
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
        Box::new(stream::ReplicateDecoder::default())
    }
}

//! Bedrock's `InvokeModel`: the client's side of it. Anthropic's messages are a dialect, with a wrapping; the bodies of
//! other vendors are passed on to their models.

use crate::body::ReplyBody;
use crate::call::{Endpoint, Envelope};
use crate::relay::StreamBody;
use bytes::{Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::task::{Context, Poll, ready};
use tianji_core::{DialectId, Framing};
use tianji_dialects::anthropic_messages::invoke::{Chunks, unwrap};
use tianji_providers::EndpointKind;
use tianji_wire::RawObject;

/// Takes the wrapping off a request and says what it is. Of Anthropic's messages, that a stream is wanted and beta
/// features go where Anthropic's own clients say so; any other body stays as it is.
pub(crate) fn open(body: &mut RawObject, headers: &mut HeaderMap, stream: bool, endpoint: Endpoint) -> Endpoint {
    let Some(betas) = unwrap(body) else {
        let (kind, dialect) = (EndpointKind::Invoke, DialectId::BedrockConverse);
        return Endpoint { kind, dialect, envelope: Envelope::Plain, call_type: PASSED_ON, ..endpoint };
    };
    if stream {
        body.set("stream", &true);
    }
    for beta in betas.iter().filter_map(|beta| HeaderValue::try_from(beta.as_str()).ok()) {
        headers.append(BETA, beta);
    }
    endpoint
}

/// Takes over what Bedrock says of a reply that is passed on: what was consumed, the type of what is in the chunks.
pub(crate) fn label(endpoint: Endpoint, upstream: &HeaderMap, headers: &mut HeaderMap) {
    if endpoint.kind != EndpointKind::Invoke {
        return;
    }
    for (name, value) in upstream.iter().filter(|(name, _)| name.as_str().starts_with("x-amzn-bedrock-")) {
        headers.insert(name.clone(), value.clone());
    }
}

/// Wraps a stream.
pub(crate) fn wrap(stream: Box<StreamBody>, headers: &mut HeaderMap) -> ReplyBody {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(Framing::EventStream.content_type()));
    headers.insert(INNER_TYPE, HeaderValue::from_static("application/json"));
    ReplyBody::Invoke(Box::new(InvokeBody { stream, chunks: Chunks::default() }))
}

/// A stream in chunks.
#[derive(Debug)]
pub struct InvokeBody {
    stream: Box<StreamBody>,
    chunks: Chunks,
}

impl InvokeBody {
    /// The next chunks for the client.
    pub(crate) fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let mut out = BytesMut::new();
        while out.is_empty() {
            let Some(events) = ready!(self.stream.poll_data(cx)) else { return Poll::Ready(None) };
            self.chunks.push(events, &mut out);
        }
        Poll::Ready(Some(out.freeze()))
    }
}

/// What the reference proxy calls bodies that it does not read.
const PASSED_ON: &str = "allm_passthrough_route";
const BETA: HeaderName = HeaderName::from_static("anthropic-beta");
/// The type of what is in the chunks (API reference, "InvokeModelWithResponseStream", "Response Syntax").
const INNER_TYPE: HeaderName = HeaderName::from_static("x-amzn-bedrock-content-type");

//! Bedrock's `InvokeModel` around Anthropic's messages: the client's side of it.

use crate::body::ReplyBody;
use crate::relay::StreamBody;
use bytes::{Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::task::{Context, Poll, ready};
use tianji_core::{Error, Framing, Kind};
use tianji_dialects::anthropic_messages::invoke::{Chunks, unwrap};
use tianji_wire::RawObject;

/// Takes the wrapping off a request: that a stream is wanted, and beta features, go where Anthropic's own clients say
/// so.
///
/// # Errors
/// 400 for the body of another vendor's models.
pub(crate) fn open(body: &mut RawObject, headers: &mut HeaderMap, stream: bool) -> Result<(), Error> {
    let betas = unwrap(body).ok_or_else(|| {
        let words = "InvokeModel takes the bodies of Anthropic's models here, with 'anthropic_version'; \
                     the models of other vendors are asked through Converse.";
        Error::client(Kind::BadRequest, words)
    })?;
    if stream {
        body.set("stream", &true);
    }
    for beta in betas.iter().filter_map(|beta| HeaderValue::try_from(beta.as_str()).ok()) {
        headers.append(BETA, beta);
    }
    Ok(())
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

const BETA: HeaderName = HeaderName::from_static("anthropic-beta");
/// The type of what is in the chunks (API reference, "InvokeModelWithResponseStream", "Response Syntax").
const INNER_TYPE: HeaderName = HeaderName::from_static("x-amzn-bedrock-content-type");

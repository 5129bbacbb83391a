//! What a vendor's conversation came to.

use bytes::Bytes;
use http::HeaderMap;
use std::borrow::Cow;
use tianji_core::Usage;

/// What a conversation found that looks for something to pass on.
#[derive(Clone, Debug)]
pub enum Sought {
    /// The reply itself.
    Whole(Told),
    /// Where it is.
    PassedOn(super::Relay),
}

/// A reply in the client's form.
#[derive(Clone, Debug)]
pub struct Told {
    /// The body.
    pub body: Bytes,
    /// Its media type.
    pub content_type: Cow<'static, str>,
    /// The vendor's headers, to be shown as such.
    pub headers: HeaderMap,
    /// What was consumed, if the vendor says so.
    pub usage: Option<Usage>,
    /// The vendor's id of the reply.
    pub id: Option<String>,
    /// Resolution or size class of pictures and films, which prices may depend on.
    pub resolution: Option<String>,
}

impl Told {
    /// A JSON reply.
    pub fn json(body: impl Into<Bytes>, headers: HeaderMap, usage: Option<Usage>) -> Self {
        Self {
            body: body.into(),
            content_type: Cow::Borrowed(super::ask::JSON),
            headers,
            usage,
            id: None,
            resolution: None,
        }
    }
}

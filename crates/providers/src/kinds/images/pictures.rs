//! Pictures as any vendor gives them, and the reply for the client.

use super::super::given::{base64, file_at};
use super::super::{Ask, Link, Told};
use http::HeaderMap;
use serde_json::{Value, json};
use std::collections::VecDeque;
use tianji_core::{Error, Kind, Usage};

/// One picture.
#[derive(Clone, Debug)]
pub(super) enum Picture {
    /// Where it can be fetched.
    Url(String),
    /// The file itself.
    Base64(String),
}

impl Picture {
    /// A vendor's address, which may hold the file (RFC 2397).
    pub(super) fn at(url: impl Into<String>) -> Self {
        let url = url.into();
        let inline = url.strip_prefix("data:").and_then(|data| data.split_once(";base64,"));
        match inline {
            Some((_, data)) => Self::Base64(data.to_owned()),
            None => Self::Url(url),
        }
    }
}

/// What a vendor made.
#[derive(Clone, Debug, Default)]
pub(super) struct Pictures {
    pub(super) list: Vec<Picture>,
    /// Tokens, where the vendor counts them.
    pub(super) usage: Option<Usage>,
    /// The vendor's id.
    pub(super) id: Option<String>,
}

/// What of a call is needed when the pictures are there.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    now: i64,
    base64: bool,
    size: Option<String>,
    base: String,
}

impl Wanted {
    /// Takes it from a call. Whether a URL was asked for where only files are given is for the caller to say as a loss.
    pub(super) fn of(ask: &Ask<'_>) -> Self {
        Self {
            now: ask.now,
            base64: ask.text("response_format").as_deref() == Some("b64_json"),
            size: ask.text("size"),
            base: ask.base(ask.provider.base_url.as_deref().unwrap_or_default()).to_owned(),
        }
    }

    /// The reply; pictures that are asked for as files are fetched where the vendor gives addresses.
    pub(super) fn finish(self, pictures: Pictures, headers: HeaderMap) -> Result<Link, Error> {
        if pictures.list.is_empty() {
            return Err(Error::provider(Kind::ContentPolicy, "the provider returned no pictures"));
        }
        let Pictures { list, usage, id } = pictures;
        let left = list.into();
        self.fetch(left, Pictures { list: Vec::new(), usage, id }, headers)
    }

    fn fetch(self, mut left: VecDeque<Picture>, mut done: Pictures, headers: HeaderMap) -> Result<Link, Error> {
        while let Some(picture) = left.pop_front() {
            match picture {
                Picture::Url(url) if self.base64 => {
                    return Ok(Link::send(file_at(&self.base, &url)?, move |reply| {
                        done.list.push(Picture::Base64(base64(&reply.body)));
                        self.fetch(left, done, headers)
                    }));
                }
                picture => done.list.push(picture),
            }
        }
        Ok(Link::Done(Box::new(self.tell(done, headers))))
    }

    fn tell(self, pictures: Pictures, headers: HeaderMap) -> Told {
        let Pictures { list, usage, id } = pictures;
        let data: Vec<Value> = list
            .iter()
            .map(|picture| match picture {
                Picture::Url(url) => json!({ "url": url }),
                Picture::Base64(data) => json!({ "b64_json": data }),
            })
            .collect();
        let mut body = json!({ "created": self.now, "data": data });
        if let (Some(usage), Some(object)) = (&usage, body.as_object_mut()) {
            object.insert("usage".to_owned(), tokens(usage));
        }
        let mut usage = usage.unwrap_or_default();
        usage.counters.images = list.len() as u64;
        Told { id, resolution: self.size, ..Told::json(body.to_string(), headers, Some(usage)) }
    }
}

/// OpenAI, "The image generation response", `usage`.
fn tokens(usage: &Usage) -> Value {
    json!({
        "input_tokens": usage.input(), "output_tokens": usage.output(), "total_tokens": usage.input() + usage.output(),
        "input_tokens_details": { "text_tokens": usage.in_text, "image_tokens": usage.in_image },
    })
}

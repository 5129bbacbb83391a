//! Requests one after the other, and the reply that is put together from theirs.

use super::Part;
use super::vector::Wanted;
use crate::kinds::{Told, compat::malformed};
use bytes::Bytes;
use http::HeaderMap;
use serde::Serialize;
use std::vec::IntoIter;
use tianji_core::{Error, Exchange, Reply, Step, Usage, WireRequest};

/// What the reply shall look like.
pub(super) struct Shape {
    /// Model name to show.
    pub(super) model: String,
    /// How the client wants vectors.
    pub(super) wanted: Wanted,
    /// Tokens to show where the vendor tells none.
    pub(super) estimate: u64,
}

/// The conversation. A part that fails fails the call.
pub(super) struct Batches {
    /// Requests with the number of vectors that they ask for.
    requests: IntoIter<(WireRequest, usize)>,
    /// Vectors that the request on its way asks for.
    awaited: usize,
    read: fn(&Reply) -> Result<Part, Error>,
    shape: Shape,
    vectors: Vec<Bytes>,
    usage: Option<Usage>,
    headers: HeaderMap,
}

impl Batches {
    pub(super) fn new(
        requests: Vec<(WireRequest, usize)>,
        read: fn(&Reply) -> Result<Part, Error>,
        shape: Shape,
    ) -> Self {
        let requests = requests.into_iter();
        Self { requests, awaited: 0, read, shape, vectors: Vec::new(), usage: None, headers: HeaderMap::new() }
    }

    fn take(&mut self, reply: Reply) -> Result<(), Error> {
        let part = (self.read)(&reply)?;
        // Too few vectors could not be told which input they belong to.
        if part.vectors.len() < self.awaited {
            return Err(malformed());
        }
        self.vectors.extend(part.vectors);
        if let Some(usage) = part.usage {
            add(self.usage.get_or_insert_default(), &usage);
        }
        self.headers = reply.headers;
        Ok(())
    }

    fn finish(&mut self) -> Result<Told, Error> {
        let mut out = Vec::with_capacity(self.vectors.iter().map(Bytes::len).sum::<usize>() + OVERHEAD);
        out.extend_from_slice(b"{\"object\":\"list\",\"data\":[");
        for (index, vector) in self.vectors.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(format!("{{\"object\":\"embedding\",\"index\":{index},\"embedding\":").as_bytes());
            self.shape.wanted.write(vector, &mut out)?;
            out.push(b'}');
        }
        out.extend_from_slice(b"],\"model\":");
        write(&mut out, &self.shape.model)?;
        out.extend_from_slice(b",\"usage\":");
        write(&mut out, &Shown::of(self.usage.as_ref(), self.shape.estimate))?;
        out.push(b'}');
        Ok(Told::json(out, std::mem::take(&mut self.headers), self.usage))
    }
}

impl Exchange for Batches {
    type Output = Told;

    fn next(&mut self, reply: Option<Reply>) -> Step<Told> {
        if let Some(Err(error)) = reply.map(|reply| self.take(reply)) {
            return Step::Fail(error);
        }
        match self.requests.next() {
            Some((request, vectors)) => {
                self.awaited = vectors;
                Step::Send(request)
            }
            None => self.finish().map_or_else(Step::Fail, Step::Done),
        }
    }
}

/// Usage as OpenAI's embeddings show it; pictures are told apart where the vendor does.
#[derive(Serialize)]
struct Shown {
    prompt_tokens: u64,
    total_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_tokens_details: Option<Details>,
}

#[derive(Serialize)]
struct Details {
    text_tokens: u64,
    image_tokens: u64,
}

impl Shown {
    fn of(usage: Option<&Usage>, estimate: u64) -> Self {
        let tokens = usage.map_or(estimate, Usage::input);
        let details = usage.filter(|usage| usage.in_image > 0);
        let details = details.map(|usage| Details { text_tokens: usage.in_text, image_tokens: usage.in_image });
        Self { prompt_tokens: tokens, total_tokens: tokens, prompt_tokens_details: details }
    }
}

fn add(sum: &mut Usage, part: &Usage) {
    sum.in_text = sum.in_text.saturating_add(part.in_text);
    sum.in_audio = sum.in_audio.saturating_add(part.in_audio);
    sum.in_image = sum.in_image.saturating_add(part.in_image);
    sum.in_video = sum.in_video.saturating_add(part.in_video);
    sum.counters.images = sum.counters.images.saturating_add(part.counters.images);
}

fn write<T: Serialize>(out: &mut Vec<u8>, value: &T) -> Result<(), Error> {
    serde_json::to_writer(out, value).map_err(|cause| malformed().with_source(cause))
}

/// What is written besides vectors, in bytes, for a handful of them.
const OVERHEAD: usize = 512;

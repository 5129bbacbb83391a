//! Media behind addresses: which of it a target cannot fetch itself, and putting fetched bytes in its place.
//!
//! Only `http` and `https` addresses count. Buckets (`s3://`, `gs://`) are the vendor's to read, with the vendor's keys.

use crate::dialect;
use std::sync::Arc;
use tianji_core::DialectId;
use tianji_core::generate::{AudioPart, FilePart, GenerateRequest, ImagePart, MediaSource, Part, VideoPart};

/// What an address stands for in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A document.
    File,
}

/// Bytes that were fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inline {
    /// Media type, without parameters.
    pub mime: Arc<str>,
    /// Base64 text.
    pub data: Arc<str>,
}

/// The addresses that the upstream must be sent the bytes of, each once, in the order of the request. `fetches` = whether
/// the vendor fetches in this dialect at all.
pub fn wanted(upstream: DialectId, request: &GenerateRequest, fetches: bool) -> Vec<&str> {
    let mut found = Vec::new();
    for part in request.messages.iter().flat_map(|message| &message.parts) {
        note(upstream, part, fetches, &mut found);
    }
    found
}

fn note<'a>(upstream: DialectId, part: &'a Part, fetches: bool, found: &mut Vec<&'a str>) {
    if let Part::ToolResult(result) = part {
        result.parts.iter().for_each(|part| note(upstream, part, fetches, found));
    }
    if let Some(address) = address(upstream, part, fetches)
        && !found.contains(&address)
    {
        found.push(address);
    }
}

/// The address of a part that the upstream does not fetch from.
fn address(upstream: DialectId, part: &Part, fetches: bool) -> Option<&str> {
    let (kind, source) = match part {
        Part::Image(image) => (MediaKind::Image, &image.source),
        Part::Video(video) => (MediaKind::Video, &video.source),
        Part::File(file) => (MediaKind::File, &file.source),
        _ => return None,
    };
    let MediaSource::Url(address) = source else { return None };
    let known = is_web(address) && !(fetches && dialect(upstream).fetches(kind, address));
    known.then_some(address.as_str())
}

/// Puts bytes in the place of the addresses that [`wanted`] names. An address that `found` has nothing for stays.
pub fn inline(
    upstream: DialectId,
    request: &mut GenerateRequest,
    fetches: bool,
    found: &dyn Fn(&str) -> Option<Inline>,
) {
    for part in request.messages.iter_mut().flat_map(|message| &mut message.parts) {
        put(upstream, part, fetches, found);
    }
}

fn put(upstream: DialectId, part: &mut Part, fetches: bool, found: &dyn Fn(&str) -> Option<Inline>) {
    if let Part::ToolResult(result) = part {
        result.parts.iter_mut().for_each(|part| put(upstream, part, fetches, found));
    }
    let Some(bytes) = address(upstream, part, fetches).and_then(found) else { return };
    replace(part, &bytes);
}

/// A part is what its bytes are: an address in a picture's place may lead to a document.
fn replace(part: &mut Part, bytes: &Inline) {
    let source = || MediaSource::Base64 { mime: bytes.mime.to_string(), data: bytes.data.to_string() };
    let class = bytes.mime.split('/').next().unwrap_or_default();
    let cache = match part {
        Part::Image(image) => image.cache.clone(),
        Part::File(file) => file.cache.clone(),
        _ => None,
    };
    match (class, &mut *part) {
        ("image", Part::Image(image)) => image.source = source(),
        ("video", Part::Video(video)) => video.source = source(),
        ("image", _) => *part = Part::Image(ImagePart { source: source(), detail: None, cache }),
        ("video", _) => *part = Part::Video(VideoPart { source: source() }),
        ("audio", _) => {
            let format = crate::gemini::audio_format(&bytes.mime);
            *part = Part::Audio(AudioPart { data: bytes.data.to_string(), format, id: None, transcript: None });
        }
        (_, Part::File(file)) => file.source = source(),
        _ => {
            let (filename, title, context, citations) = (None, None, None, None);
            *part = Part::File(FilePart { source: source(), filename, title, context, citations, cache });
        }
    }
}

/// Schemes are written in any case (RFC 3986, section 3.1).
fn is_web(address: &str) -> bool {
    let scheme = address.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
}

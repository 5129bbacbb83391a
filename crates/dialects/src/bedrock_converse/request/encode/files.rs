//! Pictures, films, recordings and documents → content blocks (API reference, `ImageBlock`, `VideoBlock`, `AudioBlock`,
//! `DocumentBlock`).

use super::Job;
use super::blocks::{At, Block};
use crate::DialectError;
use crate::bedrock_converse::media;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use std::borrow::Cow;
use tianji_core::generate::{AudioPart, FilePart, ImagePart, MediaSource};

#[derive(Debug, Serialize)]
pub(super) struct Media<'a> {
    format: Cow<'a, str>,
    source: Source<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct Document<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    name: String,
    source: Source<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    citations: Option<Citations>,
}

#[derive(Debug, Serialize)]
struct Citations {
    enabled: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum Source<'a> {
    Bytes(Cow<'a, str>),
    Text(&'a str),
    S3Location { uri: &'a str },
}

/// A picture.
pub(super) fn image<'a>(part: &'a ImagePart, at: At<'_>, job: &mut Job<'a, '_>) -> Result<Media<'a>, DialectError> {
    if part.detail.is_some() {
        job.hint(format!("{at}.image_url.detail"), "this dialect has no image detail");
    }
    picture(&part.source, at)
}

fn picture<'a>(source: &'a MediaSource, at: At<'_>) -> Result<Media<'a>, DialectError> {
    let format = |mime: &str| media::image_format(mime);
    let elsewhere = |uri: &str| media::image_format(&format!("image/{}", ending(uri)));
    of_source(source, &format, &elsewhere, at, "an image")
}

/// A film.
pub(super) fn video<'a>(source: &'a MediaSource, at: At<'_>) -> Result<Media<'a>, DialectError> {
    let format = |mime: &str| media::video_format(mime);
    let elsewhere = |uri: &str| media::video_format(&media::mime_of("video", &ending(uri).replace("3gp", "three_gp")));
    of_source(source, &format, &elsewhere, at, "a video")
}

/// Bytes with a format that the vendor knows, or an object in S3 that tells its format by its name.
fn of_source<'a>(
    source: &'a MediaSource,
    format: &dyn Fn(&str) -> Option<&'static str>,
    elsewhere: &dyn Fn(&str) -> Option<&'static str>,
    at: At<'_>,
    what: &str,
) -> Result<Media<'a>, DialectError> {
    let (format, source) = match source {
        MediaSource::Base64 { mime, data } => {
            let unknown = || at.refuse(&format!("{what} of type '{mime}'"));
            (format(mime).ok_or_else(unknown)?, Source::Bytes(Cow::Borrowed(data)))
        }
        MediaSource::Url(uri) if uri.starts_with("s3://") => {
            let unknown = || at.refuse(&format!("{what} in S3 without the ending of a known format"));
            (elsewhere(uri).ok_or_else(unknown)?, Source::S3Location { uri })
        }
        MediaSource::Url(_) => return Err(at.refuse(&format!("{what} by its address"))),
        MediaSource::FileId(_) => return Err(at.refuse(&format!("{what} by a file id"))),
        MediaSource::Text(_) => return Err(at.refuse(&format!("{what} given as text"))),
    };
    Ok(Media { format: Cow::Borrowed(format), source })
}

/// A recording.
pub(super) fn sound<'a>(audio: &'a AudioPart, at: At<'_>) -> Result<Media<'a>, DialectError> {
    if audio.data.is_empty() || !SOUNDS.contains(&audio.format.as_str()) {
        return Err(at.refuse(&format!("audio of format '{}'", audio.format)));
    }
    Ok(Media { format: Cow::Borrowed(&audio.format), source: Source::Bytes(Cow::Borrowed(&audio.data)) })
}

/// A document, or what a document's media type says that it is.
pub(super) fn file<'a>(part: &'a FilePart, at: At<'_>, job: &mut Job<'a, '_>) -> Result<Block<'a>, DialectError> {
    let name = part.filename.as_deref().or(part.title.as_deref());
    let (format, source) = match &part.source {
        MediaSource::Base64 { mime, .. } if mime.starts_with("image/") => {
            return Ok(Block::Image(picture(&part.source, at)?));
        }
        MediaSource::Base64 { mime, .. } if mime.starts_with("video/") => {
            return Ok(Block::Video(video(&part.source, at)?));
        }
        MediaSource::Base64 { mime, data } => {
            let unknown = || at.refuse(&format!("a document of type '{mime}'"));
            (media::document_format(mime, name).ok_or_else(unknown)?, Source::Bytes(Cow::Borrowed(data)))
        }
        MediaSource::Text(text) if job.own => ("txt", Source::Text(text)),
        MediaSource::Text(text) => ("txt", Source::Bytes(Cow::Owned(STANDARD.encode(text)))),
        MediaSource::Url(uri) if uri.starts_with("s3://") => {
            let unknown = || at.refuse("a document in S3 without the ending of a known format");
            let format = media::document_format("", Some(uri)).or_else(|| media::document_format("", name));
            (format.ok_or_else(unknown)?, Source::S3Location { uri })
        }
        MediaSource::Url(_) => return Err(at.refuse("a document by its address")),
        MediaSource::FileId(_) => return Err(at.refuse("a document by a file id")),
    };
    let name = match &part.title {
        Some(title) if job.own => title.clone(),
        title => media::document_name(title.as_deref().or(name), &job.documents),
    };
    job.documents.push(name.clone());
    Ok(Block::Document(Document {
        format: Some(format),
        name,
        source,
        context: part.context.as_deref(),
        citations: part.citations.map(|enabled| Citations { enabled }),
    }))
}

fn ending(uri: &str) -> String {
    uri.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default()
}

/// Formats of recordings (API reference, `AudioBlock`).
const SOUNDS: &[&str] =
    &["mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mkv", "mka", "x-aac", "m4a", "mpeg", "mpga", "pcm", "webm"];

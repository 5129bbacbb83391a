//! Writes the parts of a `content`.

use super::turns::Turns;
use crate::DialectError;
use crate::openai_chat::json;
use std::fmt::Write as _;
use tianji_core::generate::{AudioPart, FilePart, ImagePart, MediaSource, Part, TextPart, VideoPart};
use tianji_core::{DialectId, LossClass};

/// Writes one part.
pub(super) fn write(turns: &mut Turns<'_>, part: &Part, path: &str) -> Result<(), DialectError> {
    match part {
        Part::Text(text) => write_text(turns, text, path),
        Part::Image(image) => return write_image(turns, image, path),
        Part::Audio(audio) => return write_audio(turns, audio, path),
        Part::Video(video) => return write_video(turns, video, path),
        Part::File(file) => return write_file(turns, file, path),
        Part::Refusal(words) => {
            turns.out.extend_from_slice(br#"{"type":"refusal","refusal":"#);
            json::string(words, turns.out);
            turns.out.extend_from_slice(b"}");
        }
        Part::Opaque(own) if own.dialect == DialectId::OpenAiChat => json::value(&own.raw, turns.out),
        Part::Opaque(own) => {
            let reason = format!("a part of type `{}` cannot be sent to this provider", own.type_name);
            return Err(DialectError::Content { path: format!("{path}.type"), reason });
        }
        Part::ToolCall(_) | Part::ToolResult(_) | Part::Thinking(_) | Part::RedactedThinking { .. } => {
            return Err(unsaid(path, "it cannot stand in a message of this role"));
        }
    }
    Ok(())
}

/// Notes that a text had citations.
pub(super) fn citations_lost(turns: &mut Turns<'_>, text: &TextPart, path: &str) {
    if !text.citations.is_empty() {
        turns.losses.push(LossClass::Hint, format!("{path}.citations"), "citations cannot be sent back");
    }
}

fn write_text(turns: &mut Turns<'_>, text: &TextPart, path: &str) {
    turns.out.extend_from_slice(br#"{"type":"text","text":"#);
    json::string(&text.text, turns.out);
    citations_lost(turns, text, path);
    turns.mark(text.cache.as_ref(), path);
    turns.out.extend_from_slice(b"}");
}

fn write_image(turns: &mut Turns<'_>, image: &ImagePart, path: &str) -> Result<(), DialectError> {
    turns.out.extend_from_slice(br#"{"type":"image_url","image_url":{"url":"#);
    write_address(turns, &image.source, path)?;
    if let Some(detail) = &image.detail {
        turns.out.extend_from_slice(br#","detail":"#);
        json::string(detail, turns.out);
    }
    turns.out.extend_from_slice(b"}");
    turns.mark(image.cache.as_ref(), path);
    turns.out.extend_from_slice(b"}");
    Ok(())
}

fn write_audio(turns: &mut Turns<'_>, audio: &AudioPart, path: &str) -> Result<(), DialectError> {
    if audio.data.is_empty() {
        return Err(unsaid(path, "audio needs its data"));
    }
    turns.out.extend_from_slice(br#"{"type":"input_audio","input_audio":{"data":"#);
    json::string(&audio.data, turns.out);
    turns.out.extend_from_slice(br#","format":"#);
    json::string(&audio.format, turns.out);
    turns.out.extend_from_slice(b"}}");
    Ok(())
}

fn write_video(turns: &mut Turns<'_>, video: &VideoPart, path: &str) -> Result<(), DialectError> {
    turns.out.extend_from_slice(br#"{"type":"video_url","video_url":{"url":"#);
    write_address(turns, &video.source, path)?;
    turns.out.extend_from_slice(b"}}");
    Ok(())
}

fn write_file(turns: &mut Turns<'_>, file: &FilePart, path: &str) -> Result<(), DialectError> {
    for (name, said) in [
        ("title", file.title.is_some()),
        ("context", file.context.is_some()),
        ("citations", file.citations.is_some()),
        ("filename", file.filename.is_some() && matches!(file.source, MediaSource::Text(_))),
    ] {
        if said {
            turns.losses.push(LossClass::Hint, format!("{path}.{name}"), "files have no such member");
        }
    }
    if let MediaSource::Text(text) = &file.source {
        turns.out.extend_from_slice(br#"{"type":"text","text":"#);
        json::string(text, turns.out);
        turns.mark(file.cache.as_ref(), path);
        turns.out.extend_from_slice(b"}");
        return Ok(());
    }
    turns.out.extend_from_slice(br#"{"type":"file","file":{"#);
    match &file.source {
        MediaSource::Base64 { mime, data } => {
            // OpenAI refuses file data without a name.
            let name = file.filename.as_deref().or(file.title.as_deref()).unwrap_or(FILE_NAME);
            turns.out.extend_from_slice(br#""filename":"#);
            json::string(name, turns.out);
            turns.out.extend_from_slice(br#","file_data":"#);
            write_data(turns, mime, data);
        }
        MediaSource::FileId(id) => write_id(turns, id, file.filename.as_deref()),
        MediaSource::Url(url) if turns.own => write_id(turns, url, file.filename.as_deref()),
        _ => return Err(unsaid(path, "files cannot be given by address: send their data")),
    }
    turns.out.extend_from_slice(b"}");
    turns.mark(file.cache.as_ref(), path);
    turns.out.extend_from_slice(b"}");
    Ok(())
}

fn write_id(turns: &mut Turns<'_>, id: &str, name: Option<&str>) {
    turns.out.extend_from_slice(br#""file_id":"#);
    json::string(id, turns.out);
    if let Some(name) = name {
        turns.out.extend_from_slice(br#","filename":"#);
        json::string(name, turns.out);
    }
}

fn write_address(turns: &mut Turns<'_>, source: &MediaSource, path: &str) -> Result<(), DialectError> {
    match source {
        MediaSource::Url(url) => json::string(url, turns.out),
        MediaSource::Base64 { mime, data } => write_data(turns, mime, data),
        MediaSource::FileId(_) | MediaSource::Text(_) => {
            return Err(unsaid(path, "it must be given by address or as data"));
        }
    }
    Ok(())
}

/// A `data:` URL; base64 and media types need no escaping, but what a client sent may.
fn write_data(turns: &mut Turns<'_>, mime: &str, data: &str) {
    let plain = |text: &str| !text.bytes().any(|byte| byte < 0x20 || matches!(byte, b'"' | b'\\'));
    if plain(mime) && plain(data) {
        let _ = write!(turns.out, r#""data:{mime};base64,{data}""#);
    } else {
        json::string(&format!("data:{mime};base64,{data}"), turns.out);
    }
}

fn unsaid(path: &str, reason: &str) -> DialectError {
    DialectError::Content { path: path.to_owned(), reason: reason.to_owned() }
}

/// Name of a file that has none.
const FILE_NAME: &str = "document.pdf";

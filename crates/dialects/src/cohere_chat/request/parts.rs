//! Writes the parts of a `content`.

use super::documents;
use super::turns::Turns;
use crate::DialectError;
use crate::openai_chat::json;
use tianji_core::DialectId;
use tianji_core::generate::{FilePart, ImagePart, MediaSource, Part};

/// A part with its place in the client's request, for error texts and losses.
pub(super) type Placed<'p> = (String, &'p Part);

/// The parts of a list that are wanted, with their places.
pub(super) fn place<'p>(parts: &'p [Part], path: &str, wanted: impl Fn(&Part) -> bool) -> Vec<Placed<'p>> {
    let placed = parts.iter().enumerate().filter(|(_, part)| wanted(part));
    placed.map(|(at, part)| (format!("{path}.content[{at}]"), part)).collect()
}

/// Writes one part.
pub(super) fn write(turns: &mut Turns<'_, '_>, part: &Part, path: &str) -> Result<(), DialectError> {
    match part {
        Part::Text(text) => {
            turns.mark_lost(text.cache.is_some(), path);
            write_text(turns, &text.text);
        }
        Part::Refusal(words) => write_text(turns, words),
        Part::Image(image) => return write_image(turns, image, path),
        Part::File(file) => return write_file(turns, file, path),
        Part::Audio(audio) if audio.data.is_empty() => {
            turns.hint(path, "earlier spoken output is sent as its words");
            write_text(turns, audio.transcript.as_deref().unwrap_or_default());
        }
        Part::Thinking(thinking) => {
            turns.out.extend_from_slice(br#"{"type":"thinking","thinking":"#);
            json::string(&thinking.text, turns.out);
            turns.out.extend_from_slice(b"}");
        }
        Part::Opaque(own) if own.dialect == DialectId::CohereChat => json::value(&own.raw, turns.out),
        Part::Opaque(own) => {
            let reason = format!("a part of type `{}` cannot be sent to this provider", own.type_name);
            return Err(DialectError::Content { path: format!("{path}.type"), reason });
        }
        Part::Audio(_) => return Err(unsaid(path, "sound cannot be sent to this provider")),
        Part::Video(_) => return Err(unsaid(path, "video cannot be sent to this provider")),
        Part::ToolCall(_) | Part::ToolResult(_) | Part::RedactedThinking { .. } => {
            return Err(unsaid(path, "it cannot stand in a message of this role"));
        }
    }
    Ok(())
}

fn write_text(turns: &mut Turns<'_, '_>, text: &str) {
    turns.out.extend_from_slice(br#"{"type":"text","text":"#);
    json::string(text, turns.out);
    turns.out.extend_from_slice(b"}");
}

fn write_image(turns: &mut Turns<'_, '_>, image: &ImagePart, path: &str) -> Result<(), DialectError> {
    turns.mark_lost(image.cache.is_some(), path);
    turns.out.extend_from_slice(br#"{"type":"image_url","image_url":{"url":"#);
    match &image.source {
        MediaSource::Url(url) => json::string(url, turns.out),
        MediaSource::Base64 { mime, data } => json::string(&format!("data:{mime};base64,{data}"), turns.out),
        MediaSource::FileId(_) | MediaSource::Text(_) => {
            return Err(unsaid(path, "it must be given by address or as data"));
        }
    }
    if let Some(detail) = &image.detail {
        turns.out.extend_from_slice(br#","detail":"#);
        json::string(detail, turns.out);
    }
    turns.out.extend_from_slice(b"}}");
    Ok(())
}

/// A document in the result of a tool.
fn write_file(turns: &mut Turns<'_, '_>, file: &FilePart, path: &str) -> Result<(), DialectError> {
    let MediaSource::Text(text) = &file.source else {
        return Err(unsaid(path, "of documents only plain text can be sent to this provider"));
    };
    turns.mark_lost(file.cache.is_some(), path);
    turns.out.extend_from_slice(br#"{"type":"document","document":"#);
    documents::write(file, text, false, turns.out);
    turns.out.extend_from_slice(b"}");
    Ok(())
}

fn unsaid(path: &str, reason: &str) -> DialectError {
    DialectError::Content { path: path.to_owned(), reason: reason.to_owned() }
}

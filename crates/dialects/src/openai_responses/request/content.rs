//! The content of a message or of a tool's result: a string or a list of parts.

use super::body::Writer;
use crate::DialectError;
use crate::openai_chat::json::{self, Commas};
use crate::openai_chat::request::content::data_url;
use crate::openai_responses::citations;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::fmt::Write as _;
use tianji_core::generate::{AudioPart, CacheMark, FilePart, ImagePart, MediaSource, Opaque, Part, TextPart};
use tianji_core::{DialectId, Json, LossClass};

/// Reads a content; the flag says that it was a bare string (or nothing).
pub(super) fn decode(raw: Option<&RawValue>, path: &str) -> Result<(Vec<Part>, bool), DialectError> {
    let Some(raw) = raw else { return Ok((Vec::new(), true)) };
    if let Ok(text) = serde_json::from_str::<String>(raw.get()) {
        return Ok((vec![Part::text(text)], true));
    }
    let items: Vec<&RawValue> = serde_json::from_str(raw.get())
        .map_err(|_| DialectError::invalid(path, "it must be a string or a list of parts"))?;
    let parts = items.into_iter().enumerate().map(|(at, raw)| decode_part(raw, &format!("{path}[{at}]")));
    Ok((parts.collect::<Result<_, _>>()?, false))
}

fn decode_part(raw: &RawValue, path: &str) -> Result<Part, DialectError> {
    let object: PartObject =
        serde_json::from_str(raw.get()).map_err(|cause| DialectError::invalid(path, cause.to_string()))?;
    let kind = object.kind.as_deref().unwrap_or_default();
    let missing = |name: &str| DialectError::Missing { param: format!("{path}.{name}") };
    let cache = object.cache_control.map(|mark| CacheMark { ttl: mark.ttl });
    match kind {
        "input_text" | "output_text" | "text" | "summary_text" => {
            let text = object.text.ok_or_else(|| missing("text"))?;
            let citations = object.annotations.unwrap_or_default().into_iter().map(citations::read).collect();
            Ok(Part::Text(TextPart { text, cache, citations }))
        }
        "refusal" => object.refusal.map(Part::Refusal).ok_or_else(|| missing("refusal")),
        "input_image" => {
            let source = match (object.image_url, object.file_id) {
                (Some(url), _) => address(url),
                (None, Some(id)) => MediaSource::FileId(id),
                (None, None) => return Err(missing("image_url")),
            };
            Ok(Part::Image(ImagePart { source, detail: object.detail, cache }))
        }
        "input_file" => {
            let source = match (object.file_data, object.file_url, object.file_id) {
                (Some(data), _, _) => match data_url(&data) {
                    Some((mime, data)) => MediaSource::Base64 { mime, data },
                    None => MediaSource::Base64 { mime: PDF.to_owned(), data },
                },
                (None, Some(url), _) => MediaSource::Url(url),
                (None, None, Some(id)) => MediaSource::FileId(id),
                (None, None, None) => return Err(missing("file_data")),
            };
            let filename = object.filename;
            Ok(Part::File(FilePart { source, filename, title: None, context: None, citations: None, cache }))
        }
        "input_audio" => {
            let AudioObject { data, format } = object.input_audio.ok_or_else(|| missing("input_audio"))?;
            Ok(Part::Audio(AudioPart { data, format, id: None, transcript: None }))
        }
        other => Ok(Part::Opaque(Opaque {
            dialect: DialectId::OpenAiResponses,
            type_name: other.to_owned(),
            raw: Json::from(raw),
        })),
    }
}

fn address(url: String) -> MediaSource {
    match data_url(&url) {
        Some((mime, data)) => MediaSource::Base64 { mime, data },
        None => MediaSource::Url(url),
    }
}

/// A part with its place in the client's request, for error texts and losses.
pub(super) type Placed<'a> = (String, &'a Part);

/// The parts of a list that are wanted, with their places.
pub(super) fn place<'p>(parts: &'p [Part], path: &str, wanted: impl Fn(&Part) -> bool) -> Vec<Placed<'p>> {
    let placed = parts.iter().enumerate().filter(|(_, part)| wanted(part));
    placed.map(|(at, part)| (format!("{path}.content[{at}]"), part)).collect()
}

impl Writer<'_> {
    /// Writes a content as a string if it was one, else as a list. `said`: the model said it.
    pub(super) fn content(&mut self, placed: &[Placed<'_>], bare: bool, said: bool) -> Result<(), DialectError> {
        if let (true, [(path, Part::Text(text))]) = (bare, placed) {
            self.mark_lost(text.cache.as_ref(), path);
            json::string(&text.text, self.out);
            return Ok(());
        }
        self.out.extend_from_slice(b"[");
        let mut commas = Commas::new();
        for (path, part) in placed {
            commas.next(self.out);
            self.part(part, path, said)?;
        }
        self.out.extend_from_slice(b"]");
        Ok(())
    }

    fn part(&mut self, part: &Part, path: &str, said: bool) -> Result<(), DialectError> {
        match part {
            Part::Text(text) => self.text(text, path, said),
            Part::Image(image) => return self.image(image, path),
            Part::File(file) => return self.file(file, path),
            Part::Audio(audio) if !audio.data.is_empty() => {
                self.out.extend_from_slice(br#"{"type":"input_audio","input_audio":{"data":"#);
                json::string(&audio.data, self.out);
                self.out.extend_from_slice(br#","format":"#);
                json::string(&audio.format, self.out);
                self.out.extend_from_slice(b"}}");
            }
            // Earlier spoken output: its words, if they are known.
            Part::Audio(audio) => {
                self.hint(path, "earlier spoken output is sent as its words");
                let text = TextPart { text: audio.transcript.clone().unwrap_or_default(), ..TextPart::default() };
                self.text(&text, path, said);
            }
            Part::Refusal(words) => {
                self.out.extend_from_slice(br#"{"type":"refusal","refusal":"#);
                json::string(words, self.out);
                self.out.extend_from_slice(b"}");
            }
            Part::Opaque(own) if own.dialect == DialectId::OpenAiResponses => json::value(&own.raw, self.out),
            Part::Opaque(own) => {
                let reason = format!("a part of type `{}` cannot be sent to this provider", own.type_name);
                return Err(DialectError::Content { path: format!("{path}.type"), reason });
            }
            Part::Video(_) => return Err(unsaid(path, "video cannot be sent to this provider")),
            Part::ToolCall(_) | Part::ToolResult(_) | Part::Thinking(_) | Part::RedactedThinking { .. } => {
                return Err(unsaid(path, "it cannot stand in a message of this role"));
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &TextPart, path: &str, said: bool) {
        self.mark_lost(text.cache.as_ref(), path);
        let kind = if said { "output_text" } else { "input_text" };
        let _ = write!(self.out, r#"{{"type":"{kind}","text":"#);
        json::string(&text.text, self.out);
        if said && self.own && !text.citations.is_empty() {
            let length = text.text.chars().count();
            let own: Vec<Json> = text.citations.iter().filter_map(|raw| citations::write(raw, length)).collect();
            self.out.extend_from_slice(br#","annotations":"#);
            json::value(&own, self.out);
        } else if !text.citations.is_empty() {
            self.losses.push(LossClass::Hint, format!("{path}.citations"), "citations cannot be sent back");
        }
        self.out.extend_from_slice(b"}");
    }

    fn image(&mut self, image: &ImagePart, path: &str) -> Result<(), DialectError> {
        self.mark_lost(image.cache.as_ref(), path);
        self.out.extend_from_slice(br#"{"type":"input_image","#);
        match &image.source {
            MediaSource::Url(url) => self.member("image_url", url),
            MediaSource::Base64 { mime, data } => self.data("image_url", mime, data),
            MediaSource::FileId(id) => self.member("file_id", id),
            MediaSource::Text(_) => return Err(unsaid(path, "it must be given by address or as data")),
        }
        if let Some(detail) = &image.detail {
            self.out.extend_from_slice(b",");
            self.member("detail", detail);
        }
        self.out.extend_from_slice(b"}");
        Ok(())
    }

    fn file(&mut self, file: &FilePart, path: &str) -> Result<(), DialectError> {
        self.mark_lost(file.cache.as_ref(), path);
        for (name, said) in [
            ("title", file.title.is_some()),
            ("context", file.context.is_some()),
            ("citations", file.citations.is_some()),
            ("filename", file.filename.is_some() && matches!(file.source, MediaSource::Text(_))),
        ] {
            if said {
                self.losses.push(LossClass::Hint, format!("{path}.{name}"), "files have no such member");
            }
        }
        if let MediaSource::Text(text) = &file.source {
            self.out.extend_from_slice(br#"{"type":"input_text","#);
            self.member("text", text);
            self.out.extend_from_slice(b"}");
            return Ok(());
        }
        self.out.extend_from_slice(br#"{"type":"input_file","#);
        let mut name = file.filename.as_deref().or(file.title.as_deref());
        match &file.source {
            MediaSource::Base64 { mime, data } => {
                // OpenAI refuses file data without a name.
                name = name.or(Some(FILE_NAME));
                self.data("file_data", mime, data);
            }
            MediaSource::Url(url) => self.member("file_url", url),
            MediaSource::FileId(id) => self.member("file_id", id),
            MediaSource::Text(_) => {}
        }
        let named = matches!(file.source, MediaSource::Base64 { .. }) || self.own;
        if let Some(name) = name.filter(|_| named) {
            self.out.extend_from_slice(b",");
            self.member("filename", name);
        }
        self.out.extend_from_slice(b"}");
        Ok(())
    }

    /// Writes a member that is a string.
    pub(super) fn member(&mut self, name: &str, text: &str) {
        let _ = write!(self.out, r#""{name}":"#);
        json::string(text, self.out);
    }

    /// Writes a member that is a `data:` URL; base64 and media types need no escaping, but what a client sent may.
    fn data(&mut self, name: &str, mime: &str, data: &str) {
        let plain = |text: &str| !text.bytes().any(|byte| byte < 0x20 || matches!(byte, b'"' | b'\\'));
        if plain(mime) && plain(data) {
            let _ = write!(self.out, r#""{name}":"data:{mime};base64,{data}""#);
        } else {
            self.member(name, &format!("data:{mime};base64,{data}"));
        }
    }
}

fn unsaid(path: &str, reason: &str) -> DialectError {
    DialectError::Content { path: path.to_owned(), reason: reason.to_owned() }
}

#[derive(Deserialize)]
struct PartObject {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
    #[serde(default)]
    annotations: Option<Vec<Json>>,
    #[serde(default)]
    image_url: Option<String>,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    file_data: Option<String>,
    #[serde(default)]
    file_url: Option<String>,
    #[serde(default)]
    file_id: Option<String>,
    #[serde(default)]
    filename: Option<String>,
    #[serde(default)]
    input_audio: Option<AudioObject>,
    #[serde(default)]
    cache_control: Option<Mark>,
}

#[derive(Deserialize)]
struct AudioObject {
    #[serde(default)]
    data: String,
    #[serde(default)]
    format: String,
}

/// `cache_control`, an extension of the reference proxy.
#[derive(Deserialize)]
struct Mark {
    #[serde(default)]
    ttl: Option<String>,
}

/// Files are PDF unless they say otherwise (OpenAI docs, "File inputs").
const PDF: &str = "application/pdf";

/// Name of a file that has none.
const FILE_NAME: &str = "document.pdf";

//! Reads the `content` of a message: a string or a list of parts.

use super::tools::Mark;
use crate::DialectError;
use crate::openai_chat::types::string;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::generate::{
    AudioPart, CacheMark, FilePart, ImagePart, MediaSource, Opaque, Part, TextPart, Thinking, VideoPart,
};
use tianji_core::{DialectId, Json};

/// Reads a content; the flag says that it was a bare string (or nothing).
pub(super) fn decode(raw: Option<&RawValue>, message: &str) -> Result<(Vec<Part>, bool), DialectError> {
    let Some(raw) = raw else { return Ok((Vec::new(), true)) };
    if let Some(text) = string(Some(raw)) {
        return Ok((vec![Part::text(text)], true));
    }
    let path = format!("{message}.content");
    let items: Vec<&RawValue> = serde_json::from_str(raw.get())
        .map_err(|_| DialectError::invalid(&path, "it must be a string or a list of parts"))?;
    let parts = items.into_iter().enumerate().map(|(at, raw)| part(raw, &format!("{path}[{at}]")));
    Ok((parts.collect::<Result<_, _>>()?, false))
}

/// Media type and base64 text of a `data:` URL (RFC 2397); percent-encoded payloads are turned into base64.
pub(crate) fn data_url(url: &str) -> Option<(String, String)> {
    let (header, payload) = url.strip_prefix("data:")?.split_once(',')?;
    let (mime, base64) = match header.strip_suffix(";base64") {
        Some(mime) => (mime, true),
        None => (header, false),
    };
    let mime = match mime.split(';').next().unwrap_or_default().trim() {
        "" => "image/png",
        "image/jpg" => "image/jpeg",
        mime => mime,
    };
    let data = if base64 { payload.to_owned() } else { STANDARD.encode(percent_decoded(payload)) };
    Some((mime.to_owned(), data))
}

fn part(raw: &RawValue, path: &str) -> Result<Part, DialectError> {
    if let Some(text) = string(Some(raw)) {
        return Ok(Part::text(text));
    }
    let object: PartObject<'_> =
        serde_json::from_str(raw.get()).map_err(|cause| DialectError::invalid(path, cause.to_string()))?;
    let kind = object.kind.unwrap_or_default();
    let cache = object.cache_control.map(CacheMark::from);
    let missing = || DialectError::Missing { param: format!("{path}.{kind}") };
    match kind.as_str() {
        "text" => {
            let text = object.text.ok_or_else(missing)?;
            Ok(Part::Text(TextPart { text, cache, citations: Vec::new() }))
        }
        "refusal" => object.refusal.map(Part::Refusal).ok_or_else(missing),
        "image_url" => {
            let Reference { url, detail, format } = reference(object.image_url).ok_or_else(missing)?;
            Ok(Part::Image(ImagePart { source: source(url, format), detail, cache }))
        }
        "video_url" => {
            let Reference { url, format, .. } = reference(object.video_url).ok_or_else(missing)?;
            Ok(Part::Video(VideoPart { source: source(url, format) }))
        }
        "input_audio" => {
            let AudioObject { data, format } = object.input_audio.ok_or_else(missing)?;
            Ok(Part::Audio(AudioPart { data, format, id: None, transcript: None }))
        }
        "file" => object.file.ok_or_else(missing)?.read(cache, path),
        "thinking" => {
            let text = object.thinking.ok_or_else(missing)?;
            Ok(Part::Thinking(Thinking { text, signature: object.signature }))
        }
        "redacted_thinking" => object.data.map(|data| Part::RedactedThinking { data }).ok_or_else(missing),
        _ => Ok(Part::Opaque(Opaque { dialect: DialectId::OpenAiChat, type_name: kind, raw: Json::from(raw) })),
    }
}

/// `{"url", "detail"}`, or the bare address that some clients send.
fn reference(raw: Option<&RawValue>) -> Option<Reference> {
    let raw = raw?;
    string(Some(raw))
        .map(|url| Reference { url, detail: None, format: None })
        .or_else(|| serde_json::from_str(raw.get()).ok())
}

fn source(url: String, format: Option<String>) -> MediaSource {
    match data_url(&url) {
        Some((mime, data)) => MediaSource::Base64 { mime: format.unwrap_or(mime), data },
        None => MediaSource::Url(url),
    }
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let code = (byte == b'%').then(|| Some((ahead.next()?, ahead.next()?))).flatten().and_then(|(high, low)| {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            u8::try_from(digit(high)? * 16 + digit(low)?).ok()
        });
        if code.is_some() {
            bytes = ahead;
        }
        decoded.push(code.unwrap_or(byte));
    }
    decoded
}

#[derive(Deserialize)]
struct PartObject<'a> {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
    #[serde(borrow, default)]
    image_url: Option<&'a RawValue>,
    #[serde(borrow, default)]
    video_url: Option<&'a RawValue>,
    #[serde(default)]
    input_audio: Option<AudioObject>,
    #[serde(default)]
    file: Option<FileObject>,
    #[serde(default)]
    thinking: Option<String>,
    #[serde(default)]
    signature: Option<String>,
    #[serde(default)]
    data: Option<String>,
    #[serde(default)]
    cache_control: Option<Mark>,
}

#[derive(Deserialize)]
struct Reference {
    url: String,
    #[serde(default)]
    detail: Option<String>,
    /// Media type, an extension of the reference proxy.
    #[serde(default)]
    format: Option<String>,
}

#[derive(Deserialize)]
struct AudioObject {
    #[serde(default)]
    data: String,
    #[serde(default)]
    format: String,
}

#[derive(Deserialize)]
struct FileObject {
    #[serde(default)]
    file_data: Option<String>,
    #[serde(default)]
    file_id: Option<String>,
    #[serde(default)]
    filename: Option<String>,
    /// Media type, an extension of the reference proxy.
    #[serde(default)]
    format: Option<String>,
}

impl FileObject {
    fn read(self, cache: Option<CacheMark>, path: &str) -> Result<Part, DialectError> {
        let source = match (self.file_data, self.file_id) {
            (Some(data), _) => match data_url(&data) {
                Some((mime, data)) => MediaSource::Base64 { mime: self.format.unwrap_or(mime), data },
                None => MediaSource::Base64 { mime: self.format.unwrap_or_else(|| PDF.to_owned()), data },
            },
            // The reference proxy takes an address in place of an id.
            (None, Some(id)) if id.starts_with("http://") || id.starts_with("https://") => MediaSource::Url(id),
            (None, Some(id)) => MediaSource::FileId(id),
            (None, None) => return Err(DialectError::Missing { param: format!("{path}.file.file_data") }),
        };
        let filename = self.filename;
        Ok(Part::File(FilePart { source, filename, title: None, context: None, citations: None, cache }))
    }
}

/// Files are PDF unless they say otherwise (OpenAI docs, "File inputs").
const PDF: &str = "application/pdf";

#[cfg(test)]
mod tests {
    use super::data_url;

    #[test]
    fn reads_data_urls() {
        for (url, expected) in [
            ("data:image/jpg;base64,AAAA", Some(("image/jpeg", "AAAA"))),
            ("data:;base64,AAAA", Some(("image/png", "AAAA"))),
            ("data:application/pdf;name=a.pdf;base64,QQ==", Some(("application/pdf", "QQ=="))),
            ("data:text/plain,a%20b,%zz", Some(("text/plain", "YSBiLCV6eg=="))),
            ("https://x/y", None),
            ("data:image/png;base64", None),
        ] {
            let expected = expected.map(|(mime, data)| (mime.to_owned(), data.to_owned()));
            assert_eq!(data_url(url), expected, "{url}");
        }
    }
}

//! Reads parts of contents, which requests and replies have in common (Gemini API reference, `Part`).

use super::written::LEVELS;
use super::{media, seal};
use crate::DialectError;
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::generate::{
    AudioPart, FilePart, ImagePart, MediaSource, Opaque, Part, Thinking, ToolCall, ToolResult, VideoPart,
};
use tianji_core::{DialectId, Json};

/// Reads the part that stands at `path`. A call or a result that the vendor left without an id has an empty one. A
/// signature that hangs on anything but a call becomes a part of its own after it.
pub(super) fn read(raw: &RawValue, path: &str, parts: &mut Vec<Part>) -> Result<(), DialectError> {
    let wire: WirePart<'_> =
        serde_json::from_str(raw.get()).map_err(|cause| DialectError::invalid(path, cause.to_string()))?;
    let signature = wire.thought_signature.as_deref().filter(|signature| !signature.is_empty());
    if let Some(call) = wire.function_call {
        parts.push(Part::ToolCall(read_call(call, signature, path)?));
        return Ok(());
    }
    let thought = wire.thought == Some(true);
    let part = match (wire.function_response, wire.text, wire.inline_data, wire.file_data) {
        (Some(answer), ..) => answer.read(path)?,
        (None, Some(text), ..) if thought => match signature.and_then(|signature| seal::unwrap(&text, signature)) {
            Some(foreign) => {
                parts.push(foreign);
                return Ok(());
            }
            None => Part::Thinking(Thinking { text, signature: None }),
        },
        // Nothing but the signature of what came before.
        (None, Some(text), ..) if text.is_empty() && signature.is_some() => {
            parts.extend(signature.map(signed));
            return Ok(());
        }
        (None, Some(text), ..) => Part::text(text),
        (None, None, Some(blob), _) if wire.video_metadata.is_none() && !thought => inline(blob, wire.media_resolution),
        (None, None, None, Some(file)) if wire.video_metadata.is_none() && !thought => {
            behind_address(file, wire.media_resolution)
        }
        _ => {
            parts.push(opaque(raw));
            return Ok(());
        }
    };
    parts.push(part);
    parts.extend(signature.map(signed));
    Ok(())
}

/// Media type and base64 text of a part that is kept as it came and holds data.
pub(crate) fn inline_data(raw: &Json) -> Option<(String, String)> {
    let blob = raw.read::<WirePart<'_>>().ok()?.inline_data?;
    Some((blob.mime_type, blob.data))
}

/// The `type_name` of a part that stands for the signature on the part before it.
pub(crate) const SIGNATURE: &str = "thought_signature";

/// A signature as a part of its own.
pub(crate) fn signed(signature: &str) -> Part {
    // A string always serialises.
    let raw = Json::of(signature).unwrap_or_else(|_| Json::from(RawValue::NULL));
    Part::Opaque(Opaque { dialect: DialectId::Gemini, type_name: SIGNATURE.to_owned(), raw })
}

/// The signature that a part stands for.
pub(super) fn signature_of(own: &Opaque) -> Option<String> {
    (own.dialect == DialectId::Gemini && own.type_name == SIGNATURE).then(|| own.raw.read().ok()).flatten()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePart<'a> {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    thought: Option<bool>,
    #[serde(default, alias = "thought_signature")]
    thought_signature: Option<String>,
    #[serde(default, alias = "inline_data")]
    inline_data: Option<WireBlob>,
    #[serde(default, alias = "file_data")]
    file_data: Option<WireFile>,
    #[serde(borrow, default, alias = "function_call")]
    function_call: Option<WireCall<'a>>,
    #[serde(borrow, default, alias = "function_response")]
    function_response: Option<WireAnswer<'a>>,
    #[serde(borrow, default, alias = "video_metadata")]
    video_metadata: Option<&'a RawValue>,
    #[serde(default, alias = "media_resolution")]
    media_resolution: Option<WireResolution>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireBlob {
    #[serde(default, alias = "mime_type")]
    mime_type: String,
    #[serde(default)]
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireFile {
    #[serde(default, alias = "mime_type")]
    mime_type: Option<String>,
    #[serde(alias = "file_uri")]
    file_uri: String,
}

#[derive(Deserialize)]
struct WireCall<'a> {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(borrow, default)]
    args: Option<&'a RawValue>,
    /// Where some older models put it.
    #[serde(default, rename = "thoughtSignature", alias = "thought_signature")]
    thought_signature: Option<String>,
}

#[derive(Deserialize)]
struct WireAnswer<'a> {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(borrow, default)]
    response: Option<&'a RawValue>,
    #[serde(borrow, default)]
    parts: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct WireResolution {
    #[serde(default)]
    level: Option<String>,
}

fn read_call(call: WireCall<'_>, signature: Option<&str>, path: &str) -> Result<ToolCall, DialectError> {
    let missing = || DialectError::Missing { param: format!("{path}.functionCall.name") };
    Ok(ToolCall {
        id: call.id.unwrap_or_default(),
        name: call.name.ok_or_else(missing)?,
        arguments: call.args.map(|raw| raw.get().to_owned()).unwrap_or_default(),
        signature: signature.map(str::to_owned).or(call.thought_signature),
        ..ToolCall::default()
    })
}

impl WireAnswer<'_> {
    fn read(self, path: &str) -> Result<Part, DialectError> {
        let (text, is_error) = self.response.map(answered).unwrap_or_default();
        let mut parts = vec![Part::text(text)];
        for (at, raw) in self.parts.unwrap_or_default().into_iter().enumerate() {
            let path = format!("{path}.functionResponse.parts[{at}]");
            // Results within results have no meaning, and nesting without end must not be followed.
            if serde_json::from_str::<WirePart<'_>>(raw.get()).is_ok_and(|part| part.function_response.is_some()) {
                return Err(DialectError::invalid(path, "a result cannot stand in a result"));
            }
            read(raw, &path, &mut parts)?;
        }
        let bare = parts.len() == 1;
        let call_id = self.id.unwrap_or_default();
        Ok(Part::ToolResult(ToolResult { call_id, name: self.name, parts, bare, is_error, cache: None }))
    }
}

/// Text of what a function answered, and whether it failed; the reverse of [`super::written::Outcome::of`].
fn answered(raw: &RawValue) -> (String, Option<bool>) {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Content {
        content: String,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Failed<'a> {
        #[serde(borrow)]
        error: &'a RawValue,
    }
    let text = raw.get();
    if let Ok(Content { content }) = serde_json::from_str(text)
        && !is_object(&content)
    {
        return (content, None);
    }
    if let Ok(Failed { error }) = serde_json::from_str::<Failed<'_>>(text) {
        if is_object(error.get()) {
            return (error.get().to_owned(), Some(true));
        }
        if let Ok(words) = serde_json::from_str::<String>(error.get())
            && !is_object(&words)
        {
            return (words, Some(true));
        }
    }
    (text.to_owned(), None)
}

/// Whether a text is a JSON object.
pub(super) fn is_object(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

fn inline(blob: WireBlob, resolution: Option<WireResolution>) -> Part {
    let WireBlob { mime_type: mime, data } = blob;
    if mime.starts_with("audio/") {
        let format = media::audio_format(&mime);
        return Part::Audio(AudioPart { data, format, id: None, transcript: None });
    }
    let (image, video) = (mime.starts_with("image/"), mime.starts_with("video/"));
    let source = MediaSource::Base64 { mime, data };
    if image {
        Part::Image(ImagePart { source, detail: detail(resolution), cache: None })
    } else if video {
        Part::Video(VideoPart { source })
    } else {
        Part::File(file(source))
    }
}

fn behind_address(file_data: WireFile, resolution: Option<WireResolution>) -> Part {
    let WireFile { mime_type, file_uri } = file_data;
    let mime = mime_type.as_deref().or_else(|| media::type_of_address(&file_uri)).unwrap_or_default();
    let (image, video) = (mime.starts_with("image/"), mime.starts_with("video/"));
    let youtube = mime.is_empty() && media::is_known_to_vendor(&file_uri) && !file_uri.contains("files/");
    let source = MediaSource::Url(file_uri);
    if image {
        Part::Image(ImagePart { source, detail: detail(resolution), cache: None })
    } else if video || youtube {
        Part::Video(VideoPart { source })
    } else {
        Part::File(file(source))
    }
}

const fn file(source: MediaSource) -> FilePart {
    FilePart { source, filename: None, title: None, context: None, citations: None, cache: None }
}

/// OpenAI's word for how closely a picture is looked at.
fn detail(resolution: Option<WireResolution>) -> Option<String> {
    let level = resolution?.level?;
    let known = LEVELS.iter().find(|(_, known)| *known == level);
    known.map(|(detail, _)| (*detail).to_owned())
}

fn opaque(raw: &RawValue) -> Part {
    let text = raw.get();
    let mut keys = crate::openai_chat::scan::members(text.as_bytes(), 0).filter_map(|member| text.get(member.key));
    let type_name = keys.next().unwrap_or_default().trim_matches('"').to_owned();
    Part::Opaque(Opaque { dialect: DialectId::Gemini, type_name, raw: Json::from(raw) })
}

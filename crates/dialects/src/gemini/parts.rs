//! Parts of contents, which requests and replies have in common (Gemini API reference, `Part`).

use super::{media, seal};
use crate::DialectError;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use tianji_core::generate::{
    AudioPart, FilePart, ImagePart, MediaSource, Opaque, Part, Thinking, ToolCall, ToolCallKind, ToolResult, VideoPart,
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

/// A part as it is written.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Piece<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) thought: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inline_data: Option<Blob<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file_data: Option<FileData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) function_call: Option<Call<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) function_response: Option<Answer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) media_resolution: Option<Resolution>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) thought_signature: Option<Cow<'a, str>>,
}

impl<'a> Piece<'a> {
    /// Text.
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }

    /// A thought.
    pub(super) fn thought(text: &'a str, signature: Option<String>) -> Self {
        Self { thought: Some(true), thought_signature: signature.map(Cow::Owned), ..Self::text(text) }
    }

    /// Data that stands in the part.
    pub(super) fn inline(mime_type: impl Into<Cow<'a, str>>, data: &'a str) -> Self {
        Self { inline_data: Some(Blob { mime_type: mime_type.into(), data: Cow::Borrowed(data) }), ..Self::default() }
    }
}

/// A part that is written, or one that is kept as it came.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Written<'a> {
    /// Written anew.
    Piece(Box<Piece<'a>>),
    /// Kept.
    Own(&'a Json),
}

impl<'a> From<Piece<'a>> for Written<'a> {
    fn from(piece: Piece<'a>) -> Self {
        Self::Piece(Box::new(piece))
    }
}

/// Hangs a signature on the last part; on an empty text of its own if that part cannot carry it.
pub(super) fn sign(written: &mut Vec<Written<'_>>, signature: String) {
    if let Some(Written::Piece(last)) = written.last_mut()
        && last.thought_signature.is_none()
    {
        last.thought_signature = Some(Cow::Owned(signature));
        return;
    }
    written.push(Piece { thought_signature: Some(Cow::Owned(signature)), ..Piece::text("") }.into());
}

/// `inlineData`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Blob<'a> {
    pub(super) mime_type: Cow<'a, str>,
    pub(super) data: Cow<'a, str>,
}

/// `fileData`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mime_type: Option<&'a str>,
    pub(super) file_uri: Cow<'a, str>,
}

/// `functionCall`.
#[derive(Debug, Serialize)]
pub(super) struct Call<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a str>,
    pub(super) name: Cow<'a, str>,
    pub(super) args: Args<'a>,
}

/// Arguments of a call.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Args<'a> {
    /// JSON as the model wrote it.
    Json(&'a RawValue),
    /// None.
    Empty {},
    /// Free text of a custom tool.
    Text { input: Cow<'a, str> },
    /// Arguments of a reply that are no JSON object, perhaps cut by the output limit.
    Invalid {
        #[serde(rename = "INVALID_JSON")]
        text: Cow<'a, str>,
    },
}

impl<'a> Args<'a> {
    /// Arguments as a model wrote them.
    pub(super) fn of(arguments: &'a str, kind: ToolCallKind) -> Self {
        let trimmed = arguments.trim();
        match (kind, serde_json::from_str::<&RawValue>(trimmed)) {
            (ToolCallKind::Custom, _) => Self::Text { input: Cow::Borrowed(arguments) },
            (_, Ok(raw)) if raw.get().starts_with('{') => Self::Json(raw),
            _ if trimmed.is_empty() => Self::Empty {},
            _ => Self::Invalid { text: Cow::Borrowed(arguments) },
        }
    }
}

/// `functionResponse`.
#[derive(Debug, Serialize)]
pub(super) struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a str>,
    pub(super) name: Cow<'a, str>,
    pub(super) response: Outcome,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) parts: Vec<Piece<'a>>,
}

/// What a function answered. Objects stand as they are, anything else in a member.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Outcome {
    /// An object.
    Object(Json),
    /// Text.
    Content { content: String },
    /// It failed, and what it says is an object.
    FailedObject { error: Json },
    /// It failed.
    Failed { error: String },
}

/// `mediaResolution`.
#[derive(Debug, Serialize)]
pub(super) struct Resolution {
    pub(super) level: &'static str,
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

/// Text of what a function answered, and whether it failed; the reverse of [`Outcome::of`].
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

impl Outcome {
    /// From a result's text.
    pub(super) fn of(text: String, failed: bool) -> Self {
        match (Some(text.as_str()).filter(|text| is_object(text)).and_then(|text| Json::parse(text).ok()), failed) {
            (Some(object), false) => Self::Object(object),
            (Some(error), true) => Self::FailedObject { error },
            (None, false) => Self::Content { content: text },
            (None, true) => Self::Failed { error: text },
        }
    }
}

fn is_object(text: &str) -> bool {
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

/// The level for OpenAI's word; none for `auto`.
pub(super) fn resolution(detail: &str) -> Option<Resolution> {
    LEVELS.iter().find(|(known, _)| *known == detail).map(|(_, level)| Resolution { level })
}

fn opaque(raw: &RawValue) -> Part {
    let text = raw.get();
    let mut keys = crate::openai_chat::scan::members(text.as_bytes(), 0).filter_map(|member| text.get(member.key));
    let type_name = keys.next().unwrap_or_default().trim_matches('"').to_owned();
    Part::Opaque(Opaque { dialect: DialectId::Gemini, type_name, raw: Json::from(raw) })
}

/// OpenAI's `detail` and this vendor's `mediaResolution.level` (Gemini API docs, "Media resolution").
const LEVELS: &[(&str, &str)] = &[("low", "MEDIA_RESOLUTION_LOW"), ("high", "MEDIA_RESOLUTION_HIGH")];

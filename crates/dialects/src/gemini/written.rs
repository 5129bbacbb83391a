//! Parts of contents as they are written (Gemini API reference, `Part`).

use super::parts::is_object;
use serde::Serialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use tianji_core::Json;
use tianji_core::generate::ToolCallKind;

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

/// The level for OpenAI's word; none for `auto`.
pub(super) fn resolution(detail: &str) -> Option<Resolution> {
    LEVELS.iter().find(|(known, _)| *known == detail).map(|(_, level)| Resolution { level })
}

/// OpenAI's `detail` and this vendor's `mediaResolution.level` (Gemini API docs, "Media resolution").
pub(super) const LEVELS: &[(&str, &str)] = &[("low", "MEDIA_RESOLUTION_LOW"), ("high", "MEDIA_RESOLUTION_HIGH")];

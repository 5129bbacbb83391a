//! A cheap look at a client's call of an endpoint kind: what it must have, and what limits and records need.

use crate::endpoint::EndpointKind;
use tianji_core::{Error, Kind, Upload};
use tianji_wire::RawObject;

/// Facts from the top level of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Model as the client named it.
    pub model: Option<String>,
    /// Whether a stream is asked for.
    pub stream: bool,
    /// The caller's user id.
    pub user: Option<String>,
}

/// Looks at a call and refuses what no vendor could answer.
///
/// # Errors
/// The client's error that names the missing member.
pub fn inspect(kind: EndpointKind, body: &RawObject, files: &[Upload]) -> Result<Seen, Error> {
    for name in required(kind) {
        let other = if kind == EndpointKind::Ocr { "file" } else { name };
        let uploaded = files.iter().any(|file| of(file, name) || of(file, other));
        let there = uploaded || body.raw(name).is_some_and(|raw| raw != b"null");
        if !there {
            return Err(missing(name));
        }
    }
    if kind == EndpointKind::Embeddings && body.raw("input").is_some_and(is_empty_list) {
        return Err(Error::client(Kind::BadRequest, "`input` must not be an empty list").with_param("input"));
    }
    let yes = |name: &str| body.bool(name) == Some(true) || body.str(name).is_some_and(|text| text == "true");
    let sse = body.str("stream_format").is_some_and(|format| format == "sse");
    Ok(Seen {
        model: body.str("model").or_else(|| tool(kind, body)).map(|model| model.into_owned()),
        stream: yes("stream") || sse,
        user: body.str("user").map(|user| user.into_owned()),
    })
}

/// What a call of a kind cannot do without (OpenAI, "API reference"; Cohere, "Rerank"; Mistral, "OCR").
const fn required(kind: EndpointKind) -> &'static [&'static str] {
    match kind {
        EndpointKind::Embeddings | EndpointKind::Moderation | EndpointKind::Speech => &["input"],
        EndpointKind::Rerank => &["query", "documents"],
        EndpointKind::Images | EndpointKind::Video => &["prompt"],
        EndpointKind::ImageEdits | EndpointKind::ImageVariations => &["image"],
        EndpointKind::Transcription | EndpointKind::Translation => &["file"],
        EndpointKind::Ocr => &["document"],
        EndpointKind::Search => &["query"],
        _ => &[],
    }
}

/// Searches name a tool where others name a model.
fn tool(kind: EndpointKind, body: &RawObject) -> Option<std::borrow::Cow<'_, str>> {
    if kind == EndpointKind::Search { body.str("search_tool_name") } else { None }
}

/// A file's field may carry brackets for lists: `image[]`.
fn of(file: &Upload, name: &str) -> bool {
    file.field.strip_suffix("[]").unwrap_or(&file.field) == name
}

fn is_empty_list(raw: &[u8]) -> bool {
    let inner = raw.strip_prefix(b"[").and_then(|raw| raw.strip_suffix(b"]"));
    inner.is_some_and(|inner| inner.trim_ascii().is_empty())
}

fn missing(name: &'static str) -> Error {
    Error::client(Kind::BadRequest, format!("Missing required parameter: '{name}'.")).with_param(name)
}

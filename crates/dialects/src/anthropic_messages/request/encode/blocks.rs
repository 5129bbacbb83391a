//! Parts → content blocks.

use super::Job;
use super::names::call_id;
use crate::DialectError;
use crate::anthropic_messages::response::is_own_citation;
use crate::gemini;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use tianji_core::generate::{
    AudioPart, CacheMark, FilePart, ImagePart, MediaSource, Part, Role, TextPart, ToolCall, ToolResult,
};
use tianji_core::{DialectId, Json};

/// A content block.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block<'a> {
    /// Text.
    Text {
        text: &'a str,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        citations: Vec<&'a Json>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Mark<'a>>,
    },
    /// A picture.
    Image {
        source: Source<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Mark<'a>>,
    },
    /// A document.
    Document {
        source: Source<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        context: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        citations: Option<Citations>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Mark<'a>>,
    },
    /// A call of a tool.
    ToolUse {
        id: Cow<'a, str>,
        name: &'a str,
        input: Input<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Mark<'a>>,
    },
    /// What a tool answered.
    ToolResult {
        tool_use_id: Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        content: Option<Content<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        is_error: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Mark<'a>>,
    },
    /// A thought.
    Thinking { thinking: &'a str, signature: &'a str },
    /// A thought that only the vendor can read.
    RedactedThinking { data: &'a str },
    /// A block of this dialect's own, verbatim.
    #[serde(untagged)]
    Own(&'a Json),
}

impl Block<'_> {
    /// Whether it is a thought.
    pub(super) fn is_thought(&self) -> bool {
        matches!(self, Self::Thinking { .. } | Self::RedactedThinking { .. })
    }

    /// Whether it answers a call.
    pub(super) fn is_result(&self) -> bool {
        matches!(self, Self::ToolResult { .. })
    }
}

/// Content: a bare string or blocks.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Content<'a> {
    /// A string.
    Bare(&'a str),
    /// Blocks.
    Blocks(Vec<Block<'a>>),
}

/// A `cache_control`.
#[derive(Debug, Serialize)]
pub(super) struct Mark<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<&'a str>,
}

impl<'a> Mark<'a> {
    /// From a canonical mark.
    pub(super) fn of(mark: Option<&'a CacheMark>) -> Option<Self> {
        mark.map(|mark| Self { kind: "ephemeral", ttl: mark.ttl.as_deref() })
    }
}

/// Where the bytes of a picture or a document are.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Source<'a> {
    /// Here.
    Base64 { media_type: &'a str, data: &'a str },
    /// Behind an address.
    Url { url: &'a str },
    /// At the vendor.
    File { file_id: &'a str },
    /// Here, as plain text.
    Text { media_type: &'static str, data: Cow<'a, str> },
}

/// Whether a document shall be cited.
#[derive(Debug, Serialize)]
pub(super) struct Citations {
    enabled: bool,
}

/// Input of a call.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Input<'a> {
    /// JSON as the model wrote it.
    Json(&'a RawValue),
    /// No arguments.
    Empty {},
    /// Free text of a custom tool.
    Text { input: &'a str },
}

/// Encodes the parts of a message; `path` is where the message stands.
pub(super) fn encode<'a>(
    parts: &'a [Part],
    role: Role,
    path: &str,
    job: &mut Job<'a, '_>,
) -> Result<Vec<Block<'a>>, DialectError> {
    let mut blocks = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter().enumerate() {
        let at = At { path, index };
        let block = match part {
            Part::Text(part) => text(part, at, job),
            Part::Refusal(words) => text_block(words),
            Part::Image(part) => Some(image(part, at, job)?),
            Part::File(part) => Some(file(part, at, job)?),
            Part::ToolCall(call) => Some(tool_use(call, job)?),
            Part::ToolResult(result) => Some(tool_result(result, at, job)?),
            Part::Thinking(thinking) if thinking.is_openais() => {
                job.hint(at.to_string(), "another vendor's thought");
                None
            }
            Part::Thinking(thinking) => match &thinking.signature {
                Some(signature) => Some(Block::Thinking { thinking: &thinking.text, signature }),
                None => {
                    job.hint(format!("{path}.reasoning_content"), "thoughts without a signature cannot be replayed");
                    None
                }
            },
            Part::RedactedThinking { data } => Some(Block::RedactedThinking { data }),
            Part::Audio(audio) if role == Role::Assistant => spoken(audio, path, job),
            Part::Audio(_) => return Err(at.refuse("audio")),
            Part::Video(_) => return Err(at.refuse("video")),
            Part::Opaque(own) if own.dialect == DialectId::AnthropicMessages => Some(Block::Own(&own.raw)),
            Part::Opaque(foreign) if foreign.type_name == gemini::SIGNATURE => {
                job.hint(at.to_string(), "another vendor's signature");
                None
            }
            Part::Opaque(foreign) => {
                let path = format!("{at}.type");
                let reason =
                    format!("content of type '{}' cannot be sent to {}", foreign.type_name, job.target.provider);
                return Err(DialectError::Content { path, reason });
            }
        };
        blocks.extend(block);
    }
    Ok(blocks)
}

/// Text without a letter in it is refused by the vendor, so it is left out.
fn text<'a>(part: &'a TextPart, at: At<'_>, job: &mut Job<'a, '_>) -> Option<Block<'a>> {
    if part.citations.iter().any(|citation| !is_own_citation(citation)) {
        job.hint(format!("{at}.citations"), "another vendor's citations");
    }
    let mut block = text_block(&part.text)?;
    if let Block::Text { citations, cache_control, .. } = &mut block {
        citations.extend(part.citations.iter().filter(|citation| is_own_citation(citation)));
        *cache_control = Mark::of(part.cache.as_ref());
    }
    Some(block)
}

/// A plain text block; none for blank text.
pub(super) fn text_block(text: &str) -> Option<Block<'_>> {
    let block = Block::Text { text, citations: Vec::new(), cache_control: None };
    (!text.trim().is_empty()).then_some(block)
}

fn image<'a>(part: &'a ImagePart, at: At<'_>, job: &mut Job<'a, '_>) -> Result<Block<'a>, DialectError> {
    if part.detail.is_some() {
        job.hint(format!("{at}.image_url.detail"), "this dialect has no image detail");
    }
    let source = match &part.source {
        MediaSource::Base64 { mime, data } => Source::Base64 { media_type: image_type(mime), data },
        MediaSource::Url(url) => Source::Url { url },
        MediaSource::FileId(file_id) => {
            job.needs(FILES);
            Source::File { file_id }
        }
        MediaSource::Text(_) => return Err(at.refuse("an image given as text")),
    };
    Ok(Block::Image { source, cache_control: Mark::of(part.cache.as_ref()) })
}

fn file<'a>(part: &'a FilePart, at: At<'_>, job: &mut Job<'a, '_>) -> Result<Block<'a>, DialectError> {
    let cache_control = Mark::of(part.cache.as_ref());
    let source = match &part.source {
        MediaSource::Base64 { mime, data } if mime.starts_with("image/") => {
            let source = Source::Base64 { media_type: image_type(mime), data };
            return Ok(Block::Image { source, cache_control });
        }
        MediaSource::Base64 { mime, data } if job.own || mime == PDF => Source::Base64 { media_type: mime, data },
        MediaSource::Base64 { data, .. } => match STANDARD.decode(data).map(String::from_utf8) {
            Ok(Ok(text)) => Source::Text { media_type: PLAIN, data: Cow::Owned(text) },
            _ => return Err(at.refuse("a document that is neither PDF nor text")),
        },
        MediaSource::Url(url) => Source::Url { url },
        MediaSource::FileId(file_id) => {
            job.needs(FILES);
            Source::File { file_id }
        }
        MediaSource::Text(text) => Source::Text { media_type: PLAIN, data: Cow::Borrowed(text) },
    };
    if part.filename.is_some() && part.title.is_none() {
        job.hint(format!("{at}.file.filename"), "documents have titles, not names");
    }
    Ok(Block::Document {
        source,
        title: part.title.as_deref(),
        context: part.context.as_deref(),
        citations: part.citations.map(|enabled| Citations { enabled }),
        cache_control,
    })
}

fn tool_use<'a>(call: &'a ToolCall, job: &mut Job<'a, '_>) -> Result<Block<'a>, DialectError> {
    let arguments = call.arguments.trim();
    let input = if job.names.is_custom(&call.name, call.kind) {
        Input::Text { input: &call.arguments }
    } else if arguments.is_empty() {
        Input::Empty {}
    } else {
        let param = || format!("tool_calls[{}].function.arguments", call.id);
        let read = serde_json::from_str::<&RawValue>(arguments);
        Input::Json(read.map_err(|_| DialectError::invalid(param(), "the arguments of this call are not JSON"))?)
    };
    if call.signature.is_some() {
        job.hint("tool_calls.thought_signature", "another vendor's signature");
    }
    Ok(Block::ToolUse {
        id: call_id(&call.id),
        name: job.names.sent(&call.name),
        input,
        cache_control: Mark::of(call.cache.as_ref()),
    })
}

fn tool_result<'a>(result: &'a ToolResult, at: At<'_>, job: &mut Job<'a, '_>) -> Result<Block<'a>, DialectError> {
    let content = match result.parts.as_slice() {
        [Part::Text(text)] if result.bare && text.cache.is_none() => Some(Content::Bare(&text.text)),
        parts => {
            let blocks = encode(parts, Role::Tool, &at.to_string(), job)?;
            (!blocks.is_empty()).then_some(Content::Blocks(blocks))
        }
    };
    Ok(Block::ToolResult {
        tool_use_id: call_id(&result.call_id),
        content,
        is_error: result.is_error,
        cache_control: Mark::of(result.cache.as_ref()),
    })
}

/// Earlier spoken output: its words, if they are known.
fn spoken<'a>(audio: &'a AudioPart, path: &str, job: &mut Job<'a, '_>) -> Option<Block<'a>> {
    job.hint(format!("{path}.audio"), "earlier spoken output is sent as its words");
    audio.transcript.as_deref().and_then(text_block)
}

/// The registered name of JPEG, where a client wrote the popular one.
fn image_type(mime: &str) -> &str {
    if mime.eq_ignore_ascii_case("image/jpg") { "image/jpeg" } else { mime }
}

/// Where a part stands.
#[derive(Clone, Copy)]
struct At<'p> {
    path: &'p str,
    index: usize,
}

impl At<'_> {
    fn refuse(self, what: &str) -> DialectError {
        DialectError::Content { path: self.to_string(), reason: format!("{what} cannot be sent to this model") }
    }
}

impl std::fmt::Display for At<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.content[{}]", self.path, self.index)
    }
}

/// "Files API": needed as soon as a file id is used.
const FILES: &str = "files-api-2025-04-14";

const PDF: &str = "application/pdf";
const PLAIN: &str = "text/plain";

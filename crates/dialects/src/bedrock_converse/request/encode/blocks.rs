//! Parts → content blocks (API reference, `ContentBlock`).

use super::Job;
use super::files::{Document, Media, file, image, sound, video};
use crate::DialectError;
use crate::anthropic_messages::request::encode::names::converse_call_id;
use crate::bedrock_converse::family::{Family, caches_for_an_hour};
use crate::gemini;
use serde::Serialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use tianji_core::generate::{CacheMark, Part, Role, TextPart, Thinking, ToolCall, ToolResult};
use tianji_core::{DialectId, Json};

/// A content block.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Block<'a> {
    /// Text.
    Text(&'a str),
    /// Text that had to be made.
    #[serde(rename = "text")]
    Told(String),
    /// JSON of a tool.
    Json(&'a RawValue),
    /// Text for the guardrail to look at.
    GuardContent(Guarded<'a>),
    /// A picture.
    Image(Media<'a>),
    /// A film.
    Video(Media<'a>),
    /// A recording.
    Audio(Media<'a>),
    /// A document.
    Document(Document<'a>),
    /// A call of a tool.
    ToolUse(ToolUse<'a>),
    /// What a tool answered.
    ToolResult(Answer<'a>),
    /// A thought.
    ReasoningContent(Thought<'a>),
    /// Text with citations.
    CitationsContent(Cited<'a>),
    /// "The prompt up to here is worth caching."
    CachePoint(CachePoint<'a>),
    /// A block of this dialect's own, verbatim.
    #[serde(untagged)]
    Own(&'a Json),
}

impl<'a> Block<'a> {
    /// Whether it is a thought.
    pub(super) fn is_thought(&self) -> bool {
        matches!(self, Self::ReasoningContent(_))
    }

    /// Whether it calls a tool or answers a call.
    pub(super) fn is_of_tool(&self) -> bool {
        matches!(self, Self::ToolUse(_) | Self::ToolResult(_))
    }

    /// Text for the guardrail to look at.
    pub(super) fn guarded(text: &'a str) -> Self {
        Self::GuardContent(Guarded { text: GuardedText { text } })
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Guarded<'a> {
    text: GuardedText<'a>,
}

#[derive(Debug, Serialize)]
struct GuardedText<'a> {
    text: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolUse<'a> {
    tool_use_id: Cow<'a, str>,
    name: &'a str,
    input: Input<'a>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Input<'a> {
    Json(&'a RawValue),
    Empty {},
    /// Free text of a custom tool.
    Text {
        input: &'a str,
    },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer<'a> {
    tool_use_id: Cow<'a, str>,
    content: Vec<Block<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Thought<'a> {
    /// In words.
    ReasoningText {
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        signature: Option<&'a str>,
    },
    /// One that only the vendor can read.
    RedactedContent(&'a str),
}

#[derive(Debug, Serialize)]
pub(super) struct Cited<'a> {
    content: [GuardedText<'a>; 1],
    citations: Vec<&'a Json>,
}

/// A `cachePoint`.
#[derive(Debug, Serialize)]
pub(super) struct CachePoint<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<&'a str>,
}

impl<'a> CachePoint<'a> {
    /// From a canonical mark, if the model has caches; `path` is where the mark stands.
    pub(super) fn of(mark: &'a CacheMark, path: &str, job: &mut Job<'_, '_>) -> Option<Self> {
        if !job.own && job.target.capabilities.prompt_caching != Some(true) {
            job.hint(path, "the model has no prompt caches");
            return None;
        }
        let mut ttl = mark.ttl.as_deref();
        if !job.own {
            // Five minutes are what a point without a life means.
            ttl = ttl.filter(|ttl| *ttl != "5m");
            if ttl.is_some_and(|ttl| ttl != "1h") || (ttl.is_some() && !caches_for_an_hour(job.target.model)) {
                job.hint(format!("{path}.ttl"), "the model's caches have no such life");
                ttl = None;
            }
        }
        Some(Self { kind: "default", ttl })
    }
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
        let (block, mark) = one(part, role, at, job)?;
        blocks.extend(block);
        // Within a tool's answer there are no points: its mark stands behind the whole answer.
        if let Some(mark) = mark.filter(|_| role != Role::Tool || matches!(part, Part::ToolResult(_)))
            && let Some(point) = CachePoint::of(mark, &format!("{at}.cache_control"), job)
        {
            blocks.push(Block::CachePoint(point));
        }
    }
    Ok(blocks)
}

type Marked<'a> = (Option<Block<'a>>, Option<&'a CacheMark>);

fn one<'a>(part: &'a Part, role: Role, at: At<'_>, job: &mut Job<'a, '_>) -> Result<Marked<'a>, DialectError> {
    let words_only = matches!(role, Role::System | Role::Developer);
    Ok(match part {
        Part::Text(part) => (text(part, at, job), part.cache.as_ref()),
        Part::Refusal(words) => (text_block(words), None),
        Part::Opaque(own) if own.dialect == DialectId::BedrockConverse => (Some(Block::Own(&own.raw)), None),
        Part::Opaque(foreign) if foreign.type_name == gemini::SIGNATURE => {
            job.hint(at.to_string(), "another vendor's signature");
            (None, None)
        }
        Part::Opaque(foreign) => {
            let reason = format!("content of type '{}' cannot be sent to {}", foreign.type_name, job.target.provider);
            return Err(DialectError::Content { path: format!("{at}.type"), reason });
        }
        _ if words_only => return Err(at.refuse("anything but text in a system message")),
        Part::Image(part) => (Some(Block::Image(image(part, at, job)?)), part.cache.as_ref()),
        Part::File(part) => (Some(file(part, at, job)?), part.cache.as_ref()),
        Part::Video(part) => (Some(Block::Video(video(&part.source, at)?)), None),
        Part::Audio(audio) if role == Role::Assistant => {
            job.hint(format!("{at}.audio"), "earlier spoken output is sent as its words");
            (audio.transcript.as_deref().and_then(text_block), None)
        }
        Part::Audio(audio) => (Some(Block::Audio(sound(audio, at)?)), None),
        Part::ToolCall(call) if job.tells_of_tools() => {
            let told = format!("[tool call {}: {}({})]", call.id, call.name, call.arguments);
            (Some(Block::Told(told)), call.cache.as_ref())
        }
        Part::ToolResult(result) if job.tells_of_tools() && result.parts.iter().all(is_text) => {
            let words: String = result.parts.iter().filter_map(words_of).collect();
            (Some(Block::Told(format!("[tool result for {}: {words}]", result.call_id))), result.cache.as_ref())
        }
        Part::ToolCall(call) => (Some(Block::ToolUse(tool_use(call, job)?)), call.cache.as_ref()),
        Part::ToolResult(result) => {
            let inner = result.parts.iter().filter_map(mark_of).next_back();
            (Some(Block::ToolResult(answer(result, at, job)?)), result.cache.as_ref().or(inner))
        }
        Part::Thinking(thinking) => (thought(thinking, at, job), None),
        Part::RedactedThinking { .. } if !job.own && job.family != Family::Claude => {
            job.hint(at.to_string(), "another vendor's thought");
            (None, None)
        }
        Part::RedactedThinking { data } => (Some(Block::ReasoningContent(Thought::RedactedContent(data))), None),
    })
}

const fn is_text(part: &Part) -> bool {
    matches!(part, Part::Text(_))
}

fn words_of(part: &Part) -> Option<&str> {
    match part {
        Part::Text(part) => Some(&part.text),
        _ => None,
    }
}

fn mark_of(part: &Part) -> Option<&CacheMark> {
    match part {
        Part::Text(part) => part.cache.as_ref(),
        Part::Image(part) => part.cache.as_ref(),
        Part::File(part) => part.cache.as_ref(),
        _ => None,
    }
}

/// Text without a letter in it is refused by the vendor, so it is left out.
fn text<'a>(part: &'a TextPart, at: At<'_>, job: &mut Job<'a, '_>) -> Option<Block<'a>> {
    let citations: Vec<&Json> = part.citations.iter().filter(|citation| is_own_citation(citation)).collect();
    if citations.len() < part.citations.len() {
        job.hint(format!("{at}.citations"), "another vendor's citations");
    }
    if citations.is_empty() {
        return text_block(&part.text);
    }
    Some(Block::CitationsContent(Cited { content: [GuardedText { text: &part.text }], citations }))
}

/// A plain text block; none for blank text.
pub(super) fn text_block(text: &str) -> Option<Block<'_>> {
    (!text.trim().is_empty()).then_some(Block::Text(text))
}

/// Whether a citation is in this dialect's form (API reference, `Citation`).
pub(in crate::bedrock_converse) fn is_own_citation(citation: &Json) -> bool {
    let citation = citation.value();
    citation.get("sourceContent").is_some_and(serde_json::Value::is_array)
        || citation.get("location").is_some_and(serde_json::Value::is_object)
}

fn thought<'a>(thinking: &'a Thinking, at: At<'_>, job: &mut Job<'a, '_>) -> Option<Block<'a>> {
    let signature = thinking.signature.as_deref();
    if !job.own {
        let foreign = thinking.is_openais() || job.family != Family::Claude;
        if foreign || signature.is_none() {
            let reason =
                if foreign { "another vendor's thought" } else { "thoughts without a signature cannot be replayed" };
            let path = if foreign { at.to_string() } else { format!("{}.reasoning_content", at.path) };
            job.hint(path, reason);
            return None;
        }
    }
    Some(Block::ReasoningContent(Thought::ReasoningText { text: &thinking.text, signature }))
}

fn tool_use<'a>(call: &'a ToolCall, job: &mut Job<'a, '_>) -> Result<ToolUse<'a>, DialectError> {
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
    Ok(ToolUse { tool_use_id: converse_call_id(&call.id), name: job.names.sent(&call.name), input })
}

fn answer<'a>(result: &'a ToolResult, at: At<'_>, job: &mut Job<'a, '_>) -> Result<Answer<'a>, DialectError> {
    let content = match result.parts.as_slice() {
        [Part::Text(text)] if job.own && result.bare => {
            let json = serde_json::from_str(&text.text);
            vec![json.map_or(Block::Text(&text.text), Block::Json)]
        }
        parts => encode(parts, Role::Tool, &at.to_string(), job)?,
    };
    let status = result.is_error.map(|failed| if failed { "error" } else { "success" });
    Ok(Answer { tool_use_id: converse_call_id(&result.call_id), content, status })
}

/// Where a part stands.
#[derive(Clone, Copy)]
pub(super) struct At<'p> {
    path: &'p str,
    index: usize,
}

impl At<'_> {
    /// The error that something cannot be sent.
    pub(super) fn refuse(self, what: &str) -> DialectError {
        DialectError::Content { path: self.to_string(), reason: format!("{what} cannot be sent to this model") }
    }
}

impl std::fmt::Display for At<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.content[{}]", self.path, self.index)
    }
}

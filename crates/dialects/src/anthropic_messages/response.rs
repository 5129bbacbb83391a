//! Whole replies, both ways (API reference, "Create a Message", response).

use super::fields::{Fields, Place};
use super::types::UsageReport;
use super::usage::UsageMember;
use super::{error, finish, request};
use crate::DialectError;
use crate::openai_chat::join_id;
use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use tianji_core::generate::{Choice, ClientView, GenerateResponse, Part, ToolCall, ToolCallKind};
use tianji_core::{DialectId, Json};

/// Reads an upstream's reply.
pub(super) fn decode(body: &Bytes) -> Result<GenerateResponse, DialectError> {
    let mut fields = Fields::parse(body)?;
    let root = Place::ROOT;
    if let Some(cause) = fields.take("error") {
        return Err(DialectError::Reply(error::words(cause)));
    }
    let content = fields.take("content").ok_or_else(|| DialectError::Reply("it has no content".to_owned()))?;
    let parts = request::content(content)?;
    let stop_sequence = fields.string("stop_sequence", &root)?;
    let finish = fields.string("stop_reason", &root)?.map(|word| finish::read(word, stop_sequence));
    let report = fields.read::<UsageReport>("usage", &root, "an object of counts")?;
    let id = fields.string("id", &root)?.unwrap_or_default();
    let model = fields.string("model", &root)?.unwrap_or_default();
    fields.take("type");
    fields.take("role");
    Ok(GenerateResponse {
        id,
        model,
        created: None,
        choices: vec![Choice { index: 0, parts, finish, logprobs: None, extra: Default::default() }],
        usage: report.as_ref().map(|report| report.usage.canonical()),
        service_tier: report.and_then(|report| report.service_tier),
        extra: fields.rest().map(|(name, raw)| (name.into_owned(), Json::from(raw))).collect(),
    })
}

/// Writes a reply for a client. Of several answers only the first can be said.
pub(super) fn encode(response: &GenerateResponse, view: &ClientView) -> Result<Bytes, DialectError> {
    let choice = response.choices.first();
    let finish = choice.and_then(|choice| choice.finish.as_ref());
    let parts = choice.map(|choice| choice.parts.as_slice()).unwrap_or_default();
    let message = Reply {
        id: client_id(&response.id, view),
        kind: "message",
        role: "assistant",
        model: view.model_or(&response.model),
        content: parts.iter().filter_map(Block::of).collect(),
        stop_reason: finish.map(|finish| finish::word(finish.reason)),
        stop_sequence: finish.and_then(|finish| finish.stop_sequence.as_deref()),
        usage: UsageMember::of(&response.usage.unwrap_or_default(), response.service_tier.as_deref()),
        rest: OWN.iter().filter_map(|name| Some((*name, response.extra.get(*name)?))).collect(),
    };
    let body = serde_json::to_vec(&message).map_err(|cause| DialectError::Reply(cause.to_string()))?;
    Ok(body.into())
}

/// The id to show: the upstream's own if it is one of this dialect's.
pub(super) fn client_id<'a>(id: &'a str, view: &'a ClientView) -> &'a str {
    if id.starts_with("msg_") || view.minted_id.is_empty() { id } else { &view.minted_id }
}

#[derive(Serialize)]
struct Reply<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    role: &'static str,
    model: &'a str,
    content: Vec<Block<'a>>,
    stop_reason: Option<&'static str>,
    stop_sequence: Option<&'a str>,
    usage: UsageMember<'a>,
    #[serde(flatten)]
    rest: BTreeMap<&'static str, &'a Json>,
}

/// A content block of a reply, or of the start of one in a stream.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block<'a> {
    /// Text.
    Text {
        text: &'a str,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        citations: Vec<&'a Json>,
    },
    /// A thought. SDKs expect the signature, so one that is not known is empty.
    Thinking { thinking: &'a str, signature: &'a str },
    /// A thought that only the vendor can read.
    RedactedThinking { data: &'a str },
    /// A call of a tool.
    ToolUse { id: Cow<'a, str>, name: &'a str, input: Input<'a> },
    /// A block of this dialect's own, verbatim.
    #[serde(untagged)]
    Own(&'a Json),
}

/// Input of a call.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Input<'a> {
    /// JSON as the model wrote it.
    Json(&'a RawValue),
    /// None, or not yet.
    Empty {},
    /// Free text of a custom tool.
    Text { input: &'a str },
    /// Arguments that are not JSON, perhaps cut by the output limit, in the form that the vendor's page on
    /// "Fine-grained tool streaming" recommends.
    Invalid {
        #[serde(rename = "INVALID_JSON")]
        text: &'a str,
    },
}

impl<'a> Block<'a> {
    /// What a part becomes; nothing if this dialect has no word for it.
    fn of(part: &'a Part) -> Option<Self> {
        Some(match part {
            Part::Text(text) if text.text.is_empty() && text.citations.is_empty() => return None,
            Part::Text(text) => Self::Text {
                text: &text.text,
                citations: text.citations.iter().filter(|it| is_own_citation(it)).collect(),
            },
            Part::Refusal(words) => Self::Text { text: words, citations: Vec::new() },
            Part::Thinking(thinking) => Self::Thinking {
                thinking: &thinking.text,
                signature: thinking.signature.as_deref().unwrap_or_default(),
            },
            Part::RedactedThinking { data } => Self::RedactedThinking { data },
            Part::ToolCall(call) => {
                // A signature that must come back rides in the id: clients of this dialect keep nothing else.
                let id = join_id(&call.id, call.signature.as_deref());
                let id = id.map_or(Cow::Borrowed(call.id.as_str()), Cow::Owned);
                Self::ToolUse { id, name: &call.name, input: Input::of(call) }
            }
            Part::Opaque(own) if own.dialect == DialectId::AnthropicMessages => Self::Own(&own.raw),
            Part::Audio(audio) => Self::Text { text: audio.transcript.as_deref()?, citations: Vec::new() },
            Part::Opaque(_) | Part::Image(_) | Part::Video(_) | Part::File(_) | Part::ToolResult(_) => return None,
        })
    }
}

impl<'a> Input<'a> {
    fn of(call: &'a ToolCall) -> Self {
        if call.kind == ToolCallKind::Custom {
            return Self::Text { input: &call.arguments };
        }
        let arguments = call.arguments.trim();
        if arguments.is_empty() {
            return Self::Empty {};
        }
        serde_json::from_str(arguments).map_or(Self::Invalid { text: arguments }, Self::Json)
    }
}

/// Whether a citation is in this dialect's form ("Citations": `char_location`, `web_search_result_location` …).
pub(super) fn is_own_citation(citation: &Json) -> bool {
    #[derive(serde::Deserialize)]
    struct Tag {
        #[serde(rename = "type")]
        kind: String,
    }
    citation.read::<Tag>().is_ok_and(|tag| tag.kind.ends_with("_location"))
}

/// Members of a reply that only this dialect knows.
const OWN: &[&str] = &["container", "context_management", "diagnostics", "stop_details"];

//! Reads items of the output, which are also what clients send back as input.

use super::citations;
use super::seal::{Encrypted, Seal};
use super::types::{ContentPart, OutputItem};
use serde_json::value::RawValue;
use tianji_core::generate::{AudioPart, Opaque, Part, TextPart, Thinking, ToolCall, ToolCallKind};
use tianji_core::{DialectId, Json};

/// The parts that an item stands for. Log probabilities of its text are added to `logprobs`.
pub(super) fn read(raw: &RawValue, logprobs: &mut Vec<Json>) -> Vec<Part> {
    let item: OutputItem<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
    match item.kind.as_str() {
        "message" => {
            let content = item.content.unwrap_or_default();
            content.into_iter().map(|raw| content_part(raw, logprobs)).collect()
        }
        "reasoning" => vec![thought(&item)],
        "function_call" => vec![call(item, ToolCallKind::Function)],
        "custom_tool_call" => vec![call(item, ToolCallKind::Custom)],
        _ => vec![opaque(item.kind, raw)],
    }
}

/// A piece of a message.
pub(super) fn content_part(raw: &RawValue, logprobs: &mut Vec<Json>) -> Part {
    let part: ContentPart = serde_json::from_str(raw.get()).unwrap_or_default();
    match (part.kind.as_str(), part.text, part.refusal) {
        ("output_text", Some(text), _) => {
            logprobs.extend(part.logprobs.unwrap_or_default());
            let citations = part.annotations.unwrap_or_default().into_iter().map(citations::read).collect();
            Part::Text(TextPart { text, cache: None, citations })
        }
        ("refusal", _, Some(refusal)) => Part::Refusal(refusal),
        ("output_audio", _, _) => Part::Audio(AudioPart {
            data: part.data.unwrap_or_default(),
            format: String::new(),
            id: None,
            transcript: part.transcript,
        }),
        _ => opaque(part.kind, raw),
    }
}

/// A reasoning item.
pub(super) fn thought(item: &OutputItem<'_>) -> Part {
    let summary: Vec<&str> = item.summary.iter().flatten().map(|words| words.text.as_str()).collect();
    let content = || -> Vec<String> {
        let parts = item.content.iter().flatten();
        parts.filter_map(|raw| serde_json::from_str::<ContentPart>(raw.get()).ok()?.text).collect()
    };
    let (text, in_content) = match summary.as_slice() {
        [] => {
            let content = content();
            (content.join(BETWEEN), !content.is_empty())
        }
        summary => (summary.join(BETWEEN), false),
    };
    let encrypted = item.encrypted_content.as_deref().filter(|text| !text.is_empty());
    let signature = match encrypted.map(Encrypted::of) {
        Some(Encrypted::Redacted(data)) => return Part::RedactedThinking { data: data.to_owned() },
        Some(Encrypted::Signature(signature)) => Some(signature.to_owned()),
        Some(Encrypted::Own(_)) | None => signature(item.id.as_deref(), encrypted, in_content),
    };
    Part::Thinking(Thinking { text, signature })
}

/// The signature that stands for what a reasoning item carries besides its words.
pub(super) fn signature(id: Option<&str>, encrypted: Option<&str>, in_content: bool) -> Option<String> {
    let empty = id.is_none() && encrypted.is_none() && !in_content;
    (!empty).then(|| Seal { id, encrypted, in_content }.signature())
}

fn call(item: OutputItem<'_>, kind: ToolCallKind) -> Part {
    let arguments = match kind {
        ToolCallKind::Function => item.arguments,
        ToolCallKind::Custom => item.input,
    };
    Part::ToolCall(ToolCall {
        id: item.call_id.or(item.id).unwrap_or_default(),
        name: item.name.unwrap_or_default(),
        arguments: arguments.unwrap_or_default(),
        kind,
        ..ToolCall::default()
    })
}

fn opaque(type_name: String, raw: &RawValue) -> Part {
    Part::Opaque(Opaque { dialect: DialectId::OpenAiResponses, type_name, raw: Json::from(raw) })
}

/// Between the pieces of a thought.
pub(super) const BETWEEN: &str = "\n\n";

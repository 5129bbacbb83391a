//! Writes a reply for a client, and the frames of a stream, which have the same shape.

use super::ANSWER_MEMBERS;
use crate::gemini::parts::signature_of;
use crate::gemini::usage::UsageMember;
use crate::gemini::written::{Args, Call, Piece, Written, sign};
use crate::gemini::{finish, logprobs, media, seal};
use bytes::Bytes;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use tianji_core::generate::{Choice, ClientView, GenerateResponse, MediaSource, Part};
use tianji_core::{DialectId, Extra, Json, Usage};

/// Writes a reply.
pub(in crate::gemini) fn encode(response: &GenerateResponse, view: &ClientView) -> Bytes {
    let lists: Vec<(&'static str, Vec<Json>)> =
        ANSWER_MEMBERS.iter().map(|names| list(names, &response.extra)).collect();
    let candidates = response.choices.iter().enumerate().map(|(at, choice)| candidate(at, choice, &lists));
    let model = view.model_or(&response.model);
    let reply = Reply::new(candidates.collect(), response.usage.as_ref(), model, client_id(&response.id, view));
    reply.bytes()
}

/// The id to show: the upstream's own if it has one.
pub(in crate::gemini) fn client_id<'a>(id: &'a str, view: &'a ClientView) -> &'a str {
    if id.is_empty() { &view.minted_id } else { id }
}

/// A reply, or a frame of a stream.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::gemini) struct Reply<'a> {
    candidates: Vec<Candidate<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage_metadata: Option<UsageMember>,
    #[serde(skip_serializing_if = "str::is_empty")]
    model_version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    response_id: &'a str,
}

impl<'a> Reply<'a> {
    /// A reply of candidates.
    pub(in crate::gemini) fn new(
        candidates: Vec<Candidate<'a>>,
        usage: Option<&Usage>,
        model_version: &'a str,
        response_id: &'a str,
    ) -> Self {
        Self { candidates, usage_metadata: usage.map(UsageMember::of), model_version, response_id }
    }

    /// As JSON.
    pub(in crate::gemini) fn bytes(&self) -> Bytes {
        // All members have string keys: this cannot fail.
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

/// An answer, or a piece of one.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::gemini) struct Candidate<'a> {
    pub(in crate::gemini) content: Content<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::gemini) finish_reason: Option<&'a str>,
    pub(in crate::gemini) index: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::gemini) logprobs_result: Option<Json>,
    /// Members of a candidate that are kept as they came.
    #[serde(flatten)]
    pub(in crate::gemini) own: BTreeMap<&'a str, &'a Json>,
}

/// What was said.
#[derive(Debug, Serialize)]
pub(in crate::gemini) struct Content<'a> {
    parts: Vec<Written<'a>>,
    role: &'static str,
}

impl<'a> Content<'a> {
    /// Of parts.
    pub(in crate::gemini) const fn of(parts: Vec<Written<'a>>) -> Self {
        Self { parts, role: "model" }
    }
}

impl Default for Content<'_> {
    /// Clients read the first part without looking whether there is one.
    fn default() -> Self {
        Self::of(vec![Piece::text("").into()])
    }
}

/// Writes a part of an answer; nothing if this dialect has no word for it.
fn write_part<'a>(part: &'a Part, parts: &mut Vec<Written<'a>>) {
    let piece = match part {
        Part::Text(text) if text.text.is_empty() => return,
        Part::Text(text) => Piece::text(text.text.as_str()),
        Part::Refusal(words) => Piece::text(words.as_str()),
        Part::Thinking(thinking) => Piece::thought(&thinking.text, seal::wrap(part)),
        Part::RedactedThinking { .. } => Piece::thought("", seal::wrap(part)),
        Part::ToolCall(call) => Piece {
            function_call: Some(Call {
                id: Some(call.id.as_str()).filter(|id| !id.is_empty()),
                name: Cow::Borrowed(&call.name),
                args: Args::of(&call.arguments, call.kind),
            }),
            thought_signature: call.signature.as_deref().map(Cow::Borrowed),
            ..Piece::default()
        },
        Part::Audio(audio) if !audio.data.is_empty() => Piece::inline(media::audio_type(&audio.format), &audio.data),
        Part::Audio(audio) => match &audio.transcript {
            Some(words) => Piece::text(words.as_str()),
            None => return,
        },
        Part::Image(image) => match &image.source {
            MediaSource::Base64 { mime, data } => Piece::inline(mime.as_str(), data),
            _ => return,
        },
        Part::Opaque(own) if own.dialect == DialectId::Gemini => {
            match signature_of(own) {
                Some(signature) => sign(parts, signature),
                None => parts.push(Written::Own(&own.raw)),
            }
            return;
        }
        Part::Opaque(_) | Part::Video(_) | Part::File(_) | Part::ToolResult(_) => return,
    };
    parts.push(piece.into());
}

fn candidate<'a>(at: usize, choice: &'a Choice, lists: &'a [(&'static str, Vec<Json>)]) -> Candidate<'a> {
    let mut parts = Vec::with_capacity(choice.parts.len());
    for part in &choice.parts {
        write_part(part, &mut parts);
    }
    Candidate {
        content: if parts.is_empty() { Content::default() } else { Content::of(parts) },
        finish_reason: choice.finish.as_ref().map(finish::word),
        index: choice.index,
        logprobs_result: choice.logprobs.as_ref().and_then(logprobs::from_openai),
        own: lists.iter().filter_map(|(name, list)| Some((*name, list.get(at)?))).collect(),
    }
}

/// The candidates' members of a name, as the reply lists them.
fn list(names: &(&'static str, &'static str), extra: &Extra) -> (&'static str, Vec<Json>) {
    (names.0, extra.get(names.1).and_then(|raw| raw.read().ok()).unwrap_or_default())
}

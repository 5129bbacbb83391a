//! Writes a reply for a client.

use crate::gemini;
use crate::openai_chat::json::{self, Commas};
use crate::openai_chat::usage::{self, Extras};
use crate::openai_chat::{finish, thought};
use bytes::{Bytes, BytesMut};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Write as _;
use tianji_core::Json;
use tianji_core::generate::{
    Choice, ClientView, GenerateResponse, MediaSource, Part, TextPart, ToolCall, ToolCallKind,
};

/// Writes a reply.
pub(in crate::openai_chat) fn encode(response: &GenerateResponse, view: &ClientView) -> Bytes {
    let mut out = BytesMut::with_capacity(1024);
    out.extend_from_slice(br#"{"id":"#);
    json::string(client_id(&response.id, view), &mut out);
    let created = response.created.unwrap_or(view.created);
    let _ = write!(out, r#","object":"chat.completion","created":{created},"model":"#);
    json::string(view.model_or(&response.model), &mut out);
    out.extend_from_slice(br#","choices":["#);
    let mut commas = Commas::new();
    for choice in &response.choices {
        commas.next(&mut out);
        write_choice(choice, view, &mut out);
    }
    out.extend_from_slice(b"]");
    if let Some(consumed) = &response.usage {
        out.extend_from_slice(br#","usage":"#);
        let googles = response.extra.contains_key("vertex_ai_grounding_metadata");
        let extras = if googles { Extras::Googles } else { Extras::Caches };
        usage::write(consumed, extras, &mut out);
    }
    if let Some(tier) = &response.service_tier {
        out.extend_from_slice(br#","service_tier":"#);
        json::string(tier, &mut out);
    }
    for (name, raw) in &response.extra {
        out.extend_from_slice(b",");
        json::string(name, &mut out);
        out.extend_from_slice(b":");
        json::value(raw, &mut out);
    }
    out.extend_from_slice(b"}");
    out.freeze()
}

/// The id to show: the upstream's own unless it has none or it is plainly another dialect's (Anthropic's `msg_…`,
/// Cohere's bare UUIDs).
pub(crate) fn client_id<'a>(id: &'a str, view: &'a ClientView) -> &'a str {
    let foreign = id.is_empty() || id.starts_with("msg_") || is_uuid(id);
    if foreign && !view.minted_id.is_empty() { &view.minted_id } else { id }
}

/// RFC 9562, section 4: 32 digits in groups of 8, 4, 4, 4 and 12.
fn is_uuid(id: &str) -> bool {
    let hyphen = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    id.len() == 36
        && id.bytes().enumerate().all(|(at, byte)| if hyphen(at) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// The member of `provider_specific_fields` under which the reference proxy keeps a vendor's own block.
pub(in crate::openai_chat) fn extras_field(type_name: &str) -> &'static str {
    match type_name {
        "web_search_tool_result" | "web_fetch_tool_result" => "web_search_results",
        name if name.ends_with("_tool_result") => "tool_results",
        gemini::SIGNATURE => "thought_signatures",
        _ => "unknown_blocks",
    }
}

fn write_choice(choice: &Choice, view: &ClientView, out: &mut BytesMut) {
    let _ = write!(out, r#"{{"index":{},"message":"#, choice.index);
    write_message(choice, view, out);
    if let Some(logprobs) = &choice.logprobs {
        out.extend_from_slice(br#","logprobs":"#);
        json::value(logprobs, out);
    }
    out.extend_from_slice(br#","finish_reason":"#);
    let word = choice.finish.as_ref().map(|ended| finish::word(ended.reason, view.legacy_functions));
    json::optional_string(word, out);
    let native = choice.finish.as_ref().and_then(finish::native);
    let stop = choice.finish.as_ref().and_then(|ended| ended.stop_sequence.as_deref());
    if native.is_some() || stop.is_some() {
        out.extend_from_slice(br#","provider_specific_fields":{"#);
        let mut commas = Commas::new();
        for (name, text) in [("native_finish_reason", native), ("stop_sequence", stop)] {
            if let Some(text) = text {
                commas.key(name, out);
                json::string(text, out);
            }
        }
        out.extend_from_slice(b"}");
    }
    out.extend_from_slice(b"}");
}

fn write_message(choice: &Choice, view: &ClientView, out: &mut BytesMut) {
    let message = Message::of(&choice.parts);
    out.extend_from_slice(br#"{"role":"assistant","content":"#);
    json::optional_string(message.content.as_deref(), out);
    if let Some(refusal) = &message.refusal {
        out.extend_from_slice(br#","refusal":"#);
        json::string(refusal, out);
    }
    if let Some(reasoning) = &message.reasoning {
        out.extend_from_slice(br#","reasoning_content":"#);
        json::string(reasoning, out);
    }
    if !message.blocks.is_empty() {
        out.extend_from_slice(br#","thinking_blocks":"#);
        json::value(&message.blocks, out);
    }
    write_calls(&message.calls, view, out);
    if !message.annotations.is_empty() {
        out.extend_from_slice(br#","annotations":"#);
        json::value(&message.annotations, out);
    }
    if !message.images.is_empty() {
        out.extend_from_slice(br#","images":["#);
        let mut commas = Commas::new();
        for (index, (mime, data)) in message.images.iter().enumerate() {
            commas.next(out);
            write_image(index, mime, data, out);
        }
        out.extend_from_slice(b"]");
    }
    if !choice.extra.contains_key("audio") {
        message.write_audio(out);
    }
    for (name, raw) in &choice.extra {
        out.extend_from_slice(b",");
        json::string(name, out);
        out.extend_from_slice(b":");
        json::value(raw, out);
    }
    if !choice.extra.contains_key("provider_specific_fields") {
        message.write_extras(out);
    }
    out.extend_from_slice(b"}");
}

/// Writes one of `images`, in which the reference proxy shows pictures that a chat model made.
pub(in crate::openai_chat) fn write_image(index: usize, mime: &str, data: &str, out: &mut BytesMut) {
    let _ = write!(out, r#"{{"type":"image_url","index":{index},"image_url":{{"url":"#);
    json::string(&format!("data:{mime};base64,{data}"), out);
    out.extend_from_slice(br#","detail":"auto"}}"#);
}

fn write_calls(calls: &[&ToolCall], view: &ClientView, out: &mut BytesMut) {
    let Some(first) = calls.first() else { return };
    if view.legacy_functions {
        out.extend_from_slice(br#","function_call":{"name":"#);
        json::string(&first.name, out);
        out.extend_from_slice(br#","arguments":"#);
        json::string(arguments(first), out);
        return out.extend_from_slice(b"}");
    }
    out.extend_from_slice(br#","tool_calls":["#);
    let mut commas = Commas::new();
    for call in calls {
        commas.next(out);
        out.extend_from_slice(br#"{"id":"#);
        json::string(thought::join_id(&call.id, call.signature.as_deref()).as_deref().unwrap_or(&call.id), out);
        let (kind, input) = match call.kind {
            ToolCallKind::Function => ("function", "arguments"),
            ToolCallKind::Custom => ("custom", "input"),
        };
        let _ = write!(out, r#","type":"{kind}","{kind}":{{"name":"#);
        json::string(&call.name, out);
        let _ = write!(out, r#","{input}":"#);
        json::string(arguments(call), out);
        out.extend_from_slice(b"}");
        if let Some(signature) = &call.signature {
            out.extend_from_slice(br#","provider_specific_fields":{"thought_signature":"#);
            json::string(signature, out);
            out.extend_from_slice(b"}");
        }
        out.extend_from_slice(b"}");
    }
    out.extend_from_slice(b"]");
}

/// Arguments that parse: a function called without any gets an empty object.
fn arguments(call: &ToolCall) -> &str {
    let blank = call.kind == ToolCallKind::Function && call.arguments.trim().is_empty();
    if blank { "{}" } else { &call.arguments }
}

/// A message of this dialect, gathered from parts.
#[derive(Default)]
struct Message<'a> {
    content: Option<Cow<'a, str>>,
    refusal: Option<String>,
    reasoning: Option<Cow<'a, str>>,
    blocks: Vec<Block<'a>>,
    calls: Vec<&'a ToolCall>,
    annotations: Vec<Annotation<'a>>,
    /// Citations of each text that has some, in the vendor's form.
    citations: Vec<&'a [Json]>,
    audio: Option<&'a tianji_core::generate::AudioPart>,
    /// Media type and base64 text of pictures that were made.
    images: Vec<(&'a str, &'a str)>,
    /// A vendor's own blocks, by the field that keeps them.
    own: Vec<(&'static str, &'a Json)>,
}

/// One of `thinking_blocks`.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Thinking {
        thinking: &'a str,
        /// Some vendors think in blocks that they do not sign.
        #[serde(skip_serializing_if = "str::is_empty")]
        signature: &'a str,
    },
    RedactedThinking {
        data: &'a str,
    },
}

/// One of `annotations`.
#[derive(Serialize)]
#[serde(untagged)]
enum Annotation<'a> {
    Own(&'a Json),
    Url {
        #[serde(rename = "type")]
        kind: &'static str,
        url_citation: UrlCitation,
    },
}

#[derive(Serialize)]
struct UrlCitation {
    start_index: usize,
    end_index: usize,
    title: String,
    url: String,
}

impl<'a> Message<'a> {
    fn of(parts: &'a [Part]) -> Self {
        let mut message = Self::default();
        for part in parts {
            message.add(part);
        }
        if message.content.as_deref() == Some("") && !message.calls.is_empty() {
            message.content = None;
        }
        message
    }

    fn add(&mut self, part: &'a Part) {
        match part {
            Part::Text(text) => self.add_text(text),
            Part::Thinking(thinking) => {
                if !thinking.text.is_empty() {
                    append(&mut self.reasoning, &thinking.text);
                }
                if let Some(signature) = &thinking.signature {
                    self.blocks.push(Block::Thinking { thinking: &thinking.text, signature });
                }
            }
            Part::RedactedThinking { data } => self.blocks.push(Block::RedactedThinking { data }),
            Part::ToolCall(call) => self.calls.push(call),
            Part::Refusal(words) => self.refusal.get_or_insert_default().push_str(words),
            Part::Audio(audio) => self.audio = Some(audio),
            Part::Opaque(own) => self.own.push((extras_field(&own.type_name), &own.raw)),
            Part::Image(image) => {
                if let MediaSource::Base64 { mime, data } = &image.source {
                    self.images.push((mime, data));
                }
            }
            Part::Video(_) | Part::File(_) | Part::ToolResult(_) => {}
        }
    }

    fn add_text(&mut self, text: &'a TextPart) {
        let start = self.content.as_deref().map_or(0, |content| content.chars().count());
        append(&mut self.content, &text.text);
        if text.citations.is_empty() {
            return;
        }
        let end = start + text.text.chars().count();
        let mut foreign = false;
        for citation in &text.citations {
            let value = citation.value();
            let member = |name: &str| value.get(name).and_then(|value| value.as_str()).map(str::to_owned);
            if value.get("url_citation").is_some() || value.get("file_citation").is_some() {
                self.annotations.push(Annotation::Own(citation));
                continue;
            }
            foreign = true;
            if let Some(url) = member("url") {
                let title = member("title").unwrap_or_default();
                let url_citation = UrlCitation { start_index: start, end_index: end, title, url };
                self.annotations.push(Annotation::Url { kind: "url_citation", url_citation });
            }
        }
        if foreign {
            self.citations.push(&text.citations);
        }
    }

    fn write_audio(&self, out: &mut BytesMut) {
        let Some(audio) = self.audio else { return };
        out.extend_from_slice(br#","audio":{"id":"#);
        json::optional_string(audio.id.as_deref(), out);
        out.extend_from_slice(br#","data":"#);
        json::string(&audio.data, out);
        out.extend_from_slice(br#","transcript":"#);
        json::optional_string(audio.transcript.as_deref(), out);
        out.extend_from_slice(b"}");
    }

    /// `provider_specific_fields`, where the reference proxy keeps what OpenAI has no member for.
    fn write_extras(&self, out: &mut BytesMut) {
        if self.citations.is_empty() && self.blocks.is_empty() && self.own.is_empty() {
            return;
        }
        out.extend_from_slice(br#","provider_specific_fields":{"#);
        let mut commas = Commas::new();
        if !self.citations.is_empty() {
            commas.key("citations", out);
            json::value(&self.citations, out);
        }
        if !self.blocks.is_empty() {
            commas.key("thinking_blocks", out);
            json::value(&self.blocks, out);
        }
        for field in ["web_search_results", "tool_results", "thought_signatures", "unknown_blocks"] {
            let blocks: Vec<&Json> = self.own.iter().filter(|(name, _)| *name == field).map(|(_, raw)| *raw).collect();
            if !blocks.is_empty() {
                commas.key(field, out);
                json::value(&blocks, out);
            }
        }
        out.extend_from_slice(b"}");
    }
}

fn append<'a>(text: &mut Option<Cow<'a, str>>, more: &'a str) {
    match text {
        Some(text) => text.to_mut().push_str(more),
        None => *text = Some(Cow::Borrowed(more)),
    }
}

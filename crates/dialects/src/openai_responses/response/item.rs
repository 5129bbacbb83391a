//! Writes items of the output.

use crate::openai_chat::json::{self, Commas};
use crate::openai_responses::seal::{Encrypted, Seal};
use bytes::BytesMut;
use std::borrow::Cow;
use std::fmt::Write as _;
use tianji_core::Json;
use tianji_core::generate::ToolCallKind;

/// A piece of a message.
#[derive(Clone, Debug)]
pub(in crate::openai_responses) enum Content {
    /// Text, with annotations and log probabilities in this dialect's form.
    Text { text: String, annotations: Vec<Json>, logprobs: Vec<Json> },
    /// A refusal.
    Refusal(String),
    /// Spoken words.
    Audio { data: String, transcript: String },
}

impl Content {
    /// Writes the piece.
    pub(in crate::openai_responses) fn write(&self, out: &mut BytesMut) {
        match self {
            Self::Text { text, annotations, logprobs } => {
                out.extend_from_slice(br#"{"type":"output_text","text":"#);
                json::string(text, out);
                out.extend_from_slice(br#","annotations":"#);
                json::value(annotations, out);
                if !logprobs.is_empty() {
                    out.extend_from_slice(br#","logprobs":"#);
                    json::value(logprobs, out);
                }
            }
            Self::Refusal(refusal) => {
                out.extend_from_slice(br#"{"type":"refusal","refusal":"#);
                json::string(refusal, out);
            }
            Self::Audio { data, transcript } => {
                out.extend_from_slice(br#"{"type":"output_audio","data":"#);
                json::string(data, out);
                out.extend_from_slice(br#","transcript":"#);
                json::string(transcript, out);
            }
        }
        out.extend_from_slice(b"}");
    }
}

/// Writes a message.
pub(in crate::openai_responses) fn message(id: &str, status: &str, content: &[Content], out: &mut BytesMut) {
    out.extend_from_slice(br#"{"id":"#);
    json::string(id, out);
    let _ = write!(out, r#","type":"message","status":"{status}","role":"assistant","content":["#);
    let mut commas = Commas::new();
    for part in content {
        commas.next(out);
        part.write(out);
    }
    out.extend_from_slice(b"]}");
}

/// A call of a tool.
#[derive(Clone, Debug)]
pub(in crate::openai_responses) struct Call {
    /// Id that the result refers to.
    pub(in crate::openai_responses) call_id: String,
    /// Name of the tool.
    pub(in crate::openai_responses) name: String,
    /// Arguments so far.
    pub(in crate::openai_responses) arguments: String,
    /// Kind.
    pub(in crate::openai_responses) kind: ToolCallKind,
}

impl Call {
    /// Arguments that parse: a function called without any gets an empty object.
    pub(in crate::openai_responses) fn arguments(&self) -> &str {
        let blank = self.kind == ToolCallKind::Function && self.arguments.trim().is_empty();
        if blank { "{}" } else { &self.arguments }
    }
}

/// Writes a call; `input` are its arguments.
pub(in crate::openai_responses) fn call(id: &str, status: &str, call: &Call, input: &str, out: &mut BytesMut) {
    let (kind, member) = match call.kind {
        ToolCallKind::Function => ("function_call", "arguments"),
        ToolCallKind::Custom => ("custom_tool_call", "input"),
    };
    out.extend_from_slice(br#"{"id":"#);
    json::string(id, out);
    let _ = write!(out, r#","type":"{kind}","status":"{status}","call_id":"#);
    json::string(&call.call_id, out);
    out.extend_from_slice(br#","name":"#);
    json::string(&call.name, out);
    let _ = write!(out, r#","{member}":"#);
    json::string(input, out);
    out.extend_from_slice(b"}");
}

/// A thought.
#[derive(Clone, Debug, Default)]
pub(in crate::openai_responses) struct Thought {
    /// Words so far.
    pub(in crate::openai_responses) text: String,
    /// The vendor's signature.
    pub(in crate::openai_responses) signature: Option<String>,
    /// Bytes of a thought that only the vendor can read.
    pub(in crate::openai_responses) redacted: Option<String>,
}

impl Thought {
    /// The id that the vendor gave the item, if the vendor speaks this dialect.
    pub(in crate::openai_responses) fn own_id(&self) -> Option<&str> {
        self.seal()?.id
    }

    /// Writes the item.
    pub(in crate::openai_responses) fn write(&self, id: &str, out: &mut BytesMut) {
        out.extend_from_slice(br#"{"id":"#);
        json::string(id, out);
        out.extend_from_slice(br#","type":"reasoning","summary":["#);
        let in_content = self.seal().is_some_and(|seal| seal.in_content);
        if !in_content && !self.text.is_empty() {
            out.extend_from_slice(br#"{"type":"summary_text","text":"#);
            json::string(&self.text, out);
            out.extend_from_slice(b"}");
        }
        out.extend_from_slice(b"]");
        if in_content && !self.text.is_empty() {
            out.extend_from_slice(br#","content":[{"type":"reasoning_text","text":"#);
            json::string(&self.text, out);
            out.extend_from_slice(b"}]");
        }
        if let Some(encrypted) = self.encrypted() {
            out.extend_from_slice(br#","encrypted_content":"#);
            json::string(&encrypted, out);
        }
        out.extend_from_slice(b"}");
    }

    fn seal(&self) -> Option<Seal<'_>> {
        Seal::of(self.signature.as_deref()?)
    }

    fn encrypted(&self) -> Option<Cow<'_, str>> {
        match (&self.redacted, &self.signature, self.seal()) {
            (Some(data), _, _) => Some(Encrypted::Redacted(data).text()),
            (None, _, Some(seal)) => seal.encrypted.map(Cow::Borrowed),
            (None, Some(signature), None) => {
                Some(signature).filter(|text| !text.is_empty()).map(|text| Encrypted::Signature(text).text())
            }
            (None, None, None) => None,
        }
    }
}

/// Writes a picture that the model made.
pub(in crate::openai_responses) fn picture(id: &str, base64: &str, out: &mut BytesMut) {
    out.extend_from_slice(br#"{"id":"#);
    json::string(id, out);
    out.extend_from_slice(br#","type":"image_generation_call","status":"completed","result":"#);
    json::string(base64, out);
    out.extend_from_slice(b"}");
}

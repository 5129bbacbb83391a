//! Messages and their content blocks.

use super::cache_mark;
use crate::DialectError;
use crate::anthropic_messages::fields::{Fields, Place, items};
use crate::openai_chat::split_id;
use serde_json::value::RawValue;
use tianji_core::generate::{
    FilePart, ImagePart, MediaSource, Message, Opaque, Part, Role, TextPart, Thinking, ToolCall, ToolCallKind,
    ToolResult,
};
use tianji_core::{DialectId, Extra, Json};

/// Reads messages; members without a canonical word go into `lost`, by their path.
pub(super) struct Reader<'l> {
    lost: &'l mut Extra,
    /// How many contents are open, one within the other.
    depth: usize,
}

impl<'l> Reader<'l> {
    /// Outside of any content.
    pub(super) fn new(lost: &'l mut Extra) -> Self {
        Self { lost, depth: 0 }
    }

    /// Reads a turn. Tool results become turns of their own, because other dialects have them so.
    pub(super) fn message(
        &mut self,
        raw: &RawValue,
        place: &Place<'_>,
        messages: &mut Vec<Message>,
    ) -> Result<(), DialectError> {
        let mut fields = Fields::of(raw, place)?;
        let role = match fields.required("role", place)?.as_str() {
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "system" => Role::System,
            other => {
                let reason = format!("'{other}' is not one of user, assistant and system");
                return Err(DialectError::invalid(place.member("role").to_string(), reason));
            }
        };
        let content = place.member("content");
        let missing = || DialectError::Missing { param: content.to_string() };
        let (parts, bare) = self.content(fields.take("content").ok_or_else(missing)?, &content)?;
        self.keep(fields, place);
        if role != Role::User || !parts.iter().any(|part| matches!(part, Part::ToolResult(_))) {
            messages.push(Message { role, parts, name: None, bare });
            return Ok(());
        }
        let mut said = Vec::new();
        for part in parts {
            if matches!(part, Part::ToolResult(_)) {
                if !said.is_empty() {
                    messages.push(Message::of(Role::User, std::mem::take(&mut said)));
                }
                messages.push(Message::of(Role::Tool, vec![part]));
            } else {
                said.push(part);
            }
        }
        if !said.is_empty() {
            messages.push(Message::of(Role::User, said));
        }
        Ok(())
    }

    /// Reads content: a string or a list of blocks. The flag says that it was a string.
    pub(super) fn content(&mut self, raw: &RawValue, place: &Place<'_>) -> Result<(Vec<Part>, bool), DialectError> {
        if raw.get().starts_with('"') {
            let text: String = serde_json::from_str(raw.get())
                .map_err(|cause| DialectError::invalid(place.to_string(), cause.to_string()))?;
            return Ok((vec![Part::text(text)], true));
        }
        // Content within content is a tool's result or a document: no honest body nests further.
        if self.depth == DEEPEST {
            return Err(DialectError::invalid(place.to_string(), "content nests too deeply"));
        }
        let blocks = items(raw, place)?;
        self.depth += 1;
        let parts = blocks.into_iter().enumerate().map(|(index, raw)| self.block(raw, &place.item(index)));
        let parts = parts.collect::<Result<_, _>>()?;
        self.depth -= 1;
        Ok((parts, false))
    }

    fn block(&mut self, raw: &RawValue, place: &Place<'_>) -> Result<Part, DialectError> {
        let mut fields = Fields::of(raw, place)?;
        let kind = fields.required("type", place)?;
        let part = match kind.as_str() {
            "text" => text(&mut fields, place)?,
            "image" => match self.source(&mut fields, place)? {
                Some(source) => {
                    let cache = cache_mark(fields.take("cache_control"), &place.member("cache_control"))?;
                    Part::Image(ImagePart { source, detail: None, cache })
                }
                None => return Ok(opaque(kind, raw)),
            },
            "document" => match self.source(&mut fields, place)? {
                Some(source) => document(source, &mut fields, place)?,
                None => return Ok(opaque(kind, raw)),
            },
            "tool_use" => tool_use(&mut fields, place)?,
            "tool_result" => self.tool_result(&mut fields, place)?,
            "thinking" => {
                let text = fields.string("thinking", place)?.unwrap_or_default();
                let signature = fields.string("signature", place)?.filter(|signature| !signature.is_empty());
                Part::Thinking(Thinking { text, signature })
            }
            "redacted_thinking" => Part::RedactedThinking { data: fields.required("data", place)? },
            _ => return Ok(opaque(kind, raw)),
        };
        self.keep(fields, place);
        Ok(part)
    }

    fn tool_result(&mut self, fields: &mut Fields<'_>, place: &Place<'_>) -> Result<Part, DialectError> {
        let (parts, bare) = match fields.take("content") {
            Some(raw) => self.content(raw, &place.member("content"))?,
            None => (Vec::new(), false),
        };
        Ok(Part::ToolResult(ToolResult {
            call_id: split_id(&fields.required("tool_use_id", place)?).0.to_owned(),
            name: None,
            parts,
            bare,
            is_error: fields.boolean("is_error", place)?,
            cache: cache_mark(fields.take("cache_control"), &place.member("cache_control"))?,
        }))
    }

    /// Reads a `source`; `None` if it is of a kind that only this dialect has.
    fn source(&mut self, fields: &mut Fields<'_>, place: &Place<'_>) -> Result<Option<MediaSource>, DialectError> {
        let place = place.member("source");
        let missing = || DialectError::Missing { param: place.to_string() };
        let mut source = Fields::of(fields.take("source").ok_or_else(missing)?, &place)?;
        Ok(match source.required("type", &place)?.as_str() {
            "base64" => Some(MediaSource::Base64 {
                mime: source.required("media_type", &place)?,
                data: source.required("data", &place)?,
            }),
            "url" => Some(MediaSource::Url(source.required("url", &place)?)),
            "file" => Some(MediaSource::FileId(source.required("file_id", &place)?)),
            "text" => Some(MediaSource::Text(source.required("data", &place)?)),
            "content" => self.inline_content(source.take("content"), &place)?,
            _ => None,
        })
    }

    /// A document given as content: its text, if it is nothing but text. The cut into blocks is noted as lost.
    fn inline_content(
        &mut self,
        raw: Option<&RawValue>,
        place: &Place<'_>,
    ) -> Result<Option<MediaSource>, DialectError> {
        let Some(raw) = raw else { return Ok(None) };
        let place = place.member("content");
        let (parts, bare) = self.content(raw, &place)?;
        let mut text = String::new();
        for part in &parts {
            let Part::Text(piece) = part else { return Ok(None) };
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&piece.text);
        }
        if !bare {
            self.lost.insert(place.to_string(), Json::from(raw));
        }
        Ok(Some(MediaSource::Text(text)))
    }

    fn keep(&mut self, fields: Fields<'_>, place: &Place<'_>) {
        for (name, raw) in fields.rest() {
            self.lost.insert(place.member(&name).to_string(), Json::from(raw));
        }
    }
}

fn text(fields: &mut Fields<'_>, place: &Place<'_>) -> Result<Part, DialectError> {
    Ok(Part::Text(TextPart {
        text: fields.required("text", place)?,
        cache: cache_mark(fields.take("cache_control"), &place.member("cache_control"))?,
        citations: fields.items("citations", place)?.unwrap_or_default().into_iter().map(Json::from).collect(),
    }))
}

fn document(source: MediaSource, fields: &mut Fields<'_>, place: &Place<'_>) -> Result<Part, DialectError> {
    let citations = match fields.take("citations") {
        Some(raw) => {
            let place = place.member("citations");
            Fields::of(raw, &place)?.boolean("enabled", &place)?
        }
        None => None,
    };
    Ok(Part::File(FilePart {
        source,
        filename: None,
        title: fields.string("title", place)?,
        context: fields.string("context", place)?,
        citations,
        cache: cache_mark(fields.take("cache_control"), &place.member("cache_control"))?,
    }))
}

fn tool_use(fields: &mut Fields<'_>, place: &Place<'_>) -> Result<Part, DialectError> {
    // Clients keep a signature of Gemini's only in the id.
    let id = fields.required("id", place)?;
    let (id, signature) = split_id(&id);
    Ok(Part::ToolCall(ToolCall {
        id: id.to_owned(),
        name: fields.required("name", place)?,
        arguments: fields.take("input").map(|raw| raw.get().to_owned()).unwrap_or_default(),
        kind: ToolCallKind::Function,
        signature: signature.map(str::to_owned),
        cache: cache_mark(fields.take("cache_control"), &place.member("cache_control"))?,
    }))
}

fn opaque(type_name: String, raw: &RawValue) -> Part {
    Part::Opaque(Opaque { dialect: DialectId::AnthropicMessages, type_name, raw: Json::from(raw) })
}

/// Most contents within each other.
const DEEPEST: usize = 8;

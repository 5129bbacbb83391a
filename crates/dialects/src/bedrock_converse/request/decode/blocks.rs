//! Messages and their content blocks (API reference, `Message` and `ContentBlock`).

use crate::DialectError;
use crate::anthropic_messages::fields::{Fields, Place, items};
use crate::bedrock_converse::media::mime_of;
use serde_json::value::RawValue;
use tianji_core::generate::{
    CacheMark, FilePart, ImagePart, MediaSource, Message, Opaque, Part, Role, TextPart, Thinking, ToolCall,
    ToolCallKind, ToolResult, VideoPart,
};
use tianji_core::{DialectId, Json};

/// Reads messages; paths of members without a canonical word go into `unknown`.
pub(super) struct Reader<'l> {
    unknown: &'l mut Vec<String>,
    /// The blocks are a reply's, where calls may be of tools that the vendor ran itself.
    reply: bool,
    /// How many contents are open, one within the other.
    depth: usize,
}

/// A `cachePoint`.
pub(super) fn cache_mark(raw: &RawValue, place: &Place<'_>) -> Result<CacheMark, DialectError> {
    Ok(CacheMark { ttl: Fields::of(raw, place)?.string("ttl", place)? })
}

impl<'l> Reader<'l> {
    /// A reader of a request.
    pub(super) fn new(unknown: &'l mut Vec<String>) -> Self {
        Self { unknown, reply: false, depth: 0 }
    }

    /// A reader of a reply.
    pub(super) fn of_reply(unknown: &'l mut Vec<String>) -> Self {
        Self { unknown, reply: true, depth: 0 }
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
            other => {
                let reason = format!("'{other}' is neither user nor assistant");
                return Err(DialectError::invalid(place.member("role").to_string(), reason));
            }
        };
        let content = place.member("content");
        let missing = || DialectError::Missing { param: content.to_string() };
        let parts = self.content(fields.take("content").ok_or_else(missing)?, &content)?;
        self.keep(fields, place);
        let mut said = Vec::new();
        let results = role == Role::User && parts.iter().any(|part| matches!(part, Part::ToolResult(_)));
        for part in parts {
            if results && matches!(part, Part::ToolResult(_)) {
                if !said.is_empty() {
                    messages.push(Message::of(role, std::mem::take(&mut said)));
                }
                messages.push(Message::of(Role::Tool, vec![part]));
            } else {
                said.push(part);
            }
        }
        if !said.is_empty() || !results {
            messages.push(Message::of(role, said));
        }
        Ok(())
    }

    /// Reads a list of blocks. A cache point becomes a mark on the block before it.
    pub(super) fn content(&mut self, raw: &RawValue, place: &Place<'_>) -> Result<Vec<Part>, DialectError> {
        // Content within content is a tool's result: no honest body nests further.
        if self.depth == DEEPEST {
            return Err(DialectError::invalid(place.to_string(), "content nests too deeply"));
        }
        self.depth += 1;
        let mut parts: Vec<Part> = Vec::new();
        for (index, raw) in items(raw, place)?.into_iter().enumerate() {
            let part = self.block(raw, &place.item(index), &mut parts)?;
            parts.extend(part);
        }
        self.depth -= 1;
        Ok(parts)
    }

    fn block(&mut self, raw: &RawValue, place: &Place<'_>, before: &mut [Part]) -> Result<Option<Part>, DialectError> {
        let fields = Fields::of(raw, place)?;
        let Some((kind, inner)) = fields.rest().next() else {
            return Err(DialectError::invalid(place.to_string(), "must hold a content block"));
        };
        let place = place.member(&kind);
        let part = match kind.as_ref() {
            "text" => {
                let text = serde_json::from_str::<String>(inner.get());
                Some(Part::text(text.map_err(|_| DialectError::invalid(place.to_string(), "must be a string"))?))
            }
            "json" => Some(Part::text(inner.get())),
            "cachePoint" => {
                let mark = cache_mark(inner, &place)?;
                match before.last_mut().and_then(mark_of) {
                    Some(before) => *before = Some(mark),
                    None => self.unknown.push(place.to_string()),
                }
                return Ok(None);
            }
            "image" => media(&kind, inner, &place)?
                .map(|(source, _)| Part::Image(ImagePart { source, detail: None, cache: None })),
            "video" => media(&kind, inner, &place)?.map(|(source, _)| Part::Video(VideoPart { source })),
            "document" => document(inner, &place)?,
            "toolUse" => self.tool_use(inner, &place)?,
            "toolResult" if self.reply => None,
            "toolResult" => self.tool_result(inner, &place)?,
            "reasoningContent" => reasoning(inner, &place)?,
            "citationsContent" => Some(cited(inner, &place)?),
            _ => None,
        };
        Ok(Some(part.unwrap_or_else(|| opaque(&kind, raw))))
    }

    fn tool_use(&mut self, raw: &RawValue, place: &Place<'_>) -> Result<Option<Part>, DialectError> {
        let mut fields = Fields::of(raw, place)?;
        if fields.take("type").is_some() {
            // The vendor ran the tool itself.
            return Ok(None);
        }
        let call = ToolCall {
            id: fields.required("toolUseId", place)?,
            name: fields.required("name", place)?,
            arguments: fields.take("input").map(|raw| raw.get().to_owned()).unwrap_or_default(),
            kind: ToolCallKind::Function,
            signature: None,
            cache: None,
        };
        self.keep(fields, place);
        Ok(Some(Part::ToolCall(call)))
    }

    fn tool_result(&mut self, raw: &RawValue, place: &Place<'_>) -> Result<Option<Part>, DialectError> {
        let mut fields = Fields::of(raw, place)?;
        if fields.take("type").is_some() {
            return Ok(None);
        }
        let content = fields.take("content");
        // One JSON value is what other dialects write as a bare string.
        let bare = content.is_some_and(is_one_json);
        let parts = content.map(|raw| self.content(raw, &place.member("content"))).transpose()?;
        let is_error = fields.string("status", place)?.map(|status| status == "error");
        let call_id = fields.required("toolUseId", place)?;
        self.keep(fields, place);
        let parts = parts.unwrap_or_default();
        Ok(Some(Part::ToolResult(ToolResult { call_id, name: None, parts, bare, is_error, cache: None })))
    }

    fn keep(&mut self, fields: Fields<'_>, place: &Place<'_>) {
        let paths = fields.rest().map(|(name, _)| place.member(&name).to_string());
        self.unknown.extend(paths);
    }
}

/// Where a part's cache mark is; some parts have none.
fn mark_of(part: &mut Part) -> Option<&mut Option<CacheMark>> {
    match part {
        Part::Text(part) => Some(&mut part.cache),
        Part::Image(part) => Some(&mut part.cache),
        Part::File(part) => Some(&mut part.cache),
        Part::ToolCall(part) => Some(&mut part.cache),
        Part::ToolResult(part) => Some(&mut part.cache),
        _ => None,
    }
}

fn is_one_json(content: &RawValue) -> bool {
    #[derive(serde::Deserialize)]
    struct Block<'a> {
        #[serde(borrow)]
        json: Option<&'a RawValue>,
    }
    let blocks: Vec<Block<'_>> = serde_json::from_str(content.get()).unwrap_or_default();
    matches!(blocks.as_slice(), [Block { json: Some(_) }])
}

/// A picture's or film's source with its format; `None` if it says more than the canonical model can.
fn media(kind: &str, raw: &RawValue, place: &Place<'_>) -> Result<Option<(MediaSource, Option<String>)>, DialectError> {
    let mut fields = Fields::of(raw, place)?;
    let format = fields.string("format", place)?;
    let mime = mime_of(kind, format.as_deref().unwrap_or_default());
    let missing = || DialectError::Missing { param: place.member("source").to_string() };
    let source = source(fields.take("source").ok_or_else(missing)?, mime, &place.member("source"))?;
    Ok(source.filter(|_| fields.is_empty()).map(|source| (source, format)))
}

/// Bytes, or an object in S3 of the caller's own account.
fn source(raw: &RawValue, mime: String, place: &Place<'_>) -> Result<Option<MediaSource>, DialectError> {
    let mut fields = Fields::of(raw, place)?;
    if let Some(data) = fields.string("bytes", place)? {
        return Ok(Some(MediaSource::Base64 { mime, data }));
    }
    if let Some(text) = fields.string("text", place)? {
        return Ok(Some(MediaSource::Text(text)));
    }
    let Some(raw) = fields.take("s3Location") else { return Ok(None) };
    let place = place.member("s3Location");
    let mut location = Fields::of(raw, &place)?;
    let uri = location.required("uri", &place)?;
    Ok(location.is_empty().then_some(MediaSource::Url(uri)))
}

fn document(raw: &RawValue, place: &Place<'_>) -> Result<Option<Part>, DialectError> {
    let mut fields = Fields::of(raw, place)?;
    let format = fields.string("format", place)?;
    let mime = mime_of("document", format.as_deref().unwrap_or("txt"));
    let missing = || DialectError::Missing { param: place.member("source").to_string() };
    let source = source(fields.take("source").ok_or_else(missing)?, mime, &place.member("source"))?;
    let citations = match fields.take("citations") {
        Some(raw) => {
            let place = place.member("citations");
            Fields::of(raw, &place)?.boolean("enabled", &place)?
        }
        None => None,
    };
    let title = fields.string("name", place)?;
    let context = fields.string("context", place)?;
    // The ending is all that tells the format of a document that is elsewhere.
    let elsewhere = matches!(source, Some(MediaSource::Url(_)));
    let filename =
        format.filter(|_| elsewhere).map(|format| format!("{}.{format}", title.as_deref().unwrap_or("file")));
    Ok(source.map(|source| Part::File(FilePart { source, filename, title, context, citations, cache: None })))
}

fn reasoning(raw: &RawValue, place: &Place<'_>) -> Result<Option<Part>, DialectError> {
    let mut fields = Fields::of(raw, place)?;
    if let Some(data) = fields.string("redactedContent", place)? {
        return Ok(Some(Part::RedactedThinking { data }));
    }
    let Some(raw) = fields.take("reasoningText") else { return Ok(None) };
    let place = place.member("reasoningText");
    let mut fields = Fields::of(raw, &place)?;
    let text = fields.string("text", &place)?.unwrap_or_default();
    let signature = fields.string("signature", &place)?.filter(|signature| !signature.is_empty());
    Ok(Some(Part::Thinking(Thinking { text, signature })))
}

/// Text with citations; the pieces that it came in are joined.
fn cited(raw: &RawValue, place: &Place<'_>) -> Result<Part, DialectError> {
    #[derive(serde::Deserialize)]
    struct Piece {
        text: Option<String>,
    }
    let mut fields = Fields::of(raw, place)?;
    let pieces: Vec<Piece> = fields.read("content", place, "a list of texts")?.unwrap_or_default();
    let citations = fields.items("citations", place)?.unwrap_or_default().into_iter().map(Json::from).collect();
    let text = pieces.into_iter().filter_map(|piece| piece.text).collect();
    Ok(Part::Text(TextPart { text, cache: None, citations }))
}

fn opaque(type_name: &str, raw: &RawValue) -> Part {
    let type_name = type_name.to_owned();
    Part::Opaque(Opaque { dialect: DialectId::BedrockConverse, type_name, raw: Json::from(raw) })
}

/// Most contents within each other.
const DEEPEST: usize = 8;

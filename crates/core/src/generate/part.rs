//! Messages and what they are made of.

use crate::{DialectId, Json};

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Instructions of the operator.
    System,
    /// OpenAI's `developer`: the newer word for the same thing.
    Developer,
    /// The caller.
    User,
    /// The model.
    Assistant,
    /// Results of tools.
    Tool,
}

/// One turn. System text stays among the messages, where it stood.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub parts: Vec<Part>,
    /// OpenAI's `name` of the speaker.
    pub name: Option<String>,
    /// Whether the only text part was written as a bare string (kept so that round trips are exact).
    pub bare: bool,
}

impl Message {
    /// A turn that is one plain text.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, parts: vec![Part::text(text)], name: None, bare: true }
    }

    /// A turn of several parts.
    pub fn of(role: Role, parts: Vec<Part>) -> Self {
        Self { role, parts, name: None, bare: false }
    }
}

/// One piece of a turn.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text.
    Text(TextPart),
    /// A picture.
    Image(ImagePart),
    /// Sound.
    Audio(AudioPart),
    /// A film.
    Video(VideoPart),
    /// A document.
    File(FilePart),
    /// The model calls a tool.
    ToolCall(ToolCall),
    /// What a tool answered.
    ToolResult(ToolResult),
    /// What the model thought.
    Thinking(Thinking),
    /// Thoughts that only the vendor can read.
    RedactedThinking {
        /// The vendor's bytes, as text.
        data: String,
    },
    /// The model refuses, in words.
    Refusal(String),
    /// Something only one dialect has; other dialects cannot say it.
    Opaque(Opaque),
}

impl Part {
    /// A plain text part.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextPart { text: text.into(), cache: None, citations: Vec::new() })
    }
}

/// Text with what hangs on it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextPart {
    /// The words.
    pub text: String,
    /// Cache mark after this part.
    pub cache: Option<CacheMark>,
    /// Citations in the source dialect's own form.
    pub citations: Vec<Json>,
}

/// "The prompt up to here is worth caching."
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheMark {
    /// Life as written (`5m`, `1h`), if stated.
    pub ttl: Option<String>,
}

/// Where media bytes are.
#[derive(Clone, Debug, PartialEq)]
pub enum MediaSource {
    /// In the request, base64.
    Base64 {
        /// Media type, e.g. `image/png`.
        mime: String,
        /// Base64 text.
        data: String,
    },
    /// Behind an address.
    Url(String),
    /// At the provider, by its id.
    FileId(String),
    /// Plain text (documents).
    Text(String),
}

/// A picture.
#[derive(Clone, Debug, PartialEq)]
pub struct ImagePart {
    /// Where it is.
    pub source: MediaSource,
    /// OpenAI's `detail`.
    pub detail: Option<String>,
    /// Cache mark after this part.
    pub cache: Option<CacheMark>,
}

/// Sound.
#[derive(Clone, Debug, PartialEq)]
pub struct AudioPart {
    /// Base64 bytes; empty when only an id is known.
    pub data: String,
    /// `wav`, `mp3` …
    pub format: String,
    /// Id of earlier output audio.
    pub id: Option<String>,
    /// Words spoken.
    pub transcript: Option<String>,
}

/// A film.
#[derive(Clone, Debug, PartialEq)]
pub struct VideoPart {
    /// Where it is.
    pub source: MediaSource,
}

/// A document.
#[derive(Clone, Debug, PartialEq)]
pub struct FilePart {
    /// Where it is.
    pub source: MediaSource,
    /// File name.
    pub filename: Option<String>,
    /// Title shown to the model.
    pub title: Option<String>,
    /// Context shown to the model.
    pub context: Option<String>,
    /// Whether the model shall cite it.
    pub citations: Option<bool>,
    /// Cache mark after this part.
    pub cache: Option<CacheMark>,
}

/// What kind of tool is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ToolCallKind {
    /// A function with JSON arguments.
    #[default]
    Function,
    /// A tool with free-text input.
    Custom,
}

/// The model calls a tool.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolCall {
    /// Id that the result refers to.
    pub id: String,
    /// Name of the tool.
    pub name: String,
    /// Arguments as JSON text, exactly as the model wrote them; may be empty.
    pub arguments: String,
    /// Kind.
    pub kind: ToolCallKind,
    /// Vendor signature that must travel with the call.
    pub signature: Option<String>,
    /// Cache mark after this part.
    pub cache: Option<CacheMark>,
}

/// What a tool answered.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolResult {
    /// Id of the call.
    pub call_id: String,
    /// Name of the tool, where known.
    pub name: Option<String>,
    /// The answer.
    pub parts: Vec<Part>,
    /// Whether the answer was written as a bare string.
    pub bare: bool,
    /// Whether the tool failed; `None` if not said.
    pub is_error: Option<bool>,
    /// Cache mark after this part.
    pub cache: Option<CacheMark>,
}

/// What the model thought. Text and signature must keep their bytes and their place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thinking {
    /// The thought; may be empty when only a signature is kept.
    pub text: String,
    /// The vendor's signature.
    pub signature: Option<String>,
}

impl Thinking {
    /// Whether its signature stands for a reasoning item of OpenAI's (id and encrypted content, joined by `#`, which
    /// the base64 of other vendors' signatures never holds). No other vendor can read it.
    pub fn is_openais(&self) -> bool {
        self.signature.as_deref().is_some_and(|signature| signature.contains('#'))
    }
}

/// A piece of one dialect that the canonical model has no word for.
#[derive(Clone, Debug, PartialEq)]
pub struct Opaque {
    /// Who can read it.
    pub dialect: DialectId,
    /// Its `type`, for error texts.
    pub type_name: String,
    /// The piece itself.
    pub raw: Json,
}

//! The wire dialects of text generation, both directions, without IO.
//!
//! Every dialect decodes into the canonical model of [`tianji_core::generate`] and encodes from it, so that each pairs
//! with all the others: N + M folders instead of N × M translators. A dialect is a folder with always the same files:
//! `mod.rs`, `types.rs`, `request.rs` (or `request/`), `response.rs`, `stream.rs`, `relay.rs`, `error.rs`.
//!
//! Where client and upstream speak the same dialect, bytes are forwarded ([`Dialect::relay_response`],
//! [`Dialect::stream_relay`]); only the model name is edited and usage is looked for. Otherwise [`bridge`] puts a
//! decoder and an encoder together.

pub mod anthropic_messages;
pub mod bedrock_converse;
pub mod bridge;
pub mod cohere_chat;
mod error;
mod fixups;
mod frame;
pub mod gemini;
mod inspect;
mod lenient;
mod observed;
pub mod ollama_chat;
pub mod openai_chat;
pub mod openai_responses;
pub mod openai_text;
mod order;
mod prompt;
pub mod remote;
pub mod replicate_predictions;
pub mod text_generation;
mod upstream_only;

pub use error::DialectError;
pub use fixups::Fixups;
pub use inspect::Inspection;
pub use observed::Observed;

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use remote::MediaKind;
use tianji_core::generate::{ClientView, GenerateRequest, GenerateResponse, StreamEvent, Target};
use tianji_core::{DialectId, Error, Framing, Kind, Losses};
use tianji_wire::Frame;

/// A wire dialect. Pure: same input, same output, no clock, no IO.
pub trait Dialect: Send + Sync {
    /// Which one.
    fn id(&self) -> DialectId;

    /// How its streams are cut into frames.
    fn framing(&self) -> Framing;

    /// What ids of its replies begin with, for those that are made here.
    fn id_prefix(&self) -> &'static str {
        ""
    }

    /// Reads a client's request.
    fn decode_request(&self, body: &Bytes) -> Result<GenerateRequest, DialectError>;

    /// Writes a request for an upstream. What the target cannot say goes into `losses`.
    fn encode_request(
        &self,
        request: &GenerateRequest,
        target: &Target<'_>,
        losses: &mut Losses,
    ) -> Result<EncodedRequest, DialectError>;

    /// Whether the vendor fetches from an address of the public web when media is given by it in this dialect. Where the
    /// dialect cannot carry such media at all, nothing has to be fetched for it either: yes.
    fn fetches(&self, kind: MediaKind, address: &str) -> bool;

    /// Reads an upstream's reply.
    fn decode_response(&self, body: &Bytes) -> Result<GenerateResponse, DialectError>;

    /// Writes a reply for a client.
    fn encode_response(&self, response: &GenerateResponse, view: &ClientView) -> Result<Bytes, DialectError>;

    /// A decoder for one upstream stream.
    fn stream_decoder(&self) -> Box<dyn StreamDecoder>;

    /// An encoder for one client stream.
    fn stream_encoder(&self, view: ClientView) -> Box<dyn StreamEncoder>;

    /// Passes a reply on in the same dialect: bytes as they are but for the model name; usage is noted in `seen`.
    fn relay_response(&self, body: &Bytes, view: &ClientView, seen: &mut Observed) -> Result<Bytes, DialectError>;

    /// Passes a stream on in the same dialect.
    fn stream_relay(&self, view: ClientView) -> Box<dyn StreamBridge>;

    /// The body that shows an error to a client.
    fn encode_error(&self, error: &Error) -> Bytes;

    /// Reads an upstream's error reply, whatever its form (JSON envelope, plain text, HTML).
    fn decode_error(&self, status: u16, body: &[u8]) -> UpstreamError;
}

/// The dialect with an id. The list of all dialects is here and nowhere else.
pub fn dialect(id: DialectId) -> &'static dyn Dialect {
    match id {
        DialectId::OpenAiChat => &openai_chat::OpenAiChat,
        DialectId::OpenAiText => &openai_text::OpenAiText,
        DialectId::OpenAiResponses => &openai_responses::OpenAiResponses,
        DialectId::AnthropicMessages => &anthropic_messages::AnthropicMessages,
        DialectId::Gemini => &gemini::Gemini,
        DialectId::BedrockConverse => &bedrock_converse::BedrockConverse,
        DialectId::CohereChat => &cohere_chat::CohereChat,
        DialectId::OllamaChat => &ollama_chat::OllamaChat,
        DialectId::TextGeneration => text_generation::TEXT_GENERATION,
        DialectId::ReplicatePredictions => replicate_predictions::REPLICATE_PREDICTIONS,
    }
}

/// A request ready for an upstream.
#[derive(Debug)]
pub struct EncodedRequest {
    /// JSON body.
    pub body: Bytes,
    /// Values for the `anthropic-beta`-like feature header that the body's features need; merged by the provider.
    pub features: Vec<&'static str>,
    /// What must be undone in the reply.
    pub fixups: Fixups,
}

impl EncodedRequest {
    /// A body that needs nothing else.
    pub fn plain(body: Bytes) -> Self {
        Self { body, features: Vec::new(), fixups: Fixups::default() }
    }
}

/// Upstream frames → canonical events.
pub trait StreamDecoder: Send {
    /// Reads one frame. An error the upstream reports in its stream becomes [`StreamEvent::Error`];
    /// `Err` means that the frame could not be understood.
    fn decode(&mut self, frame: &Frame, events: &mut Vec<StreamEvent>) -> Result<(), DialectError>;

    /// The upstream closed the stream. `Err` when the dialect's end was not seen: a cut stream is never a clean end.
    fn finish(&mut self, events: &mut Vec<StreamEvent>) -> Result<(), DialectError>;
}

/// Canonical events → client frames.
pub trait StreamEncoder: Send {
    /// Writes the frames that an event becomes; perhaps none.
    fn encode(&mut self, event: &StreamEvent, out: &mut BytesMut);

    /// Writes the end of a stream that ended well (`[DONE]`, `message_stop`).
    fn finish(&mut self, out: &mut BytesMut);

    /// Writes the end of a stream that failed: exactly one error frame and no terminator.
    fn fail(&mut self, error: &Error, out: &mut BytesMut);
}

/// Upstream frames → client frames, whatever the two dialects are. What the pipeline drives.
pub trait StreamBridge: Send {
    /// Translates one frame; may write nothing. `Err` ends the stream (call [`StreamBridge::fail`] if bytes have left).
    fn frame(&mut self, frame: &Frame, out: &mut BytesMut) -> Result<(), Error>;

    /// The upstream closed the stream: writes the client's terminator, or says why that would be a lie.
    fn end(&mut self, out: &mut BytesMut) -> Result<(), Error>;

    /// Writes exactly one error frame.
    fn fail(&mut self, error: &Error, out: &mut BytesMut);

    /// What the stream has shown so far.
    fn observed(&self) -> &Observed;
}

/// An upstream's error reply in canonical words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamError {
    /// What it means.
    pub kind: Kind,
    /// Status for our client (mostly the upstream's own).
    pub status: StatusCode,
    /// The vendor's own words, verbatim.
    pub message: String,
    /// The vendor's `param`.
    pub param: Option<String>,
}

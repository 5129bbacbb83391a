//! What routing, limits and the call record need to know about a client's body before anyone reads the conversation.

/// Facts from the top level of a request. What is not there, or not of its type, is `None`: judging it is left to who
/// needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Model as the client named it.
    pub model: Option<String>,
    /// Whether a stream is asked for.
    pub stream: bool,
    /// Whether the client wants usage in its stream.
    pub include_usage: bool,
    /// Output limit in tokens.
    pub max_output_tokens: Option<u64>,
    /// The caller's user id.
    pub user: Option<String>,
}

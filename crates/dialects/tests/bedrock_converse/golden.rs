//! Fixtures of this dialect, and short ways to run the dialect on them.

use crate::support::{self, Fixtures};
use bytes::Bytes;
use serde_json::Value;
use tianji_core::generate::{Capabilities, EffortBudgets, GenerateRequest, Target};
use tianji_dialects::bedrock_converse::BedrockConverse;
use tianji_dialects::openai_chat::OpenAiChat;
use tianji_dialects::{Dialect, DialectError};

/// The names (without extension) and contents of a folder's files, sorted.
pub(crate) fn files(name: &str) -> Vec<(String, Bytes)> {
    OWN.files(name)
}

/// One fixture.
pub(crate) fn file(folder: &str, name: &str) -> Bytes {
    files(folder).into_iter().find(|(found, _)| found == name).unwrap().1
}

/// A model and what it can do.
pub(crate) struct Model<'a> {
    /// Its id.
    pub(crate) id: &'a str,
    /// What it can do.
    pub(crate) can: Capabilities,
    /// Parameters that are let through.
    pub(crate) allowed: &'a [&'a str],
    /// Whether requests may be repaired.
    pub(crate) repairs: bool,
}

impl Model<'_> {
    /// A Claude model with caches.
    pub(crate) fn claude() -> Model<'static> {
        let can = Capabilities { prompt_caching: Some(true), ..Capabilities::default() };
        Model { id: "anthropic.claude-sonnet-4-5-20250929-v1:0", can, allowed: &[], repairs: false }
    }

    /// One of which nothing is known.
    pub(crate) fn other() -> Model<'static> {
        Model { id: "meta.llama3-70b-instruct-v1:0", can: Capabilities::default(), allowed: &[], repairs: false }
    }

    /// What the model gets, and class and path of each loss.
    pub(crate) fn gets(&self, request: &GenerateRequest) -> Result<(Value, Vec<String>), DialectError> {
        let allowed: Vec<String> = self.allowed.iter().map(|name| (*name).to_owned()).collect();
        let target = Target {
            provider: "bedrock",
            model: self.id,
            capabilities: &self.can,
            allowed_params: &allowed,
            budgets: &EffortBudgets::default(),
            modify_params: self.repairs,
        };
        let (encoded, losses) = support::encode_to(&BedrockConverse, &target, request)?;
        Ok((serde_json::from_slice(&encoded.body).unwrap(), losses))
    }
}

/// A request of an OpenAI client.
pub(crate) fn openai(body: &Value) -> GenerateRequest {
    OpenAiChat.decode_request(&Bytes::from(body.to_string())).unwrap()
}

/// A request of a client of this dialect.
pub(crate) fn own(body: &Value) -> Result<GenerateRequest, DialectError> {
    OWN.decode(body)
}

const OWN: Fixtures = Fixtures { dialect: &BedrockConverse, folder: "bedrock_converse", extension: "sse" };

//! Why a body could not be translated.

use tianji_core::{DialectId, Error, Kind};
use tianji_wire::JsonError;

/// A translation that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum DialectError {
    /// The text is no JSON object.
    #[error("{0}")]
    Json(#[from] JsonError),
    /// A required member is absent.
    #[error("Missing required parameter: '{param}'.")]
    Missing {
        /// Its path.
        param: String,
    },
    /// A member has the wrong type or an impossible value.
    #[error("Invalid value for '{param}': {reason}")]
    Invalid {
        /// Its path.
        param: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Part of the conversation that the target dialect cannot carry.
    #[error("{path}: {reason}")]
    Content {
        /// Where.
        path: String,
        /// Why.
        reason: String,
    },
    /// The upstream's reply is not what its dialect says.
    #[error("{0}")]
    Reply(String),
    /// The upstream says in its reply that it failed.
    #[error("{0}")]
    Failed(Box<Error>),
    /// The upstream's stream ended before its end.
    #[error("the provider's stream ended early")]
    Cut,
}

impl DialectError {
    /// A wrong value.
    pub fn invalid(param: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { param: param.into(), reason: reason.into() }
    }

    /// A dialect that upstreams alone speak was to be spoken with a client.
    pub fn no_clients(dialect: DialectId) -> Self {
        Self::Reply(format!("no client speaks {}", dialect.name()))
    }

    /// As an error about what a client sent.
    pub fn of_request(self) -> Error {
        match self {
            Self::Json(cause) => Error::client(Kind::BadRequest, format!("Invalid JSON payload: {cause}"))
                .with_param("request_body")
                .with_source(cause),
            Self::Missing { ref param } | Self::Invalid { ref param, .. } => {
                let param = param.clone();
                Error::client(Kind::BadRequest, self.to_string()).with_param(param)
            }
            other => Error::client(Kind::BadRequest, other.to_string()),
        }
    }

    /// As an error about what a provider sent.
    pub fn of_reply(self) -> Error {
        match self {
            Self::Cut => Error::provider(Kind::MidStream, self.to_string()),
            Self::Failed(error) => *error,
            other => Error::provider(Kind::MalformedReply, format!("the provider's reply could not be read: {other}")),
        }
    }
}

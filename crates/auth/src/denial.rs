//! Refusals of the door, in the exact words that clients of the reference proxy know.

use crate::VirtualKey;
use tianji_core::{Error, Kind, Micros};

/// Why a caller is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    /// No credential at all.
    NoKey,
    /// `Authorization` without the Bearer scheme.
    Malformed,
    /// The credential is no `sk-…` key.
    NotVirtual,
    /// The credential header is repeated with different values.
    Ambiguous,
    /// No such key. Holds `sk-...` and four characters.
    Unknown(String),
    /// Past its end of life.
    Expired {
        /// `sk-...` and four characters.
        key_name: String,
        /// End of life.
        expired_at: Micros,
        /// Now.
        now: Micros,
    },
    /// Blocked by an admin.
    Blocked,
    /// The key may not use the model.
    Model(String),
    /// The key may not call the route.
    Route {
        /// What it may call.
        allowed: Vec<String>,
        /// What it called.
        tried: String,
    },
    /// The caller's role may not call the route.
    Role {
        /// Route template.
        route: String,
        /// The caller's role.
        role: &'static str,
    },
    /// The key store cannot be asked.
    StoreUnavailable,
}

impl Denial {
    /// The denial of an unknown key.
    pub fn unknown(key: &str) -> Self {
        Self::Unknown(VirtualKey::name_of(key))
    }

    /// As an error.
    pub fn error(&self) -> Error {
        match self {
            Self::NoKey => auth("Authentication Error, No api key passed in."),
            Self::Malformed => {
                auth("Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.")
            }
            Self::NotVirtual => {
                auth("LiteLLM Virtual Key expected. Received=****, expected to start with 'sk-'.")
            }
            Self::Ambiguous => {
                Error::client(Kind::BadRequest, "The credential header is given more than once, with different values.")
                    .with_type("bad_request_error")
            }
            Self::Unknown(name) => auth(format!(
                "Authentication Error, Invalid proxy server token passed. Received API Key = {name}. Unable to find token in cache or `LiteLLM_VerificationTokenTable`"
            ))
            .with_type("token_not_found_in_db")
            .with_param("key"),
            Self::Expired { key_name, expired_at, now } => auth(format!(
                "Authentication Error - Expired Key. Key Expiry time {} and current time {}",
                expired_at.python(),
                now.python()
            ))
            .with_type("expired_key")
            .with_param(key_name.clone()),
            Self::Blocked => {
                auth("Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.")
            }
            Self::Model(model) => Error::client(
                Kind::PermissionDenied,
                format!(
                    "The requested model '{model}' is not available for this API key, or the model name is invalid. Check the models available to you and try again."
                ),
            )
            .with_type("key_model_access_denied")
            .with_param("model"),
            Self::Route { allowed, tried } => {
                let list: Vec<String> = allowed.iter().map(|route| format!("'{route}'")).collect();
                Error::client(
                    Kind::PermissionDenied,
                    format!(
                        "Virtual key is not allowed to call this route. Only allowed to call routes: [{}]. Tried to call route: {tried}",
                        list.join(", ")
                    ),
                )
                .as_detail()
            }
            Self::Role { route, role } => auth(format!(
                "Authentication Error, Only proxy admin can be used to generate, delete, update info for new keys/users/teams. Route={route}. Your role={role}. Your user_id=None"
            )),
            Self::StoreUnavailable => {
                Error::gateway(Kind::ServiceUnavailable, "Authentication Error, key store unavailable")
                    .with_type("no_db_connection")
                    .with_retry_after(Some(std::time::Duration::from_secs(1)))
            }
        }
    }
}

/// 401 with the type and the literal `"None"` that the reference proxy prints.
fn auth(message: impl Into<String>) -> Error {
    Error::client(Kind::Authentication, message).with_type("auth_error").with_param("None")
}

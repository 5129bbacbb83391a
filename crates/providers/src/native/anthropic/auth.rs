//! `x-api-key`, or a bearer token for subscription accounts (keys that begin with `sk-ant-oat`).

use super::betas;
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::outgoing::{compat_authorise, credential};
use crate::provider::Provider;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};

pub(super) fn authorise(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    headers: &mut HeaderMap,
) -> Result<(), ConnectionError> {
    if operation == Operation::CountTokens {
        betas::merge(headers, [COUNT_TOKENS_BETA]);
    }
    match connection.key.as_ref().filter(|key| key.expose().starts_with(OAUTH_KEY)) {
        Some(key) => {
            betas::merge(headers, [OAUTH_BETA]);
            headers.insert("anthropic-dangerous-direct-browser-access", HeaderValue::from_static("true"));
            credential(provider, headers, AUTHORIZATION, &format!("Bearer {}", key.expose()))
        }
        None => compat_authorise(provider, connection, operation, headers),
    }
}

/// How OAuth access tokens begin.
const OAUTH_KEY: &str = "sk-ant-oat";
/// Beta that lets OAuth tokens in.
const OAUTH_BETA: &str = "oauth-2025-04-20";
/// Beta under which token counting began; the reference proxy sends it.
const COUNT_TOKENS_BETA: &str = "token-counting-2024-11-01";

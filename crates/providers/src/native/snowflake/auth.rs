//! A bearer key, and a header that says what kind of key it is: a JWT of a key pair or, written `pat/…`, a programmatic
//! access token.

use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::outgoing::credential;
use crate::provider::Provider;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};

pub(super) fn authorise(
    provider: &Provider,
    connection: &Connection,
    _: Operation,
    headers: &mut HeaderMap,
) -> Result<(), ConnectionError> {
    let Some(key) = connection.key.as_ref().map(|key| key.expose()) else { return Ok(()) };
    let (key, kind) = match key.strip_prefix("pat/") {
        Some(token) => (token, "PROGRAMMATIC_ACCESS_TOKEN"),
        None => (key, "KEYPAIR_JWT"),
    };
    headers.entry(TOKEN_TYPE).or_insert(HeaderValue::from_static(kind));
    credential(provider, headers, AUTHORIZATION, &format!("Bearer {key}"))
}

const TOKEN_TYPE: &str = "x-snowflake-authorization-token-type";

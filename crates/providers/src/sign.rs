//! Credentials that are put on a request when everything else of it is known.

use crate::connection::Connection;
use crate::provider::Provider;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method, Uri};
use tianji_core::{Credential, Error, Kind, Micros};
use tianji_sign::sigv4;

/// A request that is complete but for its credential.
#[derive(Debug)]
pub struct Unsigned<'a> {
    /// Verb.
    pub method: &'a Method,
    /// Absolute address, as it will be sent.
    pub uri: &'a Uri,
    /// Headers; the credential is added to them.
    pub headers: &'a mut HeaderMap,
    /// The body, in the slices it is sent in.
    pub body: &'a [bytes::Bytes],
    /// The time of signing.
    pub now: Micros,
}

impl Provider {
    /// Puts a credential that came from [`Connection::source`] on a request.
    ///
    /// # Errors
    /// When the credential is not of the kind that the provider takes, or cannot be carried by a header.
    pub fn sign(&self, connection: &Connection, credential: &Credential, request: Unsigned<'_>) -> Result<(), Error> {
        (self.hooks.sign)(connection, credential, request)
    }
}

/// A token as `Authorization: Bearer` (RFC 6750, section 2.1).
pub(crate) fn bearer(_: &Connection, credential: &Credential, request: Unsigned<'_>) -> Result<(), Error> {
    let Credential::Token(token) = credential else { return Err(wrong_kind()) };
    let value = HeaderValue::try_from(format!("Bearer {}", token.expose()));
    let mut value = value.map_err(|_| Error::gateway(Kind::Authentication, "the token cannot be sent in a header"))?;
    value.set_sensitive(true);
    request.headers.insert(AUTHORIZATION, value);
    Ok(())
}

/// A signature with AWS keys for a service in a region (AWS, "Signature Version 4").
pub(crate) fn aws(credential: &Credential, request: Unsigned<'_>, region: &str, service: &str) -> Result<(), Error> {
    let Credential::Aws { access_key_id, secret_access_key, session_token } = credential else {
        return Err(wrong_kind());
    };
    let keys = sigv4::Keys {
        access_key_id,
        secret_access_key: secret_access_key.expose(),
        session_token: session_token.as_ref().map(|token| token.expose()),
    };
    let at = request.now.basic();
    let unsigned =
        sigv4::Unsigned { method: request.method, uri: request.uri, headers: request.headers, body: request.body };
    sigv4::sign(unsigned, &keys, sigv4::Scope { region, service }, &at)
        .map_err(|cause| Error::gateway(Kind::Authentication, cause.to_string()).with_source(cause))
}

/// The credential is of another kind than the provider takes.
pub(crate) fn wrong_kind() -> Error {
    Error::gateway(Kind::Authentication, "the provider takes another kind of credential than the one it was given")
}

//! Signed assertions of a service account (Google Identity, "Using OAuth 2.0 for Server to Server Applications").

use crate::rsa::signature;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};
use tianji_core::{Micros, Secret};

/// What an assertion says.
pub(super) struct Claims<'a> {
    /// The account's address.
    pub(super) issuer: &'a str,
    /// Who is to believe it: the token endpoint.
    pub(super) audience: &'a str,
    /// What for.
    pub(super) scope: &'a str,
    /// When it was made.
    pub(super) now: Micros,
}

/// A JSON Web Token signed with RS256 (RFC 7518, section 3.3); `None` if the key is no RSA key in PEM.
pub(super) fn signed(claims: &Claims<'_>, key_id: Option<&str>, pem: &Secret) -> Option<Secret> {
    let mut header = json!({ "alg": "RS256", "typ": "JWT" });
    if let (Some(id), Some(members)) = (key_id, header.as_object_mut()) {
        members.insert("kid".to_owned(), Json::from(id));
    }
    let now = claims.now.seconds();
    let claims = json!({
        "iss": claims.issuer,
        "scope": claims.scope,
        "aud": claims.audience,
        "iat": now,
        "exp": now + LIFE_SECONDS,
    });
    let encoded = |json: Json| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    let text = format!("{}.{}", encoded(header), encoded(claims));
    let signature = signature(&text, pem)?;
    Some(Secret::new(format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))))
}

/// The longest life that Google allows an assertion.
const LIFE_SECONDS: i64 = 3600;

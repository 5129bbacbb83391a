//! Signed assertions of a service account (Google Identity, "Using OAuth 2.0 for Server to Server Applications").

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
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

fn signature(text: &str, pem: &Secret) -> Option<Vec<u8>> {
    let key = key(pem.expose())?;
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).ok()?;
    Some(signature)
}

/// Reads PKCS #8 (RFC 5958), the form of Google's files, or PKCS #1.
fn key(pem: &str) -> Option<KeyPair> {
    // Keys that went through an environment variable often have their line ends written as `\n`.
    let pem = pem.replace("\\n", "\n");
    let (_, rest) = pem.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (text, _) = rest.split_once("-----END ")?;
    let text: String = text.split_whitespace().collect();
    let der = BASE64_STANDARD.decode(text).ok()?;
    match label {
        "PRIVATE KEY" => KeyPair::from_pkcs8(&der).ok(),
        "RSA PRIVATE KEY" => KeyPair::from_der(&der).ok(),
        _ => None,
    }
}

/// The longest life that Google allows an assertion.
const LIFE_SECONDS: i64 = 3600;

//! RSA signatures (RFC 8017, section 8.2: PKCS #1 version 1.5 with SHA-256).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tianji_core::Secret;

/// Signs a text; `None` if the key is no RSA key in PEM without a passphrase.
pub(crate) fn signature(text: &str, pem: &Secret) -> Option<Vec<u8>> {
    let key = key(pem.expose())?;
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).ok()?;
    Some(signature)
}

/// Reads PKCS #8 (RFC 5958), the form of Google's and Oracle's files, or PKCS #1.
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

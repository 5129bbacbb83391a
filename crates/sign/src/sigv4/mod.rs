//! AWS Signature Version 4 (AWS IAM User Guide, "Create a signed AWS API request").
//!
//! ```
//! use http::{HeaderMap, Method, Uri};
//! use tianji_sign::sigv4::{Keys, Scope, Unsigned, sign};
//! let uri = Uri::from_static("https://example.amazonaws.com/");
//! let mut headers = HeaderMap::new();
//! let keys = Keys { access_key_id: "AKIDEXAMPLE", secret_access_key: "secret", session_token: None };
//! let scope = Scope { region: "us-east-1", service: "service" };
//! let request = Unsigned { method: &Method::GET, uri: &uri, headers: &mut headers, body: &[] };
//! sign(request, &keys, scope, "20150830T123600Z")?;
//! assert!(headers.contains_key("authorization"));
//! # Ok::<(), tianji_sign::sigv4::SignError>(())
//! ```

mod authorization;
mod canonical;

pub use authorization::Authorization;

use crate::hmac::hmac_sha256;
use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use sha2::{Digest, Sha256};
use std::fmt;

/// The keys to sign with.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    /// Access key id.
    pub access_key_id: &'a str,
    /// Secret access key.
    pub secret_access_key: &'a str,
    /// Token of a temporary credential.
    pub session_token: Option<&'a str>,
}

impl fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

/// What a signature is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    /// Region, such as `eu-central-1`.
    pub region: &'a str,
    /// The service's name in signatures, such as `bedrock`.
    pub service: &'a str,
}

/// A request that is complete but for its signature.
#[derive(Debug)]
pub struct Unsigned<'a> {
    /// Verb.
    pub method: &'a Method,
    /// Absolute address, as it will be sent.
    pub uri: &'a Uri,
    /// Headers. `Host` may be absent: then it is taken from the address.
    pub headers: &'a mut HeaderMap,
    /// The body, in the slices it is sent in.
    pub body: &'a [Bytes],
}

/// A request that cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The address has no host.
    #[error("the address to sign has no host")]
    NoHost,
    /// The time is not in the form `20150830T123600Z`.
    #[error("the time to sign at is not in ISO 8601's basic form")]
    Time,
    /// Keys, region or service hold characters that a header cannot carry. They are not shown.
    #[error("the AWS credential holds characters that a header cannot carry")]
    Credential,
}

/// Signs a request by its `Authorization` header, replacing an earlier signature. Also sets `X-Amz-Date` and, with
/// temporary credentials, `X-Amz-Security-Token`.
///
/// Signed are `Host`, `Content-Type` and all `X-Amz-` headers: what a proxy on the way may change is left out. `at` is
/// the time of signing (`20150830T123600Z`); AWS takes it when it is at most five minutes off.
///
/// # Errors
/// [`SignError`] when there is no host, or when the credential or the time is malformed.
pub fn sign(request: Unsigned<'_>, keys: &Keys<'_>, scope: Scope<'_>, at: &str) -> Result<(), SignError> {
    let date = date(at).ok_or(SignError::Time)?;
    let Unsigned { method, uri, headers, body } = request;
    headers.remove(AUTHORIZATION);
    headers.insert(DATE, HeaderValue::try_from(at).map_err(|_| SignError::Time)?);
    headers.remove(SECURITY_TOKEN);
    if let Some(token) = keys.session_token {
        headers.insert(SECURITY_TOKEN, sensitive(token)?);
    }
    let host = match headers.get(HOST) {
        Some(host) => host.as_bytes(),
        None => uri.authority().ok_or(SignError::NoHost)?.as_str().as_bytes(),
    };
    let (canonical, signed) = canonical::request(method, uri, host, headers, &payload_hash(body));
    let credential_scope = format!("{date}/{}/{}/{TERMINATOR}", scope.region, scope.service);
    let to_sign =
        format!("{ALGORITHM}\n{at}\n{credential_scope}\n{}", hex::encode(Sha256::digest(canonical.as_slice())));
    let key = signing_key(keys.secret_access_key, date, scope);
    let signature = hex::encode(hmac_sha256(&key, &[to_sign.as_bytes()]));
    let value = format!(
        "{ALGORITHM} Credential={}/{credential_scope}, SignedHeaders={signed}, Signature={signature}",
        keys.access_key_id
    );
    headers.insert(AUTHORIZATION, sensitive(&value)?);
    Ok(())
}

/// The hash of a body, in lower-case hex: what `X-Amz-Content-Sha256` holds for services that ask for it.
pub fn payload_hash(body: &[Bytes]) -> String {
    let mut hash = Sha256::new();
    for slice in body {
        hash.update(slice);
    }
    hex::encode(hash.finalize())
}

/// The day of a time of signing; `None` if it is not one.
fn date(at: &str) -> Option<&str> {
    let (date, time) = at.strip_suffix('Z')?.split_once('T')?;
    let digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(date, 8) && digits(time, 6)).then_some(date)
}

/// The key of one day, region and service.
fn signing_key(secret: &str, date: &str, scope: Scope<'_>) -> [u8; 32] {
    let secret = format!("AWS4{secret}");
    [date, scope.region, scope.service, TERMINATOR]
        .iter()
        .fold(None, |key: Option<[u8; 32]>, part| {
            let key = key.as_ref().map_or(secret.as_bytes(), |key| key.as_slice());
            Some(hmac_sha256(key, &[part.as_bytes()]))
        })
        .unwrap_or_default()
}

fn sensitive(text: &str) -> Result<HeaderValue, SignError> {
    let mut value = HeaderValue::try_from(text).map_err(|_| SignError::Credential)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The algorithm's name, first word of the header.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The last word of every scope.
const TERMINATOR: &str = "aws4_request";
const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

//! Finding the caller's key among the headers: the first source that is present decides.

use crate::Denial;
use http::header::AsHeaderName;
use http::{HeaderMap, HeaderName, HeaderValue};
use tianji_core::Secret;

/// Where else than in the fixed headers a key may stand on this route.
#[derive(Clone, Copy, Debug, Default)]
pub struct CredentialSources<'a> {
    /// The operator's own header (`litellm_key_header_name`), read first.
    pub custom_header: Option<&'a HeaderName>,
    /// The value of `?key=`, on Gemini-native routes only.
    pub query_key: Option<&'a str>,
    /// The access key id of an AWS signature is the key, on Bedrock-native routes only. The signature itself says
    /// nothing here: only the vendor could check it.
    pub aws_signature: bool,
}

/// A caller's key, as found. Not yet checked against anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential(Secret);

impl Credential {
    /// The raw key.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Finds the key. A bad value in an earlier source is never rescued by a later one, but an `Authorization` of another
/// scheme beside a bare key header is left alone (a user's own OAuth token for the upstream).
pub fn credential(headers: &HeaderMap, sources: &CredentialSources<'_>) -> Result<Credential, Denial> {
    if let Some(value) = sources.custom_header.and_then(|name| single(headers, name).transpose()) {
        let text = text(value?)?;
        return virtual_key(bearer(text).unwrap_or(text));
    }
    let bare = bare_header(headers)?;
    if let Some(value) = single(headers, http::header::AUTHORIZATION)? {
        let text = text(value)?;
        let key = bearer(text).or_else(|| sources.aws_signature.then(|| access_key_id(text)).flatten());
        match (key, bare) {
            (Some(key), _) => return virtual_key(key),
            (None, Some(_)) => {}
            (None, None) => return Err(Denial::Malformed),
        }
    }
    match bare.or(sources.query_key) {
        Some(key) => virtual_key(bearer(key).unwrap_or(key)),
        None => Err(Denial::NoKey),
    }
}

/// The first present of the headers that carry a key without a scheme.
fn bare_header(headers: &HeaderMap) -> Result<Option<&str>, Denial> {
    for name in &BARE_HEADERS {
        if let Some(value) = single(headers, name)? {
            return text(value).map(Some);
        }
    }
    Ok(None)
}

fn single(headers: &HeaderMap, name: impl AsHeaderName) -> Result<Option<&HeaderValue>, Denial> {
    let mut values = headers.get_all(name).iter();
    let Some(first) = values.next() else { return Ok(None) };
    if values.any(|other| other != first) {
        return Err(Denial::Ambiguous);
    }
    Ok(Some(first))
}

fn text(value: &HeaderValue) -> Result<&str, Denial> {
    if value.len() > LONGEST {
        return Err(Denial::NotVirtual);
    }
    value.to_str().map_err(|_| Denial::NotVirtual)
}

/// The key after a `Bearer` scheme in any case, with any number of blanks between.
fn bearer(value: &str) -> Option<&str> {
    let (scheme, rest) = value.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case("bearer") || !rest.starts_with([' ', '\t']) {
        return None;
    }
    Some(rest.trim_matches([' ', '\t']))
}

/// The access key id of `AWS4-HMAC-SHA256 Credential=<id>/<date>/…` (AWS, "Authenticating requests: using the
/// Authorization header").
fn access_key_id(value: &str) -> Option<&str> {
    let fields = value.strip_prefix("AWS4-HMAC-SHA256")?;
    let scope = fields.split(',').find_map(|field| field.trim().strip_prefix("Credential="))?;
    scope.split('/').next()
}

fn virtual_key(key: &str) -> Result<Credential, Denial> {
    if key.is_empty() {
        return Err(Denial::NoKey);
    }
    Ok(Credential(Secret::new(key)))
}

/// Headers that carry a bare key, in the order in which they are looked at. Ready-made names: making a name of a text
/// costs more than looking for it.
pub static BARE_HEADERS: [HeaderName; 6] = [
    HeaderName::from_static("x-litellm-api-key"),
    HeaderName::from_static("x-tianji-api-key"),
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("api-key"),
    HeaderName::from_static("x-goog-api-key"),
    HeaderName::from_static("ocp-apim-subscription-key"),
];

/// Longest credential in bytes.
const LONGEST: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pairs: &[(&str, &str)]) -> Result<String, Denial> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
        }
        credential(&headers, &CredentialSources::default()).map(|key| key.expose().to_owned())
    }

    #[test]
    fn every_source_and_its_order() {
        let key = Ok("sk-a".to_owned());
        assert_eq!(found(&[("authorization", "Bearer sk-a")]), key);
        assert_eq!(found(&[("authorization", "bearer \t sk-a")]), key);
        for name in BARE_HEADERS.iter().map(HeaderName::as_str) {
            assert_eq!(found(&[(name, "sk-a")]), key);
            assert_eq!(found(&[(name, "Bearer sk-a")]), key);
            assert_eq!(found(&[(name, "sk-b"), ("authorization", "Bearer sk-a")]), key);
            assert_eq!(found(&[(name, "sk-a"), ("authorization", "Basic xyz")]), key);
        }
        assert_eq!(found(&[("x-api-key", "sk-b"), ("x-litellm-api-key", "sk-a")]), key);
        assert_eq!(found(&[("authorization", "sk-a")]), Err(Denial::Malformed));
        assert_eq!(found(&[]), Err(Denial::NoKey));
        assert_eq!(found(&[("authorization", "Bearer ")]), Err(Denial::NoKey));
        assert_eq!(found(&[("x-api-key", "sk-a"), ("x-api-key", "sk-b")]), Err(Denial::Ambiguous));
    }

    #[test]
    fn the_operators_header_is_read_first() {
        let name = HeaderName::from_static("x-my-key");
        let sources = CredentialSources { custom_header: Some(&name), ..CredentialSources::default() };
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static("Bearer sk-b"));
        headers.insert("x-my-key", HeaderValue::from_static("sk-a"));
        assert_eq!(credential(&headers, &sources).unwrap().expose(), "sk-a");
    }

    #[test]
    fn an_aws_signature_names_the_key_where_it_may() {
        let mut headers = HeaderMap::new();
        let signed = "AWS4-HMAC-SHA256 Credential=sk-a/20261125/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=00";
        headers.insert("authorization", HeaderValue::from_static(signed));
        let sources = CredentialSources { aws_signature: true, ..CredentialSources::default() };
        assert_eq!(credential(&headers, &sources).unwrap().expose(), "sk-a");
        assert_eq!(credential(&headers, &CredentialSources::default()), Err(Denial::Malformed));
        headers.insert("x-api-key", HeaderValue::from_static("sk-b"));
        assert_eq!(credential(&headers, &CredentialSources::default()).unwrap().expose(), "sk-b");
    }
}

//! Requests to those who give out credentials, their replies, and their refusals.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value as Json;
use std::time::Duration;
use tianji_core::{Credential, Error, Granted, Kind, Micros, Payload, Reply, Secret, WireRequest};

/// Who is asked: the name for error texts, and the words that must not be in them.
#[derive(Clone, Debug)]
pub(super) struct Issuer {
    name: String,
    hidden: Vec<Secret>,
}

impl Issuer {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), hidden: Vec::new() }
    }

    /// With words that never appear in an error, even if the issuer repeats them.
    pub(super) fn hiding(mut self, secrets: impl IntoIterator<Item = Secret>) -> Self {
        self.hidden.extend(secrets);
        self
    }

    /// A request with a form as its body (RFC 6749, section 4: `application/x-www-form-urlencoded`).
    pub(super) fn form(&self, url: &str, fields: &[(&str, &str)]) -> Result<WireRequest, Error> {
        let encoded = |text| utf8_percent_encode(text, ESCAPED);
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let mut request = self.request(Method::POST, url)?;
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        request.body = Bytes::from(pairs.join("&")).into();
        Ok(request)
    }

    /// A request with a JSON body.
    pub(super) fn json(&self, url: &str, body: &Json) -> Result<WireRequest, Error> {
        let mut request = self.request(Method::POST, url)?;
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request.body = Bytes::from(body.to_string()).into();
        Ok(request)
    }

    /// A request without a body.
    pub(super) fn request(&self, method: Method, url: &str) -> Result<WireRequest, Error> {
        let uri: http::Uri = url.parse().map_err(|_| self.unusable("its address is not valid"))?;
        if uri.host().is_none_or(str::is_empty) || !matches!(uri.scheme_str(), Some("https" | "http")) {
            return Err(self.unusable("its address is not valid"));
        }
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        Ok(WireRequest { method, uri, headers, body: Payload::default() })
    }

    /// Adds a header, marked sensitive.
    pub(super) fn header(&self, request: &mut WireRequest, name: HeaderName, text: &str) -> Result<(), Error> {
        let mut value = HeaderValue::try_from(text)
            .map_err(|_| self.unusable("the credential holds characters that a header cannot carry"))?;
        value.set_sensitive(true);
        request.headers.insert(name, value);
        Ok(())
    }

    /// Adds `Authorization: Basic` (RFC 7617).
    pub(super) fn basic(&self, request: &mut WireRequest, user: &str, password: &Secret) -> Result<(), Error> {
        let pair = Secret::new(BASE64_STANDARD.encode(format!("{user}:{}", password.expose())));
        self.header(request, AUTHORIZATION, &format!("Basic {}", pair.expose()))
    }

    /// The body of a good reply.
    pub(super) fn good(&self, reply: Result<Reply, Error>) -> Result<Bytes, Error> {
        let reply = reply.map_err(|error| self.unreachable(error))?;
        if reply.status.is_success() { Ok(reply.body) } else { Err(self.refused(&reply)) }
    }

    /// The body of a good reply as JSON.
    pub(super) fn good_json(&self, reply: Result<Reply, Error>) -> Result<Json, Error> {
        serde_json::from_slice(&self.good(reply)?).map_err(|_| self.misunderstood())
    }

    /// The token of an OAuth reply (RFC 6749, section 5.1).
    pub(super) fn token(&self, reply: Result<Reply, Error>, now: Micros) -> Result<Granted, Error> {
        let reply = self.good_json(reply)?;
        let token = text(&reply, "access_token").ok_or_else(|| self.misunderstood())?;
        Ok(Granted { credential: Credential::Token(Secret::new(token)), expires_at: Some(expiry(&reply, now)) })
    }

    /// Nothing can be asked, because of what is or is not configured.
    pub(super) fn unusable(&self, why: &str) -> Error {
        Error::provider(Kind::Authentication, format!("{}: {}", self.name, self.without_secrets(why)))
    }

    /// The reply is not what the documentation says.
    pub(super) fn misunderstood(&self) -> Error {
        let message = format!("{} answered, but its reply holds no credential", self.name);
        Error::provider(Kind::ServiceUnavailable, message)
    }

    fn unreachable(&self, cause: Error) -> Error {
        let message = format!("{} could not be asked for a credential: {}", self.name, cause.message);
        Error::provider(Kind::ServiceUnavailable, self.without_secrets(&message)).with_source(cause)
    }

    /// A refusal is final; a server in trouble may do better next time.
    fn refused(&self, reply: &Reply) -> Error {
        let status = reply.status.as_u16();
        let kind = match status {
            429 | 500.. => Kind::ServiceUnavailable,
            _ => Kind::Authentication,
        };
        let told = words(&reply.body);
        let colon = if told.is_empty() { "" } else { ": " };
        let message = format!("{} gave no credential (HTTP {status}{colon}{told})", self.name);
        Error::provider(kind, self.without_secrets(&message))
    }

    fn without_secrets(&self, text: &str) -> String {
        let hidden = self.hidden.iter().filter(|secret| secret.expose().len() >= LEAST_HIDDEN);
        hidden.fold(text.to_owned(), |text, secret| text.replace(secret.expose(), "***"))
    }
}

/// A member that is a text and not empty.
pub(super) fn text<'a>(json: &'a Json, name: &str) -> Option<&'a str> {
    json.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// The time of an RFC 3339 stamp.
pub(super) fn time(stamp: &str) -> Option<Micros> {
    stamp.parse::<jiff::Timestamp>().ok().map(|time| Micros(time.as_microsecond()))
}

/// A whole number, written as one or as a text.
fn number(json: &Json, name: &str) -> Option<i64> {
    let value = json.get(name)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// When a token ends: a life in seconds, or a time in seconds (Azure: `expires_on`, IBM: `expiration`) or milliseconds
/// (GigaChat: `expires_at`).
fn expiry(reply: &Json, now: Micros) -> Micros {
    if let Some(life) = number(reply, "expires_in").and_then(|life| u64::try_from(life).ok()) {
        return now.plus(Duration::from_secs(life));
    }
    let seconds = number(reply, "expires_on").or_else(|| number(reply, "expiration"));
    let micros = seconds.map(|seconds| seconds.saturating_mul(1_000_000));
    let micros = micros.or_else(|| Some(number(reply, "expires_at")?.saturating_mul(1000)));
    micros.map_or_else(|| now.plus(UNTOLD_LIFE), Micros)
}

/// What an error reply says, in the forms of OAuth, of Google and IBM, and of AWS; short.
fn words(body: &[u8]) -> String {
    let Ok(json) = serde_json::from_slice::<Json>(body) else { return xml_words(body) };
    let error = json.get("error").unwrap_or(&json);
    let code =
        error.as_str().or_else(|| ["status", "errorCode", "Code", "code"].iter().find_map(|name| text(error, name)));
    let description = ["error_description", "errorMessage", "message", "Message"]
        .iter()
        .find_map(|name| text(&json, name).or_else(|| text(error, name)));
    let parts: Vec<&str> = code.into_iter().chain(description).collect();
    parts.join(": ").chars().take(MOST_WORDS).collect()
}

fn xml_words(body: &[u8]) -> String {
    let body = String::from_utf8_lossy(body);
    let parts: Vec<&str> = ["Code", "Message"].iter().filter_map(|name| element(&body, name)).collect();
    parts.join(": ").chars().take(MOST_WORDS).collect()
}

/// The text of the first element of a name in an XML reply that has no attributes there.
pub(super) fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text.trim())
}

/// How long a token is trusted that comes without an end.
const UNTOLD_LIFE: Duration = Duration::from_secs(600);
/// Shortest secret that is looked for in error texts: a shorter one would only garble them.
const LEAST_HIDDEN: usize = 4;
/// Longest quotation of an error reply, in characters.
const MOST_WORDS: usize = 300;
/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

//! Members of a call, whether they came as JSON or as the text fields of a form; and where it goes.

use super::{Ask, Chain, Flow, Link};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use tianji_core::egress::is_public_site;
use tianji_core::{Error, Kind, LossClass, Losses, Payload, Reply, Upload, WireRequest};

impl Ask<'_> {
    /// A text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.body.str(name).filter(|text| !text.is_empty()).map(std::borrow::Cow::into_owned)
    }

    /// A number; forms carry them as text.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        let text = std::str::from_utf8(self.body.raw(name)?).ok()?;
        text.trim_matches('"').parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// A whole number.
    pub(super) fn whole(&self, name: &str) -> Option<u64> {
        self.number(name).filter(|number| *number >= 0.0 && number.fract() == 0.0).map(|number| number as u64)
    }

    /// Texts of a list, or the one text that stands for it; brackets in a form's field name do not matter.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let listed = format!("{name}[]");
        let value = self.body.read::<Value>(name).or_else(|| self.body.read(&listed)).and_then(Result::ok);
        match value {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(text)) => vec![text],
            _ => Vec::new(),
        }
    }

    /// Any member.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        self.body.read::<Value>(name)?.ok().filter(|value| !value.is_null())
    }

    /// Members that are not among the named ones: vendors' own, which go up as they came.
    pub(super) fn extras(&self, known: &[&str]) -> Map<String, Value> {
        let own = self.body.iter().filter(|(name, _)| !known.contains(name) && *name != "model");
        own.filter_map(|(name, raw)| Some((name.to_owned(), serde_json::from_slice(raw).ok()?))).collect()
    }

    /// Parameters that a vendor has no word for.
    pub(super) fn refuse(&self, names: &[&str], losses: &mut Losses) {
        for name in names {
            if self.body.raw(name).is_some_and(|raw| raw != b"null") {
                losses.push(LossClass::Parameter, *name, "the provider does not support it");
            }
        }
    }

    /// Refuses a stream of events, where a vendor answers at once or with bare bytes.
    pub(super) fn no_events(&self, losses: &mut Losses) {
        if self.stream {
            losses.push(LossClass::Parameter, "stream", "the provider does not stream events");
        }
    }

    /// The address of the entry, or where the vendor does this kind: some have one host for chat and one for the rest.
    pub(super) fn base<'a>(&'a self, own: &'a str) -> &'a str {
        let base = self.connection.base.as_str();
        if base.is_empty() || self.provider.base_url.as_deref() == Some(base) { own } else { base }
    }

    /// The uploaded file of a field; brackets in its name do not matter.
    pub(super) fn file(&self, field: &str) -> Option<&Upload> {
        self.files.iter().find(|file| file.field.strip_suffix("[]").unwrap_or(&file.field) == field)
    }

    /// All uploaded files of a field.
    pub(super) fn files(&self, field: &str) -> Vec<&Upload> {
        self.files.iter().filter(|file| file.field.strip_suffix("[]").unwrap_or(&file.field) == field).collect()
    }

    /// The error that a kind cannot do without something.
    pub(super) fn missing(&self, param: &'static str) -> Error {
        self.invalid(param, format!("Missing required parameter: '{param}'."))
    }
}

impl Flow {
    /// A conversation that begins so.
    pub(super) fn chain(link: Link) -> Self {
        Self::Converse(Box::new(Chain::new(link)))
    }

    /// A conversation that begins so and finds out what is to be passed on.
    pub(super) fn seek(link: Link<super::Sought>) -> Self {
        Self::Seek(Box::new(Chain::new(link)))
    }
}

/// A JSON body.
pub(super) fn json(value: &impl serde::Serialize) -> Result<Payload, Error> {
    let text = serde_json::to_vec(value);
    text.map(Payload::from)
        .map_err(|cause| Error::gateway(Kind::InternalServer, "the request could not be encoded").with_source(cause))
}

/// Base64 of RFC 4648, section 4.
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes of a vendor's base64.
pub(super) fn from_base64(text: &str) -> Result<Bytes, Error> {
    STANDARD.decode(text).map(Bytes::from).map_err(|cause| super::compat::malformed().with_source(cause))
}

/// Whether an address that a vendor names is on the vendor's host or one of its domain, so that the credential may go
/// there too.
pub(crate) fn same_site(own: &str, named: &str) -> bool {
    let (Some((scheme, own)), Some((named_scheme, named))) = (host(own), host(named)) else { return false };
    let site = own.split_once('.').map_or("", |(_, rest)| rest);
    let site = if site.contains('.') { site } else { own.as_str() };
    let ended = site.bytes().any(|byte| byte.is_ascii_alphabetic()) && named.ends_with(&format!(".{site}"));
    scheme == named_scheme && (own == named || named == site || ended)
}

/// A request without a credential for a file that a vendor's reply names. Only public hosts and the vendor's own are
/// asked: an address in a reply must not lead into the operator's network.
pub(super) fn file_at(base: &str, url: &str) -> Result<WireRequest, Error> {
    let uri: Uri = url.parse().map_err(|_| super::compat::malformed())?;
    if !is_public_site(&uri) && !same_site(base, url) {
        return Err(Error::provider(Kind::MalformedReply, "the provider's address of a file is not a public one"));
    }
    Ok(WireRequest { method: Method::GET, uri, headers: HeaderMap::new(), body: Payload::default() })
}

/// A reply that is JSON of a known form.
pub(super) fn parsed<T: serde::de::DeserializeOwned>(reply: &Reply) -> Result<T, Error> {
    serde_json::from_slice(&reply.body).map_err(|cause| super::compat::malformed().with_source(cause))
}

/// An id of the vendor's as a segment of a path.
pub(super) fn segment(id: &str) -> String {
    utf8_percent_encode(id, SEGMENT).to_string()
}

fn host(url: &str) -> Option<(String, String)> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    Some((scheme.to_ascii_lowercase(), authority.rsplit('@').next()?.to_ascii_lowercase()))
}

/// All but the unreserved characters (RFC 3986, section 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

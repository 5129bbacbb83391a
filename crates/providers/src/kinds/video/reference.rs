//! The picture that a film begins with: an uploaded file, or an address in the call.

use super::super::given::base64;
use super::super::google::media_type;
use super::super::{Ask, Link};
use serde_json::Value;
use tianji_core::{Error, Upload, WireRequest};

/// A picture that a film begins with.
#[derive(Clone, Debug)]
pub(super) enum Reference {
    /// In the call itself.
    Inline {
        /// Its media type.
        mime: String,
        /// Its bytes, as base64.
        data: String,
    },
    /// Elsewhere.
    At(String),
}

impl Reference {
    /// As an address that may hold the file itself (RFC 2397).
    pub(super) fn url(self) -> String {
        match self {
            Self::Inline { mime, data } => format!("data:{mime};base64,{data}"),
            Self::At(url) => url,
        }
    }
}

/// Where the picture of a call is.
#[derive(Clone, Debug)]
pub(super) enum Given {
    File(Upload),
    Named(Reference),
}

/// The picture of a call: a file, a text, or an object with `image_url` (OpenAI, "Create video": `input_reference`).
pub(super) fn given(ask: &Ask<'_>) -> Result<Option<Given>, Error> {
    if let Some(file) = ask.file("input_reference") {
        return Ok(Some(Given::File(file.clone())));
    }
    let url = match ask.value("input_reference") {
        None => return Ok(None),
        Some(Value::String(url)) => Some(url),
        Some(object) => object.get("image_url").and_then(Value::as_str).map(str::to_owned),
    };
    let url = url.ok_or_else(|| ask.invalid("input_reference", "the provider needs the picture itself or its URL"))?;
    let inline = url.strip_prefix("data:").and_then(|data| data.split_once(";base64,"));
    Ok(Some(Given::Named(match inline {
        Some((mime, data)) => Reference::Inline { mime: mime.to_owned(), data: data.to_owned() },
        None => Reference::At(url),
    })))
}

/// Completes an order with its picture in memory and sends it.
pub(super) fn with_picture(
    given: Option<Given>,
    complete: impl FnOnce(Option<Reference>) -> Result<WireRequest, Error> + Send + 'static,
    read: impl FnOnce(tianji_core::Reply) -> Result<super::super::Told, Error> + Send + 'static,
) -> Result<Link, Error> {
    let file = match given {
        Some(Given::File(file)) => file,
        Some(Given::Named(reference)) => return Ok(Link::last(complete(Some(reference))?, read)),
        None => return Ok(Link::last(complete(None)?, read)),
    };
    let mime = media_type(&file, "image/png");
    Link::with_files(&[file], move |contents| {
        let data = contents.first().map(|content| base64(content)).unwrap_or_default();
        Ok(Link::last(complete(Some(Reference::Inline { mime, data }))?, read))
    })
}

//! Scheme, host and port: what connections are shared by.

use crate::error::HttpError;
use http::Uri;
use http::uri::Authority;
use std::fmt;

/// An origin. Cheap to clone and to compare.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    secure: bool,
    authority: Authority,
}

impl Origin {
    /// The origin of an absolute address.
    pub(crate) fn of(uri: &Uri) -> Result<Self, HttpError> {
        match (uri.scheme_str(), uri.authority()) {
            (Some(scheme @ ("http" | "https")), Some(authority)) => {
                Ok(Self { secure: scheme == "https", authority: authority.clone() })
            }
            _ => Err(HttpError::Address(uri.to_string())),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.secure { "https" } else { "http" }, self.authority)
    }
}

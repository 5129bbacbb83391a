//! Scheme, host and port: what connections are shared by.

use crate::error::HttpError;
use http::Uri;
use http::uri::Authority;
use std::cmp::Ordering;
use std::fmt;

/// An origin. Cheap to clone and to compare; spelled otherwise (`Example.com`) it counts as another one.
#[derive(Clone, Debug)]
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

impl Origin {
    fn parts(&self) -> (bool, &str) {
        (self.secure, self.authority.as_str())
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Origin {}

impl PartialOrd for Origin {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Origin {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(&other.parts())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.secure { "https" } else { "http" }, self.authority)
    }
}

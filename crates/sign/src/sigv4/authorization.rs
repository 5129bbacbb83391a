//! Reading the `Authorization` header of a signed request.

use super::{ALGORITHM, Scope, TERMINATOR};

/// What a signed request says about its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// Access key id.
    pub access_key_id: &'a str,
    /// Day of signing (`20150830`).
    pub date: &'a str,
    /// Region and service.
    pub scope: Scope<'a>,
    /// Names of the signed headers, in their order.
    pub signed_headers: Vec<&'a str>,
    /// The signature in hex.
    pub signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads the value of an `Authorization` header; `None` if it is no signature of this version.
    pub fn parse(value: &'a str) -> Option<Self> {
        let fields = value.trim().strip_prefix(ALGORITHM)?.strip_prefix(|blank: char| blank.is_ascii_whitespace())?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for field in fields.split(',') {
            let (name, value) = field.trim().split_once('=')?;
            match name {
                "Credential" => credential = Some(value),
                "SignedHeaders" => signed_headers = Some(value),
                "Signature" => signature = Some(value),
                _ => {}
            }
        }
        // From the end: a slash in a key id is unheard of, but not forbidden.
        let mut parts = credential?.rsplitn(5, '/');
        let terminator = parts.next()?;
        let (service, region, date) = (parts.next()?, parts.next()?, parts.next()?);
        let access_key_id = parts.next().filter(|id| !id.is_empty())?;
        (terminator == TERMINATOR).then_some(())?;
        Some(Self {
            access_key_id,
            date,
            scope: Scope { region, service },
            signed_headers: signed_headers?.split(';').collect(),
            signature: signature?,
        })
    }
}

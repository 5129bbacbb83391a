//! A call on its way to a vendor.

use crate::connection::{Connection, ConnectionError};
use crate::endpoint::EndpointKind;
use crate::outgoing::Outgoing;
use crate::provider::Provider;
use http::Method;
use tianji_core::generate::Target;
use tianji_core::{Error, Kind, Payload, Upload, WireRequest};
use tianji_wire::RawObject;

/// A call of an endpoint kind, with all that a translator may know.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Who is asked.
    pub provider: &'a Provider,
    /// Where, and with which credential.
    pub connection: &'a Connection,
    /// The upstream model and what it can do.
    pub target: Target<'a>,
    /// What is asked for.
    pub kind: EndpointKind,
    /// The client's body; of a form, its text fields as strings (lists of strings where a name comes again).
    pub body: &'a RawObject,
    /// Files of a form.
    pub files: &'a [Upload],
    /// Model name to show.
    pub model: &'a str,
    /// Whether the client asked for a stream.
    pub stream: bool,
    /// Text that no part of the call contains, unique to it: boundaries of forms, minted ids.
    pub unique: &'a str,
    /// Seconds since 1970.
    pub now: i64,
    /// What is asked about films; `None` for other kinds.
    pub filming: Option<super::Filming<'a>>,
}

impl Ask<'_> {
    /// A request to where the provider's own hook puts this kind.
    ///
    /// # Errors
    /// When the provider does not offer it or the address would not be valid.
    pub fn request(&self, body: impl Into<Payload>) -> Result<WireRequest, Error> {
        let operation = self.kind.operation().ok_or_else(|| self.not_offered())?;
        let outgoing = self.provider.outgoing(self.connection, operation, self.target.model).map_err(unaddressed)?;
        Ok(post(outgoing, body.into()))
    }

    /// A request to an address of the translator's own making, with the provider's headers and credential.
    ///
    /// # Errors
    /// When the address would not be valid.
    pub fn request_to(&self, url: &str, body: impl Into<Payload>) -> Result<WireRequest, Error> {
        let outgoing = self.provider.outgoing_to(self.connection, self.kind, url).map_err(unaddressed)?;
        Ok(post(outgoing, body.into()))
    }

    /// The same without a body, as `GET`.
    ///
    /// # Errors
    /// When the address would not be valid.
    pub fn get(&self, url: &str) -> Result<WireRequest, Error> {
        let mut request = self.request_to(url, Payload::default())?;
        request.method = Method::GET;
        request.headers.remove(http::header::CONTENT_TYPE);
        Ok(request)
    }

    /// The client's error that a member of its request is wrong.
    pub fn invalid(&self, param: &'static str, words: impl Into<String>) -> Error {
        Error::client(Kind::BadRequest, words).with_param(param)
    }

    fn not_offered(&self) -> Error {
        Error::gateway(Kind::NotImplemented, format!("{} does not offer this", self.provider.name))
    }
}

fn post(outgoing: Outgoing, body: Payload) -> WireRequest {
    WireRequest { method: Method::POST, uri: outgoing.uri, headers: outgoing.headers, body }
}

fn unaddressed(cause: ConnectionError) -> Error {
    let kind = match cause {
        ConnectionError::NotOffered { .. } => Kind::NotImplemented,
        _ => Kind::InternalServer,
    };
    Error::gateway(kind, cause.to_string()).with_source(cause)
}

/// The content type of a JSON reply.
pub(crate) const JSON: &str = "application/json";

//! Which addresses may be called on a client's word.
//!
//! A client names an address and the gateway calls it: without rules, that is a way into the operator's own network
//! (OWASP, "Server-Side Request Forgery"). By default only the public internet may be called; the operator may name
//! hosts and networks besides. The services that hand out a machine's credentials are out of reach whatever is allowed.

mod address;
mod allowed;

pub use address::{is_metadata, is_public};
pub use allowed::{Allowed, AllowedError};

use address::{METADATA_HOSTS, SERVICE_PORTS};
use http::Uri;
use std::net::IpAddr;

/// The rules for addresses that clients name.
#[derive(Clone, Debug)]
pub struct Egress {
    /// Whether only public addresses may be called.
    pub public_only: bool,
    /// What may be called all the same.
    pub allowed: Vec<Allowed>,
}

impl Default for Egress {
    fn default() -> Self {
        Self { public_only: true, allowed: Vec::new() }
    }
}

/// Why an address may not be called. The words may be shown: they say nothing about the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// No `http` or `https` address with a host.
    #[error("only http and https addresses can be fetched")]
    Scheme,
    /// It holds a user or a password.
    #[error("an address with credentials in it is not fetched")]
    Credentials,
    /// The port belongs to something that is no web server.
    #[error("its port is not one that is fetched from")]
    Port,
    /// The host, or one of its addresses, is not public.
    #[error("it is not on the public internet")]
    Private,
    /// The name cannot be resolved.
    #[error("its host cannot be found")]
    Unknown,
}

/// A host that passed, with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted<'a> {
    /// Name or address, without brackets.
    pub host: &'a str,
    /// The port that is called.
    pub port: u16,
    /// Whether the operator named it, so that its addresses may be private.
    named: bool,
}

impl Egress {
    /// Judges an address by what is written in it. The addresses that its name stands for come next.
    ///
    /// # Errors
    /// When it is none that may be called.
    pub fn admit<'a>(&self, uri: &'a Uri) -> Result<Admitted<'a>, EgressError> {
        let standard = match uri.scheme_str() {
            Some("http") => 80,
            Some("https") => 443,
            _ => return Err(EgressError::Scheme),
        };
        let authority = uri.authority().ok_or(EgressError::Scheme)?;
        if authority.as_str().contains('@') {
            return Err(EgressError::Credentials);
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        // A final dot makes no other name.
        let name = host.trim_end_matches('.');
        if name.is_empty() {
            return Err(EgressError::Scheme);
        }
        let port = authority.port_u16().unwrap_or(standard);
        if METADATA_HOSTS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return Err(EgressError::Private);
        }
        let named = !self.public_only || self.allowed.iter().any(|allowed| allowed.names(name, port));
        if !named && !is_web_port(port) {
            return Err(EgressError::Port);
        }
        let admitted = Admitted { host, port, named };
        match name.parse::<IpAddr>() {
            Ok(address) if !self.may_reach(&admitted, address) => Err(EgressError::Private),
            // Resolvers read `127.1` and `0x7f000001` as addresses; written like that they are meant to get past rules.
            Err(_) if ends_in_a_number(name) => Err(EgressError::Private),
            _ => Ok(admitted),
        }
    }

    /// Judges one of the addresses that an admitted host stands for.
    pub fn may_reach(&self, admitted: &Admitted<'_>, address: IpAddr) -> bool {
        !is_metadata(address)
            && (admitted.named || is_public(address) || self.allowed.iter().any(|allowed| allowed.holds(address)))
    }
}

/// Whether an address that a vendor names may be called, as far as is written in it: encrypted, and on the public web.
/// No operator has a say in these.
pub fn is_public_site(uri: &Uri) -> bool {
    let admitted = Egress::default().admit(uri);
    uri.scheme_str() == Some("https")
        && admitted.is_ok_and(|admitted| !is_internal(admitted.host.trim_end_matches('.')))
}

/// Whether a name means a host of the operator's own network: one without a dot, or under an ending that is not public.
fn is_internal(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let address = name.contains(':');
    !address && (!name.contains('.') || INTERNAL.iter().any(|ending| name.ends_with(ending)))
}

/// Below 1024 only the two of the web; above it, none that databases and machine control listen on.
fn is_web_port(port: u16) -> bool {
    matches!(port, 80 | 443) || (port >= 1024 && !SERVICE_PORTS.contains(&port))
}

/// Whether a host is an address in an old notation (WHATWG URL, "ends in a number").
fn ends_in_a_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let digits = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    digits || last.get(..2).is_some_and(|prefix| prefix.eq_ignore_ascii_case("0x"))
}

/// Endings of names that are nobody's on the public internet (RFC 6761, RFC 6762, RFC 8375; ICANN, `.internal`), and those
/// that clusters and home routers use.
const INTERNAL: &[&str] = &[".local", ".internal", ".localhost", ".lan", ".home.arpa", ".svc"];

#[cfg(test)]
mod tests;

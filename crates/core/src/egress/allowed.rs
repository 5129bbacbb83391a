//! Hosts and networks that the operator lets clients name.

use super::address::{within_v4, within_v6};
use std::net::IpAddr;
use std::str::FromStr;

/// One of them, as written: `files.corp.example`, `files.corp.example:8443`, `10.0.0.12`, `[fd12::1]:80`, `10.2.0.0/16`.
///
/// A host counts as it stands in the address; a network holds for names, too, whose addresses are in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed(Form);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Host { name: String, port: Option<u16> },
    Network { base: IpAddr, bits: u8 },
}

/// It names neither a host nor a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is neither a host, a host with a port, nor a network")]
pub struct AllowedError(String);

impl Allowed {
    /// Whether it names a host at a port.
    pub(super) fn names(&self, host: &str, wanted: u16) -> bool {
        match &self.0 {
            Form::Host { name, port } => same_host(name, host) && port.is_none_or(|port| port == wanted),
            Form::Network { .. } => false,
        }
    }

    /// Whether an address is in a network that it names.
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        match (&self.0, address.to_canonical()) {
            (Form::Network { base: IpAddr::V4(base), bits }, IpAddr::V4(address)) => within_v4(address, *base, *bits),
            (Form::Network { base: IpAddr::V6(base), bits }, IpAddr::V6(address)) => within_v6(address, *base, *bits),
            _ => false,
        }
    }
}

/// The same name, or the same address in another notation.
fn same_host(known: &str, host: &str) -> bool {
    let address = |text: &str| text.parse::<IpAddr>().ok();
    known.eq_ignore_ascii_case(host) || address(known).is_some_and(|known| Some(known) == address(host))
}

impl FromStr for Allowed {
    type Err = AllowedError;

    fn from_str(text: &str) -> Result<Self, AllowedError> {
        let wrong = || AllowedError(text.to_owned());
        let text = text.trim();
        if let Some((base, bits)) = text.split_once('/') {
            let base: IpAddr = base.parse().map_err(|_| wrong())?;
            let bits: u8 = bits.parse().map_err(|_| wrong())?;
            let most = if base.is_ipv4() { 32 } else { 128 };
            return if bits <= most { Ok(Self(Form::Network { base, bits })) } else { Err(wrong()) };
        }
        // An IPv6 address without brackets has colons, but no port.
        let whole = text.parse::<IpAddr>().is_ok();
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !whole => (host, Some(port.parse().map_err(|_| wrong())?)),
            _ => (text, None),
        };
        let name = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
        if name.is_empty() || !name.bytes().all(plain) {
            return Err(wrong());
        }
        Ok(Self(Form::Host { name: name.to_owned(), port }))
    }
}

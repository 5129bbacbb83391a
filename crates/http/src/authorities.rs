//! Certificate authorities of the operator's choice, for vendors whose certificates nobody else has signed.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;

/// Whom a client believes in place of the system's roots, as the reference proxy takes a bundle.
#[derive(Clone, Debug)]
pub struct Authorities(Arc<ClientConfig>);

/// A file that holds no authorities.
#[derive(Debug, thiserror::Error)]
pub enum AuthoritiesError {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// It is no PEM file (RFC 7468), or what is in it is no certificate.
    #[error("holds no certificates in PEM form")]
    Certificates,
    /// The library refuses.
    #[error("cannot be used: {0}")]
    Tls(#[from] rustls::Error),
}

impl Authorities {
    /// Reads a bundle of certificates in PEM form.
    ///
    /// # Errors
    /// [`AuthoritiesError`] when there is no such file, or no certificate in it.
    pub fn read(path: &Path) -> Result<Self, AuthoritiesError> {
        Self::of(&std::fs::read(path)?)
    }

    fn of(pem: &[u8]) -> Result<Self, AuthoritiesError> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|_| AuthoritiesError::Certificates)?;
            roots.add(certificate).map_err(|_| AuthoritiesError::Certificates)?;
        }
        if roots.is_empty() {
            return Err(AuthoritiesError::Certificates);
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        Ok(Self(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
    }

    /// The configuration of connections.
    pub(crate) fn config(&self) -> ClientConfig {
        ClientConfig::clone(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Authorities, AuthoritiesError};

    #[test]
    fn bundles_are_read() {
        let pem = format!("A comment.\n{CERTIFICATE}{CERTIFICATE}");
        assert!(Authorities::of(pem.as_bytes()).is_ok());
        for wrong in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert!(matches!(Authorities::of(wrong.as_bytes()), Err(AuthoritiesError::Certificates)), "{wrong}");
        }
        let nowhere = Authorities::read(std::path::Path::new("/no/such/bundle.pem"));
        assert!(matches!(nowhere.unwrap_err(), AuthoritiesError::Read(_)));
    }

    const CERTIFICATE: &str = include_str!("../tests/authority.pem");
}

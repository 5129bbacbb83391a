//! Credentials that have to be asked for, as pure conversations: what to ask, what to make of the answers. The `http`
//! crate asks, keeps and renews ([`tianji_core::CredentialSource`]).

mod ask;
mod aws;
mod azure;
mod copilot;
mod google;
mod iam;
mod oci;
mod sap;
mod source;
mod turn;

pub use google::GoogleKey;

use crate::connection::ConnectionParams;
use crate::provider::Provider;
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;
use tianji_core::{CredentialSource, Secret};

/// Whom a provider's credentials come from, where they are not just a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// Keys of Amazon Web Services, which sign requests.
    Aws,
    /// Access tokens of Google Cloud.
    Google,
    /// Access tokens of Microsoft Entra, where an identity is configured; else a key.
    Azure,
    /// IBM Cloud IAM: the key is swapped for a token.
    Ibm,
    /// Databricks: a service principal's token, where one is configured; else a key.
    Databricks,
    /// SAP AI Core: a service key's token.
    Sap,
    /// GigaChat: the authorisation key is swapped for a token.
    Gigachat,
    /// GitHub Copilot: a user's token is swapped for a short-lived one.
    Copilot,
    /// Oracle Cloud Infrastructure: a user's key signs requests.
    Oci,
}

impl CredentialKind {
    /// Whether the key is for the token's issuer only and never sent to the provider.
    pub(crate) const fn swaps_key(self) -> bool {
        matches!(self, Self::Ibm | Self::Gigachat | Self::Sap | Self::Copilot)
    }
}

/// What an entry says about identities. All of it may be absent.
#[derive(Clone, Copy, Debug, Default)]
pub struct CredentialParams<'a> {
    /// `aws_access_key_id`.
    pub aws_access_key_id: Option<&'a Secret>,
    /// `aws_secret_access_key`.
    pub aws_secret_access_key: Option<&'a Secret>,
    /// `aws_session_token`.
    pub aws_session_token: Option<&'a Secret>,
    /// `aws_profile_name`: a profile of the shared files.
    pub aws_profile_name: Option<&'a str>,
    /// `aws_role_name`: the ARN of a role to assume.
    pub aws_role_name: Option<&'a str>,
    /// `aws_session_name`: the assumed role's session.
    pub aws_session_name: Option<&'a str>,
    /// `aws_external_id`: a word that the role's owner asks for.
    pub aws_external_id: Option<&'a str>,
    /// `aws_web_identity_token`: a token, or the name of a file with one.
    pub aws_web_identity_token: Option<&'a Secret>,
    /// `aws_sts_endpoint`: address of the Security Token Service.
    pub aws_sts_endpoint: Option<&'a str>,
    /// `vertex_credentials`.
    pub google: Option<GoogleKey<'a>>,
    /// `tenant_id`: a directory of Microsoft Entra.
    pub tenant_id: Option<&'a str>,
    /// `client_id`: an application, or a service principal.
    pub client_id: Option<&'a str>,
    /// `client_secret`: its secret.
    pub client_secret: Option<&'a Secret>,
    /// `azure_scope`: what tokens are for.
    pub scope: Option<&'a str>,
    /// `azure_username`.
    pub username: Option<&'a str>,
    /// `azure_password`.
    pub password: Option<&'a Secret>,
    /// `oci_user`: OCID of a user.
    pub oci_user: Option<&'a str>,
    /// `oci_fingerprint`: of the user's public key.
    pub oci_fingerprint: Option<&'a str>,
    /// `oci_tenancy`: OCID of the tenancy.
    pub oci_tenancy: Option<&'a str>,
    /// `oci_key`: the private key in PEM.
    pub oci_key: Option<&'a Secret>,
    /// `oci_key_file`: the name of a file with it.
    pub oci_key_file: Option<&'a str>,
    /// `zen_api_key`: an API key of Cloud Pak for Data.
    pub zen_api_key: Option<&'a Secret>,
}

/// The file in which a provider's project is written, where its credential is in a file. To be read once, before
/// addresses are made; [`project_in`] finds the project in its text.
pub fn credential_file(
    provider: &Provider,
    params: &ConnectionParams<'_>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Option<PathBuf> {
    let given = Given { params: &params.credentials, env, region: None, base: "", key: None, project: None };
    (provider.credential == Some(CredentialKind::Google)).then(|| google::file(&given)).flatten()
}

/// The project that the text of a credential file names.
pub fn project_in(credential: &str) -> Option<String> {
    google::project(credential)
}

/// The address that a provider's credential names, where one does.
pub(crate) fn address(
    provider: &Provider,
    params: &ConnectionParams<'_>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let key = params.api_key;
    let given = Given { params: &params.credentials, env, region: None, base: "", key, project: None };
    (provider.credential == Some(CredentialKind::Sap)).then(|| sap::address(&given)).flatten()
}

/// What a source is made of: the entry, the environment, and what the connection has already made of them.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) params: &'a CredentialParams<'a>,
    pub(crate) env: &'a dyn Fn(&str) -> Option<String>,
    pub(crate) region: Option<&'a str>,
    pub(crate) base: &'a str,
    pub(crate) key: Option<&'a Secret>,
    pub(crate) project: Option<&'a str>,
}

impl Given<'_> {
    /// The source of credentials; `None` where nothing is configured that one could be asked with.
    pub(crate) fn source(&self, kind: CredentialKind) -> Option<Arc<dyn CredentialSource>> {
        match kind {
            CredentialKind::Aws => Some(aws::source(self)),
            CredentialKind::Google => Some(google::source(self)),
            CredentialKind::Azure => azure::source(self),
            CredentialKind::Ibm => iam::ibm(self),
            CredentialKind::Databricks => iam::databricks(self),
            CredentialKind::Sap => sap::source(self),
            CredentialKind::Gigachat => iam::gigachat(self),
            CredentialKind::Copilot => Some(copilot::source(self)),
            CredentialKind::Oci => oci::source(self),
        }
    }

    /// A ready value of `Authorization`, where one is configured that needs no asking.
    pub(crate) fn header(&self, kind: CredentialKind) -> Option<Secret> {
        match kind {
            CredentialKind::Ibm => iam::zen(self),
            _ => None,
        }
    }

    /// An environment variable that is set and not empty.
    fn var(&self, name: &str) -> Option<String> {
        (self.env)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        self.var(name).map(Secret::new)
    }

    fn has(&self, name: &str) -> bool {
        self.var(name).is_some()
    }

    /// The user's folder.
    fn home(&self) -> Option<PathBuf> {
        self.var("HOME").or_else(|| self.var("USERPROFILE")).map(PathBuf::from)
    }
}

//! Google Cloud: access tokens from Application Default Credentials (Google Cloud, "How Application Default Credentials
//! works"): a key given with the entry, the file that `GOOGLE_APPLICATION_CREDENTIALS` names, the file of
//! `gcloud auth application-default login`, the metadata server.

mod external;
mod jwt;
mod key;

use super::Given;
use super::ask::Issuer;
use super::source::{self, Plan};
use super::turn::Turn;
use http::{HeaderName, HeaderValue, Method};
use std::path::PathBuf;
use std::sync::Arc;
use tianji_core::{CredentialSource, Error, Granted, Micros, Reply, Secret};

pub(super) use key::project;

/// A Google credential of an entry.
#[derive(Clone, Copy, Debug)]
pub enum GoogleKey<'a> {
    /// The text of a credential file.
    Text(&'a Secret),
    /// The name of a credential file.
    File(&'a str),
}

/// The source for what an entry and the environment say.
pub(super) fn source(given: &Given<'_>) -> Arc<dyn CredentialSource> {
    source::source("google", Google::of(given))
}

/// The file in which the project may be found, if the credential is in one.
pub(super) fn file(given: &Given<'_>) -> Option<PathBuf> {
    match Google::of(given) {
        Google::Text(_) => None,
        Google::File(path) | Google::Default { file: Some(path), .. } => Some(path),
        Google::Default { file: None, .. } => None,
    }
}

/// Where the credential is.
#[derive(Clone, Debug, Hash)]
enum Google {
    /// In the configuration.
    Text(Secret),
    /// In a file that must be there.
    File(PathBuf),
    /// In the file of the `gcloud` program, else at the metadata server.
    Default { file: Option<PathBuf>, metadata: String },
}

impl Google {
    fn of(given: &Given<'_>) -> Self {
        match given.params.google {
            Some(GoogleKey::Text(text)) => return Self::Text(text.clone()),
            Some(GoogleKey::File(name)) if !name.is_empty() => return Self::File(name.into()),
            _ => {}
        }
        match given.var("VERTEXAI_CREDENTIALS") {
            Some(text) if text.starts_with('{') => return Self::Text(Secret::new(text)),
            Some(name) => return Self::File(name.into()),
            None => {}
        }
        if let Some(name) = given.var("GOOGLE_APPLICATION_CREDENTIALS") {
            return Self::File(name.into());
        }
        let folder = given.var("CLOUDSDK_CONFIG").map(PathBuf::from);
        let folder = folder.or_else(|| Some(PathBuf::from(given.var("APPDATA")?).join("gcloud")));
        let folder = folder.or_else(|| Some(given.home()?.join(".config").join("gcloud")));
        Self::Default {
            file: folder.map(|folder| folder.join("application_default_credentials.json")),
            metadata: given.var("GCE_METADATA_HOST").unwrap_or_else(|| METADATA_HOST.to_owned()),
        }
    }
}

impl Plan for Google {
    fn begin(self, now: Micros) -> Turn<Granted> {
        match self {
            Self::Text(text) => key::begin(text.expose().as_bytes(), now),
            Self::File(path) => {
                let name = path.display().to_string();
                Turn::read(path).and_then(move |reply| match reply.status.is_success() {
                    true => key::begin(&reply.body, now),
                    false => Turn::End(Err(issuer().unusable(&format!("the file '{name}' cannot be read")))),
                })
            }
            Self::Default { file: None, metadata } => ask_metadata(&metadata, now),
            Self::Default { file: Some(path), metadata } => {
                Turn::read(path).and_then(move |reply| match reply.status.is_success() {
                    true => key::begin(&reply.body, now),
                    false => ask_metadata(&metadata, now),
                })
            }
        }
    }
}

/// The token of the machine's service account (Compute Engine, "Authenticate workloads to Google Cloud APIs using
/// service accounts").
fn ask_metadata(host: &str, now: Micros) -> Turn<Granted> {
    let url = format!("http://{host}/computeMetadata/v1/instance/service-accounts/default/token?scopes={SCOPE}");
    let request = issuer().request(Method::GET, &url).map(|mut request| {
        request.headers.insert(FLAVOUR, HeaderValue::from_static("Google"));
        request
    });
    Turn::send(request).then(move |reply| Turn::End(metadata_token(reply, now)))
}

fn metadata_token(reply: Result<Reply, Error>, now: Micros) -> Result<Granted, Error> {
    let metadata = Issuer::new("Google's metadata server");
    metadata.token(reply, now).map_err(|cause| {
        let why = "no credential is set and this machine has no metadata server that gives one; set \
                   `vertex_credentials`, or the environment variable GOOGLE_APPLICATION_CREDENTIALS";
        issuer().unusable(why).with_source(cause)
    })
}

fn issuer() -> Issuer {
    Issuer::new("Google")
}

/// What tokens are good for: all APIs that the account may use.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// By number, so that no name server is asked (google-auth libraries do the same for their first probe).
const METADATA_HOST: &str = "169.254.169.254";
const FLAVOUR: HeaderName = HeaderName::from_static("metadata-flavor");

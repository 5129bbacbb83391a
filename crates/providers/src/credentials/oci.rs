//! Oracle Cloud Infrastructure: the API signing key of a user (Oracle, "Required Keys and OCIDs", "SDK and CLI
//! Configuration File").

use super::Given;
use super::ask::Issuer;
use super::source::{self, Plan};
use super::turn::Turn;
use std::path::PathBuf;
use std::sync::Arc;
use tianji_core::{Credential, CredentialSource, Granted, Micros, Reply, Secret};

/// The source: what the entry and the environment say, else the file of Oracle's own tools. `None` if parts of a key are
/// said, but not all.
pub(super) fn source(given: &Given<'_>) -> Option<Arc<dyn CredentialSource>> {
    let params = given.params;
    let said = |own: Option<&str>, variable| own.map(str::to_owned).or_else(|| given.var(variable));
    let user = said(params.oci_user, "OCI_USER");
    let fingerprint = said(params.oci_fingerprint, "OCI_FINGERPRINT");
    let tenancy = said(params.oci_tenancy, "OCI_TENANCY");
    let text = params.oci_key.cloned();
    let file = params.oci_key_file.map(PathBuf::from);
    let text = text.or_else(|| given.secret("OCI_KEY").filter(|_| file.is_none()));
    let file = file.or_else(|| given.var("OCI_KEY_FILE").map(PathBuf::from));
    if user.is_none() && fingerprint.is_none() && tenancy.is_none() && text.is_none() && file.is_none() {
        return configured(given);
    }
    let key_id = format!("{}/{}/{}", tenancy?, user?, fingerprint?);
    let key = text.map(Key::Text).or_else(|| Some(Key::File(file?)))?;
    Some(source::source("oci", Oci::Said { key_id, key }))
}

fn configured(given: &Given<'_>) -> Option<Arc<dyn CredentialSource>> {
    let file = given.var("OCI_CONFIG_FILE").map(PathBuf::from);
    let file = file.or_else(|| Some(given.home()?.join(".oci").join("config")))?;
    let profile = given.var("OCI_CLI_PROFILE").unwrap_or_else(|| "DEFAULT".to_owned());
    Some(source::source("oci", Oci::Configured { file, profile, home: given.home() }))
}

/// Where the key is.
#[derive(Clone, Debug, Hash)]
enum Oci {
    Said { key_id: String, key: Key },
    Configured { file: PathBuf, profile: String, home: Option<PathBuf> },
}

#[derive(Clone, Debug, Hash)]
enum Key {
    Text(Secret),
    File(PathBuf),
}

impl Plan for Oci {
    fn begin(self, _: Micros) -> Turn<Granted> {
        match self {
            Self::Said { key_id, key: Key::Text(text) } => Turn::End(Ok(granted(key_id, text))),
            Self::Said { key_id, key: Key::File(path) } => read_key(key_id, path),
            Self::Configured { file, profile, home } => {
                let name = file.display().to_string();
                Turn::read(file).and_then(move |reply| {
                    let found = text(&reply).and_then(|text| Profile::read(text, &profile));
                    let Some(found) = found else {
                        let why = format!(
                            "no key is set and the file '{name}' has no complete profile '{profile}'; set OCI_USER, \
                             OCI_FINGERPRINT, OCI_TENANCY and OCI_KEY or OCI_KEY_FILE"
                        );
                        return Turn::End(Err(issuer().unusable(&why)));
                    };
                    let path = match (found.key_file.strip_prefix("~/"), home) {
                        (Some(rest), Some(home)) => home.join(rest),
                        _ => PathBuf::from(&found.key_file),
                    };
                    read_key(found.key_id, path)
                })
            }
        }
    }
}

fn read_key(key_id: String, path: PathBuf) -> Turn<Granted> {
    let name = path.display().to_string();
    Turn::read(path).and_then(move |reply| {
        let key = text(&reply).map(Secret::new).ok_or_else(|| issuer().unusable(&format!("'{name}' cannot be read")));
        Turn::End(key.map(|key| granted(key_id, key)))
    })
}

fn granted(key_id: String, private_key: Secret) -> Granted {
    Granted { credential: Credential::Rsa { key_id, private_key }, expires_at: None }
}

fn text(reply: &Reply) -> Option<&str> {
    reply.status.is_success().then(|| std::str::from_utf8(&reply.body).ok()).flatten()
}

fn issuer() -> Issuer {
    Issuer::new("Oracle Cloud Infrastructure")
}

/// A profile of the configuration file.
struct Profile {
    key_id: String,
    key_file: String,
}

impl Profile {
    fn read(file: &str, name: &str) -> Option<Self> {
        let section = format!("[{name}]");
        let lines = file.lines().map(str::trim).skip_while(|line| *line != section).skip(1);
        let own: Vec<(&str, &str)> = lines
            .take_while(|line| !line.starts_with('['))
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.trim(), value.trim()))
            .collect();
        let of = |name: &str| own.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let key_id = format!("{}/{}/{}", of("tenancy")?, of("user")?, of("fingerprint")?);
        Some(Self { key_id, key_file: of("key_file")?.to_owned() })
    }
}

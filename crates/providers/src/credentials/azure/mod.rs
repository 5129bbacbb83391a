//! Microsoft Entra: access tokens of an application, a user, a workload or a machine (Microsoft identity platform,
//! "OAuth 2.0 client credentials flow"; Azure Identity libraries, "Environment variables").

mod managed;

use super::Given;
use super::ask::Issuer;
use super::source::{self, Plan};
use super::turn::Turn;
use managed::Managed;
use std::path::PathBuf;
use std::sync::Arc;
use tianji_core::{CredentialSource, Error, Granted, Micros, Secret};

/// The source for what an entry and the environment say; `None` if they say nothing of an identity.
pub(super) fn source(given: &Given<'_>) -> Option<Arc<dyn CredentialSource>> {
    let identity = Identity::of(given)?;
    let scope = given.params.scope.map(str::to_owned).or_else(|| given.var("AZURE_SCOPE"));
    let scope = scope.unwrap_or_else(|| SCOPE.to_owned());
    Some(source::source("azure", Entra { identity, scope }))
}

/// An identity and what its token is for.
#[derive(Clone, Debug, Hash)]
struct Entra {
    identity: Identity,
    scope: String,
}

/// Who asks.
#[derive(Clone, Debug, Hash)]
enum Identity {
    /// Something that is registered in a directory.
    Registered { endpoint: String, client_id: String, proof: Proof },
    /// The machine that the gateway runs on.
    Managed(Managed),
}

/// How the asker shows who it is.
#[derive(Clone, Debug, Hash)]
enum Proof {
    /// By the application's secret.
    Secret(Secret),
    /// By a user's name and password, and the application's secret where it has one.
    Password { username: String, password: Secret, secret: Option<Secret> },
    /// By a token that the platform renews in a file (AKS workload identity).
    Federated(PathBuf),
}

impl Identity {
    fn of(given: &Given<'_>) -> Option<Self> {
        let params = given.params;
        let text = |param: Option<&str>, name| param.map(str::to_owned).or_else(|| given.var(name));
        let secret = params.client_secret.cloned().or_else(|| given.secret("AZURE_CLIENT_SECRET"));
        let password = params.password.cloned().or_else(|| given.secret("AZURE_PASSWORD"));
        let username = text(params.username, "AZURE_USERNAME");
        let tenant = text(params.tenant_id, "AZURE_TENANT_ID");
        let client_id = text(params.client_id, "AZURE_CLIENT_ID");
        let file = given.var("AZURE_FEDERATED_TOKEN_FILE").map(PathBuf::from);
        let asked_for_managed = given.var("AZURE_CREDENTIAL").is_some_and(|name| name == "ManagedIdentityCredential");
        let proof = match (username, password, secret, file) {
            _ if asked_for_managed => None,
            (Some(username), Some(password), secret, _) => Some(Proof::Password { username, password, secret }),
            (_, _, Some(secret), _) => Some(Proof::Secret(secret)),
            (_, _, None, Some(file)) => Some(Proof::Federated(file)),
            _ => None,
        };
        if let (Some(tenant), Some(client_id), Some(proof)) = (&tenant, &client_id, &proof) {
            let authority = given.var("AZURE_AUTHORITY_HOST").unwrap_or_else(|| AUTHORITY.to_owned());
            let authority = if authority.contains("://") { authority } else { format!("https://{authority}") };
            let endpoint = format!("{}/{tenant}/oauth2/v2.0/token", authority.trim_end_matches('/'));
            return Some(Self::Registered { endpoint, client_id: client_id.clone(), proof: proof.clone() });
        }
        // A lone secret is half of something else: asking the machine in its place would hide the mistake.
        let managed = proof.is_none() && (asked_for_managed || client_id.is_some() || given.has("IDENTITY_ENDPOINT"));
        managed.then(|| Self::Managed(Managed::of(given, client_id)))
    }
}

impl Plan for Entra {
    fn begin(self, now: Micros) -> Turn<Granted> {
        match self.identity {
            Identity::Managed(managed) => managed.begin(&self.scope, now),
            Identity::Registered { endpoint, client_id, proof: Proof::Federated(file) } => {
                let name = file.display().to_string();
                Turn::read(file).and_then(move |reply| {
                    let token = std::str::from_utf8(&reply.body).ok().map(str::trim).filter(|text| !text.is_empty());
                    match token.filter(|_| reply.status.is_success()) {
                        Some(token) => {
                            let fields = [
                                ("client_id", client_id.as_str()),
                                ("grant_type", "client_credentials"),
                                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                                ("client_assertion", token),
                                ("scope", self.scope.as_str()),
                            ];
                            ask(&endpoint, &fields, vec![Secret::new(token)], now)
                        }
                        None => Turn::End(Err(unreadable(&name))),
                    }
                })
            }
            Identity::Registered { endpoint, client_id, proof: Proof::Secret(secret) } => {
                let fields = [
                    ("client_id", client_id.as_str()),
                    ("grant_type", "client_credentials"),
                    ("client_secret", secret.expose()),
                    ("scope", self.scope.as_str()),
                ];
                ask(&endpoint, &fields, vec![secret.clone()], now)
            }
            Identity::Registered { endpoint, client_id, proof: Proof::Password { username, password, secret } } => {
                let mut fields = vec![
                    ("client_id", client_id.as_str()),
                    ("grant_type", "password"),
                    ("username", username.as_str()),
                    ("password", password.expose()),
                    ("scope", self.scope.as_str()),
                ];
                fields.extend(secret.as_ref().map(|secret| ("client_secret", secret.expose())));
                ask(&endpoint, &fields, secret.clone().into_iter().chain([password.clone()]).collect(), now)
            }
        }
    }
}

fn ask(endpoint: &str, fields: &[(&str, &str)], secrets: Vec<Secret>, now: Micros) -> Turn<Granted> {
    let entra = Issuer::new(NAME).hiding(secrets);
    Turn::send(entra.form(endpoint, fields)).then(move |reply| Turn::End(entra.token(reply, now)))
}

fn unreadable(name: &str) -> Error {
    Issuer::new(NAME).unusable(&format!("the token's file '{name}' (AZURE_FEDERATED_TOKEN_FILE) cannot be read"))
}

const NAME: &str = "Microsoft Entra";
/// The directory service of the public cloud.
const AUTHORITY: &str = "https://login.microsoftonline.com";
/// What tokens are for: models.
const SCOPE: &str = "https://cognitiveservices.azure.com/.default";

//! GitHub Copilot: a user's GitHub token is swapped for a token of Copilot's that lasts half an hour, with the address
//! that goes with the user's plan (as editors do: `copilot_internal/v2/token`, vscode-copilot-chat).

use super::Given;
use super::ask::{Issuer, text};
use super::source::{self, Plan};
use super::turn::Turn;
use http::header::{AUTHORIZATION, USER_AGENT};
use http::{HeaderValue, Method};
use serde_json::Value as Json;
use std::path::PathBuf;
use std::sync::Arc;
use tianji_core::{Credential, CredentialSource, Error, Granted, Micros, Reply, Secret};

/// The source: the entry's key or the environment's, else the file in which a login has left the token.
pub(super) fn source(given: &Given<'_>) -> Arc<dyn CredentialSource> {
    let folder = given.var("GITHUB_COPILOT_TOKEN_DIR").map(PathBuf::from);
    let folder = folder.or_else(|| Some(given.home()?.join(".config").join("litellm").join("github_copilot")));
    let name = given.var("GITHUB_COPILOT_ACCESS_TOKEN_FILE").unwrap_or_else(|| TOKEN_FILE.to_owned());
    let login = match given.key {
        Some(key) => Login::Token(key.clone()),
        None => Login::File(folder.unwrap_or_default().join(name)),
    };
    let url = given.var("GITHUB_COPILOT_API_KEY_URL").unwrap_or_else(|| URL.to_owned());
    source::source("copilot", Copilot { login, url, own: given.base == HOST })
}

/// What is swapped, and where.
#[derive(Clone, Debug, Hash)]
struct Copilot {
    login: Login,
    url: String,
    /// Whether the address is the vendor's own, which the plan may move.
    own: bool,
}

/// Where the user's token is.
#[derive(Clone, Debug, Hash)]
enum Login {
    Token(Secret),
    File(PathBuf),
}

impl Plan for Copilot {
    fn begin(self, now: Micros) -> Turn<Granted> {
        match self.login.clone() {
            Login::Token(token) => self.swap(&token, now),
            Login::File(path) => {
                let name = path.display().to_string();
                Turn::read(path).and_then(move |reply| match token_in(&reply) {
                    Some(token) => self.swap(&token, now),
                    None => Turn::End(Err(Issuer::new("GitHub Copilot").unusable(&format!(
                        "there is no GitHub token: set `api_key` or GITHUB_COPILOT_ACCESS_TOKEN, or log in so that the \
                         file '{name}' holds one"
                    )))),
                })
            }
        }
    }
}

impl Copilot {
    fn swap(self, token: &Secret, now: Micros) -> Turn<Granted> {
        let issuer = Issuer::new("GitHub, asked for a Copilot token,").hiding([token.clone()]);
        let request = issuer.request(Method::GET, &self.url).and_then(|mut request| {
            issuer.header(&mut request, AUTHORIZATION, &format!("token {}", token.expose()))?;
            for (name, value) in EDITOR {
                request.headers.insert(*name, HeaderValue::from_static(value));
            }
            request.headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
            Ok(request)
        });
        Turn::send(request).then(move |reply| Turn::End(self.granted(&issuer, reply, now)))
    }

    fn granted(&self, issuer: &Issuer, reply: Result<Reply, Error>, now: Micros) -> Result<Granted, Error> {
        let reply = issuer.good_json(reply)?;
        let token = Secret::new(text(&reply, "token").ok_or_else(|| issuer.misunderstood())?);
        let end =
            reply.get("expires_at").and_then(Json::as_i64).map(|seconds| Micros(seconds.saturating_mul(1_000_000)));
        let address = reply.get("endpoints").and_then(|list| text(list, "api")).filter(|_| self.own);
        let credential = match address.filter(|address| address.starts_with("https://")) {
            Some(address) => Credential::TokenAt { token, base: address.trim_end_matches('/').to_owned() },
            None => Credential::Token(token),
        };
        Ok(Granted { credential, expires_at: Some(end.unwrap_or_else(|| now.plus(UNTOLD_LIFE))) })
    }
}

/// The token of a file that holds it and nothing else.
fn token_in(reply: &Reply) -> Option<Secret> {
    let text = reply.status.is_success().then(|| std::str::from_utf8(&reply.body).ok()).flatten()?.trim();
    (!text.is_empty()).then(|| Secret::new(text))
}

/// How long a token is trusted that comes without an end.
const UNTOLD_LIFE: std::time::Duration = std::time::Duration::from_secs(600);
/// The vendor's address for plans that have none of their own.
const HOST: &str = "https://api.githubcopilot.com";
const URL: &str = "https://api.github.com/copilot_internal/v2/token";
/// The file's name in the reference proxy's folder.
const TOKEN_FILE: &str = "access-token";
/// GitHub refuses requests without an agent ("User agent required").
const AGENT: &str = concat!("tianji/", env!("CARGO_PKG_VERSION"));
/// The editor that the swap is allowed to.
const EDITOR: &[(&str, &str)] =
    &[("editor-version", "vscode/1.95.0"), ("editor-plugin-version", "copilot-chat/0.26.7")];

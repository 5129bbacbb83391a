//! Workload identity federation: a token of another issuer is swapped for one of Google (AIP-4117, "External account
//! credentials").

use super::key::{impersonate, member};
use super::{SCOPE, issuer};
use crate::credentials::ask::{Issuer, text};
use crate::credentials::turn::Turn;
use bytes::Bytes;
use http::{HeaderName, Method};
use serde_json::{Value as Json, json};
use std::path::PathBuf;
use tianji_core::{Error, Granted, Micros, Secret};

/// What the credential file says.
#[derive(Clone)]
pub(super) struct External {
    audience: String,
    token_type: String,
    token_url: String,
    subject: Subject,
    /// Member of the subject token's JSON in which the token is; `None` = the text is the token.
    member: Option<String>,
    client: Option<(String, Secret)>,
    /// Project that is charged where the pool is of a workforce.
    user_project: Option<String>,
    impersonation: Option<(String, Option<u64>)>,
}

/// Where the token of the other issuer is.
#[derive(Clone)]
enum Subject {
    File(PathBuf),
    Url { url: String, headers: Vec<(String, String)> },
}

impl External {
    pub(super) fn read(json: &Json) -> Result<Self, Error> {
        let source = json.get("credential_source").unwrap_or(&Json::Null);
        let format = source.get("format").unwrap_or(&Json::Null);
        let client = text(json, "client_id").zip(text(json, "client_secret"));
        let life = json.pointer("/service_account_impersonation/token_lifetime_seconds").and_then(Json::as_u64);
        Ok(Self {
            audience: member(json, "audience")?.to_owned(),
            token_type: member(json, "subject_token_type")?.to_owned(),
            token_url: member(json, "token_url")?.to_owned(),
            subject: Subject::read(source)?,
            member: match text(format, "type") {
                Some("json") => Some(member(format, "subject_token_field_name")?.to_owned()),
                _ => None,
            },
            client: client.map(|(id, secret)| (id.to_owned(), Secret::new(secret))),
            user_project: text(json, "workforce_pool_user_project").map(str::to_owned),
            impersonation: text(json, "service_account_impersonation_url").map(|url| (url.to_owned(), life)),
        })
    }

    pub(super) fn begin(self, now: Micros) -> Turn<Granted> {
        let impersonation = self.impersonation.clone();
        let granted = self.subject.clone().begin().and_then(move |text| match self.token_in(&text) {
            Ok(token) => self.swap(&token, now),
            Err(error) => Turn::End(Err(error)),
        });
        match impersonation {
            None => granted,
            Some((url, life)) => granted.and_then(move |granted| impersonate(&url, &granted, None, life)),
        }
    }

    fn token_in(&self, body: &[u8]) -> Result<Secret, Error> {
        let wrong = || issuer().unusable("the subject token of the external account cannot be read");
        let body = std::str::from_utf8(body).map_err(|_| wrong())?;
        let token = match &self.member {
            None => Some(body.trim().to_owned()),
            Some(name) => {
                let json: Json = serde_json::from_str(body).map_err(|_| wrong())?;
                text(&json, name).map(str::to_owned)
            }
        };
        token.filter(|token| !token.is_empty()).map(Secret::new).ok_or_else(wrong)
    }

    /// RFC 8693, section 2.1.
    fn swap(self, subject: &Secret, now: Micros) -> Turn<Granted> {
        let secret = self.client.iter().map(|(_, secret)| secret.clone());
        let google = Issuer::new("Google's Security Token Service").hiding(secret.chain([subject.clone()]));
        let options = self.user_project.as_ref().map(|project| json!({ "userProject": project }).to_string());
        let mut fields = vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("audience", &self.audience),
            ("scope", SCOPE),
            ("subject_token_type", &self.token_type),
            ("subject_token", subject.expose()),
        ];
        // A client that names itself is charged itself; only without one is the project named.
        fields.extend(options.as_deref().filter(|_| self.client.is_none()).map(|options| ("options", options)));
        let request = google.form(&self.token_url, &fields).and_then(|mut request| {
            if let Some((id, secret)) = &self.client {
                google.basic(&mut request, id, secret)?;
            }
            Ok(request)
        });
        Turn::send(request).then(move |reply| Turn::End(google.token(reply, now)))
    }
}

impl Subject {
    fn read(source: &Json) -> Result<Self, Error> {
        if let Some(file) = text(source, "file") {
            return Ok(Self::File(file.into()));
        }
        let url = text(source, "url").filter(|_| source.get("environment_id").is_none()).ok_or_else(|| {
            issuer().unusable("of external accounts those with a subject token in a file or at a URL are supported")
        })?;
        let headers = source.get("headers").and_then(Json::as_object).into_iter().flatten();
        let headers = headers.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
        Ok(Self::Url { url: url.to_owned(), headers: headers.collect() })
    }

    fn begin(self) -> Turn<Bytes> {
        match self {
            Self::File(path) => {
                let name = path.display().to_string();
                Turn::read(path).map(move |reply| match reply.status.is_success() {
                    true => Ok(reply.body),
                    false => Err(issuer().unusable(&format!("the subject token's file '{name}' cannot be read"))),
                })
            }
            Self::Url { url, headers } => {
                let issuer = Issuer::new("the issuer of the external account's subject token")
                    .hiding(headers.iter().map(|(_, value)| Secret::new(value.as_str())));
                let request = issuer.request(Method::GET, &url).and_then(|mut request| {
                    for (name, value) in &headers {
                        let name = HeaderName::try_from(name.as_str())
                            .map_err(|_| issuer.unusable("a header's name is not valid"))?;
                        issuer.header(&mut request, name, value)?;
                    }
                    Ok(request)
                });
                Turn::send(request).then(move |reply| Turn::End(issuer.good(reply)))
            }
        }
    }
}

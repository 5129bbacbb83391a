//! Credential files: a service account's key, a user's refresh token, workload identity federation, impersonation
//! (google-auth libraries, `google.auth.load_credentials_from_file`).

use super::external::External;
use super::jwt::{Claims, signed};
use super::{SCOPE, issuer};
use crate::credentials::ask::{Issuer, text, time};
use crate::credentials::turn::Turn;
use http::header::AUTHORIZATION;
use serde_json::{Value as Json, json};
use tianji_core::{Credential, Error, Granted, Micros, Reply, Secret};

/// The first turn of what a credential file asks for.
pub(super) fn begin(file: &[u8], now: Micros) -> Turn<Granted> {
    match serde_json::from_slice(file) {
        Ok(json) => of_json(&json, now),
        Err(_) => Turn::End(Err(issuer().unusable("the credential is not JSON"))),
    }
}

/// The project that a credential file belongs to.
pub(in crate::credentials) fn project(file: &str) -> Option<String> {
    let json: Json = serde_json::from_str(file).ok()?;
    text(&json, "project_id").or_else(|| text(&json, "quota_project_id")).map(str::to_owned)
}

fn of_json(json: &Json, now: Micros) -> Turn<Granted> {
    let begun = match text(json, "type") {
        Some("service_account") => service_account(json, now),
        Some("authorized_user") => authorized_user(json, now),
        Some("external_account") => External::read(json).map(|external| external.begin(now)),
        Some("impersonated_service_account") => impersonated(json, now),
        Some(other) => Err(issuer().unusable(&format!("credentials of type '{other}' are not supported"))),
        None => Err(lacks("type")),
    };
    begun.unwrap_or_else(|error| Turn::End(Err(error)))
}

fn service_account(json: &Json, now: Micros) -> Result<Turn<Granted>, Error> {
    let email = member(json, "client_email")?;
    let pem = Secret::new(member(json, "private_key")?);
    let url = text(json, "token_uri").unwrap_or(TOKEN_URI);
    let claims = Claims { issuer: email, audience: url, scope: SCOPE, now };
    let assertion = signed(&claims, text(json, "private_key_id"), &pem)
        .ok_or_else(|| issuer().unusable("the service account's private_key is not an RSA key"))?;
    let google = Issuer::new(format!("Google, asked for {email},")).hiding([assertion.clone()]);
    let fields = [("grant_type", JWT_BEARER), ("assertion", assertion.expose())];
    Ok(Turn::send(google.form(url, &fields)).then(move |reply| Turn::End(google.token(reply, now))))
}

/// RFC 6749, section 6.
fn authorized_user(json: &Json, now: Micros) -> Result<Turn<Granted>, Error> {
    let (secret, refresh) = (member(json, "client_secret")?, member(json, "refresh_token")?);
    let google = issuer().hiding([Secret::new(secret), Secret::new(refresh)]);
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", member(json, "client_id")?),
        ("client_secret", secret),
        ("refresh_token", refresh),
    ];
    let request = google.form(text(json, "token_uri").unwrap_or(TOKEN_URI), &fields);
    Ok(Turn::send(request).then(move |reply| Turn::End(google.token(reply, now))))
}

fn impersonated(json: &Json, now: Micros) -> Result<Turn<Granted>, Error> {
    let url = member(json, "service_account_impersonation_url")?.to_owned();
    let source = json.get("source_credentials").ok_or_else(|| lacks("source_credentials"))?;
    if text(source, "type") == Some("impersonated_service_account") {
        return Err(issuer().unusable("impersonation of impersonation is not supported"));
    }
    let delegates = json.get("delegates").cloned();
    Ok(of_json(source, now).and_then(move |granted| impersonate(&url, &granted, delegates, None)))
}

/// Swaps a token for one of a service account (IAM Service Account Credentials API, `generateAccessToken`).
pub(super) fn impersonate(
    url: &str,
    granted: &Granted,
    delegates: Option<Json>,
    life_seconds: Option<u64>,
) -> Turn<Granted> {
    let Credential::Token(token) = &granted.credential else {
        return Turn::End(Err(issuer().misunderstood()));
    };
    let google = Issuer::new("Google's service account credentials API").hiding([token.clone()]);
    let mut body = json!({ "scope": [SCOPE], "lifetime": format!("{}s", life_seconds.unwrap_or(3600)) });
    if let (Some(delegates), Some(members)) = (delegates, body.as_object_mut()) {
        members.insert("delegates".to_owned(), delegates);
    }
    let request = google.json(url, &body).and_then(|mut request| {
        google.header(&mut request, AUTHORIZATION, &format!("Bearer {}", token.expose()))?;
        Ok(request)
    });
    Turn::send(request).then(move |reply| Turn::End(impersonated_token(&google, reply)))
}

fn impersonated_token(google: &Issuer, reply: Result<Reply, Error>) -> Result<Granted, Error> {
    let reply = google.good_json(reply)?;
    let token = text(&reply, "accessToken").zip(text(&reply, "expireTime").and_then(time));
    let (token, end) = token.ok_or_else(|| google.misunderstood())?;
    Ok(Granted { credential: Credential::Token(Secret::new(token)), expires_at: Some(end) })
}

/// A member that a credential file must have.
pub(super) fn member<'a>(json: &'a Json, name: &str) -> Result<&'a str, Error> {
    text(json, name).ok_or_else(|| lacks(name))
}

fn lacks(name: &str) -> Error {
    issuer().unusable(&format!("the credential has no '{name}'"))
}

const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
/// RFC 7523, section 2.1.
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

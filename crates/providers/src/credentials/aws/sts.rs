//! The Security Token Service: roles that are assumed (AWS STS API Reference, `AssumeRole` and
//! `AssumeRoleWithWebIdentity`).

use super::{Keys, issuer};
use crate::credentials::Given;
use crate::credentials::ask::{Issuer, element, time};
use crate::credentials::turn::Turn;
use std::path::PathBuf;
use tianji_core::{Credential, Error, Granted, Micros, Reply, Secret, WireRequest};
use tianji_sign::sigv4;

/// Where the service is.
#[derive(Clone, Debug, Hash)]
pub(super) struct Sts {
    endpoint: String,
    region: String,
    session: String,
}

/// A role, and what is said when it is assumed.
#[derive(Clone, Debug, Hash)]
pub(super) struct Role {
    sts: Sts,
    pub(super) arn: String,
    pub(super) session: Option<String>,
    pub(super) external_id: Option<String>,
}

/// A role that believes another issuer's token.
#[derive(Clone, Debug, Hash)]
pub(super) struct WebIdentity {
    token: Token,
    role: Role,
}

#[derive(Clone, Debug, Hash)]
enum Token {
    Text(Secret),
    File(PathBuf),
}

impl Sts {
    pub(super) fn of(given: &Given<'_>) -> Self {
        let variables = ["AWS_REGION", "AWS_DEFAULT_REGION"];
        let region = given.region.map(str::to_owned).or_else(|| variables.iter().find_map(|name| given.var(name)));
        let own = given.params.aws_sts_endpoint.map(str::to_owned).or_else(|| given.var("AWS_ENDPOINT_URL_STS"));
        let endpoint = own.unwrap_or_else(|| match region.as_deref() {
            Some(region) if region.starts_with("cn-") => format!("https://sts.{region}.amazonaws.com.cn"),
            Some(region) => format!("https://sts.{region}.amazonaws.com"),
            None => "https://sts.amazonaws.com".to_owned(),
        });
        Self {
            endpoint,
            region: region.unwrap_or_else(|| "us-east-1".to_owned()),
            session: given.var("AWS_ROLE_SESSION_NAME").unwrap_or_else(|| SESSION.to_owned()),
        }
    }

    /// A role that the entry names.
    pub(super) fn role(&self, given: &Given<'_>, arn: &str) -> Role {
        let (session, external_id) = (given.params.aws_session_name, given.params.aws_external_id);
        Role { session: session.map(str::to_owned), external_id: external_id.map(str::to_owned), ..self.bare_role(arn) }
    }

    pub(super) fn bare_role(&self, arn: &str) -> Role {
        Role { sts: self.clone(), arn: arn.to_owned(), session: None, external_id: None }
    }
}

impl Role {
    /// Assumes the role with keys.
    pub(super) fn assume(self, granted: &Granted, now: Micros) -> Turn<Granted> {
        let Credential::Aws { access_key_id, secret_access_key, session_token } = &granted.credential else {
            return Turn::End(Err(issuer().misunderstood()));
        };
        let sts = self.issuer().hiding([secret_access_key.clone()]).hiding(session_token.clone());
        let keys = sigv4::Keys {
            access_key_id,
            secret_access_key: secret_access_key.expose(),
            session_token: session_token.as_ref().map(|token| token.expose()),
        };
        let mut fields = self.fields("AssumeRole");
        fields.extend(self.external_id.as_deref().map(|id| ("ExternalId", id)));
        let request = sts.form(&self.sts.endpoint, &fields).and_then(|mut request| {
            let scope = sigv4::Scope { region: &self.sts.region, service: "sts" };
            let WireRequest { method, uri, headers, body } = &mut request;
            let body = body.bytes().map(std::slice::from_ref).unwrap_or_default();
            let unsigned = sigv4::Unsigned { method, uri, headers, body };
            sigv4::sign(unsigned, &keys, scope, &basic_form(now)).map_err(|cause| sts.unusable(&cause.to_string()))?;
            Ok(request)
        });
        Turn::send(request).then(move |reply| Turn::End(assumed(&sts, reply)))
    }

    fn fields<'a>(&'a self, action: &'a str) -> Vec<(&'a str, &'a str)> {
        let session = self.session.as_deref().unwrap_or(&self.sts.session);
        vec![
            ("Action", action),
            ("Version", "2011-06-15"),
            ("RoleArn", self.arn.as_str()),
            ("RoleSessionName", session),
        ]
    }

    fn issuer(&self) -> Issuer {
        Issuer::new(format!("AWS STS, asked for {},", self.arn))
    }
}

impl WebIdentity {
    /// A token of the configuration, or the name of its file: three parts between dots are a JSON Web Token (RFC 7519).
    pub(super) fn given(token: &Secret, role: Role) -> Self {
        let text = token.expose();
        let is_token = text.split('.').count() == 3 && !text.contains('/');
        Self { token: if is_token { Token::Text(token.clone()) } else { Token::File(text.into()) }, role }
    }

    /// What Kubernetes sets for a service account that has a role.
    pub(super) fn of_environment(given: &Given<'_>, sts: &Sts) -> Option<Self> {
        let (file, arn) = given.var("AWS_WEB_IDENTITY_TOKEN_FILE").zip(given.var("AWS_ROLE_ARN"))?;
        Some(Self::in_file(file.into(), sts.bare_role(&arn)))
    }

    pub(super) const fn in_file(file: PathBuf, role: Role) -> Self {
        Self { token: Token::File(file), role }
    }

    pub(super) fn arn(&self) -> &str {
        &self.role.arn
    }

    pub(super) fn assume(self) -> Turn<Granted> {
        match self.token {
            Token::Text(token) => swap(&self.role, &token),
            Token::File(path) => {
                let name = path.display().to_string();
                Turn::read(path).and_then(move |reply| {
                    let text = std::str::from_utf8(&reply.body).ok().map(str::trim).filter(|text| !text.is_empty());
                    match text.filter(|_| reply.status.is_success()) {
                        Some(text) => swap(&self.role, &Secret::new(text)),
                        None => {
                            let why = format!("the web identity token's file '{name}' cannot be read");
                            Turn::End(Err(issuer().unusable(&why)))
                        }
                    }
                })
            }
        }
    }
}

fn swap(role: &Role, token: &Secret) -> Turn<Granted> {
    let sts = role.issuer().hiding([token.clone()]);
    let mut fields = role.fields("AssumeRoleWithWebIdentity");
    fields.push(("WebIdentityToken", token.expose()));
    Turn::send(sts.form(&role.sts.endpoint, &fields)).then(move |reply| Turn::End(assumed(&sts, reply)))
}

/// The keys in an XML reply.
fn assumed(sts: &Issuer, reply: Result<Reply, Error>) -> Result<Granted, Error> {
    let body = sts.good(reply)?;
    let text = String::from_utf8_lossy(&body);
    let found = element(&text, "Credentials").and_then(|keys| {
        let id = element(keys, "AccessKeyId")?.to_owned();
        let secret = Secret::new(element(keys, "SecretAccessKey")?);
        let token = Some(Secret::new(element(keys, "SessionToken")?));
        Some((Keys { id, secret, token }, time(element(keys, "Expiration")?)?))
    });
    let (keys, end) = found.ok_or_else(|| sts.misunderstood())?;
    Ok(Granted { expires_at: Some(end), ..keys.granted() })
}

/// A time in the form that signatures want: `20150830T123600Z`.
fn basic_form(now: Micros) -> String {
    let stamp = now.rfc3339();
    let whole = stamp.split('.').next().unwrap_or_default();
    format!("{}Z", whole.replace(['-', ':'], ""))
}

/// What a session is called where nobody says.
const SESSION: &str = "tianji";

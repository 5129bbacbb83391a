//! Keys that the platform gives to whatever runs on it: containers (AWS SDKs and Tools Reference Guide, "Container
//! credential provider") and machines (Amazon EC2, "Use the Instance Metadata Service": version 2 alone).

use super::{Found, issuer, read_keys};
use crate::credentials::Given;
use crate::credentials::ask::Issuer;
use crate::credentials::turn::Turn;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue, Method};
use std::path::PathBuf;
use tianji_core::{Error, Granted, Reply, Secret, WireRequest};

/// The endpoint of a container.
#[derive(Clone, Debug, Hash)]
pub(super) struct Container {
    url: String,
    token: Option<Token>,
}

/// What the endpoint asks to see.
#[derive(Clone, Debug, Hash)]
enum Token {
    Text(Secret),
    File(PathBuf),
}

impl Container {
    pub(super) fn of(given: &Given<'_>) -> Option<Self> {
        let relative = given.var("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").map(|path| format!("{ECS}{path}"));
        let url = relative.or_else(|| given.var("AWS_CONTAINER_CREDENTIALS_FULL_URI"))?;
        let file = given.var("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").map(|name| Token::File(name.into()));
        let token = file.or_else(|| given.secret("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(Token::Text));
        Some(Self { url, token })
    }

    pub(super) fn begin(self) -> Found {
        let Self { url, token } = self;
        if !may_see_token(&url) {
            let why = "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or a host of the container itself";
            return Turn::End(Err(issuer().unusable(why)));
        }
        match token {
            None => ask_container(&url, None),
            Some(Token::Text(token)) => ask_container(&url, Some(token)),
            Some(Token::File(path)) => {
                Turn::read(path).and_then(move |reply| {
                    let text = std::str::from_utf8(&reply.body).ok().filter(|_| reply.status.is_success());
                    match text {
                        Some(text) => ask_container(&url, Some(Secret::new(text.trim()))),
                        None => Turn::End(Err(issuer()
                            .unusable("the file that AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names cannot be read"))),
                    }
                })
            }
        }
    }
}

fn ask_container(url: &str, token: Option<Secret>) -> Found {
    let container = Issuer::new("AWS's endpoint of the container").hiding(token.clone());
    let request = container.request(Method::GET, url).and_then(|mut request| {
        if let Some(token) = &token {
            container.header(&mut request, AUTHORIZATION, token.expose())?;
        }
        Ok(request)
    });
    Turn::send(request).then(move |reply| {
        Turn::End(container.good_json(reply).and_then(|json| read_keys(&container, &json)).map(Some))
    })
}

/// Unencrypted requests go to the container's own hosts only.
fn may_see_token(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else { return false };
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => true,
        (Some("http"), Some(host)) => {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            let own = ["localhost", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"];
            own.contains(&host) || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        _ => false,
    }
}

/// The metadata service of a machine.
#[derive(Clone, Debug, Hash)]
pub(super) struct Machine {
    endpoint: String,
}

impl Machine {
    pub(super) fn of(given: &Given<'_>) -> Option<Self> {
        let disabled = given.var("AWS_EC2_METADATA_DISABLED").is_some_and(|word| word.eq_ignore_ascii_case("true"));
        let endpoint = given.var("AWS_EC2_METADATA_SERVICE_ENDPOINT").unwrap_or_else(|| METADATA.to_owned());
        (!disabled).then(|| Self { endpoint: endpoint.trim_end_matches('/').to_owned() })
    }

    /// A session's token, the role's name, its keys. A machine without the service, or without a role, has nothing.
    pub(super) fn begin(self) -> Found {
        let metadata = Issuer::new("AWS's instance metadata service");
        let request = metadata.request(Method::PUT, &format!("{}/latest/api/token", self.endpoint));
        let request = request.map(|mut request| {
            request.headers.insert(TOKEN_LIFE, HeaderValue::from_static("21600"));
            request
        });
        Turn::send(request).then(move |reply| match present(reply) {
            Some(token) => self.with_token(metadata.hiding([Secret::new(token.as_str())]), Secret::new(token)),
            None => Turn::End(Ok(None)),
        })
    }

    fn with_token(self, metadata: Issuer, token: Secret) -> Found {
        let folder = format!("{}/latest/meta-data/iam/security-credentials/", self.endpoint);
        Turn::send(with(&metadata, &folder, &token)).then(move |reply| match present(reply) {
            Some(roles) => {
                let role = roles.lines().next().unwrap_or_default().trim();
                let request = with(&metadata, &format!("{folder}{role}"), &token);
                Turn::send(request).then(move |reply| Turn::End(keys_of_machine(&metadata, reply).map(Some)))
            }
            None => Turn::End(Ok(None)),
        })
    }
}

fn with(metadata: &Issuer, url: &str, token: &Secret) -> Result<WireRequest, Error> {
    let mut request = metadata.request(Method::GET, url)?;
    metadata.header(&mut request, TOKEN, token.expose())?;
    Ok(request)
}

/// The text of a good reply that is not empty.
fn present(reply: Result<Reply, Error>) -> Option<String> {
    let body: Bytes = reply.ok().filter(|reply| reply.status.is_success())?.body;
    let text = std::str::from_utf8(&body).ok()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn keys_of_machine(metadata: &Issuer, reply: Result<Reply, Error>) -> Result<Granted, Error> {
    let json = metadata.good_json(reply)?;
    read_keys(metadata, &json)
}

/// Where Amazon ECS answers its containers.
const ECS: &str = "http://169.254.170.2";
const METADATA: &str = "http://169.254.169.254";
const TOKEN: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token");
const TOKEN_LIFE: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");

//! Issuers that swap a key or a client's secret for a token in one request: the request is data.

use super::Given;
use super::ask::Issuer;
use super::source::{self, Plan};
use super::turn::Turn;
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tianji_core::{CredentialSource, Error, Granted, Micros, Secret, WireRequest};

/// IBM Cloud (IBM Cloud, "Generating an IBM Cloud IAM token by using an API key").
pub(super) fn ibm(given: &Given<'_>) -> Option<Arc<dyn CredentialSource>> {
    let key = given.key?.clone();
    let url = given.var("WATSONX_IAM_URL").unwrap_or_else(|| IBM.to_owned());
    let form = vec![("grant_type", Secret::new("urn:ibm:params:oauth:grant-type:apikey")), ("apikey", key)];
    Some(source::source("ibm", Swap { issuer: "IBM Cloud IAM", url, form, proof: Proof::None }))
}

/// A key of Cloud Pak for Data, which is sent as it is: base64 of user and API key (IBM Cloud Pak for Data, "Generating an
/// API authorization token", `ZenApiKey`).
pub(super) fn zen(given: &Given<'_>) -> Option<Secret> {
    let key = given.params.zen_api_key.cloned().or_else(|| given.secret("WATSONX_ZENAPIKEY"))?;
    Some(Secret::new(format!("ZenApiKey {}", key.expose())))
}

/// Databricks (Databricks, "Authorize service principal access to Databricks with OAuth").
pub(super) fn databricks(given: &Given<'_>) -> Option<Arc<dyn CredentialSource>> {
    let id = given.params.client_id.map(str::to_owned).or_else(|| given.var("DATABRICKS_CLIENT_ID"))?;
    let secret = given.params.client_secret.cloned().or_else(|| given.secret("DATABRICKS_CLIENT_SECRET"))?;
    let (scheme, rest) = given.base.split_once("://")?;
    let host = rest.split('/').next()?;
    let url = format!("{scheme}://{host}/oidc/v1/token");
    let form = vec![("grant_type", Secret::new("client_credentials")), ("scope", Secret::new("all-apis"))];
    let proof = Proof::Client(id, secret);
    Some(source::source("databricks", Swap { issuer: "the Databricks workspace", url, form, proof }))
}

/// GigaChat (Sber developer documentation, "Getting an access token").
pub(super) fn gigachat(given: &Given<'_>) -> Option<Arc<dyn CredentialSource>> {
    let key = given.key?.clone();
    let url = given.var("GIGACHAT_AUTH_URL").unwrap_or_else(|| GIGACHAT.to_owned());
    let scope = given.var("GIGACHAT_SCOPE").unwrap_or_else(|| "GIGACHAT_API_PERS".to_owned());
    let form = vec![("scope", Secret::new(scope))];
    Some(source::source(
        "gigachat",
        Swap { issuer: "GigaChat's authorisation service", url, form, proof: Proof::Key(key) },
    ))
}

/// One request that brings a token.
#[derive(Clone, Debug, Hash)]
pub(super) struct Swap {
    issuer: &'static str,
    url: String,
    form: Vec<(&'static str, Secret)>,
    proof: Proof,
}

impl Swap {
    /// A client's grant (RFC 6749, section 4.4).
    pub(super) fn client(issuer: &'static str, url: String, id: String, secret: Secret) -> Self {
        let form = vec![("grant_type", Secret::new("client_credentials"))];
        Self { issuer, url, form, proof: Proof::Client(id, secret) }
    }
}

/// What authorises the request, besides the form.
#[derive(Clone, Debug, Hash)]
enum Proof {
    None,
    /// A client's name and secret (RFC 6749, section 2.3.1).
    Client(String, Secret),
    /// A ready-made pair, and an id of the request.
    Key(Secret),
}

impl Plan for Swap {
    fn begin(self, now: Micros) -> Turn<Granted> {
        let proof = match &self.proof {
            Proof::None => None,
            Proof::Client(_, secret) | Proof::Key(secret) => Some(secret.clone()),
        };
        // The scope and the kind of grant are no secrets, and an error text may need the words.
        let keys = self.form.iter().filter(|(name, _)| *name == "apikey").map(|(_, key)| key.clone());
        let issuer = Issuer::new(self.issuer).hiding(keys.chain(proof));
        Turn::send(self.request(&issuer, now)).then(move |reply| Turn::End(issuer.token(reply, now)))
    }
}

impl Swap {
    fn request(&self, issuer: &Issuer, now: Micros) -> Result<WireRequest, Error> {
        let fields: Vec<(&str, &str)> = self.form.iter().map(|(name, value)| (*name, value.expose())).collect();
        let mut request = issuer.form(&self.url, &fields)?;
        match &self.proof {
            Proof::None => {}
            Proof::Client(id, secret) => issuer.basic(&mut request, id, secret)?,
            Proof::Key(key) => {
                issuer.header(&mut request, AUTHORIZATION, &format!("Basic {}", key.expose()))?;
                let id = HeaderValue::try_from(request_id(key, now)).map_err(|_| issuer.misunderstood())?;
                request.headers.insert(REQUEST_ID, id);
            }
        }
        Ok(request)
    }
}

/// A version 8 UUID (RFC 9562, section 5.8) of the key and the time: unique without a source of chance.
fn request_id(key: &Secret, now: Micros) -> String {
    let mut hash = Sha256::new();
    hash.update(key.expose());
    hash.update(now.0.to_be_bytes());
    let hash = u128::from_be_bytes(hash.finalize().iter().copied().take(16).fold([0; 16], shifted));
    let marked = (hash & !(0xf << 76 | 0x3 << 62)) | 0x8 << 76 | 0x2 << 62;
    let text = format!("{marked:032x}");
    let parts =
        [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)].map(|(from, to)| text.get(from..to).unwrap_or_default());
    parts.join("-")
}

fn shifted(bytes: [u8; 16], byte: u8) -> [u8; 16] {
    (u128::from_be_bytes(bytes) << 8 | u128::from(byte)).to_be_bytes()
}

const IBM: &str = "https://iam.cloud.ibm.com/identity/token";
const GIGACHAT: &str = "https://ngw.devices.sberbank.ru:9443/api/v2/oauth";
const REQUEST_ID: HeaderName = HeaderName::from_static("rquid");

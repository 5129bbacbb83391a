//! Issuers that swap a key in one request.

use crate::{Canned, bad, connection, converse, failure, good, lines, source, token};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tianji_core::{Kind, Secret};
use tianji_providers::{ConnectionParams, CredentialParams};

const GRANT: &str = r#"{"access_token":"tok","expires_in":3600,"expiration":1795318185}"#;

#[test]
fn ibm_takes_the_key() {
    let connected = connection("ibm", ConnectionParams::default(), &[("MODELS_KEY", "ibm-key")]);
    assert!(connected.key.is_none() && connected.missing_key.is_none(), "the key is for the issuer alone");
    let (asked, granted) = converse(&*connected.source.clone().unwrap(), vec![good(GRANT)]);
    assert_eq!(token(&granted.unwrap()), ("tok", 3600));
    assert_eq!(lines(&asked), ["POST https://iam.cloud.ibm.com/identity/token"]);
    assert_eq!(asked[0].body(), "grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey&apikey=ibm-key");
    let body = r#"{"errorCode":"BXNIM0415E","errorMessage":"Provided API key ibm-key could not be found."}"#;
    let (kind, shown) = failure(&*connected.source.unwrap(), vec![bad(400, body)]);
    assert_eq!(kind, Kind::Authentication);
    assert!(
        shown.contains("IBM Cloud IAM gave no credential (HTTP 400: BXNIM0415E: Provided API key *** could"),
        "{shown}"
    );
    assert!(!shown.contains("ibm-key"));
    let bare = connection("ibm", ConnectionParams::default(), &[]);
    assert!(bare.source.is_none() && bare.missing_key.unwrap().contains("MODELS_KEY"));
}

#[test]
fn databricks_asks_the_workspace() {
    let secret = Secret::new("dose");
    let credentials =
        CredentialParams { client_id: Some("sp"), client_secret: Some(&secret), ..CredentialParams::default() };
    let params = ConnectionParams {
        credentials,
        api_base: Some("https://w.example.net/serving-endpoints"),
        ..ConnectionParams::default()
    };
    let workspace = connection("databricks", params, &[]).source.unwrap();
    let (asked, granted) = converse(&*workspace, vec![good(GRANT)]);
    assert!(granted.is_ok());
    assert_eq!(lines(&asked), ["POST https://w.example.net/oidc/v1/token"]);
    assert_eq!(asked[0].body(), "grant_type=client_credentials&scope=all-apis");
    assert_eq!(asked[0].header("authorization"), format!("Basic {}", BASE64_STANDARD.encode("sp:dose")));
    assert!(asked[0].request().headers["authorization"].is_sensitive());
    assert_eq!(failure(&*workspace, vec![Canned::Silence]).0, Kind::ServiceUnavailable);
    let keyed = connection("databricks", params, &[("MODELS_KEY", "dapi")]);
    assert!(keyed.source.is_none() && keyed.key.is_some());
}

#[test]
fn sap_reads_a_service_key() {
    let parts =
        [("AICORE_CLIENT_ID", "i"), ("AICORE_CLIENT_SECRET", "s"), ("AICORE_AUTH_URL", "https://t.example.com/")];
    let whole =
        [("AICORE_SERVICE_KEY", r#"{"clientid":"i","clientsecret":"s","url":"https://t.example.com/oauth/token"}"#)];
    for env in [&parts[..], &whole[..]] {
        let (asked, granted) = converse(&*source("sap", CredentialParams::default(), env), vec![good(GRANT)]);
        assert!(granted.is_ok());
        assert_eq!(lines(&asked), ["POST https://t.example.com/oauth/token"]);
        assert_eq!(asked[0].header("authorization"), format!("Basic {}", BASE64_STANDARD.encode("i:s")));
    }
}

#[test]
fn gigachat_counts_milliseconds() {
    let connected = connection("gigachat", ConnectionParams::default(), &[("MODELS_KEY", "cGFpcg==")]);
    let chat = connected.source.unwrap();
    let reply = || good(r#"{"access_token":"g","expires_at":1795316385000}"#);
    let (asked, granted) = converse(&*chat, vec![reply()]);
    assert_eq!(token(&granted.unwrap()), ("g", 1800));
    assert_eq!(lines(&asked), ["POST https://ngw.devices.sberbank.ru:9443/api/v2/oauth"]);
    assert_eq!(asked[0].header("authorization"), "Basic cGFpcg==");
    assert_eq!(asked[0].body(), "scope=GIGACHAT_API_PERS");
    let id = asked[0].header("rquid");
    let shape: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(shape, [8, 4, 4, 4, 12], "{id}");
    assert!(id.split('-').nth(2).unwrap().starts_with('8'), "{id}");
}

#[test]
fn a_token_without_an_end_is_not_kept_for_long() {
    let env = [("MODELS_KEY", "k")];
    let granted = converse(&*source("ibm", CredentialParams::default(), &env), vec![good(r#"{"access_token":"t"}"#)]).1;
    assert_eq!(token(&granted.unwrap()), ("t", 600));
}

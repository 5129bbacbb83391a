//! Issuers that swap a key in one request.

use crate::{Canned, bad, connection, converse, failure, good, lines, no_file, source, token};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tianji_core::{Credential, Granted, Kind, Micros, Secret};
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
    let deployments = r#"{"count":2,"resources":[
        {"id":"old","deploymentUrl":"https://models.example.com/v2/inference/deployments/old","startTime":"2025-01-01T00:00:00Z"},
        {"id":"new","deploymentUrl":"https://models.example.com/v2/inference/deployments/new","startTime":"2025-06-01T00:00:00Z"}]}"#;
    for env in [&parts[..], &whole[..]] {
        let replies = vec![good(GRANT), good(deployments)];
        let (asked, granted) = converse(&*source("sap", CredentialParams::default(), env), replies);
        let base = "https://models.example.com/v2/inference/deployments/new".to_owned();
        assert_eq!(granted.unwrap().credential, Credential::TokenAt { token: Secret::new("tok"), base });
        let search = "scenarioId=orchestration&executableIds=orchestration&status=RUNNING";
        let search = format!("GET https://models.example.com/v2/lm/deployments?{search}");
        assert_eq!(lines(&asked), ["POST https://t.example.com/oauth/token", search.as_str()]);
        assert_eq!(asked[0].header("authorization"), format!("Basic {}", BASE64_STANDARD.encode("i:s")));
        assert_eq!((asked[1].header("authorization"), asked[1].header("ai-resource-group")), ("Bearer tok", "default"));
    }
    let (kind, shown) = failure(
        &*source("sap", CredentialParams::default(), &parts),
        vec![good(GRANT), good(r#"{"count":0,"resources":[]}"#)],
    );
    assert_eq!(kind, Kind::Authentication);
    assert!(shown.contains("no orchestration deployment is running in resource group 'default'"), "{shown}");
    let base = Some("https://models.example.com/v2/inference/deployments/d");
    let named = connection("sap", ConnectionParams { api_base: base, ..ConnectionParams::default() }, &parts);
    let (asked, granted) = converse(&*named.source.unwrap(), vec![good(GRANT)]);
    assert_eq!(token(&granted.unwrap()), ("tok", 3600));
    assert_eq!(asked.len(), 1);
}

#[test]
fn copilot_swaps_a_users_token() {
    let reply = r#"{"token":"tid=1","expires_at":1795316385,"refresh_in":1500,"endpoints":{"api":"https://api.business.githubcopilot.com"}}"#;
    let env = [("HOME", "/home/u")];
    let host = Some("https://api.githubcopilot.com");
    let own = connection("copilot", ConnectionParams { api_base: host, ..ConnectionParams::default() }, &env);
    let (asked, granted) = converse(&*own.source.unwrap(), vec![good("gho_x\n"), good(reply)]);
    let granted = granted.unwrap();
    let base = "https://api.business.githubcopilot.com".to_owned();
    assert_eq!(granted.credential, Credential::TokenAt { token: Secret::new("tid=1"), base });
    assert_eq!(granted.expires_at, Some(Micros(1_795_316_385_000_000)));
    let file = "read /home/u/.config/litellm/github_copilot/access-token";
    assert_eq!(lines(&asked), [file, "GET https://api.github.com/copilot_internal/v2/token"]);
    assert_eq!(asked[1].header("authorization"), "token gho_x");
    // An address of the operator's own is not left.
    let key = [("MODELS_KEY", "gho_y")];
    let (asked, granted) = converse(&*source("copilot", CredentialParams::default(), &key), vec![good(reply)]);
    assert_eq!(token(&granted.unwrap()), ("tid=1", 1800));
    assert_eq!(asked[0].header("authorization"), "token gho_y");
    let (kind, shown) = failure(&*source("copilot", CredentialParams::default(), &env), vec![no_file()]);
    assert_eq!(kind, Kind::Authentication);
    assert!(shown.contains("GITHUB_COPILOT_ACCESS_TOKEN") && shown.contains("access-token"), "{shown}");
    let refused = vec![good("gho_x"), bad(401, r#"{"message":"Bad credentials"}"#)];
    let (kind, shown) = failure(&*source("copilot", CredentialParams::default(), &env), refused);
    assert!(kind == Kind::Authentication && shown.contains("Bad credentials"), "{shown}");
}

#[test]
fn oracle_reads_keys_from_everywhere() {
    let rsa = |granted: Granted| match granted.credential {
        Credential::Rsa { key_id, private_key } => (key_id, private_key.expose().to_owned()),
        other => panic!("{other:?}"),
    };
    let said = [
        ("OCI_USER", "u"),
        ("OCI_FINGERPRINT", "f"),
        ("OCI_TENANCY", "t"),
        ("OCI_KEY", "PEM"),
        ("OCI_KEY_FILE", "/no"),
    ];
    let (asked, granted) = converse(&*source("oci", CredentialParams::default(), &said), vec![]);
    assert_eq!((asked.len(), rsa(granted.unwrap())), (0, ("t/u/f".to_owned(), "PEM".to_owned())));
    let params = CredentialParams { oci_key_file: Some("/k.pem"), ..CredentialParams::default() };
    let (asked, granted) = converse(&*source("oci", params, &said), vec![good("FILE")]);
    assert_eq!((lines(&asked), rsa(granted.unwrap()).1), (vec!["read /k.pem".to_owned()], "FILE".to_owned()));
    let config = "[OTHER]\nuser=x\n[DEFAULT]\nuser = u2\nfingerprint=f2\ntenancy=t2\nkey_file=~/.oci/k.pem\n[LAST]\n";
    let home = [("HOME", "/home/u")];
    let replies = vec![good(config), good("HOME")];
    let (asked, granted) = converse(&*source("oci", CredentialParams::default(), &home), replies);
    assert_eq!(lines(&asked), ["read /home/u/.oci/config", "read /home/u/.oci/k.pem"]);
    assert_eq!(rsa(granted.unwrap()), ("t2/u2/f2".to_owned(), "HOME".to_owned()));
    let (kind, shown) = failure(&*source("oci", CredentialParams::default(), &home), vec![no_file()]);
    assert!(kind == Kind::Authentication && shown.contains("OCI_FINGERPRINT"), "{shown}");
    let half = connection("oci", ConnectionParams::default(), &[("OCI_USER", "u")]);
    assert!(half.source.is_none() && half.missing_key.unwrap().contains("OCI_TENANCY"));
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

//! Microsoft Entra.

use crate::{Canned, bad, connection, converse, failure, good, lines, no_file, source, token};
use tianji_core::{Kind, Secret};
use tianji_providers::{ConnectionParams, CredentialParams};

const GRANT: &str = r#"{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"eyJ0"}"#;
const TENANT: &[(&str, &str)] = &[("AZURE_TENANT_ID", "t1"), ("AZURE_CLIENT_ID", "c1")];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    TENANT.iter().chain(more).copied().collect()
}

#[test]
fn an_application_shows_its_secret() {
    let env = with(&[("AZURE_CLIENT_SECRET", "s/1")]);
    let (asked, granted) = converse(&*source("azure", CredentialParams::default(), &env), vec![good(GRANT)]);
    assert_eq!(token(&granted.unwrap()), ("eyJ0", 3599));
    assert_eq!(lines(&asked), ["POST https://login.microsoftonline.com/t1/oauth2/v2.0/token"]);
    assert_eq!(
        asked[0].body(),
        "client_id=c1&grant_type=client_credentials&client_secret=s%2F1&scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default"
    );
}

#[test]
fn the_entry_wins_over_the_environment() {
    let secret = Secret::new("entry-secret");
    let credentials = CredentialParams {
        tenant_id: Some("t2"),
        client_id: Some("c2"),
        client_secret: Some(&secret),
        scope: Some("https://ai.azure.com/.default"),
        ..CredentialParams::default()
    };
    let env = with(&[("AZURE_CLIENT_SECRET", "s1"), ("AZURE_AUTHORITY_HOST", "login.microsoftonline.us/")]);
    let (asked, _) = converse(&*source("azure", credentials, &env), vec![good(GRANT)]);
    assert_eq!(lines(&asked), ["POST https://login.microsoftonline.us/t2/oauth2/v2.0/token"]);
    assert_eq!((asked[0].field("client_id"), asked[0].field("client_secret")), ("c2".into(), "entry-secret".into()));
    assert_eq!(asked[0].field("scope"), "https://ai.azure.com/.default");
}

#[test]
fn a_user_shows_a_password() {
    let password = Secret::new("hunter2");
    let credentials =
        CredentialParams { username: Some("me@x.com"), password: Some(&password), ..CredentialParams::default() };
    let (asked, _) = converse(&*source("azure", credentials, TENANT), vec![good(GRANT)]);
    assert_eq!(asked[0].field("grant_type"), "password");
    assert_eq!((asked[0].field("username"), asked[0].field("password")), ("me@x.com".into(), "hunter2".into()));
    assert!(!asked[0].body().contains("client_secret"));
}

#[test]
fn a_workload_shows_the_token_of_its_file() {
    let env = with(&[("AZURE_FEDERATED_TOKEN_FILE", "/var/token")]);
    let workload = source("azure", CredentialParams::default(), &env);
    let (asked, granted) = converse(&*workload, vec![good("jwt-1\n"), good(GRANT)]);
    assert!(granted.is_ok());
    assert_eq!(lines(&asked), ["read /var/token", "POST https://login.microsoftonline.com/t1/oauth2/v2.0/token"]);
    assert_eq!(asked[1].field("client_assertion"), "jwt-1");
    assert_eq!(asked[1].field("client_assertion_type"), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    for file in [no_file(), good("\n")] {
        let (kind, shown) = failure(&*workload, vec![file]);
        assert!(kind == Kind::Authentication && shown.contains("AZURE_FEDERATED_TOKEN_FILE"), "{shown}");
    }
}

#[test]
fn a_machine_has_an_identity() {
    let reply = r#"{"access_token":"m","expires_in":"86399","expires_on":"1795400984","resource":"r"}"#;
    let machine = source("azure", CredentialParams::default(), &[("AZURE_CREDENTIAL", "ManagedIdentityCredential")]);
    let (asked, granted) = converse(&*machine, vec![good(reply)]);
    assert_eq!(token(&granted.unwrap()), ("m", 86399));
    assert_eq!(
        lines(&asked),
        [
            "GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fcognitiveservices%2Eazure%2Ecom"
        ]
    );
    assert_eq!(asked[0].header("metadata"), "true");
    let env = [
        ("IDENTITY_ENDPOINT", "http://127.0.0.1:41/msi/token"),
        ("IDENTITY_HEADER", "word"),
        ("AZURE_CLIENT_ID", "c1"),
    ];
    let service = source("azure", CredentialParams::default(), &env);
    let reply = r#"{"access_token":"a","expires_on":"1795315185","resource":"r"}"#;
    let (asked, granted) = converse(&*service, vec![good(reply)]);
    assert_eq!(token(&granted.unwrap()), ("a", 600));
    assert!(
        asked[0].line().ends_with("&client_id=c1") && asked[0].line().contains("/msi/token?api-version=2019-08-01&")
    );
    assert_eq!(asked[0].header("x-identity-header"), "word");
    let (kind, shown) = failure(&*service, vec![Canned::Silence]);
    assert_eq!(kind, Kind::ServiceUnavailable);
    assert!(shown.starts_with("Azure's managed identity endpoint could not be asked for a credential"), "{shown}");
}

#[test]
fn a_refusal_names_the_issuer_and_hides_the_secret() {
    let env = with(&[("AZURE_CLIENT_SECRET", "s3cret")]);
    let application = source("azure", CredentialParams::default(), &env);
    let body = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret s3cret."}"#;
    let (kind, shown) = failure(&*application, vec![bad(401, body)]);
    assert_eq!(kind, Kind::Authentication);
    assert!(
        shown.contains(
            "Microsoft Entra gave no credential (HTTP 401: invalid_client: AADSTS7000215: Invalid client secret ***.)"
        ),
        "{shown}"
    );
    assert!(!shown.contains("s3cret"));
    for (reply, kind) in [
        (bad(503, ""), Kind::ServiceUnavailable),
        (bad(429, "slow"), Kind::ServiceUnavailable),
        (good("no json"), Kind::ServiceUnavailable),
        (good("{}"), Kind::ServiceUnavailable),
        (Canned::Silence, Kind::ServiceUnavailable),
    ] {
        assert_eq!(failure(&*application, vec![reply]).0, kind);
    }
}

#[test]
fn keys_and_tokens_win_and_half_an_identity_is_none() {
    let identity = with(&[("AZURE_CLIENT_SECRET", "s1")]);
    let key = Secret::new("k");
    let keyed = connection("azure", ConnectionParams { api_key: Some(&key), ..ConnectionParams::default() }, &identity);
    assert!(keyed.source.is_none() && keyed.key.is_some() && keyed.missing_key.is_none());
    for env in [vec![], vec![("AZURE_TENANT_ID", "t1")], vec![("AZURE_CLIENT_SECRET", "s1"), ("AZURE_CLIENT_ID", "c1")]]
    {
        let connection = connection("azure", ConnectionParams::default(), &env);
        assert!(connection.source.is_none());
        let missing = connection.missing_key.unwrap();
        assert!(missing.contains("MODELS_KEY") && missing.contains("AZURE_TENANT_ID"), "{missing}");
    }
}

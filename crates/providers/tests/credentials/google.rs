//! Google Cloud.

use crate::{Canned, NOW, bad, connection, converse, failure, good, lines, no_file, source, token};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::sync::LazyLock;
use tianji_core::{Kind, Secret};
use tianji_providers::{ConnectionParams, CredentialParams, GoogleKey, credential_file, project_in};

/// A new key for each run: none is in the repository.
static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).unwrap());
const GRANT: &str = r#"{"access_token":"ya29.t","expires_in":3599,"token_type":"Bearer"}"#;

fn pem() -> String {
    let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&*KEY).unwrap();
    let text = BASE64_STANDARD.encode(der.as_ref());
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

fn service_account() -> Value {
    json!({
        "type": "service_account",
        "project_id": "my-project",
        "private_key_id": "key-1",
        "private_key": pem(),
        "client_email": "bot@my-project.iam.gserviceaccount.com",
        "token_uri": "http://127.0.0.1:9/token",
    })
}

fn of_text(text: &Value) -> std::sync::Arc<dyn tianji_core::CredentialSource> {
    let text = Secret::new(text.to_string());
    source("google", CredentialParams { google: Some(GoogleKey::Text(&text)), ..CredentialParams::default() }, &[])
}

#[test]
fn a_service_account_signs_an_assertion() {
    let (asked, granted) = converse(&*of_text(&service_account()), vec![good(GRANT)]);
    assert_eq!(token(&granted.unwrap()), ("ya29.t", 3599));
    assert_eq!(lines(&asked), ["POST http://127.0.0.1:9/token"]);
    assert_eq!(asked[0].header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(asked[0].field("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let assertion = asked[0].field("assertion");
    let parts: Vec<&str> = assertion.split('.').collect();
    let decoded = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap();
    let json = |part: &str| serde_json::from_slice::<Value>(&decoded(part)).unwrap();
    assert_eq!(json(parts[0]), json!({ "alg": "RS256", "typ": "JWT", "kid": "key-1" }));
    let claims = json!({
        "iss": "bot@my-project.iam.gserviceaccount.com",
        "scope": "https://www.googleapis.com/auth/cloud-platform",
        "aud": "http://127.0.0.1:9/token",
        "iat": NOW.seconds(),
        "exp": NOW.seconds() + 3600,
    });
    assert_eq!(json(parts[1]), claims);
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, KEY.public_key());
    public.verify(format!("{}.{}", parts[0], parts[1]).as_bytes(), &decoded(parts[2])).unwrap();
}

#[test]
fn line_ends_of_a_key_may_be_escaped_twice() {
    let mut account = service_account();
    account["private_key"] = pem().replace('\n', "\\n").into();
    assert!(converse(&*of_text(&account), vec![good(GRANT)]).1.is_ok());
}

#[test]
fn a_user_renews_a_token() {
    let user = json!({ "type": "authorized_user", "client_id": "id-1", "client_secret": "secret-1", "refresh_token": "refresh-1" });
    let (asked, granted) = converse(&*of_text(&user), vec![good(GRANT)]);
    assert_eq!(token(&granted.unwrap()), ("ya29.t", 3599));
    assert_eq!(lines(&asked), ["POST https://oauth2.googleapis.com/token"]);
    assert_eq!(
        asked[0].body(),
        "grant_type=refresh_token&client_id=id-1&client_secret=secret-1&refresh_token=refresh-1"
    );
    let echo = bad(400, r#"{"error":"invalid_grant","error_description":"refresh-1 of secret-1 was revoked"}"#);
    let (kind, shown) = failure(&*of_text(&user), vec![echo]);
    assert_eq!(kind, Kind::Authentication);
    assert!(
        shown.starts_with("Google gave no credential (HTTP 400: invalid_grant: *** of *** was revoked)"),
        "{shown}"
    );
    assert!(!shown.contains("secret-1") && !shown.contains("refresh-1"), "{shown}");
}

fn external(source: &Value) -> Value {
    json!({
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": source,
    })
}

#[test]
fn a_workload_swaps_the_token_in_a_file() {
    let account = external(&json!({ "file": "/var/run/token" }));
    let (asked, granted) = converse(&*of_text(&account), vec![good("subject-1\n"), good(GRANT)]);
    assert_eq!(token(&granted.unwrap()), ("ya29.t", 3599));
    assert_eq!(lines(&asked), ["read /var/run/token", "POST https://sts.googleapis.com/v1/token"]);
    assert_eq!(asked[1].field("subject_token"), "subject-1");
    assert_eq!(asked[1].field("grant_type"), "urn:ietf:params:oauth:grant-type:token-exchange");
    assert!(asked[1].field("audience").ends_with("/providers/q"));
    let (kind, shown) = failure(&*of_text(&account), vec![no_file()]);
    assert_eq!(kind, Kind::Authentication);
    assert!(shown.contains("'/var/run/token' cannot be read"), "{shown}");
}

#[test]
fn a_workload_swaps_the_token_at_an_address_and_impersonates() {
    let mut account = external(&json!({
        "url": "http://169.254.1.1/token",
        "headers": { "x-metadata": "yes" },
        "format": { "type": "json", "subject_token_field_name": "id_token" },
    }));
    let url = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b.c:generateAccessToken";
    account["service_account_impersonation_url"] = url.into();
    account["service_account_impersonation"] = json!({ "token_lifetime_seconds": 600 });
    let replies = || {
        vec![
            good(r#"{"id_token":"subject-2"}"#),
            good(GRANT),
            good(r#"{"accessToken":"final","expireTime":"2026-11-22T02:39:45Z"}"#),
        ]
    };
    let (asked, granted) = converse(&*of_text(&account), replies());
    assert_eq!(token(&granted.unwrap()), ("final", 600));
    assert_eq!(asked[0].line(), "GET http://169.254.1.1/token");
    assert_eq!(asked[0].header("x-metadata"), "yes");
    assert_eq!(asked[1].field("subject_token"), "subject-2");
    assert_eq!(asked[2].line(), format!("POST {url}"));
    assert_eq!(asked[2].header("authorization"), "Bearer ya29.t");
    assert!(asked[2].request().headers["authorization"].is_sensitive());
    assert!(asked[2].body().contains(r#""lifetime":"600s""#));
    let refused = vec![
        good(r#"{"id_token":"s"}"#),
        good(GRANT),
        bad(403, r#"{"error":{"code":403,"status":"PERMISSION_DENIED","message":"no"}}"#),
    ];
    let (kind, shown) = failure(&*of_text(&account), refused);
    assert_eq!(kind, Kind::Authentication);
    assert!(
        shown.contains("service account credentials API gave no credential (HTTP 403: PERMISSION_DENIED: no)"),
        "{shown}"
    );
}

#[test]
fn a_file_that_impersonates() {
    let user = json!({ "type": "authorized_user", "client_id": "i", "client_secret": "s", "refresh_token": "r" });
    let file = json!({ "type": "impersonated_service_account", "source_credentials": user, "service_account_impersonation_url": "https://iam.example/x" });
    let reply = good(r#"{"accessToken":"final","expireTime":"2026-11-22T03:29:45.5Z"}"#);
    let (asked, granted) = converse(&*of_text(&file), vec![good(GRANT), reply]);
    assert_eq!(token(&granted.unwrap()), ("final", 3600));
    assert_eq!(lines(&asked), ["POST https://oauth2.googleapis.com/token", "POST https://iam.example/x"]);
}

#[test]
fn the_default_places_in_their_order() {
    let none = CredentialParams::default();
    let home = [("HOME", "/home/me")];
    let (asked, granted) = converse(&*source("google", none, &home), vec![no_file(), good(GRANT)]);
    assert_eq!(token(&granted.unwrap()).0, "ya29.t");
    let url = "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token?scopes=https://www.googleapis.com/auth/cloud-platform";
    assert_eq!(
        lines(&asked),
        ["read /home/me/.config/gcloud/application_default_credentials.json", &format!("GET {url}")]
    );
    assert_eq!(asked[1].header("metadata-flavor"), "Google");
    let named = [("GOOGLE_APPLICATION_CREDENTIALS", "/keys/a.json"), ("HOME", "/home/me")];
    let (asked, granted) =
        converse(&*source("google", none, &named), vec![good(service_account().to_string()), good(GRANT)]);
    assert!(granted.is_ok());
    assert_eq!(lines(&asked), ["read /keys/a.json", "POST http://127.0.0.1:9/token"]);
    let entry = CredentialParams { google: Some(GoogleKey::File("/keys/b.json")), ..none };
    let (kind, shown) = failure(&*source("google", entry, &named), vec![no_file()]);
    assert_eq!(kind, Kind::Authentication);
    assert!(shown.contains("'/keys/b.json' cannot be read"), "{shown}");
}

#[test]
fn without_anything_the_error_names_what_to_set() {
    let bare = source("google", CredentialParams::default(), &[]);
    for reply in [Canned::Silence, bad(404, "nothing")] {
        let (kind, shown) = failure(&*bare, vec![reply]);
        assert_eq!(kind, Kind::Authentication);
        assert!(shown.contains("GOOGLE_APPLICATION_CREDENTIALS"), "{shown}");
    }
}

#[test]
fn what_is_no_credential() {
    let mut broken = service_account();
    broken["private_key"] = "-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----".into();
    let aws = external(&json!({ "environment_id": "aws1", "url": "http://169.254.169.254/x" }));
    for (credential, words) in [
        (json!({}), "no 'type'"),
        (json!({ "type": "gdch_service_account" }), "'gdch_service_account' are not supported"),
        (json!({ "type": "service_account", "client_email": "a@b.c" }), "no 'private_key'"),
        (broken, "private_key is not an RSA key"),
        (aws, "subject token in a file or at a URL"),
    ] {
        let (kind, shown) = failure(&*of_text(&credential), vec![]);
        assert_eq!(kind, Kind::Authentication);
        assert!(shown.contains(words) && !shown.contains("QUJD"), "{shown}");
    }
}

#[test]
fn the_project_comes_with_the_credential() {
    let text = Secret::new(service_account().to_string());
    let credentials = CredentialParams { google: Some(GoogleKey::Text(&text)), ..CredentialParams::default() };
    let params = ConnectionParams { credentials, ..ConnectionParams::default() };
    assert_eq!(connection("google", params, &[]).project.as_deref(), Some("my-project"));
    let named = ConnectionParams { project: Some("other"), ..params };
    assert_eq!(connection("google", named, &[]).project.as_deref(), Some("other"));
    assert_eq!(project_in(r#"{"quota_project_id":"q"}"#).as_deref(), Some("q"));
    assert_eq!(project_in("{}"), None);
    let env = |name: &str| (name == "GOOGLE_APPLICATION_CREDENTIALS").then(|| "/keys/a.json".to_owned());
    let none = ConnectionParams::default();
    assert_eq!(credential_file(&crate::provider("google"), &none, &env).unwrap().to_str(), Some("/keys/a.json"));
    assert_eq!(credential_file(&crate::provider("google"), &params, &env), None);
    assert_eq!(credential_file(&crate::provider("aws"), &none, &env), None);
}

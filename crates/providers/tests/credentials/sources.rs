//! What holds for all sources.

use crate::{connection, source};
use proptest::prelude::*;
use tianji_core::Secret;
use tianji_providers::{ConnectionParams, CredentialParams, GoogleKey};

const KINDS: &[&str] = &["aws", "google", "azure", "ibm", "databricks", "sap", "gigachat"];

/// A word that is nothing else's part.
fn word() -> impl Strategy<Value = String> {
    "Zq[a-z]{12}"
}

proptest! {
    #[test]
    fn secrets_are_in_no_id_and_no_debug_text(kind in prop::sample::select(KINDS), secret in word()) {
        let text = Secret::new(secret.clone());
        let credentials = CredentialParams {
            aws_access_key_id: Some(&text),
            aws_secret_access_key: Some(&text),
            aws_session_token: Some(&text),
            aws_web_identity_token: Some(&text),
            google: Some(GoogleKey::Text(&text)),
            tenant_id: Some("t"),
            client_id: Some("c"),
            client_secret: Some(&text),
            username: Some("u"),
            password: Some(&text),
            ..CredentialParams::default()
        };
        let params = ConnectionParams { credentials, ..ConnectionParams::default() };
        let connection = connection(kind, params, &[("MODELS_KEY", &secret), ("AICORE_AUTH_URL", "https://x.example")]);
        if let Some(source) = &connection.source {
            prop_assert!(!source.id().contains(&secret));
        }
        let shown = format!("{connection:?} {params:?}");
        prop_assert!(!shown.contains(&secret), "{}", shown);
    }

    #[test]
    fn ids_tell_identities_apart(one in word(), other in word()) {
        let ids = |secret: &str| {
            let secret = Secret::new(secret);
            let credentials = CredentialParams { tenant_id: Some("t"), client_id: Some("c"), client_secret: Some(&secret), ..CredentialParams::default() };
            source("azure", credentials, &[]).id().to_owned()
        };
        prop_assert_eq!(ids(&one) == ids(&other), one == other);
    }
}

#[test]
fn a_whole_identity_counts() {
    let secret = Secret::new("s");
    let base = CredentialParams {
        aws_access_key_id: Some(&secret),
        aws_secret_access_key: Some(&secret),
        aws_role_name: Some("arn:a"),
        ..CredentialParams::default()
    };
    let variants = [
        base,
        CredentialParams { aws_role_name: Some("arn:b"), ..base },
        CredentialParams { aws_session_name: Some("x"), ..base },
        CredentialParams { aws_external_id: Some("x"), ..base },
        CredentialParams { aws_session_token: Some(&secret), ..base },
        CredentialParams { aws_sts_endpoint: Some("http://sts"), ..base },
    ];
    let ids: std::collections::BTreeSet<String> =
        variants.iter().map(|variant| source("aws", *variant, &[]).id().to_owned()).collect();
    assert_eq!(ids.len(), variants.len());
    assert_eq!(source("aws", base, &[]).id(), source("aws", base, &[]).id());
}

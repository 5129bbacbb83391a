//! A key of one provider is never put on a request to the host of another.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use http::Uri;
use proptest::prelude::*;
use std::sync::LazyLock;
use tianji_providers::{Catalogue, Connection, ConnectionParams, Operation, Provider};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::embedded().unwrap());

/// An environment in which every variable but those of addresses and regions holds its own name, so that a leak names itself.
fn keys_everywhere(name: &str) -> Option<String> {
    let place = ["_BASE", "_URL", "_ENDPOINT", "_REGION", "_REGION_NAME"].iter().any(|ending| name.ends_with(ending));
    if PLACES.iter().any(|ending| name.ends_with(ending)) {
        return Some("acc".to_owned());
    }
    (!place).then(|| format!("<{name}>"))
}

/// Endings of variables that hold no secret but a part of an address.
const PLACES: &[&str] = &["ACCOUNT_ID", "_LOCATION", "_PROJECT", "_SPEECH_REGION"];

/// The variables whose values are on a request.
fn leaked(provider: &Provider, connection: &Connection, operation: Operation) -> (Uri, Vec<String>) {
    let outgoing = provider.outgoing(connection, operation, "model-x").unwrap();
    let mut texts: Vec<String> = outgoing.headers.values().map(|value| value.to_str().unwrap().to_owned()).collect();
    texts.push(outgoing.uri.to_string());
    let names = texts.iter().filter_map(|text| Some(text.split_once('<')?.1.split_once('>')?.0.to_owned())).collect();
    (outgoing.uri, names)
}

fn own(provider: &Provider, name: &String) -> bool {
    let others = provider.header_env.iter().map(|(_, variable)| variable).chain(&provider.version_env);
    let others = others.chain(&provider.project_env);
    let zen = provider.name.starts_with("watsonx") && name == "WATSONX_ZENAPIKEY";
    zen || provider.key_env.iter().chain(&provider.bearer_env).chain(others).any(|known| known == name)
}

fn host_of(text: &str) -> Option<String> {
    text.parse::<Uri>().ok()?.host().map(str::to_owned)
}

#[test]
fn no_row_reads_a_key_of_another() {
    for provider in CATALOGUE.iter() {
        for other in CATALOGUE.iter().filter(|other| other.name != provider.name) {
            let azure = provider.name.starts_with("azure") && other.name.starts_with("azure");
            // One vendor under two names, at one address.
            let bedrock = provider.name.starts_with("bedrock") && other.name.starts_with("bedrock");
            let watsonx = provider.name.starts_with("watsonx") && other.name.starts_with("watsonx");
            let kin =
                azure || bedrock || watsonx || (provider.base_url.is_some() && provider.base_url == other.base_url);
            let shared = provider.key_env.iter().chain(&provider.bearer_env).any(|name| other.key_env.contains(name));
            assert!(kin || !shared, "{} and {} share a key variable", provider.name, other.name);
        }
    }
}

proptest! {
    #[test]
    fn keys_stay_at_home(at in any::<prop::sample::Index>(), base in prop::option::of("https://[a-z]{1,12}\\.example(/[a-z0-9]{1,8}){0,3}/?")) {
        let providers: Vec<_> = CATALOGUE.iter().collect();
        let provider = at.get(&providers);
        let params = ConnectionParams { api_base: base.as_deref(), ..ConnectionParams::default() };
        let Ok(connection) = Connection::new(provider, &params, &keys_everywhere) else {
            prop_assert!(base.is_none() && provider.base_url.is_none(), "only a missing address is an error");
            return Ok(());
        };
        let way = provider.ways("model-x").first().map(|way| way.operation(true));
        let operation = way.or_else(|| provider.endpoints.iter().find_map(|kind| kind.operation())).unwrap();
        let (uri, names) = leaked(provider, &connection, operation);
        let variables = ["{CLOUDFLARE_ACCOUNT_ID}", "{SNOWFLAKE_ACCOUNT_ID}", "{AZURE_SPEECH_REGION}"];
        let filled = |url: String| variables.iter().fold(url, |url, variable| url.replace(variable, "acc"));
        let home = base.clone().or_else(|| provider.base_url.clone()).map(filled);
        // Where the address follows from the place, it is on a host of the cloud's.
        let expected = home.and_then(|home| host_of(&home));
        let host = uri.host().map(str::to_owned).unwrap_or_default();
        let cloud = [".amazonaws.com", ".api.aws", ".googleapis.com", ".oraclecloud.com"].iter().any(|end| host.ends_with(end));
        prop_assert!(expected.as_deref().map_or(provider.base_of_place && cloud, |home| home == host), "{} goes to {}", provider.name, host);
        for name in &names {
            prop_assert!(own(provider, name), "{} sends {}", provider.name, name);
        }
        // A credential that is asked for is put on later.
        prop_assert!(provider.no_auth || provider.credential.is_some() || !names.is_empty());
    }

    #[test]
    fn any_address_is_refused_or_kept(base in "\\PC{0,40}") {
        for name in ["openai", "anthropic", "azure", "azure_ai", "mistral"] {
            let provider = CATALOGUE.get(name).unwrap();
            let params = ConnectionParams { api_base: Some(&base), ..ConnectionParams::default() };
            if let Ok(connection) = Connection::new(provider, &params, &|_| None)
                && let Ok(outgoing) = provider.outgoing(&connection, Operation::Chat { stream: false }, "m")
                && !base.trim().is_empty()
            {
                let given = if base.contains("://") { base.trim().to_owned() } else { format!("https://{}", base.trim()) };
                prop_assert_eq!(outgoing.uri.host().map(str::to_owned), host_of(given.split('?').next().unwrap_or_default()));
            }
        }
    }
}

//! `anthropic-version` and `anthropic-beta` (Anthropic, "Versions" and "Beta headers").

use http::{HeaderMap, HeaderValue};

/// The client's version wins; betas of the entry, the client and the used features are all sent, each once.
pub(in crate::native) fn from_client(from_client: &HeaderMap, features: &[&str], headers: &mut HeaderMap) {
    if let Some(version) = from_client.get(VERSION) {
        headers.insert(VERSION, version.clone());
    }
    merge(
        headers,
        from_client.get_all(BETA).iter().filter_map(|value| value.to_str().ok()).chain(features.iter().copied()),
    );
}

/// The version for vendors that serve Anthropic's form beside others.
pub(in crate::native) fn default_version(headers: &mut HeaderMap) {
    headers.entry(VERSION).or_insert(HeaderValue::from_static("2023-06-01"));
}

/// Adds betas, given as lists with commas, to those that are there.
pub(super) fn merge<'a>(headers: &mut HeaderMap, more: impl IntoIterator<Item = &'a str>) {
    let before: Vec<HeaderValue> = headers.get_all(BETA).iter().cloned().collect();
    let mut names: Vec<String> = Vec::new();
    let mut add = |list: &str| {
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    };
    before.iter().filter_map(|value| value.to_str().ok()).for_each(&mut add);
    more.into_iter().for_each(add);
    if let Ok(value) = HeaderValue::try_from(names.join(","))
        && !names.is_empty()
    {
        headers.insert(BETA, value);
    }
}

const VERSION: &str = "anthropic-version";
const BETA: &str = "anthropic-beta";

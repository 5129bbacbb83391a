//! Engines that are asked by an address.

use super::{Asked, Engine, listed};
use http::header::AUTHORIZATION;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tianji_core::{Error, Kind};

/// Brave, "Web Search API".
pub(super) static BRAVE: Engine = Engine {
    trims: false,
    ask: |ask, asked| {
        let mut pairs = vec![("q", asked.query_within_domains()), ("count", asked.max.min(20).to_string())];
        pairs.extend(asked.country.as_deref().map(|country| ("country", country.to_uppercase())));
        ask.get(&address(&format!("{}/res/v1/web/search", ask.connection.base), &pairs, asked))
    },
    read: |told| {
        let web = listed(told.pointer("/web/results"), "title", "url", "description", "page_age");
        let news = listed(told.pointer("/news/results"), "title", "url", "description", "page_age");
        web.into_iter().chain(news).collect()
    },
};

/// Google, "Custom Search JSON API: cse.list". Key and engine stand in the address.
pub(super) static GOOGLE: Engine = Engine {
    trims: false,
    ask: |ask, asked| {
        let engine = ask.connection.project.clone().filter(|_| !asked.own.contains_key("cx"));
        if engine.is_none() && !asked.own.contains_key("cx") {
            return Err(Error::gateway(Kind::BadRequest, "set the environment variable GOOGLE_PSE_ENGINE_ID"));
        }
        let mut pairs = vec![("q", asked.query()), ("num", asked.max.min(10).to_string())];
        pairs.extend(engine.map(|engine| ("cx", engine)));
        pairs.extend(asked.domains.first().map(|domain| ("siteSearch", domain.clone())));
        pairs.extend(asked.country.as_deref().map(|country| ("gl", country.to_lowercase())));
        pairs.extend(ask.connection.key.as_ref().map(|key| ("key", key.expose().to_owned())));
        let mut request = ask.get(&address(&format!("{}/customsearch/v1", ask.connection.base), &pairs, asked))?;
        request.headers.remove(AUTHORIZATION);
        Ok(request)
    },
    read: |told| listed(told.get("items"), "title", "link", "snippet", "date"),
};

/// `SearXNG`, "Search API".
pub(super) static SEARXNG: Engine = Engine {
    trims: false,
    ask: |ask, asked| {
        let mut pairs = vec![("q", asked.query_within_domains()), ("format", "json".to_owned())];
        pairs.extend(asked.country.as_deref().map(|country| ("language", country.to_lowercase())));
        ask.get(&address(&format!("{}/search", ask.connection.base), &pairs, asked))
    },
    read: |told| listed(told.get("results"), "title", "url", "content", "publishedDate"),
};

fn address(base: &str, pairs: &[(&str, String)], asked: &Asked) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
    let own = asked.own.iter().filter_map(|(name, value)| {
        let value = match value {
            Value::Object(_) | Value::Array(_) | Value::Null => return None,
            Value::String(value) => value.clone(),
            value => value.to_string(),
        };
        Some((name.as_str(), value))
    });
    let own: Vec<(&str, String)> = own.collect();
    let ours = pairs.iter().filter(|(name, _)| *name == "key" || !own.iter().any(|(theirs, _)| theirs == name));
    let all: Vec<String> =
        ours.chain(&own).map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    format!("{base}?{}", all.join("&"))
}

/// All but the unreserved characters (RFC 3986, section 2.3).
const UNRESERVED: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

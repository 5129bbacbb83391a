//! Engines that are asked by an address.

use super::{Asked, Engine, Found, listed, text};
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

/// `SearchApi`, "Google Search API".
pub(super) static SEARCHAPI: Engine = Engine {
    trims: false,
    ask: |ask, asked| {
        let mut pairs =
            vec![("engine", "google".to_owned()), ("q", asked.query_within_domains()), ("num", asked.max.to_string())];
        pairs.extend(asked.country.as_deref().map(|country| ("gl", country.to_lowercase())));
        ask.get(&address(&format!("{}/api/v1/search", ask.connection.base), &pairs, asked))
    },
    read: |told| listed(told.get("organic_results"), "title", "link", "snippet", "date"),
};

/// `TinyFish`, "Search API".
pub(super) static TINYFISH: Engine = Engine {
    trims: false,
    ask: |ask, asked| {
        let mut pairs = vec![("query", asked.query())];
        let domains = Some(asked.domains.join(",")).filter(|domains| !domains.is_empty());
        pairs.extend(domains.map(|domains| ("include_domains", domains)));
        pairs.extend(asked.country.as_deref().map(|country| ("location", country.to_uppercase())));
        ask.get(&address(&format!("{}/", ask.connection.base), &pairs, asked))
    },
    read: |told| listed(told.get("results"), "title", "url", "snippet", "date"),
};

/// You.com, "Search API".
pub(super) static YOU: Engine = Engine {
    trims: false,
    ask: |ask, asked| {
        let mut pairs = vec![("query", asked.query_within_domains()), ("count", asked.max.min(100).to_string())];
        pairs.extend(asked.country.as_deref().map(|country| ("country", country.to_uppercase())));
        ask.get(&address(&format!("{}/v1/search", ask.connection.base), &pairs, asked))
    },
    read: |told| {
        let of = |list: &str| {
            let list = told.pointer(list);
            let mut found = listed(list, "title", "url", "description", "page_age");
            let items = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            for (found, item) in found.iter_mut().zip(items) {
                let snippets = item.get("snippets").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                let snippets: Vec<&str> = snippets.iter().filter_map(Value::as_str).collect();
                if !snippets.is_empty() {
                    found.snippet = snippets.join("\n");
                }
            }
            found
        };
        of("/results/web").into_iter().chain(of("/results/news")).collect()
    },
};

/// `DuckDuckGo`, "Instant Answer API": an abstract, and topics that may be grouped.
pub(super) static DUCKDUCKGO: Engine = Engine {
    trims: false,
    ask: |ask, asked| {
        let pairs = [("q", asked.query_within_domains()), ("format", "json".to_owned())];
        let quiet = [("no_html", "1".to_owned()), ("skip_disambig", "1".to_owned())];
        ask.get(&address(&format!("{}/", ask.connection.base), &[pairs, quiet].concat(), asked))
    },
    read: |told| {
        let mut found = listed(Some(&Value::Array(vec![told.clone()])), "Heading", "AbstractURL", "AbstractText", "");
        for list in ["Results", "RelatedTopics"] {
            topics(told.get(list), &mut found);
        }
        found
    },
};

/// A topic's text begins with its title.
fn topics(list: Option<&Value>, found: &mut Vec<Found>) {
    for topic in list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default() {
        if topic.get("Topics").is_some() {
            topics(topic.get("Topics"), found);
            continue;
        }
        let snippet = text(topic, "Text").unwrap_or_default();
        let title = snippet.split(" - ").next().unwrap_or_default().to_owned();
        let url = text(topic, "FirstURL").unwrap_or_default();
        found.push(Found { title, url, snippet, date: None, updated: None });
    }
}

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

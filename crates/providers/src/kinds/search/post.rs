//! Engines that take JSON.

use super::super::given::json;
use super::super::{Ask, given::base64};
use super::{Asked, Engine, Found, listed, text};
use http::HeaderValue;
use http::header::AUTHORIZATION;
use serde_json::{Map, Value, json};
use tianji_core::{Error, Kind, WireRequest};

/// Perplexity, "Search API".
pub(super) static PERPLEXITY: Engine = Engine {
    trims: true,
    ask: |ask, asked| {
        let query = if let [one] = asked.queries.as_slice() { json!(one) } else { json!(asked.queries) };
        let mut body = with(asked, json!({ "query": query, "max_results": asked.max.min(20) }));
        add(&mut body, "search_domain_filter", listed_domains(asked));
        add(&mut body, "country", asked.country.clone());
        add(&mut body, "max_tokens_per_page", ask.whole("max_tokens_per_page"));
        post(ask, "/search", &body)
    },
    read: |told| {
        let mut found = listed(told.get("results"), "title", "url", "snippet", "date");
        let items = told.get("results").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for (found, item) in found.iter_mut().zip(items) {
            found.updated = text(item, "last_updated");
        }
        found
    },
};

/// Tavily, "Tavily Search".
pub(super) static TAVILY: Engine = Engine {
    trims: false,
    ask: |ask, asked| {
        let mut body = with(asked, json!({ "query": asked.query(), "max_results": asked.max.min(20) }));
        add(&mut body, "include_domains", listed_domains(asked));
        add(&mut body, "country", asked.country.as_deref().map(str::to_lowercase));
        post(ask, "/search", &body)
    },
    read: |told| listed(told.get("results"), "title", "url", "content", "published_date"),
};

/// Exa, "Search".
pub(super) static EXA: Engine = Engine {
    trims: false,
    ask: |ask, asked| {
        let contents = json!({ "text": true });
        let mut body =
            with(asked, json!({ "query": asked.query(), "numResults": asked.max.min(100), "contents": contents }));
        add(&mut body, "includeDomains", listed_domains(asked));
        add(&mut body, "userLocation", asked.country.clone());
        post(ask, "/search", &body)
    },
    read: |told| listed(told.get("results"), "title", "url", "text", "publishedDate"),
};

/// Firecrawl, "Search" (v2).
pub(super) static FIRECRAWL: Engine = Engine {
    trims: false,
    ask: |ask, asked| {
        let mut body = with(asked, json!({ "query": asked.query_within_domains(), "limit": asked.max }));
        add(&mut body, "country", asked.country.clone());
        post(ask, "/v2/search", &body)
    },
    read: |told| listed(told.pointer("/data/web"), "title", "url", "description", "date"),
};

/// Linkup, "Search".
pub(super) static LINKUP: Engine = Engine {
    trims: false,
    ask: |ask, asked| {
        let mut body = with(
            asked,
            json!({ "q": asked.query(), "depth": "standard", "outputType": "searchResults", "maxResults": asked.max }),
        );
        add(&mut body, "includeDomains", listed_domains(asked));
        post(ask, "/v1/search", &body)
    },
    read: |told| listed(told.get("results"), "name", "url", "content", "date"),
};

/// Parallel, "Search API".
pub(super) static PARALLEL: Engine = Engine {
    trims: false,
    ask: |ask, asked| {
        let mut settings = json!({ "max_results": asked.max });
        if let Some(settings) = settings.as_object_mut() {
            let domains = listed_domains(asked).map(|domains| json!({ "include_domains": domains }));
            add(settings, "source_policy", domains);
            add(settings, "location", asked.country.as_deref().map(str::to_lowercase));
        }
        let mut body = with(asked, json!({ "objective": asked.query(), "advanced_settings": settings }));
        let several = (asked.queries.len() > 1).then(|| asked.queries.clone());
        add(&mut body, "search_queries", several);
        post(ask, "/v1/search", &body)
    },
    read: |told| {
        let mut found = listed(told.get("results"), "title", "url", "excerpt", "publish_date");
        let items = told.get("results").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for (found, item) in found.iter_mut().zip(items) {
            let excerpts = item.get("excerpts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let excerpts: Vec<&str> = excerpts.iter().filter_map(Value::as_str).collect();
            found.snippet = excerpts.join("\n");
        }
        found
    },
};

/// Serper, "Google Search API".
pub(super) static SERPER: Engine = Engine {
    trims: false,
    ask: |ask, asked| {
        let mut body = with(asked, json!({ "q": asked.query_within_domains(), "num": asked.max }));
        add(&mut body, "gl", asked.country.as_deref().map(str::to_lowercase));
        post(ask, "/search", &body)
    },
    read: |told| listed(told.get("organic"), "title", "link", "snippet", "date"),
};

/// `DataForSEO`, "Live Google Organic SERP Advanced".
pub(super) static DATAFORSEO: Engine = Engine {
    trims: false,
    ask: |ask, asked| {
        let mut task = with(asked, json!({ "keyword": asked.query_within_domains(), "depth": asked.max.min(700) }));
        task.entry("language_code").or_insert_with(|| json!("en"));
        let place = asked.country.clone().unwrap_or_else(|| "United States".to_owned());
        task.entry("location_name").or_insert_with(|| json!(place));
        let url = format!("{}/v3/serp/google/organic/live/advanced", ask.connection.base);
        let mut request = ask.request_to(&url, json(&[task])?)?;
        request.headers.insert(AUTHORIZATION, basic(ask)?);
        Ok(request)
    },
    read: |told| {
        let items = told.pointer("/tasks/0/result/0/items").and_then(Value::as_array).map(Vec::as_slice);
        let organic = items.unwrap_or_default().iter().filter(|item| text(item, "type").as_deref() == Some("organic"));
        let of = |item: &Value| Found {
            title: text(item, "title").unwrap_or_default(),
            url: text(item, "url").unwrap_or_default(),
            snippet: text(item, "description").unwrap_or_default(),
            date: text(item, "timestamp"),
            updated: None,
        };
        organic.map(of).collect()
    },
};

/// Login and password (RFC 7617): the login stands in the environment, or before a colon in the key.
fn basic(ask: &Ask<'_>) -> Result<HeaderValue, Error> {
    let key = ask.connection.key.as_ref().map(|key| key.expose()).unwrap_or_default();
    let pair = match &ask.connection.project {
        Some(login) if !key.contains(':') => format!("{login}:{key}"),
        _ => key.to_owned(),
    };
    let value = HeaderValue::try_from(format!("Basic {}", base64(pair.as_bytes())));
    let mut value = value.map_err(|_| Error::gateway(Kind::Authentication, "the key cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn post(ask: &Ask<'_>, path: &str, body: &Map<String, Value>) -> Result<WireRequest, Error> {
    ask.request_to(&format!("{}{path}", ask.connection.base), json(body)?)
}

/// A body with the client's own members, which win.
fn with(asked: &Asked, base: Value) -> Map<String, Value> {
    let mut body = match base {
        Value::Object(body) => body,
        _ => Map::new(),
    };
    body.extend(asked.own.clone());
    body
}

fn add<T: Into<Value>>(body: &mut Map<String, Value>, name: &str, value: Option<T>) {
    if let Some(value) = value {
        body.entry(name).or_insert_with(|| value.into());
    }
}

fn listed_domains(asked: &Asked) -> Option<Vec<String>> {
    Some(asked.domains.clone()).filter(|domains| !domains.is_empty())
}

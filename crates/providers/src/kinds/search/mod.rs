//! Searching the web (Perplexity, "Search API", is the form that clients see).

mod get;
mod post;

use super::compat::malformed;
use super::{Ask, Flow, Link, Told, Translator};
use serde_json::{Map, Value, json};
use std::fmt;
use tianji_core::{Counters, Error, Losses, Usage, WireRequest};

/// The translators of this kind that rows may name.
pub(super) fn named(name: &str) -> Option<&'static dyn Translator> {
    let engine: &'static Engine = match name {
        "brave" => &get::BRAVE,
        "dataforseo" => &post::DATAFORSEO,
        "duckduckgo" => &get::DUCKDUCKGO,
        "exa_ai" => &post::EXA,
        "firecrawl" => &post::FIRECRAWL,
        "google_pse" => &get::GOOGLE,
        "linkup" => &post::LINKUP,
        "parallel_ai" => &post::PARALLEL,
        "perplexity" => &post::PERPLEXITY,
        "searchapi" => &get::SEARCHAPI,
        "searxng" => &get::SEARXNG,
        "tinyfish" => &get::TINYFISH,
        "you_com" => &get::YOU,
        "serper" => &post::SERPER,
        "tavily" => &post::TAVILY,
        _ => return None,
    };
    Some(engine)
}

/// A search engine: how it is asked and where its results are.
struct Engine {
    ask: fn(&Ask<'_>, &Asked) -> Result<WireRequest, Error>,
    read: fn(&Value) -> Vec<Found>,
    /// Whether it limits the tokens of a page.
    trims: bool,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

/// What is searched for.
struct Asked {
    queries: Vec<String>,
    max: u64,
    domains: Vec<String>,
    country: Option<String>,
    /// The vendor's own members.
    own: Map<String, Value>,
}

/// One result.
#[derive(Default)]
struct Found {
    title: String,
    url: String,
    snippet: String,
    date: Option<String>,
    updated: Option<String>,
}

impl Asked {
    fn of(ask: &Ask<'_>) -> Result<Self, Error> {
        let queries: Vec<String> = ask.texts("query").into_iter().filter(|query| !query.trim().is_empty()).collect();
        if queries.is_empty() {
            return Err(ask.invalid("query", "`query` must be a text or a list of texts."));
        }
        let domains = ask.texts("search_domain_filter");
        if domains.len() > MOST_DOMAINS {
            return Err(ask.invalid("search_domain_filter", format!("At most {MOST_DOMAINS} domains can be given.")));
        }
        Ok(Self {
            queries,
            max: ask.whole("max_results").filter(|max| *max > 0).unwrap_or(DEFAULT_RESULTS),
            domains,
            country: ask.text("country"),
            own: ask.extras(KNOWN),
        })
    }

    /// All queries as one, for engines that take one.
    fn query(&self) -> String {
        self.queries.join(" ")
    }

    /// The query with the domains as operators, for engines that have no member for them.
    fn query_within_domains(&self) -> String {
        let sites: Vec<String> = self.domains.iter().map(|domain| format!("site:{domain}")).collect();
        if sites.is_empty() { self.query() } else { format!("{} ({})", self.query(), sites.join(" OR ")) }
    }
}

impl Translator for Engine {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        let asked = Asked::of(ask)?;
        if !self.trims {
            ask.refuse(&["max_tokens_per_page"], losses);
        }
        let request = (self.ask)(ask, &asked)?;
        let (read, most) = (self.read, asked.max);
        let usage = Usage { counters: Counters { web_search: 1, ..Counters::default() }, ..Usage::default() };
        Ok(Flow::chain(Link::last(request, move |reply| {
            let told: Value = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
            let results = read(&told).into_iter().filter(|found| !found.url.is_empty());
            let results: Vec<Value> =
                results.take(usize::try_from(most).unwrap_or(usize::MAX)).map(Found::told).collect();
            let body = json!({ "object": "search", "results": results });
            Ok(Told::json(body.to_string(), reply.headers, Some(usage)))
        })))
    }
}

impl Found {
    fn told(self) -> Value {
        let Self { title, url, snippet, date, updated } = self;
        json!({ "title": title, "url": url, "snippet": snippet, "date": date, "last_updated": updated })
    }
}

/// A member that is a text.
fn text(object: &Value, name: &str) -> Option<String> {
    object.get(name)?.as_str().map(str::to_owned)
}

/// Results in a list, with the names of title, address, snippet and date.
fn listed(list: Option<&Value>, title: &str, url: &str, snippet: &str, date: &str) -> Vec<Found> {
    let items = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let of = |item: &Value| Found {
        title: text(item, title).unwrap_or_default(),
        url: text(item, url).unwrap_or_default(),
        snippet: text(item, snippet).unwrap_or_default(),
        date: text(item, date),
        updated: None,
    };
    items.iter().map(of).collect()
}

/// The members of the form.
const KNOWN: &[&str] = &[
    "query",
    "max_results",
    "search_domain_filter",
    "country",
    "max_tokens_per_page",
    "search_tool_name",
    "model",
    "user",
];
/// How many results a client gets that does not say.
const DEFAULT_RESULTS: u64 = 10;
/// Perplexity, "Search API", `search_domain_filter`.
const MOST_DOMAINS: usize = 20;

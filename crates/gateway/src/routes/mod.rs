//! The route table: data. Every route names its method, path, permission and groups; authorisation, metrics and
//! OpenAPI are read from it.

mod admin;
mod describe;
mod discovery;
mod health;
mod kinds;
mod llm;
mod models;
mod native;
mod prices;
mod responses;
mod sorting;
mod videos;

use crate::edge::DEFAULT_DIALECT;
use crate::gateway::Gateway;
use crate::path;
use crate::respond::Reply;
use bytes::Bytes;
use http::Method;
use http::request::Parts;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;
use tianji_admin::Verb;
use tianji_auth::{Permission, RouteGroup};
use tianji_core::{DialectId, Upload};
use tianji_pipeline::{Caller, Snapshot};

/// What a handler gives.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// One route.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub(crate) method: Verb,
    /// Template; `{name}` is one segment, `{*name}` the rest.
    pub(crate) path: &'static str,
    /// Operation name.
    pub(crate) name: &'static str,
    /// What it is, in a line.
    pub(crate) summary: &'static str,
    pub(crate) permission: Permission,
    pub(crate) groups: &'static [RouteGroup],
    /// Dialect of its errors.
    pub(crate) dialect: DialectId,
    /// Where else than in the usual headers a key may stand.
    pub(crate) keys: KeyPlace,
    pub(crate) handler: fn(Hit) -> Answer,
}

/// Places of keys that only some vendors' clients use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum KeyPlace {
    /// The usual headers.
    #[default]
    Headers,
    /// Also `?key=` (Gemini).
    Query,
    /// Also the access key id of an AWS signature (Bedrock).
    AwsSignature,
}

/// A verb as HTTP says it.
pub(crate) const fn method(verb: Verb) -> Method {
    match verb {
        Verb::Get => Method::GET,
        Verb::Post => Method::POST,
        Verb::Delete => Method::DELETE,
    }
}

/// A matched request.
pub(crate) struct Hit {
    pub(crate) gateway: Gateway,
    pub(crate) snapshot: Arc<Snapshot>,
    /// Nobody on public routes.
    pub(crate) caller: Option<Caller>,
    pub(crate) route: &'static Route,
    pub(crate) params: Vec<(String, String)>,
    pub(crate) head: Parts,
    /// The body, whole; of a form, its text fields as an object.
    pub(crate) body: Bytes,
    /// Files of a form.
    pub(crate) files: Vec<Upload>,
    pub(crate) started: Instant,
    pub(crate) peer: Arc<str>,
}

impl Hit {
    /// A path parameter.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// All routes by path.
pub(crate) struct Table {
    by_path: matchit::Router<Entry>,
    /// What stands before and after `{model}` in paths that have it in the middle.
    around_models: Vec<(&'static str, &'static str)>,
}

/// The routes of one path.
#[derive(Clone, Default)]
pub(crate) struct Entry(Vec<&'static Route>);

impl Entry {
    /// The route of a method; `HEAD` goes where `GET` goes.
    pub(crate) fn route(&self, asked: &Method) -> Option<&'static Route> {
        let asked = if asked == Method::HEAD { &Method::GET } else { asked };
        self.0.iter().copied().find(|route| method(route.method) == *asked)
    }

    pub(crate) fn methods(&self) -> Vec<Method> {
        self.0.iter().map(|route| method(route.method)).collect()
    }
}

impl Table {
    /// Builds the table. Paths that begin with `/v1/` work without it too.
    pub(crate) fn build() -> Result<Self, matchit::InsertError> {
        let mut entries: Vec<(&'static str, Entry)> = Vec::new();
        for route in all() {
            for path in std::iter::once(route.path).chain(route.path.strip_prefix("/v1").filter(|p| p.starts_with('/')))
            {
                match entries.iter_mut().find(|(known, _)| *known == path) {
                    Some((_, entry)) if entry.route(&method(route.method)).is_some() => {}
                    Some((_, entry)) => entry.0.push(route),
                    None => entries.push((path, Entry(vec![route]))),
                }
            }
        }
        let mut by_path = matchit::Router::new();
        let mut around_models = Vec::new();
        for (path, entry) in entries {
            around_models.extend(path.split_once("{model}").filter(|(_, after)| after.starts_with('/')));
            by_path.insert(path, entry)?;
        }
        Ok(Self { by_path, around_models })
    }

    /// The entry of a path, with its parameters. The name of a model may hold slashes, in the middle of a path too.
    pub(crate) fn find(&self, path: &str) -> Option<(&Entry, Vec<(String, String)>)> {
        let found = match self.by_path.at(path) {
            Ok(found) => found,
            Err(_) => {
                let joined = self.joined(path)?;
                let found = self.by_path.at(&joined).ok()?;
                return Some((found.value, owned(&found.params)));
            }
        };
        Some((found.value, owned(&found.params)))
    }

    /// The path with the slashes of a model's name encoded, so that it is one segment.
    fn joined(&self, path: &str) -> Option<String> {
        let model = |(before, after): &(&str, &str)| path.strip_prefix(before)?.strip_suffix(after);
        let named = self.around_models.iter().filter_map(|around| Some((around, model(around)?)));
        // Of several ends the longest one leaves the least to the name.
        let ((before, after), model) = named.min_by_key(|(_, model)| model.len())?;
        model.contains('/').then(|| format!("{before}{}{after}", model.replace('/', path::SLASH)))
    }
}

fn owned(params: &matchit::Params<'_, '_>) -> Vec<(String, String)> {
    params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Every route of the gateway.
pub(crate) fn all() -> impl Iterator<Item = &'static Route> {
    [
        llm::ROUTES,
        native::ROUTES,
        kinds::ROUTES,
        videos::ROUTES,
        models::ROUTES,
        responses::ROUTES,
        discovery::ROUTES,
        prices::ROUTES,
        admin::ROUTES,
        health::ROUTES,
    ]
    .into_iter()
    .flatten()
}

/// A route whose errors have OpenAI's form.
pub(crate) const fn route(
    method: Verb,
    path: &'static str,
    name: &'static str,
    summary: &'static str,
    permission: Permission,
    groups: &'static [RouteGroup],
    handler: fn(Hit) -> Answer,
) -> Route {
    Route {
        method,
        path,
        name,
        summary,
        permission,
        groups,
        dialect: DEFAULT_DIALECT,
        keys: KeyPlace::Headers,
        handler,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_found_by_its_path_and_names_are_unique() {
        let table = Table::build().unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for route in all() {
            assert!(seen.insert((route.path, method(route.method).to_string())), "{} twice", route.path);
            let path = route
                .path
                .replace("{*model}", "a/b")
                .replace("{model}", "a")
                .replace("{response_id}", "b")
                .replace("{video_id}", "c");
            let (entry, _) = table.find(&path).unwrap();
            let found = entry.route(&method(route.method)).unwrap();
            assert_eq!((found.path, found.name), (route.path, route.name), "{path}");
        }
    }

    #[test]
    fn v1_may_be_left_out() {
        let table = Table::build().unwrap();
        for path in ["/chat/completions", "/models", "/messages", "/models/a/b"] {
            assert!(table.find(path).is_some(), "{path}");
        }
        assert!(table.find("/nope").is_none());
    }

    #[test]
    fn the_name_of_a_model_may_hold_slashes_in_the_middle_of_a_path() {
        let table = Table::build().unwrap();
        for (path, template) in [
            ("/engines/a/b/chat/completions", "/engines/{model}/chat/completions"),
            ("/engines/a/completions", "/engines/{model}/completions"),
            ("/openai/deployments/a/b/c/embeddings", "/openai/deployments/{model}/embeddings"),
            ("/openai/deployments/a/b/audio/speech", "/openai/deployments/{model}/audio/speech"),
        ] {
            let (entry, params) = table.find(path).unwrap();
            assert_eq!(entry.route(&Method::POST).unwrap().path, template);
            let model = path::params(params).unwrap().remove(0).1;
            assert_eq!(template.replace("{model}", &model), path);
        }
        assert!(table.find("/engines//chat/completions").is_none());
    }
}

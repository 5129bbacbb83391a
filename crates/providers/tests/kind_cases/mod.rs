//! Runs the cases of an endpoint kind: `fixtures/kinds/<kind>/<vendor>/<case>.json`.
//!
//! A case has the client's call and the vendor's replies, and what must come of them: the requests that the vendor gets,
//! and the reply with its usage, or the error. `TIANJI_WRITE_FIXTURES=1` writes the outcomes anew; the difference is then
//! read like code.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_core::{Error, Exchange, Losses, Payload, Reply, Secret, Segment, Step};
use tianji_providers::kinds::{Ask, Flow, Told};
use tianji_providers::{Catalogue, Connection, ConnectionParams, EndpointKind, Provider};
use tianji_wire::RawObject;

#[derive(Deserialize)]
struct Case {
    provider: String,
    /// In place of a built-in provider's row.
    row: Option<Value>,
    model: String,
    #[serde(default)]
    api_base: Option<String>,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    project: Option<String>,
    request: Value,
    #[serde(default)]
    replies: Vec<Value>,
    #[serde(default)]
    reply_headers: Map<String, Value>,
}

/// Answers a request.
type Answer<'a> = &'a mut dyn FnMut(&Value) -> Value;

/// Asks an operator's own provider, whose vendor is `answer`.
pub(crate) fn ask(
    kind: EndpointKind,
    row: Value,
    model: &str,
    request: Value,
    answer: Answer<'_>,
) -> Map<String, Value> {
    let case = Case {
        provider: "vendor".to_owned(),
        row: Some(row),
        model: model.to_owned(),
        api_base: None,
        region: Some("us-east-1".to_owned()),
        project: Some("p".to_owned()),
        request,
        replies: Vec::new(),
        reply_headers: Map::new(),
    };
    outcome(kind, &case, answer)
}

/// Runs all cases of a kind and returns how many there were.
pub(crate) fn run(kind: EndpointKind, folder: &str) -> usize {
    #[expect(clippy::disallowed_methods, reason = "a switch for whoever runs the tests")]
    let write = std::env::var("TIANJI_WRITE_FIXTURES").is_ok();
    let paths = cases(folder);
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap();
        let mut whole: Map<String, Value> = serde_json::from_str(&text).unwrap();
        let case: Case = serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
        let mut replies = case.replies.iter();
        let mut next =
            |_: &Value| replies.next().unwrap_or_else(|| panic!("{}: too many requests", path.display())).clone();
        let found = outcome(kind, &case, &mut next);
        if write {
            whole.retain(|name, _| !OUTCOME.contains(&name.as_str()));
            whole.extend(found);
            std::fs::write(path, format!("{:#}\n", Value::Object(whole))).unwrap();
            continue;
        }
        let wanted: Map<String, Value> =
            whole.into_iter().filter(|(name, _)| OUTCOME.contains(&name.as_str())).collect();
        assert_eq!(Value::Object(found), Value::Object(wanted), "{}", path.display());
    }
    paths.len()
}

fn cases(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/kinds").join(folder);
    let vendors = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        vendors.flat_map(|vendor| std::fs::read_dir(vendor).unwrap()).map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The case's provider: a built-in one, or one of its own row.
fn provider(case: &Case) -> Arc<Provider> {
    let catalogue = Catalogue::embedded().unwrap();
    let own = case.row.clone().map(|row| (format!("own_{}", case.provider), row));
    let name = own.as_ref().map_or(case.provider.clone(), |(name, _)| name.clone());
    let catalogue = catalogue.with_custom(own.into_iter()).unwrap();
    Arc::clone(catalogue.get(&name).unwrap_or_else(|| panic!("no provider {name}")))
}

fn outcome(kind: EndpointKind, case: &Case, answer: Answer<'_>) -> Map<String, Value> {
    let provider = provider(case);
    let key = Secret::new("key");
    let params = ConnectionParams {
        api_key: Some(&key),
        api_base: case.api_base.as_deref(),
        region: case.region.as_deref(),
        project: case.project.as_deref(),
        ..ConnectionParams::default()
    };
    let connection = Connection::new(&provider, &params, &|_| None).unwrap();
    let (capabilities, budgets) = (Capabilities::default(), EffortBudgets::default());
    let body = RawObject::parse(Bytes::from(case.request.to_string())).unwrap();
    let ask = Ask {
        provider: &provider,
        connection: &connection,
        target: Target {
            provider: &provider.name,
            model: &case.model,
            capabilities: &capabilities,
            allowed_params: &[],
            budgets: &budgets,
            modify_params: false,
        },
        kind,
        body: &body,
        files: &[],
        model: "shown",
        stream: false,
        unique: "minted",
        now: 0,
        filming: None,
    };
    let mut losses = Losses::default();
    let mut found = Map::new();
    let translator =
        provider.translator(kind, &case.model).unwrap_or_else(|| panic!("{}: no translator", case.provider));
    let mut sent = Vec::new();
    let told = match translator.begin(&ask, &mut losses) {
        Ok(Flow::Converse(mut exchange)) => converse(exchange.as_mut(), case, answer, &mut sent),
        Ok(Flow::Relay(_) | Flow::Seek(_)) => panic!("nothing is passed on here"),
        Err(error) => Err(error),
    };
    found.insert("sent".to_owned(), sent.into());
    let losses: Vec<String> = losses.iter().map(|loss| format!("{:?} {}", loss.class, loss.path)).collect();
    if !losses.is_empty() {
        found.insert("losses".to_owned(), losses.into());
    }
    match told {
        Ok(told) => {
            found.insert("told".to_owned(), serde_json::from_slice(&told.body).unwrap());
            found.insert("usage".to_owned(), serde_json::to_value(told.usage).unwrap());
        }
        Err(error) => {
            let told = json!({ "status": error.status.as_u16(), "message": error.message, "param": error.param });
            found.insert("error".to_owned(), told);
        }
    }
    found
}

fn converse(
    exchange: &mut dyn Exchange<Output = Told>,
    case: &Case,
    answer: Answer<'_>,
    sent: &mut Vec<Value>,
) -> Result<Told, Error> {
    let mut headers = HeaderMap::new();
    for (name, value) in &case.reply_headers {
        headers.insert(http::HeaderName::try_from(name).unwrap(), value.as_str().unwrap().try_into().unwrap());
    }
    let mut reply = None;
    loop {
        match exchange.next(reply.take()) {
            Step::Send(request) => {
                let body: Value = serde_json::from_slice(&bytes(&request.body)).unwrap();
                let answered = Bytes::from(answer(&body).to_string());
                sent.push(json!({ "url": request.uri.to_string(), "body": body }));
                reply = Some(Reply { status: StatusCode::OK, headers: headers.clone(), body: answered });
            }
            Step::Done(told) => return Ok(told),
            Step::Fail(error) => return Err(error),
            Step::Wait(..) | Step::Read(_) => panic!("nothing to wait for here"),
        }
    }
}

fn bytes(payload: &Payload) -> Vec<u8> {
    let slices = payload.segments.iter().map(|segment| match segment {
        Segment::Bytes(bytes) => bytes.clone(),
        Segment::File(..) => panic!("no files here"),
    });
    slices.flatten().collect()
}

/// Members of a case that are compared.
const OUTCOME: &[&str] = &["sent", "losses", "told", "usage", "error"];

//! Management routes: the operations of the `admin` crate, decoded and encoded in one place.

use super::{Answer, Hit, KeyPlace, Route};
use crate::edge::DEFAULT_DIALECT;
use crate::respond::{self, Reply};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tianji_admin::keys::{KeyBlock, KeyDelete, KeyGenerate, KeyInfo, KeyList, KeyUnblock, KeyUpdate};
use tianji_admin::spend::SpendLogs;
use tianji_admin::{Admin, Operation, Verb};
use tianji_auth::RouteGroup;
use tianji_core::{Error, Kind};

pub(super) const ROUTES: &[Route] = &[
    operation::<KeyGenerate>("Make a virtual key", KEYS),
    operation::<KeyInfo>("Show a key", KEYS),
    operation::<KeyList>("List keys", KEYS),
    operation::<KeyUpdate>("Change a key", KEYS),
    operation::<KeyDelete>("Delete keys", KEYS),
    operation::<KeyBlock>("Block a key", KEYS),
    operation::<KeyUnblock>("Unblock a key", KEYS),
    operation::<SpendLogs>("Finished calls and what they cost", SPEND),
];

const KEYS: &[RouteGroup] = &[RouteGroup::KeyManagement, RouteGroup::Admin];
const SPEND: &[RouteGroup] = &[RouteGroup::Spend, RouteGroup::Admin];

const fn operation<O: Operation>(summary: &'static str, groups: &'static [RouteGroup]) -> Route {
    Route {
        method: O::METHOD,
        path: O::PATH,
        name: O::NAME,
        summary,
        permission: O::PERMISSION,
        groups,
        dialect: DEFAULT_DIALECT,
        keys: KeyPlace::Headers,
        handler: run::<O>,
    }
}

fn run<O: Operation>(hit: Hit) -> Answer {
    Box::pin(async move {
        match perform::<O>(hit).await {
            Ok(reply) => reply,
            Err(error) => respond::error(&error),
        }
    })
}

async fn perform<O: Operation>(hit: Hit) -> Result<Reply, Error> {
    let input = if O::METHOD == Verb::Get { from_query(hit.head.uri.query())? } else { from_body(&hit.body)? };
    let header = |name: &str| hit.head.headers.get(name)?.to_str().ok().map(str::to_owned);
    let changed_by = header("litellm-changed-by").or_else(|| header("x-tianji-changed-by"));
    let Some(caller) = hit.caller else {
        return Err(Error::gateway(Kind::InternalServer, "a management route without a caller"));
    };
    let cx = Admin { caller, shared: hit.gateway.shared.clone(), changed_by };
    Ok(respond::json(&O::run(cx, input).await?))
}

fn from_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    let value = tianji_wire::parse_value(body).map_err(|cause| {
        Error::client(Kind::BadRequest, format!("Invalid JSON payload: {cause}")).with_param("request_body")
    })?;
    serde_json::from_value(value).map_err(|cause| unreadable(&cause))
}

/// Query values are texts; numbers and truth values are told from how they look.
pub(super) fn from_query<T: DeserializeOwned>(query: Option<&str>) -> Result<T, Error> {
    let mut fields = Map::new();
    for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name)?, decoded(value)?);
        let typed = match value.as_str() {
            _ if TEXTS.contains(&name.as_str()) => Value::from(value),
            "true" | "True" => Value::Bool(true),
            "false" | "False" => Value::Bool(false),
            text => text.parse::<u64>().map_or_else(|_| Value::from(text), Value::from),
        };
        fields.insert(name, typed);
    }
    serde_json::from_value(Value::Object(fields)).map_err(|cause| unreadable(&cause))
}

fn decoded(text: &str) -> Result<String, Error> {
    let text = text.replace('+', " ");
    let bytes = percent_encoding::percent_decode_str(&text);
    let decoded = bytes.decode_utf8().map(std::borrow::Cow::into_owned);
    decoded.map_err(|_| Error::client(Kind::BadRequest, "The query is no UTF-8."))
}

fn unreadable(cause: &serde_json::Error) -> Error {
    Error::client(Kind::BadRequest, format!("Invalid input: {cause}")).with_type("bad_request_error")
}

/// Query fields that stay texts however they look.
const TEXTS: &[&str] = &[
    "model",
    "model_group",
    "litellm_model_id",
    "modelId",
    "key",
    "api_key",
    "user_id",
    "team_id",
    "organization_id",
    "key_hash",
    "key_alias",
    "search",
    "request_id",
];

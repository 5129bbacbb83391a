//! `GET /key/info`

use crate::operation::{Admin, Operation, Verb, not_found, store_error};
use crate::rows::key_row;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tianji_auth::{Permission, VirtualKey};
use tianji_core::{Error, Usd};
use tianji_limits::BudgetPeriod;

/// Shows a key; the caller's own if none is named.
#[derive(Debug)]
pub struct KeyInfo;

/// Which key.
#[derive(Debug, Default, Deserialize)]
pub struct Query {
    key: Option<String>,
}

/// A key's row.
#[derive(Debug, Serialize)]
pub struct Shown {
    key: String,
    info: Map<String, Value>,
}

impl Operation for KeyInfo {
    const METHOD: Verb = Verb::Get;
    const PATH: &'static str = "/key/info";
    const NAME: &'static str = "key_info";
    const PERMISSION: Permission = Permission::KeyRead;
    type Input = Query;
    type Output = Shown;

    async fn run(cx: Admin, input: Query) -> Result<Shown, Error> {
        let asked = match (input.key, cx.caller.principal.key()) {
            (Some(key), _) => key,
            (None, Some(own)) => own.token.clone(),
            (None, None) => return Err(not_found()),
        };
        let key = cx.visible_key(&asked).await?;
        let spend = spend(&cx, &key).await?;
        Ok(Shown { key: asked, info: key_row(&key, spend, cx.now()) })
    }
}

/// What a key has spent in its window, as the ledger knows it.
pub(super) async fn spend(cx: &Admin, key: &VirtualKey) -> Result<Usd, Error> {
    let period = key.budget_duration.as_deref().and_then(BudgetPeriod::parse);
    let window = period.map(|period| period.window(cx.now(), key.created_at).start);
    cx.store().spent("key", &key.token, window).await.map_err(store_error)
}

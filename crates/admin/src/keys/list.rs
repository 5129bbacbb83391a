//! `GET /key/list`

use super::info::spend;
use crate::operation::{Admin, Operation, Verb, store_error};
use crate::rows::key_row;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tianji_auth::Permission;
use tianji_core::Error;
use tianji_storage::KeyQuery;

/// Lists keys, page by page.
#[derive(Debug)]
pub struct KeyList;

/// Filters and page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    page: Option<u64>,
    size: Option<u64>,
    user_id: Option<String>,
    team_id: Option<String>,
    organization_id: Option<String>,
    key_hash: Option<String>,
    key_alias: Option<String>,
    search: Option<String>,
    status: Option<String>,
    sort_by: Option<String>,
    sort_order: Option<String>,
    return_full_object: Option<bool>,
}

/// One page.
#[derive(Debug, Serialize)]
pub struct Page {
    keys: Vec<Value>,
    total_count: u64,
    current_page: u64,
    total_pages: u64,
}

impl Operation for KeyList {
    const METHOD: Verb = Verb::Get;
    const PATH: &'static str = "/key/list";
    const NAME: &'static str = "key_list";
    const PERMISSION: Permission = Permission::KeyRead;
    type Input = Query;
    type Output = Page;

    async fn run(cx: Admin, input: Query) -> Result<Page, Error> {
        let (page, size) = (input.page.unwrap_or(1).max(1), input.size.unwrap_or(10).clamp(1, 100));
        let mut query = KeyQuery {
            page,
            size,
            user_id: input.user_id,
            team_id: input.team_id,
            organization_id: input.organization_id,
            key_hash: input.key_hash,
            key_alias: input.key_alias,
            search: input.search,
            status: input.status,
            sort_by: input.sort_by,
            sort_order: input.sort_order,
            now: cx.now(),
        };
        if let Some(own) = cx.caller.principal.key() {
            match &own.user_id {
                Some(user) => query.user_id = Some(user.clone()),
                None => query.key_hash = Some(own.token.clone()),
            }
        }
        let found = cx.store().list_keys(&query).await.map_err(store_error)?;
        let mut keys = Vec::with_capacity(found.keys.len());
        for key in &found.keys {
            keys.push(if input.return_full_object == Some(true) {
                Value::Object(key_row(key, spend(&cx, key).await?, query.now))
            } else {
                key.token.clone().into()
            });
        }
        Ok(Page { keys, total_count: found.total, current_page: page, total_pages: found.total.div_ceil(size) })
    }
}

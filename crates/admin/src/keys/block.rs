//! `POST /key/block` and `POST /key/unblock`

use super::info::spend;
use crate::operation::{Admin, Operation, Verb, store_error};
use crate::rows::key_row;
use serde::Deserialize;
use serde_json::{Map, Value};
use tianji_auth::Permission;
use tianji_core::Error;

/// Blocks a key.
#[derive(Debug)]
pub struct KeyBlock;

/// Lets a blocked key work again.
#[derive(Debug)]
pub struct KeyUnblock;

/// Which key.
#[derive(Debug, Deserialize)]
pub struct Which {
    key: String,
}

impl Operation for KeyBlock {
    const METHOD: Verb = Verb::Post;
    const PATH: &'static str = "/key/block";
    const NAME: &'static str = "key_block";
    const PERMISSION: Permission = Permission::KeyWrite;
    type Input = Which;
    type Output = Map<String, Value>;

    async fn run(cx: Admin, input: Which) -> Result<Self::Output, Error> {
        set(cx, &input.key, true).await
    }
}

impl Operation for KeyUnblock {
    const METHOD: Verb = Verb::Post;
    const PATH: &'static str = "/key/unblock";
    const NAME: &'static str = "key_unblock";
    const PERMISSION: Permission = Permission::KeyWrite;
    type Input = Which;
    type Output = Map<String, Value>;

    async fn run(cx: Admin, input: Which) -> Result<Self::Output, Error> {
        set(cx, &input.key, false).await
    }
}

async fn set(cx: Admin, asked: &str, blocked: bool) -> Result<Map<String, Value>, Error> {
    let mut key = cx.visible_key(asked).await?;
    key.blocked = Some(blocked);
    key.updated_at = cx.now();
    key.updated_by = Some(cx.actor());
    cx.store().update_key(&key).await.map_err(store_error)?;
    cx.forget(&key.token);
    Ok(key_row(&key, spend(&cx, &key).await?, cx.now()))
}

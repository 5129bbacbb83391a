//! `POST /key/delete`

use crate::operation::{Admin, Operation, Verb, not_found, store_error};
use serde::{Deserialize, Serialize};
use tianji_auth::Permission;
use tianji_core::Error;

/// Deletes keys; their rows are kept as tombstones.
#[derive(Debug)]
pub struct KeyDelete;

/// Which keys: raw keys or hashes, or aliases.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    keys: Vec<String>,
    key_aliases: Vec<String>,
}

/// What was deleted, as given.
#[derive(Debug, Serialize)]
pub struct Deleted {
    deleted_keys: Vec<String>,
}

impl Operation for KeyDelete {
    const METHOD: Verb = Verb::Post;
    const PATH: &'static str = "/key/delete";
    const NAME: &'static str = "key_delete";
    const PERMISSION: Permission = Permission::KeyWrite;
    type Input = Which;
    type Output = Deleted;

    async fn run(cx: Admin, input: Which) -> Result<Deleted, Error> {
        let mut found = Vec::new();
        for asked in input.keys {
            found.push((cx.visible_key(&asked).await?.token, asked));
        }
        for alias in input.key_aliases {
            let key = cx.store().key_by_alias(&alias).await.map_err(store_error)?;
            let key = key.filter(|key| cx.sees(key)).ok_or_else(not_found)?;
            found.push((key.token, alias));
        }
        if found.is_empty() {
            return Err(not_found());
        }
        let (tokens, deleted_keys): (Vec<String>, Vec<String>) = found.into_iter().unzip();
        cx.store().delete_keys(&tokens, &cx.actor(), cx.now()).await.map_err(store_error)?;
        tokens.iter().for_each(|token| cx.forget(token));
        Ok(Deleted { deleted_keys })
    }
}

//! `POST /key/update`

use super::KeyFields;
use super::generate::{alias_free, within_callers_rights};
use super::info::spend;
use crate::operation::{Admin, Operation, Verb, invalid, store_error};
use crate::rows::key_row;
use serde_json::{Map, Value};
use tianji_auth::Permission;
use tianji_core::Error;

/// Changes a key's fields; fields that are not sent stay.
#[derive(Debug)]
pub struct KeyUpdate;

impl Operation for KeyUpdate {
    const METHOD: Verb = Verb::Post;
    const PATH: &'static str = "/key/update";
    const NAME: &'static str = "key_update";
    const PERMISSION: Permission = Permission::KeyWrite;
    type Input = KeyFields;
    type Output = Map<String, Value>;

    async fn run(cx: Admin, mut input: KeyFields) -> Result<Self::Output, Error> {
        let Some(Value::String(asked)) = input.take("key") else {
            return Err(invalid("key", "is missing"));
        };
        if input.take("key_type").is_some() {
            return Err(invalid("key_type", "cannot be changed"));
        }
        let mut key = cx.visible_key(&asked).await?;
        let now = cx.now();
        input.apply(&mut key, now)?;
        within_callers_rights(&cx, &mut key)?;
        alias_free(&cx, &key).await?;
        key.updated_at = now;
        key.updated_by = Some(cx.actor());
        cx.store().update_key(&key).await.map_err(store_error)?;
        cx.forget(&key.token);
        let mut row = key_row(&key, spend(&cx, &key).await?, now);
        row.insert("key".to_owned(), asked.into());
        Ok(row)
    }
}

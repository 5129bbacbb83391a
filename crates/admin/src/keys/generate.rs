//! `POST /key/generate`

use super::KeyFields;
use crate::operation::{Admin, Operation, Verb, invalid, store_error};
use crate::rows::key_row;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use tianji_auth::{KeyHash, Permission, Principal, VirtualKey, may_use_model};
use tianji_core::{Error, Usd};

/// Makes a key. The raw key is in the reply and nowhere else.
#[derive(Debug)]
pub struct KeyGenerate;

impl Operation for KeyGenerate {
    const METHOD: Verb = Verb::Post;
    const PATH: &'static str = "/key/generate";
    const NAME: &'static str = "key_generate";
    const PERMISSION: Permission = Permission::KeyWrite;
    type Input = KeyFields;
    type Output = Map<String, Value>;

    async fn run(cx: Admin, mut input: KeyFields) -> Result<Self::Output, Error> {
        let raw = match input.take("key") {
            None | Some(Value::Null) => mint(),
            Some(Value::String(custom)) => checked(custom)?,
            Some(_) => return Err(invalid("key", "must be a string")),
        };
        let now = cx.now();
        let mut key = VirtualKey {
            token: KeyHash::of(&raw).hex(),
            key_name: VirtualKey::name_of(&raw),
            created_at: now,
            updated_at: now,
            created_by: Some(cx.actor()),
            updated_by: Some(cx.actor()),
            ..VirtualKey::default()
        };
        input.apply(&mut key, now)?;
        within_callers_rights(&cx, &mut key)?;
        unique(&cx, &key).await?;
        cx.store().insert_key(&key).await.map_err(store_error)?;
        cx.forget(&key.token);
        let mut row = key_row(&key, Usd::ZERO, now);
        row.insert("key".to_owned(), raw.into());
        row.insert("token_id".to_owned(), key.token.into());
        Ok(row)
    }
}

/// `sk-` and 22 URL-safe characters of 16 random bytes.
fn mint() -> String {
    format!("sk-{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()))
}

fn checked(custom: String) -> Result<String, Error> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !custom.starts_with("sk-") {
        return Err(invalid("key", "must start with 'sk-'"));
    }
    if !(16..=256).contains(&custom.len()) || !custom.chars().all(legal) {
        return Err(invalid("key", "must have 16 to 256 characters out of letters, digits, '_', '-' and '.'"));
    }
    Ok(custom)
}

/// What a caller grants must be within what it has.
pub(super) fn within_callers_rights(cx: &Admin, key: &mut VirtualKey) -> Result<(), Error> {
    let Principal::Key(own) = &cx.caller.principal else { return Ok(()) };
    key.user_id = own.user_id.clone();
    let outside = |model: &&String| !may_use_model(&own.models, &[model]);
    if let Some(model) = key.models.iter().find(outside) {
        return Err(invalid("models", &format!("'{model}' is not among your own models")));
    }
    if key.models.is_empty() {
        key.models = own.models.clone();
    }
    if key.allowed_routes.is_empty() {
        key.allowed_routes = own.allowed_routes.clone();
    } else if !own.allowed_routes.is_empty()
        && key.allowed_routes.iter().any(|route| !own.allowed_routes.contains(route))
    {
        return Err(invalid("allowed_routes", "may not be wider than your own"));
    }
    cap("max_budget", &mut key.max_budget, own.max_budget)?;
    cap("rpm_limit", &mut key.rpm_limit, own.rpm_limit)?;
    cap("tpm_limit", &mut key.tpm_limit, own.tpm_limit)?;
    cap("max_parallel_requests", &mut key.max_parallel_requests, own.max_parallel_requests)?;
    cap("duration", &mut key.expires_at, own.expires_at)
}

/// An unset bound becomes the caller's; one above it is refused.
fn cap<T: PartialOrd + Copy>(name: &str, asked: &mut Option<T>, own: Option<T>) -> Result<(), Error> {
    match (*asked, own) {
        (_, None) => Ok(()),
        (None, Some(own)) => {
            *asked = Some(own);
            Ok(())
        }
        (Some(value), Some(own)) if value <= own => Ok(()),
        _ => Err(invalid(name, "may not be above your own")),
    }
}

pub(super) async fn unique(cx: &Admin, key: &VirtualKey) -> Result<(), Error> {
    if cx.store().key(&key.token).await.map_err(store_error)?.is_some() {
        return Err(invalid("key", "exists already"));
    }
    alias_free(cx, key).await
}

pub(super) async fn alias_free(cx: &Admin, key: &VirtualKey) -> Result<(), Error> {
    let Some(alias) = &key.key_alias else { return Ok(()) };
    let taken = cx.store().key_by_alias(alias).await.map_err(store_error)?;
    if taken.is_some_and(|other| other.token != key.token) {
        return Err(invalid("key_alias", &format!("Key with alias '{alias}' already exists.")));
    }
    Ok(())
}

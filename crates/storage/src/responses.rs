//! Responses that clients may ask for again.

use crate::engine::{Step, Value, column};
use crate::error::StoreError;
use crate::statements::{
    RESPONSE_DELETE, RESPONSE_FINISH, RESPONSE_GET, RESPONSE_PUT, RESPONSE_RENEW, RESPONSES_PURGE, RESPONSES_STALE,
};
use crate::store::Store;
use tianji_core::Micros;

/// A response as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredResponse {
    /// Its id, as the client knows it.
    pub id: String,
    /// Hash of the key that made it.
    pub token: String,
    /// Id of the deployment whose vendor keeps it; `None` = it is kept here.
    pub deployment: Option<String>,
    /// Model group that it was asked of.
    pub model_group: String,
    /// Conversation and reply, sealed; `None` where the vendor keeps them.
    pub sealed: Option<String>,
    /// When it was made.
    pub created_at: Micros,
    /// When it is forgotten.
    pub expires_at: Micros,
    /// Until when it is sure that somebody is making it; `None` = it is made.
    pub lease_until: Option<Micros>,
}

impl Store {
    /// Keeps responses. One that is there already stays as it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_responses(&self, responses: &[StoredResponse]) -> Result<(), StoreError> {
        let step = |response: &StoredResponse| {
            let params = vec![
                Value::text(&response.id),
                Value::text(&response.token),
                Value::maybe(response.deployment.as_deref()),
                Value::text(&response.model_group),
                Value::maybe(response.sealed.as_deref()),
                Value::Int(response.created_at.0),
                Value::Int(response.expires_at.0),
                response.lease_until.map_or(Value::Null, |until| Value::Int(until.0)),
            ];
            Step::run(RESPONSE_PUT, params)
        };
        self.engine.transaction(responses.iter().map(step).collect()).await.map(drop)
    }

    /// A response that is not forgotten yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn response(&self, id: &str, now: Micros) -> Result<Option<StoredResponse>, StoreError> {
        let rows = self.engine.query(RESPONSE_GET, vec![Value::text(id), Value::Int(now.0)]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let optional = |place, name| match column(row, place, name)? {
            Value::Null => Ok(None),
            value => value.as_text(name).map(|text| Some(text.to_owned())),
        };
        Ok(Some(StoredResponse {
            id: id.to_owned(),
            token: column(row, 0, "token")?.as_text("token")?.to_owned(),
            deployment: optional(1, "deployment")?,
            model_group: column(row, 2, "model_group")?.as_text("model_group")?.to_owned(),
            sealed: optional(3, "sealed")?,
            created_at: Micros(column(row, 4, "created_at")?.as_int("created_at")?),
            expires_at: Micros(column(row, 5, "expires_at")?.as_int("expires_at")?),
            lease_until: match column(row, 6, "lease_until")? {
                Value::Null => None,
                value => Some(Micros(value.as_int("lease_until")?)),
            },
        }))
    }

    /// Goes on vouching for a response that is being made. `false`: it is made, or nobody wants it any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew_response(&self, id: &str, until: Micros) -> Result<bool, StoreError> {
        self.engine.transaction(vec![Step::change(RESPONSE_RENEW, vec![Value::text(id), Value::Int(until.0)])]).await
    }

    /// Keeps what became of a response that was being made: its deployment and what is sealed. `false`: that was known
    /// already, and stays, or nobody wants it any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn finish_response(
        &self,
        id: &str,
        deployment: Option<&str>,
        sealed: Option<&str>,
    ) -> Result<bool, StoreError> {
        let params = vec![Value::text(id), Value::maybe(deployment), Value::maybe(sealed)];
        self.engine.transaction(vec![Step::change(RESPONSE_FINISH, params)]).await
    }

    /// Ids of responses that were being made by a process that vouches for them no longer; a hundred at most.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stale_responses(&self, now: Micros) -> Result<Vec<String>, StoreError> {
        let rows = self.engine.query(RESPONSES_STALE, vec![Value::Int(now.0)]).await?;
        rows.iter().map(|row| Ok(column(row, 0, "id")?.as_text("id")?.to_owned())).collect()
    }

    /// Forgets a response.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_response(&self, id: &str) -> Result<(), StoreError> {
        self.engine.transaction(vec![Step::run(RESPONSE_DELETE, vec![Value::text(id)])]).await.map(drop)
    }

    /// Forgets the responses whose time is over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn purge_responses(&self, now: Micros) -> Result<(), StoreError> {
        self.engine.transaction(vec![Step::run(RESPONSES_PURGE, vec![Value::Int(now.0)])]).await.map(drop)
    }
}

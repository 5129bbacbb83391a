//! Postgres through a small pool, statements prepared once per connection.

use super::{Must, Row, Step, Value};
use crate::error::StoreError;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures_util::future::try_join_all;
use std::time::Duration;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Config, NoTls};

/// A pool of connections.
#[derive(Clone, Debug)]
pub(crate) struct Postgres(Pool);

impl Postgres {
    /// A pool of at most `size` connections. Connects at first use.
    pub(crate) fn open(url: &str, size: usize) -> Result<Self, StoreError> {
        let mut config: Config = url.parse()?;
        config.connect_timeout(CONNECT).keepalives_idle(KEEPALIVE);
        // The operator's own options come last and win.
        let own = config.get_options().unwrap_or_default().to_owned();
        config.options(format!("-c statement_timeout={STATEMENT_MS} {own}"));
        config.application_name("tianji");
        let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager)
            .max_size(size)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(CONNECT))
            .build()
            .map_err(|_| StoreError::Address("the pool cannot be made"))?;
        Ok(Self(pool))
    }

    pub(crate) async fn connection(&self) -> Result<Object, StoreError> {
        Ok(self.0.get().await?)
    }

    pub(crate) async fn query(&self, sql: &'static str, params: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let connection = self.connection().await?;
        let statement = connection.prepare_cached(sql).await?;
        let rows = connection.query(&statement, &by_reference(&params)).await?;
        rows.iter().map(read).collect()
    }

    /// Steps that need no check of their own are sent together and answered together.
    pub(crate) async fn transaction(&self, steps: Vec<Step>) -> Result<bool, StoreError> {
        let mut connection = self.connection().await?;
        let transaction = connection.transaction().await?;
        let mut rest = steps.as_slice();
        while let Some((step, _)) = rest.split_first() {
            if step.must == Must::Change {
                let statement = transaction.prepare_cached(step.sql).await?;
                if transaction.execute(&statement, &by_reference(&step.params)).await? == 0 {
                    transaction.rollback().await?;
                    return Ok(false);
                }
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            let together = rest.iter().take_while(|step| step.must == Must::Run).count().min(PIPELINE);
            let (now, later) = rest.split_at(together);
            let running = now.iter().map(async |step| {
                let statement = transaction.prepare_cached(step.sql).await?;
                transaction.execute(&statement, &by_reference(&step.params)).await
            });
            try_join_all(running).await?;
            rest = later;
        }
        transaction.commit().await?;
        Ok(true)
    }
}

fn by_reference(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn read(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let value = |place: usize| -> Result<Value, tokio_postgres::Error> {
        let kind = row.columns().get(place).map(tokio_postgres::Column::type_);
        Ok(match kind {
            Some(&Type::INT8) => Value::maybe_int(row.try_get(place)?),
            Some(&Type::INT4) => Value::maybe_int(row.try_get::<_, Option<i32>>(place)?.map(i64::from)),
            Some(&Type::BOOL) => row.try_get::<_, Option<bool>>(place)?.map_or(Value::Null, Value::Bool),
            _ => Value::maybe(row.try_get::<_, Option<String>>(place)?),
        })
    };
    (0..row.len()).map(value).collect::<Result<Row, _>>().map_err(StoreError::from)
}

/// How long making a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a caller waits for a free connection.
const WAIT: Duration = Duration::from_secs(5);
/// Idle connections are probed after this.
const KEEPALIVE: Duration = Duration::from_secs(60);
/// Longest time of a statement (storage sheet §3).
const STATEMENT_MS: u32 = 5000;
/// Statements sent ahead of their answers.
const PIPELINE: usize = 256;

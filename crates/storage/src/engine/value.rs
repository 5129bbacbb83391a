//! The few kinds of values that rows are made of.

use crate::error::StoreError;
use bytes::BytesMut;
use rusqlite::types::{ToSqlOutput, ValueRef};
use std::sync::Arc;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// A value in a row or a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
    /// A text that many rows have.
    Shared(Arc<str>),
    /// A text that is always the same.
    Static(&'static str),
    Bool(bool),
}

/// A row, column by column.
pub(crate) type Row = Vec<Value>;

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn shared(text: &Arc<str>) -> Self {
        Self::Shared(Arc::clone(text))
    }

    pub(crate) fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Null, Self::text)
    }

    pub(crate) fn maybe_int(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Int)
    }

    /// A count; beyond the type's end it stays at the end.
    pub(crate) fn count(number: u64) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }

    pub(crate) fn as_text(&self, column: &'static str) -> Result<&str, StoreError> {
        self.str().ok_or(StoreError::Row { column })
    }

    /// The text, if it is one.
    fn str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Shared(text) => Some(text),
            Self::Static(text) => Some(text),
            Self::Null | Self::Int(_) | Self::Bool(_) => None,
        }
    }

    pub(crate) const fn as_int(&self, column: &'static str) -> Result<i64, StoreError> {
        match self {
            Self::Int(number) => Ok(*number),
            Self::Null => Ok(0),
            _ => Err(StoreError::Row { column }),
        }
    }
}

/// The value of a column.
pub(crate) fn column<'a>(row: &'a Row, place: usize, column: &'static str) -> Result<&'a Value, StoreError> {
    row.get(place).ok_or(StoreError::Row { column })
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Bool(truth) => ValueRef::Integer(i64::from(*truth)),
            Self::Text(_) | Self::Shared(_) | Self::Static(_) => {
                ValueRef::Text(self.str().unwrap_or_default().as_bytes())
            }
        }))
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Integer(number) => Self::Int(number),
            ValueRef::Text(text) => Self::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => Self::Null,
        }
    }
}

impl ToSql for Value {
    /// Postgres says what it wants when a statement is prepared; numbers fit themselves to it.
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Self::Int(number) => number.to_sql(kind, out),
            Self::Bool(truth) => truth.to_sql(kind, out),
            Self::Text(_) | Self::Shared(_) | Self::Static(_) => {
                let text = self.str().unwrap_or_default();
                // Postgres refuses NUL in texts; SQLite does not mind.
                if text.contains('\0') {
                    text.replace('\0', "\u{fffd}").to_sql(kind, out)
                } else {
                    text.to_sql(kind, out)
                }
            }
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT4 | Type::INT8 | Type::TEXT | Type::VARCHAR | Type::BOOL)
    }

    to_sql_checked!();
}

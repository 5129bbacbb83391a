//! The members of a JSON object, taken one by one as raw text, so that what nobody took is known at the end.

use crate::DialectError;
use bytes::Bytes;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use tianji_wire::{JsonError, RawObject};

/// Members not yet taken, in the order of arrival.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Fields<'a> {
    /// The members of a whole body.
    pub(crate) fn parse(body: &'a Bytes) -> Result<Self, DialectError> {
        // The stricter reader knows better what is wrong and where.
        serde_json::from_slice(body)
            .map_err(|cause| RawObject::parse(body.clone()).err().unwrap_or_else(|| JsonError::from(cause)).into())
    }

    /// The members of `raw`, which stands at `place`.
    pub(crate) fn of(raw: &'a RawValue, place: &Place<'_>) -> Result<Self, DialectError> {
        serde_json::from_str(raw.get()).map_err(|_| DialectError::invalid(place.to_string(), "must be an object"))
    }

    /// Takes a member; `null` counts as absent. Of members with the same name the last counts.
    pub(crate) fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        let mut found = None;
        self.members.retain(|(key, raw)| {
            let hit = key == name;
            if hit {
                found = Some(*raw);
            }
            !hit
        });
        found.filter(|raw| raw.get() != "null")
    }

    /// Takes a member as a `T`, described as `what` if it is something else.
    pub(crate) fn read<T: DeserializeOwned>(
        &mut self,
        name: &str,
        place: &Place<'_>,
        what: &str,
    ) -> Result<Option<T>, DialectError> {
        let Some(raw) = self.take(name) else { return Ok(None) };
        let read = serde_json::from_str(raw.get());
        read.map(Some).map_err(|_| DialectError::invalid(place.member(name).to_string(), format!("must be {what}")))
    }

    /// Takes a string.
    pub(crate) fn string(&mut self, name: &str, place: &Place<'_>) -> Result<Option<String>, DialectError> {
        self.read(name, place, "a string")
    }

    /// Takes a string that must be there.
    pub(crate) fn required(&mut self, name: &str, place: &Place<'_>) -> Result<String, DialectError> {
        let missing = || DialectError::Missing { param: place.member(name).to_string() };
        self.string(name, place)?.ok_or_else(missing)
    }

    /// Takes a boolean.
    pub(crate) fn boolean(&mut self, name: &str, place: &Place<'_>) -> Result<Option<bool>, DialectError> {
        self.read(name, place, "a boolean")
    }

    /// Takes the items of an array.
    pub(crate) fn items(&mut self, name: &str, place: &Place<'_>) -> Result<Option<Vec<&'a RawValue>>, DialectError> {
        self.take(name).map(|raw| items(raw, &place.member(name))).transpose()
    }

    /// What nobody took, without `null`s.
    pub(crate) fn rest(self) -> impl Iterator<Item = (Cow<'a, str>, &'a RawValue)> {
        self.members.into_iter().filter(|(_, raw)| raw.get() != "null")
    }

    /// Whether everything was taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.members.iter().all(|(_, raw)| raw.get() == "null")
    }
}

/// The items of the array `raw`, which stands at `place`.
pub(crate) fn items<'a>(raw: &'a RawValue, place: &Place<'_>) -> Result<Vec<&'a RawValue>, DialectError> {
    serde_json::from_str(raw.get()).map_err(|_| DialectError::invalid(place.to_string(), "must be a list"))
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        #[derive(Deserialize)]
        struct Key<'k>(#[serde(borrow)] Cow<'k, str>);

        let mut members = Vec::with_capacity(8);
        while let Some((Key(key), raw)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
            members.push((key, raw));
        }
        Ok(Fields { members })
    }
}

/// Where a value stands in a body. Becomes text only when there is something to say about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'p> {
    parent: Option<&'p Place<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'p> {
    Root,
    Member(&'p str),
    Item(usize),
}

impl<'p> Place<'p> {
    /// The body itself.
    pub(crate) const ROOT: Self = Self { parent: None, step: Step::Root };

    /// A member of the object here.
    pub(crate) fn member(&'p self, name: &'p str) -> Self {
        Self { parent: Some(self), step: Step::Member(name) }
    }

    /// An item of the list here.
    pub(crate) fn item(&'p self, index: usize) -> Self {
        Self { parent: Some(self), step: Step::Item(index) }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at_root = self.parent.is_none_or(|parent| matches!(parent.step, Step::Root));
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Member(name) if at_root => f.write_str(name),
            Step::Member(name) => write!(f, ".{name}"),
            Step::Item(index) => write!(f, "[{index}]"),
        }
    }
}

//! YAML text to a tree without positions, within limits.
//!
//! The YAML library bounds nesting (128) and the number of alias jumps, but one jump may copy a large list and one
//! alias a large text. So the tree is built by a seed that pays for every value out of a budget before it is made.

use std::cell::Cell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, Visitor};

/// A value before it has a position. Keys may repeat, merge keys are not applied.
pub(crate) enum Tree {
    Null,
    Bool(bool),
    /// Digits of an integer, exact.
    Integer(String),
    /// A finite number with a fraction or exponent.
    Float(f64),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

/// Why a text is no configuration.
pub(crate) struct SyntaxError {
    pub(crate) message: String,
    /// From 1; 0 when the library names no place.
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// Reads one YAML document.
pub(crate) fn parse(text: &str) -> Result<Tree, SyntaxError> {
    let budget = Cell::new(MAX_EXPANDED);
    Seed(&budget).deserialize(serde_yaml::Deserializer::from_str(text)).map_err(|error| {
        let place = error.location();
        let number = |value: Option<usize>| value.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        SyntaxError {
            line: number(place.as_ref().map(serde_yaml::Location::line)),
            column: number(place.as_ref().map(serde_yaml::Location::column)),
            message: error.to_string(),
        }
    })
}

struct Seed<'b>(&'b Cell<usize>);

impl Seed<'_> {
    fn pay<E: de::Error>(&self, bytes: usize) -> Result<(), E> {
        let left = self.0.get().checked_sub(bytes.saturating_add(NODE_COST)).ok_or_else(|| {
            E::custom("the document expands to more than 64 MiB: too many values, or aliases repeated too often")
        })?;
        self.0.set(left);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Tree;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a plain YAML value")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Tree, E> {
        self.pay(0)?;
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Tree, E> {
        self.pay(0)?;
        Ok(Tree::Integer(value.to_string()))
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Tree, E> {
        self.pay(0)?;
        Ok(Tree::Integer(value.to_string()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Tree, E> {
        self.pay(0)?;
        Ok(Tree::Integer(value.to_string()))
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Tree, E> {
        self.pay(0)?;
        Ok(Tree::Integer(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Tree, E> {
        self.pay(0)?;
        // `.inf` and `.nan` are no decimal numbers: as text they fail wherever a number is needed.
        Ok(if value.is_finite() { Tree::Float(value) } else { Tree::Text(value.to_string()) })
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Tree, E> {
        self.pay(value.len())?;
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Tree, E> {
        self.pay(0)?;
        Ok(Tree::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Tree, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        self.pay(0)?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(Seed(self.0))? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        self.pay(0)?;
        let mut entries = Vec::new();
        while let Some(key) = access.next_key_seed(Seed(self.0))? {
            let Some(key) = key_text(key) else {
                return Err(de::Error::custom("a key of a mapping must be text"));
            };
            entries.push((key, access.next_value_seed(Seed(self.0))?));
        }
        Ok(Tree::Map(entries))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Tree, A::Error> {
        Err(de::Error::custom("YAML tags are not supported"))
    }
}

fn key_text(key: Tree) -> Option<String> {
    match key {
        Tree::Text(text) | Tree::Integer(text) => Some(text),
        Tree::Bool(value) => Some(value.to_string()),
        Tree::Float(value) => Some(value.to_string()),
        Tree::Null => Some("null".to_owned()),
        Tree::List(_) | Tree::Map(_) => None,
    }
}

/// What all values of one document may weigh together, in bytes.
const MAX_EXPANDED: usize = 64 << 20;

/// What one value weighs besides its text; about its size in memory.
const NODE_COST: usize = 64;

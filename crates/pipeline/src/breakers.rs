//! Breaker and load state per deployment id, kept across reloads.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use tianji_router::Breaker;

/// The state of all deployments that were ever configured, bounded.
#[derive(Debug, Default)]
pub struct Breakers(papaya::HashMap<String, Entry>);

type Entry = (Arc<Mutex<Breaker>>, Arc<AtomicU64>);

impl Breakers {
    /// The state of a deployment: the old one if the id was there before.
    pub fn of(&self, id: &str) -> (Arc<Mutex<Breaker>>, Arc<AtomicU64>) {
        let map = self.0.pin();
        if map.len() > MOST {
            map.clear();
        }
        map.get_or_insert_with(id.to_owned(), Entry::default).clone()
    }
}

/// Deployments remembered at most. More than that means that ids are made up anew at every reload.
const MOST: usize = 10_000;

//! One suite for both engines: SQLite always, Postgres where `TIANJI_TEST_DATABASE_URL` names one.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use std::path::PathBuf;
use std::sync::Arc;
use tianji_auth::VirtualKey;
use tianji_core::{CallRecord, Micros, Secret, Usd};
use tianji_storage::{
    CallQuery, DatabaseUrl, KeyQuery, Shipper, Spool, SpoolOptions, Store, StoreError, StoreOptions, StoredResponse,
};
use uuid::Uuid;

/// Every engine that can be reached, each empty.
async fn stores() -> Vec<(Store, Option<PathBuf>)> {
    let path = std::env::temp_dir().join(format!("tianji-store-{}.db", Uuid::now_v7().simple()));
    let sqlite = Store::open(&DatabaseUrl::Sqlite(path.clone()), StoreOptions::default()).await.unwrap();
    let mut stores = vec![(sqlite, Some(path))];
    if let Some(url) = postgres().await {
        stores.push((Store::open(&url, StoreOptions::default()).await.unwrap(), None));
    }
    for (store, _) in &stores {
        store.migrate().await.unwrap();
    }
    stores
}

/// A schema of its own in the test database.
#[expect(clippy::disallowed_methods, reason = "the test script says where Postgres is")]
async fn postgres() -> Option<DatabaseUrl> {
    let url = std::env::var("TIANJI_TEST_DATABASE_URL").ok()?;
    let schema = format!("t{}", Uuid::now_v7().simple());
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::task::spawn(connection);
    client.batch_execute(&format!("CREATE SCHEMA {schema}")).await.unwrap();
    drop(client);
    driver.await.unwrap().unwrap();
    let separator = if url.contains('?') { '&' } else { '?' };
    Some(DatabaseUrl::Postgres(Secret::new(format!("{url}{separator}options=-csearch_path%3D{schema}"))))
}

fn key(name: &str, at: i64) -> VirtualKey {
    VirtualKey {
        token: name.repeat(32),
        key_name: format!("sk-...{name}"),
        key_alias: Some(format!("alias {name}")),
        user_id: Some("u".to_owned()),
        models: vec!["gpt-4o".to_owned()],
        max_budget: Some(Usd::from_nanos(5)),
        created_at: Micros(at),
        updated_at: Micros(at),
        ..VirtualKey::default()
    }
}

#[tokio::test]
async fn keys_are_written_read_changed_and_deleted() {
    for (store, path) in stores().await {
        let name = store.engine_name();
        let first = store.latest_key_version().await.unwrap();
        store.insert_key(&key("a1", 1)).await.unwrap();
        store.insert_key(&key("b2", 2)).await.unwrap();
        assert!(store.insert_key(&key("a1", 3)).await.is_err(), "{name}");
        let mut read = store.key(&"a1".repeat(32)).await.unwrap().unwrap();
        assert_eq!(VirtualKey { version: 0, ..read.clone() }, key("a1", 1), "{name}");
        assert_eq!(store.key_by_alias("alias b2").await.unwrap().unwrap().token, "b2".repeat(32));
        read.blocked = Some(true);
        store.update_key(&read).await.unwrap();
        assert!(matches!(store.update_key(&read).await, Err(StoreError::Conflict)), "{name}");
        let changed = store.keys_changed_since(first).await.unwrap();
        assert_eq!(changed.last().map(|(token, _)| token.clone()), Some("a1".repeat(32)), "{name}");
        store.delete_keys(&["b2".repeat(32), "nope".to_owned()], "admin", Micros(9)).await.unwrap();
        assert!(store.key(&"b2".repeat(32)).await.unwrap().is_none());
        let last = changed.last().map(|(_, version)| *version).unwrap();
        let gone = store.keys_changed_since(last).await.unwrap();
        assert_eq!(gone.iter().map(|(token, _)| token.as_str()).collect::<Vec<_>>(), ["b2".repeat(32)], "{name}");
        store.ping().await.unwrap();
        drop(path.map(std::fs::remove_file));
    }
}

#[tokio::test]
async fn keys_are_listed_filtered_and_sorted() {
    for (store, path) in stores().await {
        let name = store.engine_name();
        for (number, at) in [("a1", 3), ("b2", 1), ("c3", 2)] {
            let mut key = key(number, at);
            key.blocked = Some(number == "b2");
            key.expires_at = (number == "c3").then_some(Micros(50));
            store.insert_key(&key).await.unwrap();
        }
        let list = async |query: KeyQuery| {
            let query = KeyQuery { page: query.page.max(1), size: query.size.max(10), now: Micros(100), ..query };
            let page = store.list_keys(&query).await.unwrap();
            let names: Vec<String> = page.keys.iter().map(|key| key.key_name.clone()).collect();
            (names.join(" "), page.total)
        };
        let text = |text: &str| Some(text.to_owned());
        let base = KeyQuery::default;
        for (query, expected) in [
            (base(), ("sk-...a1 sk-...c3 sk-...b2", 3)),
            (KeyQuery { sort_order: text("asc"), ..base() }, ("sk-...b2 sk-...c3 sk-...a1", 3)),
            (KeyQuery { sort_by: text("key_alias"), ..base() }, ("sk-...c3 sk-...b2 sk-...a1", 3)),
            (KeyQuery { status: text("blocked"), ..base() }, ("sk-...b2", 1)),
            (KeyQuery { status: text("expired"), ..base() }, ("sk-...c3", 1)),
            (KeyQuery { status: text("active"), ..base() }, ("sk-...a1", 1)),
            (KeyQuery { search: text("ALIAS B"), ..base() }, ("sk-...b2", 1)),
            (KeyQuery { user_id: text("nobody"), ..base() }, ("", 0)),
            (KeyQuery { key_alias: text("alias a1"), ..base() }, ("sk-...a1", 1)),
            (KeyQuery { page: 2, size: 10, ..base() }, ("", 3)),
            (KeyQuery { search: text("' OR 1=1 --"), ..base() }, ("", 0)),
        ] {
            let found = list(query.clone()).await;
            assert_eq!((found.0.as_str(), found.1), expected, "{name} {query:?}");
        }
        drop(path.map(std::fs::remove_file));
    }
}

#[tokio::test]
async fn migrations_may_run_again() {
    for (store, path) in stores().await {
        store.migrate().await.unwrap();
        drop(path.map(std::fs::remove_file));
    }
}

#[tokio::test]
async fn responses_are_kept_until_their_time_is_over() {
    for (store, path) in stores().await {
        let name = store.engine_name();
        let kept = StoredResponse {
            id: "resp_1".to_owned(),
            token: "t".to_owned(),
            deployment: None,
            model_group: "m".to_owned(),
            sealed: Some("words".to_owned()),
            created_at: Micros(1),
            expires_at: Micros(10),
            lease_until: None,
        };
        let elsewhere = StoredResponse {
            id: "resp_2".to_owned(),
            deployment: Some("d".to_owned()),
            sealed: None,
            expires_at: Micros(20),
            ..kept.clone()
        };
        store.put_responses(&[kept.clone(), elsewhere.clone()]).await.unwrap();
        store.put_responses(&[StoredResponse { token: "thief".to_owned(), ..kept.clone() }]).await.unwrap();
        assert_eq!(store.response("resp_1", Micros(9)).await.unwrap(), Some(kept), "{name}");
        assert_eq!(store.response("resp_1", Micros(10)).await.unwrap(), None, "{name}");
        store.purge_responses(Micros(10)).await.unwrap();
        assert_eq!(store.response("resp_1", Micros(9)).await.unwrap(), None, "{name}");
        assert_eq!(store.response("resp_2", Micros(9)).await.unwrap(), Some(elsewhere), "{name}");
        store.delete_response("resp_2").await.unwrap();
        assert_eq!(store.response("resp_2", Micros(9)).await.unwrap(), None, "{name}");
        path.into_iter().for_each(|path| std::fs::remove_file(path).unwrap());
    }
}

#[tokio::test]
async fn a_response_in_the_making_is_finished_once() {
    for (store, path) in stores().await {
        let name = store.engine_name();
        let begun = StoredResponse {
            id: "resp_1".to_owned(),
            token: "t".to_owned(),
            deployment: None,
            model_group: "m".to_owned(),
            sealed: Some("queued".to_owned()),
            created_at: Micros(1),
            expires_at: Micros(100),
            lease_until: Some(Micros(10)),
        };
        store.put_responses(std::slice::from_ref(&begun)).await.unwrap();
        assert_eq!(store.response("resp_1", Micros(5)).await.unwrap().as_ref(), Some(&begun), "{name}");
        assert!(store.stale_responses(Micros(9)).await.unwrap().is_empty(), "{name}");
        assert!(store.renew_response("resp_1", Micros(20)).await.unwrap(), "{name}");
        assert!(store.stale_responses(Micros(19)).await.unwrap().is_empty(), "{name}");
        assert_eq!(store.stale_responses(Micros(20)).await.unwrap(), ["resp_1"], "{name}");
        assert!(store.finish_response("resp_1", Some("d"), Some("done")).await.unwrap(), "{name}");
        assert!(!store.finish_response("resp_1", None, Some("late")).await.unwrap(), "{name}");
        assert!(!store.renew_response("resp_1", Micros(30)).await.unwrap(), "{name}");
        let done = store.response("resp_1", Micros(5)).await.unwrap().unwrap();
        assert_eq!((done.deployment.as_deref(), done.sealed.as_deref()), (Some("d"), Some("done")), "{name}");
        assert_eq!((done.token.as_str(), done.lease_until), ("t", None), "{name}");
        assert!(!store.finish_response("resp_2", None, None).await.unwrap(), "{name}");
        path.into_iter().for_each(|path| std::fs::remove_file(path).unwrap());
    }
}

#[tokio::test]
async fn calls_are_found_by_key_user_id_and_time() {
    for (store, path) in stores().await {
        let spool = std::env::temp_dir().join(format!("tianji-spool-{}", Uuid::now_v7().simple()));
        let (journal, _) = Spool::open(SpoolOptions::new(spool.clone()), Micros(0)).unwrap();
        // Enough for many rows at once, and some for one at a time.
        for number in 0..120 {
            let record = CallRecord {
                call_id: Uuid::from_u128(number),
                response_id: Some(format!("r{}", number % 60)),
                token: format!("t{}", number % 2).into(),
                user_id: (number % 3 > 0).then(|| format!("u{}", number % 3).into()),
                started_at: Micros(1000 + number as i64),
                ..CallRecord::default()
            };
            journal.settle(&Arc::new(record)).unwrap();
        }
        assert_eq!(Shipper::new(journal, store.clone()).ship_all().await.unwrap(), 120);
        let numbers = async |query: CallQuery| -> Vec<u128> {
            let calls = store.calls(&CallQuery { limit: 1000, ..query }).await.unwrap();
            calls.iter().map(|call| call.call_id.as_u128()).collect()
        };
        let newest_first = |wanted: fn(u128) -> bool| (0..120).rev().filter(|n| wanted(*n)).collect::<Vec<u128>>();
        let text = |text: &str| Some(text.to_owned());
        let name = store.engine_name();
        assert_eq!(numbers(CallQuery::default()).await, newest_first(|_| true), "{name}");
        let (of_key, of_user) = (
            CallQuery { token: text("t1"), ..CallQuery::default() },
            CallQuery { user_id: text("u2"), ..CallQuery::default() },
        );
        assert_eq!(numbers(of_key.clone()).await, newest_first(|n| n % 2 == 1), "{name}");
        assert_eq!(numbers(of_user.clone()).await, newest_first(|n| n % 3 == 2), "{name}");
        assert_eq!(numbers(CallQuery { token: text("t1"), ..of_user }).await, newest_first(|n| n % 6 == 5), "{name}");
        let nobody = CallQuery { user_id: text(""), ..CallQuery::default() };
        assert_eq!(numbers(nobody).await, newest_first(|n| n % 3 == 0), "{name}");
        let by_response = CallQuery { request_id: text("r7"), ..CallQuery::default() };
        assert_eq!(numbers(by_response.clone()).await, [67, 7], "{name}");
        assert_eq!(numbers(CallQuery { start: Some(Micros(1060)), ..by_response }).await, [67], "{name}");
        let by_call = CallQuery { request_id: text(&Uuid::from_u128(9).to_string()), ..CallQuery::default() };
        assert_eq!(numbers(by_call.clone()).await, [9], "{name}");
        assert_eq!(numbers(CallQuery { token: text("t0"), ..by_call }).await, [0; 0], "{name}");
        let between = CallQuery { end: Some(Micros(1005)), start: Some(Micros(1003)), ..of_key };
        assert_eq!(numbers(between).await, [3], "{name}");
        std::fs::remove_dir_all(spool).unwrap();
        path.map(std::fs::remove_file).transpose().unwrap();
    }
}

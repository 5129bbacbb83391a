//! Sources of credentials, each carried through its conversation with canned replies.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

mod aws;
mod azure;
mod google;
mod iam;
mod sources;

use http::{HeaderMap, StatusCode};
use std::collections::HashMap;
use std::sync::Arc;
use tianji_core::{Credential, CredentialSource, Error, Granted, Kind, Micros, Reply, Secret, Step, WireRequest};
use tianji_providers::{Catalogue, Connection, ConnectionParams, CredentialParams, Provider};

/// 2026-11-22 02:29:45 UTC.
const NOW: Micros = Micros(1_795_314_585_000_000);

/// An operator's provider whose credentials come from `kind`.
fn provider(kind: &str) -> Arc<Provider> {
    let row =
        serde_json::json!({ "base_url": "https://models.example.com", "credential": kind, "api_key": ["MODELS_KEY"] });
    let rows = [("models".to_owned(), row)].into_iter();
    let catalogue = Catalogue::embedded().unwrap().with_custom(rows).unwrap();
    Arc::clone(catalogue.get("models").unwrap())
}

fn connection(kind: &str, params: ConnectionParams<'_>, env: &[(&str, &str)]) -> Connection {
    let env: HashMap<&str, &str> = env.iter().copied().collect();
    Connection::new(&provider(kind), &params, &|name| env.get(name).map(|&value| value.to_owned())).unwrap()
}

fn source(kind: &str, credentials: CredentialParams<'_>, env: &[(&str, &str)]) -> Arc<dyn CredentialSource> {
    connection(kind, ConnectionParams { credentials, ..ConnectionParams::default() }, env).source.unwrap()
}

/// What a conversation meets.
enum Canned {
    /// A reply of a service, or a file.
    Reply(u16, String),
    /// Nobody answers.
    Silence,
}

fn good(body: impl Into<String>) -> Canned {
    Canned::Reply(200, body.into())
}

fn bad(status: u16, body: &str) -> Canned {
    Canned::Reply(status, body.to_owned())
}

fn no_file() -> Canned {
    bad(404, "")
}

/// What was asked.
#[derive(Debug)]
enum Asked {
    Read(String),
    Sent(Box<WireRequest>),
}

impl Asked {
    /// `GET https://…`, or the file's name.
    fn line(&self) -> String {
        match self {
            Self::Read(path) => format!("read {path}"),
            Self::Sent(request) => format!("{} {}", request.method, request.uri),
        }
    }

    fn request(&self) -> &WireRequest {
        match self {
            Self::Sent(request) => request,
            Self::Read(path) => panic!("{path} was read, nothing sent"),
        }
    }

    fn body(&self) -> &str {
        std::str::from_utf8(self.request().body.bytes().unwrap()).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.request().headers.get(name).unwrap().to_str().unwrap()
    }

    /// A field of the form, decoded.
    fn field(&self, name: &str) -> String {
        let pair = self.body().split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap();
        percent_encoding::percent_decode_str(pair).decode_utf8().unwrap().into_owned()
    }
}

/// Carries a source's conversation to its end. All replies must be used up.
fn converse(source: &dyn CredentialSource, replies: Vec<Canned>) -> (Vec<Asked>, Result<Granted, Error>) {
    let mut exchange = source.exchange(NOW);
    let mut replies = replies.into_iter();
    let mut asked = Vec::new();
    let mut step = exchange.next(None);
    loop {
        match step {
            Step::Done(granted) => {
                assert_eq!(replies.count(), 0, "not all replies were asked for: {asked:?}");
                return (asked, Ok(granted));
            }
            Step::Fail(error) => {
                assert_eq!(replies.count(), 0, "not all replies were asked for: {asked:?}, {error}");
                return (asked, Err(error));
            }
            Step::Read(path) => asked.push(Asked::Read(path.to_str().unwrap().to_owned())),
            Step::Send(request) => asked.push(Asked::Sent(Box::new(request))),
            Step::Wait(..) => panic!("no conversation for a credential waits"),
        }
        step = match replies.next() {
            Some(Canned::Reply(status, body)) => exchange.next(Some(Reply {
                status: StatusCode::from_u16(status).unwrap(),
                headers: HeaderMap::new(),
                body: body.into(),
            })),
            Some(Canned::Silence) => exchange.failed(Error::provider(Kind::Connection, "connection refused")),
            None => panic!("no reply for {:?}", asked.last()),
        };
    }
}

/// The token, with the seconds it lasts.
fn token(granted: &Granted) -> (&str, i64) {
    let Credential::Token(token) = &granted.credential else { panic!("{granted:?}") };
    (token.expose(), granted.expires_at.unwrap().seconds() - NOW.seconds())
}

/// Key id, secret and token.
fn keys(granted: &Granted) -> (&str, &str, Option<&str>) {
    let Credential::Aws { access_key_id, secret_access_key, session_token } = &granted.credential else {
        panic!("{granted:?}")
    };
    (access_key_id, secret_access_key.expose(), session_token.as_ref().map(Secret::expose))
}

fn lines(asked: &[Asked]) -> Vec<String> {
    asked.iter().map(Asked::line).collect()
}

/// A conversation that fails: the kind, and all that is shown of it.
fn failure(source: &dyn CredentialSource, replies: Vec<Canned>) -> (Kind, String) {
    let error = converse(source, replies).1.unwrap_err();
    (error.kind, format!("{} {error:?}", error.message))
}

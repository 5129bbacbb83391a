//! Credentials that are kept, renewed, shared and forgotten, against a service on a local port. The wall clock is the
//! test's own: nothing waits.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use bytes::Bytes;
use http::{HeaderMap, Method};
use proptest::prelude::*;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tianji_core::{
    Clock, Credential, CredentialSource, Error, Exchange, Granted, Kind, Micros, Reply, Secret, Step, WireRequest,
};
use tianji_http::{Credentials, HttpClient, HttpSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// A wall clock that the test moves.
struct Wall(AtomicI64);

impl Wall {
    fn new() -> Self {
        Self(AtomicI64::new(1_000_000_000_000_000))
    }

    fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }
}

impl Clock for Wall {
    fn wall(&self) -> Micros {
        Micros(self.0.load(Ordering::Relaxed))
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// A service that gives out `token-1`, `token-2` and so on, one for each permit of the gate.
struct Issuer {
    url: String,
    asked: Arc<AtomicUsize>,
    gate: Arc<Semaphore>,
    /// What it answers with.
    status: Arc<Mutex<u16>>,
}

impl Issuer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let issuer = Self {
            url,
            asked: Arc::default(),
            gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS / 2)),
            status: Arc::new(Mutex::new(200)),
        };
        let (asked, gate, status) = (Arc::clone(&issuer.asked), Arc::clone(&issuer.gate), Arc::clone(&issuer.status));
        #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let number = asked.fetch_add(1, Ordering::SeqCst) + 1;
                gate.acquire().await.unwrap().forget();
                let (status, body) = (*status.lock().unwrap(), format!("token-{number}"));
                let head =
                    format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                // Whoever asked may be gone.
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            }
        });
        issuer
    }

    fn source(&self, life: Option<i64>) -> Arc<dyn CredentialSource> {
        Arc::new(Source { url: self.url.clone(), life })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// From now on only so many are answered.
    fn answer_only(&self, permits: usize) {
        self.gate.forget_permits(usize::MAX);
        self.gate.add_permits(permits);
    }

    async fn wait_until_asked(&self, times: usize) {
        while self.asked() < times {
            tokio::task::yield_now().await;
        }
    }
}

#[derive(Debug)]
struct Source {
    url: String,
    /// Seconds that a token lasts.
    life: Option<i64>,
}

impl CredentialSource for Source {
    fn id(&self) -> &str {
        &self.url
    }

    fn exchange(&self, now: Micros) -> Box<dyn Exchange<Output = Granted>> {
        let expires_at = self.life.map(|life| Micros(now.0 + life * 1_000_000));
        Box::new(Ask { url: self.url.clone(), expires_at })
    }
}

struct Ask {
    url: String,
    expires_at: Option<Micros>,
}

impl Exchange for Ask {
    type Output = Granted;

    fn next(&mut self, reply: Option<Reply>) -> Step<Granted> {
        let Some(reply) = reply else {
            let (uri, headers) = (self.url.parse().unwrap(), HeaderMap::new());
            return Step::Send(WireRequest { method: Method::GET, uri, headers, body: Bytes::new().into() });
        };
        if !reply.status.is_success() {
            return Step::Fail(Error::provider(Kind::Authentication, "no token for you"));
        }
        let token = Secret::new(std::str::from_utf8(&reply.body).unwrap());
        Step::Done(Granted { credential: Credential::Token(token), expires_at: self.expires_at })
    }
}

struct Setting {
    credentials: Credentials,
    client: HttpClient,
    clock: Wall,
}

impl Setting {
    fn new() -> Arc<Self> {
        let client = HttpClient::new(HttpSettings::default());
        Arc::new(Self { credentials: Credentials::default(), client, clock: Wall::new() })
    }

    async fn of(&self, source: &Arc<dyn CredentialSource>) -> Result<Arc<Credential>, Error> {
        self.credentials.of(source, &self.client, &self.clock).await
    }

    async fn token(&self, source: &Arc<dyn CredentialSource>) -> String {
        shown(&self.of(source).await.unwrap())
    }

    /// Many calls at once.
    fn crowd(self: &Arc<Self>, source: &Arc<dyn CredentialSource>) -> JoinSet<Result<String, Error>> {
        let mut crowd = JoinSet::new();
        for _ in 0..100 {
            let (setting, source) = (Arc::clone(self), Arc::clone(source));
            crowd.spawn(async move { setting.of(&source).await.map(|credential| shown(&credential)) });
        }
        crowd
    }
}

fn shown(credential: &Credential) -> String {
    match credential {
        Credential::Token(token) | Credential::TokenAt { token, .. } => token.expose().to_owned(),
        Credential::Aws { .. } | Credential::Rsa { .. } => String::new(),
    }
}

#[tokio::test]
async fn a_token_is_kept_until_a_minute_before_its_end() {
    let (issuer, setting) = (Issuer::start().await, Setting::new());
    let source = issuer.source(Some(3600));
    assert_eq!(setting.token(&source).await, "token-1");
    setting.clock.pass(3539);
    assert_eq!(setting.token(&source).await, "token-1");
    setting.clock.pass(1);
    assert_eq!(setting.token(&source).await, "token-2");
    let short = Issuer::start().await;
    let source = short.source(Some(100));
    assert_eq!(setting.token(&source).await, "token-1");
    setting.clock.pass(50);
    assert_eq!(setting.token(&source).await, "token-2", "a short life is renewed at its half");
    let eternal = Issuer::start().await;
    let source = eternal.source(None);
    setting.token(&source).await;
    setting.clock.pass(1_000_000_000);
    assert_eq!(setting.token(&source).await, "token-1");
}

#[tokio::test]
async fn a_crowd_asks_once() {
    let (issuer, setting) = (Issuer::start().await, Setting::new());
    let source = issuer.source(Some(3600));
    for token in setting.crowd(&source).join_all().await {
        assert_eq!(token.unwrap(), "token-1");
    }
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn a_crowd_shares_a_failure_and_the_next_call_asks_again() {
    let (issuer, setting) = (Issuer::start().await, Setting::new());
    let source = issuer.source(Some(3600));
    *issuer.status.lock().unwrap() = 400;
    issuer.answer_only(0);
    let crowd = setting.crowd(&source);
    issuer.wait_until_asked(1).await;
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    issuer.gate.add_permits(2);
    for failed in crowd.join_all().await {
        let error = failed.unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (Kind::Authentication, "no token for you"));
    }
    assert_eq!(issuer.asked(), 1);
    *issuer.status.lock().unwrap() = 200;
    assert_eq!(setting.token(&source).await, "token-2");
}

#[tokio::test]
async fn while_one_renews_the_others_use_what_is_still_good() {
    let (issuer, setting) = (Issuer::start().await, Setting::new());
    let source = issuer.source(Some(3600));
    setting.token(&source).await;
    setting.clock.pass(3550);
    issuer.answer_only(0);
    let mut crowd = setting.crowd(&source);
    issuer.wait_until_asked(2).await;
    for _ in 0..99 {
        assert_eq!(crowd.join_next().await.unwrap().unwrap().unwrap(), "token-1");
    }
    issuer.gate.add_permits(1);
    assert_eq!(crowd.join_next().await.unwrap().unwrap().unwrap(), "token-2");
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn what_has_ended_is_used_by_nobody() {
    let (issuer, setting) = (Issuer::start().await, Setting::new());
    let source = issuer.source(Some(3600));
    setting.token(&source).await;
    setting.clock.pass(3596);
    for token in setting.crowd(&source).join_all().await {
        assert_eq!(token.unwrap(), "token-2");
    }
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn a_renewal_that_fails_costs_nothing_while_the_old_one_is_good() {
    let (issuer, setting) = (Issuer::start().await, Setting::new());
    let source = issuer.source(Some(3600));
    setting.token(&source).await;
    setting.clock.pass(3550);
    *issuer.status.lock().unwrap() = 503;
    assert_eq!(setting.token(&source).await, "token-1");
    assert_eq!(setting.token(&source).await, "token-1");
    assert_eq!(issuer.asked(), 2, "not at every call");
    setting.clock.pass(10);
    assert_eq!(setting.token(&source).await, "token-1");
    assert_eq!(issuer.asked(), 3);
    setting.clock.pass(40);
    assert!(setting.of(&source).await.is_err());
}

#[tokio::test]
async fn only_the_refused_one_is_forgotten() {
    let (issuer, setting) = (Issuer::start().await, Setting::new());
    let source = issuer.source(Some(3600));
    let refused = setting.of(&source).await.unwrap();
    setting.credentials.forget(&*source, &refused);
    assert_eq!(setting.token(&source).await, "token-2");
    setting.credentials.forget(&*source, &refused);
    assert_eq!(setting.token(&source).await, "token-2", "a late refusal of the old one does not touch the new one");
}

#[tokio::test]
async fn a_call_that_gives_up_leaves_the_asking_to_the_next() {
    let (issuer, setting) = (Issuer::start().await, Setting::new());
    let source = issuer.source(Some(3600));
    issuer.answer_only(0);
    {
        let call = setting.of(&source);
        tokio::select! {
            _ = call => unreachable!("nobody answers"),
            () = issuer.wait_until_asked(1) => {}
        }
    }
    issuer.gate.add_permits(2);
    assert_eq!(setting.token(&source).await, "token-2");
}

/// Time is paused: a service that never answers costs the test nothing.
#[tokio::test(start_paused = true)]
async fn a_service_that_never_answers_is_given_up() {
    let (issuer, setting) = (Issuer::start().await, Setting::new());
    issuer.answer_only(0);
    let begun = tokio::time::Instant::now();
    let error = setting.of(&issuer.source(Some(3600))).await.unwrap_err();
    assert_eq!(error.kind, Kind::Timeout);
    assert!(begun.elapsed() <= Duration::from_secs(60), "{:?}", begun.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the lives and the pauses between calls: a credential that a call gets is good for some seconds yet.
    #[test]
    fn renewed_before_the_end(life in 20_i64..4000, pauses in prop::collection::vec(0_i64..2000, 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (issuer, setting) = (Issuer::start().await, Setting::new());
            let source = issuer.source(Some(life));
            let (mut last, mut born) = (String::new(), 0);
            for pause in pauses {
                setting.clock.pass(pause);
                let token = setting.token(&source).await;
                let now = setting.clock.wall().seconds();
                if token != last {
                    (last, born) = (token, now);
                }
                assert!(now + 5 < born + life, "{last} is {} seconds old, of {life}", now - born);
            }
        });
    }
}

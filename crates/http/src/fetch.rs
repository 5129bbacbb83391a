//! Fetching what a client's address leads to: few redirects, each judged anew, and bounds on size, time and number.

use crate::client::{HttpClient, HttpSettings};
use crate::deadlines::Deadlines;
use crate::error::HttpError;
use crate::proxy::ProxySettings;
use crate::redirect::{FollowError, follow};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use std::sync::Arc;
use std::time::Duration;
use tianji_core::egress::{Egress, EgressError};
use tianji_core::{Payload, WireRequest};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::Url;

/// The bounds of a fetcher.
#[derive(Clone, Debug)]
pub struct FetchSettings {
    /// Which addresses may be called.
    pub egress: Egress,
    /// Outbound proxies.
    pub proxies: ProxySettings,
    /// Bytes of one file at most; 0 = nothing is fetched.
    pub most_bytes: usize,
    /// From the first connection to the last byte of one file.
    pub time: Duration,
    /// Files that are fetched at the same time, over all calls.
    pub at_once: usize,
}

impl Default for FetchSettings {
    /// Public addresses, 20 MiB, 10 s, 64 at once.
    fn default() -> Self {
        Self {
            egress: Egress::default(),
            proxies: ProxySettings::default(),
            most_bytes: 20 << 20,
            time: Duration::from_secs(10),
            at_once: 64,
        }
    }
}

/// Fetches files by addresses that clients name. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Fetcher {
    client: HttpClient,
    most_bytes: usize,
    time: Duration,
    slots: Arc<Semaphore>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its media type as the server says, without parameters and in small letters.
    pub mime: Option<String>,
    /// The file.
    pub bytes: Bytes,
}

/// Why a file was not fetched. The words name no address: they may be shown to the client.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The text is no address.
    #[error("it is not a valid address")]
    Address,
    /// The rules forbid the address, or one that it redirects to.
    #[error("{0}")]
    Egress(#[from] EgressError),
    /// Fetching is switched off.
    #[error("this gateway does not fetch files")]
    Off,
    /// The server answered with something else than a file.
    #[error("the server answered {0}")]
    Status(u16),
    /// Redirected too often, or to nowhere.
    #[error("it redirects too often")]
    Redirects,
    /// The file is too long.
    #[error("it is larger than {} MiB", .0.div_ceil(1 << 20))]
    TooLong(usize),
    /// It took too long.
    #[error("it was not there in time")]
    Late,
    /// The connection failed.
    #[error("the connection to its server failed")]
    Http(#[source] HttpError),
}

impl From<HttpError> for FetchError {
    fn from(cause: HttpError) -> Self {
        match cause {
            HttpError::Egress(refused) => Self::Egress(refused),
            HttpError::TooLong(most) => Self::TooLong(most),
            HttpError::ConnectTimeout { .. } | HttpError::FirstByte(_) | HttpError::Stalled(_) | HttpError::Total => {
                Self::Late
            }
            other => Self::Http(other),
        }
    }
}

impl Fetcher {
    /// A fetcher with connections of its own.
    pub fn new(settings: FetchSettings) -> Self {
        let FetchSettings { egress, proxies, most_bytes, time, at_once } = settings;
        let egress = Some(Arc::new(egress));
        let client = HttpClient::new(HttpSettings { idle: IDLE, proxies, egress, ..HttpSettings::default() });
        Self { client, most_bytes, time, slots: Arc::new(Semaphore::new(at_once.max(1))) }
    }

    /// A client whose connections keep to the same addresses, for what does not fit into memory.
    pub const fn client(&self) -> &HttpClient {
        &self.client
    }

    /// Fetches a file of at most `most` bytes, in time and before `until`.
    pub async fn fetch(&self, address: &str, most: usize, until: Instant) -> Result<Fetched, FetchError> {
        if self.most_bytes == 0 {
            return Err(FetchError::Off);
        }
        let until = until.min(Instant::now() + self.time);
        let work = async {
            let _slot = self.slots.acquire().await;
            self.follow(address, most.min(self.most_bytes), until).await
        };
        tokio::time::timeout_at(until, work).await.unwrap_or(Err(FetchError::Late))
    }

    async fn follow(&self, address: &str, most: usize, until: Instant) -> Result<Fetched, FetchError> {
        // What no connection is made for is refused in words of its own; the connection judges the rest.
        let before = |request: &mut WireRequest, _: Option<&Uri>| {
            let authority = request.uri.authority().ok_or(EgressError::Scheme)?;
            match request.uri.scheme_str() {
                Some("http" | "https") if authority.as_str().contains('@') => Err(EgressError::Credentials.into()),
                Some("http" | "https") => Ok(&self.client),
                _ => Err(FetchError::from(EgressError::Scheme)),
            }
        };
        let reply = follow(request(address)?, &self.deadlines(until), before).await.map_err(|cause| match cause {
            FollowError::Refused(cause) => cause,
            FollowError::Http(cause) => cause.into(),
            FollowError::Astray => FetchError::Redirects,
        })?;
        let (head, body) = reply.into_parts();
        if head.status != StatusCode::OK {
            return Err(FetchError::Status(head.status.as_u16()));
        }
        if said_length(&head.headers).is_some_and(|length| length > most) {
            return Err(FetchError::TooLong(most));
        }
        let bytes = body.collect(most).await?;
        Ok(Fetched { mime: mime(&head.headers), bytes })
    }

    fn deadlines(&self, until: Instant) -> Deadlines {
        Deadlines { connect: self.time, first_byte: self.time, between_bytes: self.time, total: Some(until) }
    }
}

/// The request has nothing of the call that it is made for.
fn request(address: &str) -> Result<WireRequest, FetchError> {
    // Clients write addresses as browsers take them.
    let url = Url::parse(address).map_err(|_| FetchError::Address)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(EgressError::Scheme.into());
    }
    let uri = Uri::try_from(url.as_str()).map_err(|_| FetchError::Address)?;
    let agent = (USER_AGENT, HeaderValue::from_static(AGENT));
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("*/*")), agent]);
    Ok(WireRequest { method: Method::GET, uri, headers, body: Payload::default() })
}

fn said_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn mime(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.contains('/').then_some(essence)
}

/// How long an idle connection is kept: pages rarely hold more pictures than are fetched within a moment.
const IDLE: Duration = Duration::from_secs(5);
/// How servers see us.
const AGENT: &str = concat!("tianji/", env!("CARGO_PKG_VERSION"));

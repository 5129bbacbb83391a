//! Reading a price file: from the disk or the network, within a size and a time.

use http::Request;
use http::header::{ACCEPT, HOST, HeaderValue, USER_AGENT};
use std::io::Read;
use std::time::Duration;
use tianji_http::{Deadlines, HttpClient, HttpError, OutBody};
use tokio::time::Instant;

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The address is none.
    #[error("the address of the prices is not valid")]
    Address,
    /// The network failed, or took too long, or sent too much.
    #[error("the prices cannot be read: {0}")]
    Network(#[from] HttpError),
    /// Not a 200.
    #[error("the server of the prices answers {0}")]
    Status(u16),
    /// The file cannot be read.
    #[error("the file of the prices cannot be read: {0}")]
    File(#[from] std::io::Error),
    /// Larger than any price file.
    #[error("the file of the prices is larger than {MOST_BYTES} bytes")]
    TooLong,
    /// Not text.
    #[error("the prices are not UTF-8")]
    Text,
}

/// Reads a web address.
pub(super) async fn url(client: &HttpClient, url: &str) -> Result<String, ReadError> {
    let request = Request::get(url)
        .header(ACCEPT, HeaderValue::from_static("application/json"))
        .header(USER_AGENT, HeaderValue::from_static(concat!("tianji/", env!("CARGO_PKG_VERSION"))))
        .body(OutBody::default());
    let mut request = request.map_err(|_| ReadError::Address)?;
    let host = request.uri().authority().ok_or(ReadError::Address)?;
    let host = HeaderValue::try_from(host.as_str()).map_err(|_| ReadError::Address)?;
    request.headers_mut().insert(HOST, host);
    let deadlines =
        Deadlines { connect: PHASE, first_byte: PHASE, between_bytes: PHASE, total: Some(Instant::now() + WHOLE) };
    let (head, body) = client.send(request, &deadlines).await?.into_parts();
    if head.status != http::StatusCode::OK {
        return Err(ReadError::Status(head.status.as_u16()));
    }
    let bytes = body.collect(MOST_BYTES).await?;
    String::from_utf8(bytes.into()).map_err(|_| ReadError::Text)
}

/// Reads a file, on a thread that may wait for the disk.
pub(super) async fn file(path: String) -> Result<String, ReadError> {
    let read = move || {
        let mut text = Vec::new();
        std::fs::File::open(path)?.take(MOST_BYTES as u64 + 1).read_to_end(&mut text)?;
        if text.len() > MOST_BYTES {
            return Err(ReadError::TooLong);
        }
        String::from_utf8(text).map_err(|_| ReadError::Text)
    };
    tokio::task::spawn_blocking(read).await.unwrap_or_else(|cause| Err(std::io::Error::other(cause).into()))
}

/// Largest price file: twenty times the public one.
const MOST_BYTES: usize = 32 << 20;
/// To connect, to the first byte, between two bytes.
const PHASE: Duration = Duration::from_secs(15);
/// All of it.
const WHOLE: Duration = Duration::from_secs(60);

//! A blocking HTTP/1.1 client: one connection per request, whole or streamed replies, and leaving in the middle.

use crate::message::{Framing, Headers, read_head};
use serde_json::Value;
use std::io::{self, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

/// A request to be sent.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// A request with any body.
    #[must_use]
    pub fn new(method: &str, path: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body: body.into() }
    }

    /// `GET`.
    #[must_use]
    pub fn get(path: &str) -> Self {
        Self::new("GET", path, Vec::new())
    }

    /// `POST` of JSON.
    #[must_use]
    pub fn post(path: &str, body: &Value) -> Self {
        Self::new("POST", path, body.to_string()).header("content-type", "application/json")
    }

    /// `POST` of a form (RFC 7578): text fields, and files as field, file name, media type and content.
    #[must_use]
    pub fn form(path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &str, &[u8])]) -> Self {
        let mut body = Vec::new();
        for (name, value) in fields {
            let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        for (name, file, kind, content) in files {
            let head = format!(
                "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\ncontent-type: {kind}\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        Self::new("POST", path, body).header("content-type", &format!("multipart/form-data; boundary={BOUNDARY}"))
    }

    /// Adds a header field. A `content-length` given here is sent instead of the true one.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds `Authorization: Bearer`.
    #[must_use]
    pub fn bearer(self, key: &str) -> Self {
        let value = format!("Bearer {key}");
        self.header("authorization", &value)
    }

    /// The bytes of the wire.
    #[must_use]
    pub fn to_bytes(&self, host: SocketAddr) -> Vec<u8> {
        let mut bytes = self.head(host).into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    fn head(&self, host: SocketAddr) -> String {
        let Self { method, path, .. } = self;
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        head
    }
}

/// A whole reply.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Header fields.
    pub headers: Headers,
    /// Body bytes.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none; the message shows the body.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("status {}, no JSON ({error}): {}", self.status, self.text()))
    }

    /// A header field's value; empty when it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_default()
    }
}

/// A reply whose head is here and whose body is still coming. Dropped, it closes the connection.
#[derive(Debug)]
pub struct Open {
    /// Status code.
    pub status: u16,
    /// Header fields.
    pub headers: Headers,
    reader: BufReader<TcpStream>,
    framing: Framing,
    seen: Vec<u8>,
}

impl Open {
    /// The next event of a server-sent event stream with its fields, without the empty line behind it; none at the
    /// proper end of the body.
    ///
    /// # Errors
    /// When the connection ends or falls silent in the middle.
    pub fn event(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(end) = self.seen.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = self.seen.drain(..end + 2).collect();
                return Ok(Some(String::from_utf8_lossy(&event).trim_end().to_owned()));
            }
            match self.framing.piece(&mut self.reader)? {
                Some(piece) => self.seen.extend(piece),
                None if self.seen.is_empty() => return Ok(None),
                None => return Err(io::Error::new(io::ErrorKind::InvalidData, "an event without its empty line")),
            }
        }
    }

    /// All events to the end of the body.
    ///
    /// # Errors
    /// As [`Self::event`].
    pub fn events(&mut self) -> io::Result<Vec<String>> {
        std::iter::from_fn(|| self.event().transpose()).collect()
    }

    /// The next bytes of the body; none at its proper end.
    ///
    /// # Errors
    /// When the connection ends or falls silent in the middle.
    pub fn piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.seen.is_empty() {
            self.framing.piece(&mut self.reader)
        } else {
            Ok(Some(std::mem::take(&mut self.seen)))
        }
    }

    /// Reads the rest.
    ///
    /// # Errors
    /// When the connection ends or falls silent in the middle.
    pub fn finish(mut self) -> io::Result<Answer> {
        let mut body = std::mem::take(&mut self.seen);
        body.extend(self.framing.rest(&mut self.reader)?);
        Ok(Answer { status: self.status, headers: self.headers.clone(), body })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // The other side may have closed it already.
        drop(self.reader.get_ref().shutdown(Shutdown::Both));
    }
}

/// Sends a request and reads the head of its reply.
///
/// # Errors
/// When the connection fails or nothing comes within 60 s.
pub fn open(address: SocketAddr, request: &Request) -> io::Result<Open> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let bytes = request.to_bytes(address);
    let mut writer = stream.try_clone()?;
    // A server that refuses a long body answers before it has read all of it.
    let sender = thread::spawn(move || writer.write_all(&bytes));
    let mut reader = BufReader::new(stream);
    let head = read_head(&mut reader);
    let Some(head) = head? else {
        let sent = sender.join().map_err(|_| io::Error::other("the sending thread panicked"))?;
        return Err(sent.err().unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into()));
    };
    let status = head.start.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, head.start.clone()))?;
    let framing = Framing::of(&head.headers, Framing::UntilEnd)?;
    Ok(Open { status, headers: head.headers, reader, framing, seen: Vec::new() })
}

/// Sends a request and reads the whole reply.
///
/// # Errors
/// When the connection fails, ends in the middle, or nothing comes within 60 s.
pub fn send(address: SocketAddr, request: &Request) -> io::Result<Answer> {
    open(address, request)?.finish()
}

/// Between the parts of forms.
const BOUNDARY: &str = "boundary-of-the-tests";
const PATIENCE: Duration = Duration::from_secs(60);

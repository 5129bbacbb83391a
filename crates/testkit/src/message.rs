//! HTTP/1.1 messages on a blocking reader (RFC 9112): heads, and bodies by length, in chunks or until the end.

use std::io::{self, BufRead, Read};

/// Header fields in the order of the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(pub(crate) Vec<(String, String)>);

impl Headers {
    /// The first value of a field; names are compared without regard to case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Start line and header fields.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) start: String,
    pub(crate) headers: Headers,
}

/// Reads a head; none when the other side ended the connection before its first byte.
pub(crate) fn read_head(reader: &mut impl BufRead) -> io::Result<Option<Head>> {
    let Some(start) = line(reader)? else { return Ok(None) };
    let mut headers = Headers::default();
    loop {
        let text = line(reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if text.is_empty() {
            return Ok(Some(Head { start, headers }));
        }
        let (name, value) = text.split_once(':').ok_or_else(|| broken("a header field without a colon"))?;
        headers.0.push((name.to_owned(), value.trim().to_owned()));
    }
}

/// How far a body reaches.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// So many bytes are left.
    Length(u64),
    /// Chunks, the last one empty.
    Chunked,
    /// To the end of the connection.
    UntilEnd,
}

impl Framing {
    /// What a head says about its body; `otherwise` when it says nothing.
    pub(crate) fn of(headers: &Headers, otherwise: Self) -> io::Result<Self> {
        if headers.get("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            return Ok(Self::Chunked);
        }
        match headers.get("content-length") {
            Some(length) => length.parse().map(Self::Length).map_err(|_| broken("a content-length that is no number")),
            None => Ok(otherwise),
        }
    }

    /// The next piece of the body; none at its proper end. An end that comes too early is an error.
    pub(crate) fn piece(&mut self, reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
        match self {
            Self::Length(0) => Ok(None),
            Self::Length(left) => {
                let piece = some_bytes(reader, *left)?;
                *left -= u64::try_from(piece.len()).unwrap_or(u64::MAX);
                if piece.is_empty() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(Some(piece)) }
            }
            Self::UntilEnd => Ok(Some(some_bytes(reader, u64::MAX)?).filter(|piece| !piece.is_empty())),
            Self::Chunked => {
                let chunk = chunk(reader)?;
                if chunk.is_none() {
                    *self = Self::Length(0);
                }
                Ok(chunk)
            }
        }
    }

    /// The rest of the body.
    pub(crate) fn rest(&mut self, reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(piece) = self.piece(reader)? {
            body.extend(piece);
        }
        Ok(body)
    }
}

fn chunk(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let size = line(reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let digits = size.split(';').next().unwrap_or_default().trim();
    let size = usize::from_str_radix(digits, 16).map_err(|_| broken("a chunk size that is no number"))?;
    if size == 0 {
        while !line(reader)?.ok_or(io::ErrorKind::UnexpectedEof)?.is_empty() {}
        return Ok(None);
    }
    let mut data = vec![0; size];
    reader.read_exact(&mut data)?;
    let mut end = [0; 2];
    reader.read_exact(&mut end)?;
    if end == *b"\r\n" { Ok(Some(data)) } else { Err(broken("a chunk longer than its size")) }
}

fn some_bytes(reader: &mut impl BufRead, most: u64) -> io::Result<Vec<u8>> {
    let there = u64::try_from(reader.fill_buf()?.len()).unwrap_or(u64::MAX).min(most);
    let mut bytes = Vec::new();
    reader.by_ref().take(there).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A line without its end; none at the end of the input.
fn line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut text = Vec::new();
    if reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text)? == 0 {
        return Ok(None);
    }
    if text.pop() != Some(b'\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if text.last() == Some(&b'\r') {
        text.pop();
    }
    String::from_utf8(text).map(Some).map_err(|_| broken("a line that is not UTF-8"))
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

const LONGEST_LINE: u64 = 1 << 20;

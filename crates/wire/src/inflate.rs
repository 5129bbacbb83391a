//! Undoing `Content-Encoding` (RFC 9110, section 8.4.1) piece by piece: gzip, deflate, br (RFC 7932), zstd (RFC 8878).

use bytes::Bytes;
use std::io::{self, Write};

/// A coding's decoder. Several codings on top of one another are undone from the last one applied.
pub struct Inflate {
    stages: Vec<Stage>,
    taken: u64,
    given: u64,
    ratio: u64,
}

/// A coding that is not known.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("content coding '{0}' is not known; known are gzip, deflate, br, zstd")]
pub struct UnknownCoding(String);

/// A body that cannot be decoded.
#[derive(Debug, thiserror::Error)]
pub enum InflateError {
    /// The bytes are not what the coding makes.
    #[error("the compressed body is damaged")]
    Damaged(#[source] io::Error),
    /// The body grows more than any honest one does.
    #[error("the compressed body grows more than {0} times")]
    Bomb(u64),
}

enum Stage {
    Gzip(flate2::write::MultiGzDecoder<Vec<u8>>),
    Zlib(flate2::write::ZlibDecoder<Vec<u8>>),
    Brotli(Box<brotli::DecompressorWriter<Vec<u8>>>),
    Zstd(zstd::stream::write::Decoder<'static, Vec<u8>>),
}

impl Inflate {
    /// A decoder for the value of `Content-Encoding`; `None` = nothing to undo. `ratio` bounds how many times longer
    /// the result may be than what came (beyond the first MiB).
    ///
    /// # Errors
    /// [`UnknownCoding`] names the coding.
    pub fn of(header: &str, ratio: u64) -> Result<Option<Self>, UnknownCoding> {
        let codings = header.split(',').map(str::trim).filter(|coding| !coding.is_empty());
        let mut stages = Vec::new();
        for coding in codings.collect::<Vec<_>>().into_iter().rev() {
            stages.extend(Stage::of(coding)?);
        }
        Ok(if stages.is_empty() { None } else { Some(Self { stages, taken: 0, given: 0, ratio }) })
    }

    /// Decodes a piece; the result may be empty.
    ///
    /// # Errors
    /// When the bytes are damaged or the body grows too much.
    pub fn push(&mut self, piece: &[u8]) -> Result<Bytes, InflateError> {
        self.taken += piece.len() as u64;
        let mut out = Vec::new();
        // In portions, so that a bomb is noticed before it has gone off.
        for portion in piece.chunks(PORTION) {
            let mut data = portion.to_vec();
            for stage in &mut self.stages {
                data = stage.push(&data).map_err(InflateError::Damaged)?;
            }
            self.given += data.len() as u64;
            if self.given > FREE && self.given / self.ratio > self.taken {
                return Err(InflateError::Bomb(self.ratio));
            }
            out.extend_from_slice(&data);
        }
        Ok(out.into())
    }

    /// The end of the body: what is left in the decoders.
    ///
    /// # Errors
    /// When the body is cut short.
    pub fn finish(&mut self) -> Result<Bytes, InflateError> {
        let mut data = Vec::new();
        for stage in &mut self.stages {
            let mut told = stage.push(&data).map_err(InflateError::Damaged)?;
            told.extend(stage.finish().map_err(InflateError::Damaged)?);
            data = told;
        }
        Ok(data.into())
    }
}

impl std::fmt::Debug for Inflate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inflate").field("taken", &self.taken).field("given", &self.given).finish_non_exhaustive()
    }
}

impl Stage {
    fn of(coding: &str) -> Result<Option<Self>, UnknownCoding> {
        Ok(Some(match coding.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Self::Gzip(flate2::write::MultiGzDecoder::new(Vec::new())),
            "deflate" => Self::Zlib(flate2::write::ZlibDecoder::new(Vec::new())),
            "br" => Self::Brotli(Box::new(brotli::DecompressorWriter::new(Vec::new(), WINDOW))),
            "zstd" => {
                let decoder = zstd::stream::write::Decoder::new(Vec::new());
                Self::Zstd(decoder.map_err(|_| UnknownCoding(coding.to_owned()))?)
            }
            "identity" => return Ok(None),
            _ => return Err(UnknownCoding(coding.chars().take(64).collect())),
        }))
    }

    fn push(&mut self, data: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip(decoder) => {
                decoder.write_all(data)?;
                decoder.flush()?;
                Ok(std::mem::take(decoder.get_mut()))
            }
            Self::Zlib(decoder) => {
                decoder.write_all(data)?;
                decoder.flush()?;
                Ok(std::mem::take(decoder.get_mut()))
            }
            Self::Brotli(decoder) => {
                decoder.write_all(data)?;
                decoder.flush()?;
                Ok(std::mem::take(decoder.get_mut()))
            }
            Self::Zstd(decoder) => {
                decoder.write_all(data)?;
                decoder.flush()?;
                Ok(std::mem::take(decoder.get_mut()))
            }
        }
    }

    fn finish(&mut self) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip(decoder) => {
                decoder.try_finish()?;
                Ok(std::mem::take(decoder.get_mut()))
            }
            Self::Zlib(decoder) => {
                decoder.try_finish()?;
                Ok(std::mem::take(decoder.get_mut()))
            }
            Self::Brotli(decoder) => {
                decoder.close()?;
                Ok(std::mem::take(decoder.get_mut()))
            }
            Self::Zstd(decoder) => {
                decoder.flush()?;
                Ok(std::mem::take(decoder.get_mut()))
            }
        }
    }
}

/// Bytes that a body may grow to whatever came.
const FREE: u64 = 1 << 20;
/// Bytes decoded at once.
const PORTION: usize = 4096;
/// Brotli's buffer in bytes.
const WINDOW: usize = 4096;

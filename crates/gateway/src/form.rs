//! Reading `multipart/form-data` (RFC 7578): text fields into an object, files to the disk when they are large.

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use multer::{Constraints, Field, Multipart, SizeLimit};
use serde_json::{Map, Value};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;
use tempfile::{NamedTempFile, TempPath};
use tianji_core::{Error, Kind, Payload, Segment, Spooled, Upload};
use tokio::sync::mpsc;

/// A form that was read.
#[derive(Debug, Default)]
pub struct Form {
    /// Text fields as a JSON object of strings; a name that comes again makes a list.
    pub fields: Bytes,
    /// Files.
    pub files: Vec<Upload>,
}

/// The boundary, if a request's body is a form.
pub fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    // Most bodies are no forms, and reading a media type in full is not free.
    let form = kind.get(..FORM.len()).is_some_and(|start| start.eq_ignore_ascii_case(FORM));
    form.then(|| multer::parse_boundary(kind).ok()).flatten()
}

/// Reads a form of at most `limit` bytes. Files of more than a MiB go to the disk.
///
/// # Errors
/// When it is no form, is too large or stalls, or the disk is full.
pub async fn read<E>(
    body: impl Stream<Item = Result<Bytes, E>> + Send + Unpin + 'static,
    boundary: String,
    limit: u64,
) -> Result<Form, Error>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    let limits = SizeLimit::new().whole_stream(limit).per_field(limit);
    let stream = portions(body.map_err(std::io::Error::other));
    let mut form = Multipart::with_constraints(stream, boundary, Constraints::new().size_limit(limits));
    let (mut fields, mut files) = (Map::new(), Vec::new());
    while let Some(field) = within(form.next_field()).await? {
        if fields.len() + files.len() >= MOST_FIELDS {
            return Err(Error::client(Kind::BadRequest, format!("The form has more than {MOST_FIELDS} fields.")));
        }
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() {
            files.push(file(name, field).await?);
        } else {
            add(&mut fields, name, text(field).await?);
        }
    }
    Ok(Form { fields: Value::Object(fields).to_string().into(), files })
}

/// A body in small pieces, with a pause after each. The reader of forms takes all that is there before it hands
/// anything on, in one piece of memory: a client that sends faster than the disk writes would have it take a lot, and
/// the allocator keep it.
fn portions<E>(mut pieces: impl Stream<Item = Result<Bytes, E>> + Unpin) -> impl Stream<Item = Result<Bytes, E>> {
    let (mut rest, mut paused) = (Bytes::new(), true);
    stream::poll_fn(move |context| {
        if !std::mem::replace(&mut paused, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if rest.is_empty() {
            match ready!(pieces.poll_next_unpin(context)) {
                Some(Ok(piece)) => rest = piece,
                end => return Poll::Ready(end),
            }
        }
        paused = false;
        Poll::Ready(Some(Ok(rest.split_to(rest.len().min(PORTION)))))
    })
}

async fn within<T>(reading: impl Future<Output = multer::Result<T>>) -> Result<T, Error> {
    match tokio::time::timeout(IDLE, reading).await {
        Err(_) => Err(Error::client(Kind::Timeout, "The request body stalled.")),
        Ok(read) => read.map_err(refused),
    }
}

fn refused(cause: multer::Error) -> Error {
    let (kind, words) = match &cause {
        multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
            (Kind::PayloadTooLarge, "The form is too large.".to_owned())
        }
        other => (Kind::BadRequest, format!("The form could not be read: {other}")),
    };
    Error::client(kind, words).with_source(cause)
}

/// A field name may come with brackets (`timestamp_granularities[]`): they say that it is a list.
fn add(fields: &mut Map<String, Value>, name: String, text: String) {
    let value = Value::String(text);
    match fields.get_mut(&name) {
        Some(Value::Array(list)) => list.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
        None if name.ends_with("[]") => drop(fields.insert(name, Value::Array(vec![value]))),
        None => drop(fields.insert(name, value)),
    }
}

async fn text(mut field: Field<'_>) -> Result<String, Error> {
    let mut bytes = Vec::new();
    while let Some(piece) = within(field.chunk()).await? {
        if bytes.len() + piece.len() > MOST_TEXT {
            return Err(Error::client(Kind::PayloadTooLarge, "A text field of the form is too long."));
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| Error::client(Kind::BadRequest, "A text field of the form is not UTF-8."))
}

async fn file(name: String, mut field: Field<'_>) -> Result<Upload, Error> {
    let filename = field.file_name().unwrap_or_default().to_owned();
    let content_type = field.content_type().map(ToString::to_string);
    let mut memory = Vec::new();
    while let Some(piece) = within(field.chunk()).await? {
        if memory.len() + piece.len() > IN_MEMORY {
            let head = Bytes::copy_from_slice(memory.get(..HEAD).unwrap_or(&memory));
            let content = Payload { segments: vec![spool(memory, piece, field).await?] };
            return Ok(Upload { field: name, filename, content_type, content, head });
        }
        memory.extend_from_slice(&piece);
    }
    let head = Bytes::from(memory);
    Ok(Upload { field: name, filename, content_type, content: Payload::from(head.clone()), head })
}

/// Writes what came and what comes to a file. One thread does all of a file's writing: a thread for each piece would
/// have them freed all over the place.
async fn spool(memory: Vec<u8>, piece: Bytes, mut field: Field<'_>) -> Result<Segment, Error> {
    let mut length = (memory.len() + piece.len()) as u64;
    let (pieces, mut coming) = mpsc::channel::<Bytes>(PIECES);
    let writer = tokio::task::spawn_blocking(move || {
        let mut file = NamedTempFile::with_prefix("tianji-upload-")?;
        file.write_all(&memory)?;
        file.write_all(&piece)?;
        drop((memory, piece));
        while let Some(piece) = coming.blocking_recv() {
            file.write_all(&piece)?;
        }
        Ok::<_, std::io::Error>(file.into_temp_path())
    });
    while let Some(piece) = within(field.chunk()).await? {
        length += piece.len() as u64;
        if pieces.send(piece).await.is_err() {
            // The writer has ended, and says below why.
            break;
        }
    }
    drop(pieces);
    let path = writer.await.map_err(|cause| full(std::io::Error::other(cause)))?.map_err(full)?;
    Ok(Segment::File(Arc::new(OnDisk(path)), length))
}

fn full(cause: std::io::Error) -> Error {
    Error::gateway(Kind::ServiceUnavailable, "The upload could not be stored.").with_source(cause)
}

/// An upload on the disk, removed when nobody needs it any more.
#[derive(Debug)]
struct OnDisk(TempPath);

impl Spooled for OnDisk {
    fn path(&self) -> &Path {
        &self.0
    }
}

/// How much of a body is taken at once, in bytes.
const PORTION: usize = 32 << 10;
/// Longest file that stays in memory, in bytes.
const IN_MEMORY: usize = 1 << 20;
/// Length of the beginning that is kept of a file on the disk, in bytes.
const HEAD: usize = 64 << 10;
/// Longest text field, in bytes.
const MOST_TEXT: usize = 1 << 20;
/// Pieces of a file that wait for the disk.
const PIECES: usize = 2;
/// Most fields and files of a form.
const MOST_FIELDS: usize = 256;
/// Longest silence within a form.
const IDLE: Duration = Duration::from_secs(30);
/// The media type of forms.
const FORM: &str = "multipart/form-data";

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::task::noop_waker;
    use std::task::Context;

    #[test]
    fn a_body_that_is_all_there_comes_in_portions() {
        let piece = Bytes::from_iter((0..=255).cycle().take(100 << 10));
        let mut pieces = portions(stream::iter((0..2).map(|_| Ok::<_, ()>(piece.clone()))));
        let waker = noop_waker();
        let (mut seen, mut whole) = (Vec::new(), Vec::new());
        loop {
            match pieces.poll_next_unpin(&mut Context::from_waker(&waker)) {
                Poll::Ready(Some(Ok(portion))) => {
                    seen.push(portion.len() >> 10);
                    whole.extend_from_slice(&portion);
                }
                Poll::Pending => seen.push(0),
                Poll::Ready(_) => break,
            }
        }
        assert_eq!(seen, [32, 0, 32, 0, 32, 0, 4, 0, 32, 0, 32, 0, 32, 0, 4, 0]);
        assert_eq!(whole, [&piece[..], &piece[..]].concat());
    }
}

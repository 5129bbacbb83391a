//! Parts of messages → parts of contents.

use super::encode::Job;
use super::{contents, turns};
use crate::DialectError;
use crate::gemini::media;
use crate::gemini::parts::signature_of;
use crate::gemini::written::{Answer, Args, Call, FileData, Outcome, Piece, Written, resolution, sign};
use crate::openai_chat::split_id;
use std::borrow::Cow;
use tianji_core::DialectId;
use tianji_core::generate::{
    AudioPart, FilePart, ImagePart, MediaSource, Part, Role, ToolCall, ToolCallKind, ToolResult,
};

/// Encodes parts of the message at a path, from a place in it on.
pub(super) fn encode<'a>(
    parts: &'a [Part],
    role: Role,
    (path, first): (&str, usize),
    job: &mut Job<'a, '_>,
) -> Result<Vec<Written<'a>>, DialectError> {
    let mut written = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate() {
        let path = format!("{path}.content[{}]", first + at);
        match part {
            Part::Text(text) => {
                job.no_mark(text.cache.is_some(), &path);
                if !text.citations.is_empty() {
                    job.hint(format!("{path}.citations"), "citations cannot be sent back");
                }
                if !text.text.is_empty() {
                    written.push(Piece::text(text.text.as_str()).into());
                }
            }
            Part::Refusal(words) => written.push(Piece::text(words.as_str()).into()),
            Part::Image(image) => written.push(job.image(image, &path)?.into()),
            Part::Video(video) => written.push(job.media(&video.source, &path)?.into()),
            Part::File(file) => written.push(job.file(file, &path)?.into()),
            Part::Audio(audio) => written.push(job.audio(audio, &path)?.into()),
            Part::ToolCall(call) => written.push(job.call(call, &path)?.into()),
            Part::ToolResult(result) => job.result(result, &path, &mut written)?,
            Part::Thinking(thinking) => {
                // This vendor's own signatures hang on calls and texts: one on a thought is another vendor's.
                if thinking.signature.as_deref().is_some_and(|signature| !signature.is_empty()) {
                    job.hint(format!("{path}.signature"), "another vendor's signature");
                }
                if !thinking.text.is_empty() {
                    written.push(Piece::thought(&thinking.text, None).into());
                }
            }
            Part::RedactedThinking { .. } => job.hint(path, "another vendor's thought"),
            Part::Opaque(own) if own.dialect == DialectId::Gemini => match signature_of(own) {
                Some(signature) => sign(&mut written, signature),
                None => written.push(Written::Own(&own.raw)),
            },
            // What another vendor's own tools did: its words follow as text, the blocks mean nothing elsewhere.
            Part::Opaque(_) if role == Role::Assistant => job.hint(path, "a block that only its vendor can read"),
            Part::Opaque(own) => {
                let reason = format!("content of type '{}' cannot be sent to {}", own.type_name, job.target.provider);
                return Err(DialectError::Content { path: format!("{path}.type"), reason });
            }
        }
    }
    Ok(written)
}

impl<'a> Job<'a, '_> {
    fn image(&mut self, image: &'a ImagePart, path: &str) -> Result<Piece<'a>, DialectError> {
        self.no_mark(image.cache.is_some(), path);
        let mut piece = self.media(&image.source, path)?;
        match image.detail.as_deref() {
            None | Some("auto") => {}
            Some(detail) if self.model.is_third() || self.own => piece.media_resolution = resolution(detail),
            Some(_) => self.hint(format!("{path}.image_url.detail"), "the model has no image detail"),
        }
        Ok(piece)
    }

    fn file(&mut self, file: &'a FilePart, path: &str) -> Result<Piece<'a>, DialectError> {
        self.no_mark(file.cache.is_some(), path);
        for (name, said) in [
            ("title", file.title.is_some()),
            ("context", file.context.is_some()),
            ("citations", file.citations == Some(true)),
            // Text stands without a name, and so do bytes.
            ("filename", file.filename.is_some() && matches!(file.source, MediaSource::Text(_))),
        ] {
            if said {
                self.hint(format!("{path}.{name}"), "documents have no such member");
            }
        }
        self.media(&file.source, path)
    }

    fn audio(&mut self, audio: &'a AudioPart, path: &str) -> Result<Piece<'a>, DialectError> {
        if !audio.data.is_empty() {
            return Ok(Piece::inline(media::audio_type(&audio.format), &audio.data));
        }
        let Some(words) = audio.transcript.as_deref() else {
            return Err(refused(path, "audio needs its data"));
        };
        self.hint(path, "earlier spoken output is sent as its words");
        Ok(Piece::text(words))
    }

    /// Bytes, or the address of bytes that the vendor fetches itself.
    fn media(&self, source: &'a MediaSource, path: &str) -> Result<Piece<'a>, DialectError> {
        match source {
            MediaSource::Base64 { mime, data } => {
                let mime = if mime == "image/jpg" { "image/jpeg" } else { mime.as_str() };
                Ok(Piece::inline(mime, data))
            }
            MediaSource::Text(text) => Ok(Piece::text(text.as_str())),
            MediaSource::Url(address) | MediaSource::FileId(address) if media::is_fetched(address) => {
                let mime_type = media::type_of_address(address);
                if mime_type.is_none() && !media::is_known_to_vendor(address) {
                    return Err(refused(path, "its media type cannot be told from the address"));
                }
                let file_uri = if media::is_files_id(address) {
                    Cow::Owned(media::files_address(address))
                } else {
                    Cow::Borrowed(address.as_str())
                };
                Ok(Piece { file_data: Some(FileData { mime_type, file_uri }), ..Piece::default() })
            }
            MediaSource::Url(_) => Err(refused(path, "the provider fetches from https:// and gs:// addresses only")),
            MediaSource::FileId(_) => Err(refused(path, "the file is not one of the provider's")),
        }
    }

    fn call(&mut self, call: &'a ToolCall, path: &str) -> Result<Piece<'a>, DialectError> {
        self.no_mark(call.cache.is_some(), path);
        let custom = self.names.is_custom(&call.name, call.kind);
        let kind = if custom { ToolCallKind::Custom } else { ToolCallKind::Function };
        let args = Args::of(&call.arguments, kind);
        if matches!(args, Args::Invalid { .. }) {
            let reason = format!("the arguments of call '{}' are not a JSON object", call.id);
            return Err(DialectError::invalid(format!("{path}.function.arguments"), reason));
        }
        let own_id = self.own && call.id != contents::minted(self.calls);
        self.calls += 1;
        let id = Some(call.id.as_str()).filter(|_| own_id);
        let function_call = Some(Call { id, name: self.names.sent(&call.name), args });
        // Clients that know no signatures bring it back in the id.
        let signature = call.signature.as_deref().or_else(|| split_id(&call.id).1);
        let thought_signature = signature.map(Cow::Borrowed);
        Ok(Piece { function_call, thought_signature, ..Piece::default() })
    }

    /// A result; the pictures in it stand in it where the model takes that, else after it.
    fn result(
        &mut self,
        result: &'a ToolResult,
        path: &str,
        written: &mut Vec<Written<'a>>,
    ) -> Result<(), DialectError> {
        self.no_mark(result.cache.is_some(), path);
        let name = turns::function_of(self.request, result).ok_or_else(|| {
            refused(path, &format!("no call of a tool has the id '{}' that the result names", result.call_id))
        })?;
        let (mut text, mut shown) = (String::new(), Vec::new());
        for (at, part) in result.parts.iter().enumerate() {
            let path = format!("{path}.content[{at}]");
            match part {
                Part::Text(part) => text.push_str(&part.text),
                Part::Refusal(words) => text.push_str(words),
                Part::Image(image) => shown.push(self.image(image, &path)?),
                Part::Video(video) => shown.push(self.media(&video.source, &path)?),
                Part::Audio(audio) => shown.push(self.audio(audio, &path)?),
                Part::File(FilePart { source: MediaSource::Text(words), .. }) => text.push_str(words),
                Part::File(file) => shown.push(self.file(file, &path)?),
                _ => return Err(refused(&path, "it cannot stand in a tool's result")),
            }
        }
        let nested = self.model.is_third() || self.own;
        let (inner, after) = if nested { (shown, Vec::new()) } else { (Vec::new(), shown) };
        let answer = Answer {
            id: Some(result.call_id.as_str()).filter(|id| self.own && !self.is_minted(id)),
            name: self.names.sent(name),
            response: Outcome::of(text, result.is_error == Some(true)),
            parts: inner,
        };
        written.push(Piece { function_response: Some(answer), ..Piece::default() }.into());
        written.extend(after.into_iter().map(Written::from));
        Ok(())
    }

    /// Whether an id was made for a call that the client left without one.
    fn is_minted(&self, id: &str) -> bool {
        (0..self.calls).any(|ordinal| contents::minted(ordinal) == id)
    }

    fn no_mark(&mut self, marked: bool, path: &str) {
        if marked {
            self.hint(format!("{path}.cache_control"), "no cache marks");
        }
    }
}

fn refused(path: &str, reason: &str) -> DialectError {
    DialectError::Content { path: path.to_owned(), reason: reason.to_owned() }
}

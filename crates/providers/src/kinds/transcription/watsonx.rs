//! watsonx.ai (IBM, "watsonx.ai API"; `watsonx-ai-java-sdk`, `TranscriptionService`): OpenAI's form below a path of its
//! own, with the payer.

use super::super::compat::{converse, fields};
use super::super::hosts::watsonx;
use super::super::{Ask, Flow, Translator, multipart};
use super::recording;
use http::header::CONTENT_TYPE;
use tianji_core::{Error, Losses};

#[derive(Debug)]
pub(super) struct Watsonx;

impl Translator for Watsonx {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        let file = ("file".to_owned(), recording(ask)?);
        let mut body = ask.body.clone();
        body.set("model", ask.target.model);
        watsonx::payer(&mut body, ask.connection);
        let (form, kind) = multipart(&fields(&body), &[file], ask.unique);
        let mut request = ask.request_to(&watsonx::url(ask, "audio/transcriptions"), form)?;
        request.headers.insert(CONTENT_TYPE, kind);
        Ok(converse(ask, request))
    }
}

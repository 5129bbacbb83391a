//! Vendors that speak OpenAI's form: the reply is passed on as it came, categories in the vendor's spelling and the model
//! by its full name.

use crate::kinds::compat::{in_band, json_body, malformed};
use crate::kinds::{Ask, Flow, Told, Translator, usage_of};
use std::borrow::Cow;
use tianji_core::{Error, Exchange, Losses, Reply, Step, WireRequest};
use tianji_wire::RawObject;

/// The translator.
#[derive(Debug)]
pub(super) struct Compat;

impl Translator for Compat {
    fn begin(&self, ask: &Ask<'_>, _: &mut Losses) -> Result<Flow, Error> {
        Ok(Flow::Converse(Box::new(Judged { request: Some(ask.request(json_body(ask))?), read: Ok })))
    }
}

/// One request and its reply, which `read` may rewrite.
pub(super) struct Judged {
    pub(super) request: Option<WireRequest>,
    pub(super) read: fn(RawObject) -> Result<RawObject, Error>,
}

impl Exchange for Judged {
    type Output = Told;

    fn next(&mut self, reply: Option<Reply>) -> Step<Told> {
        match (self.request.take(), reply) {
            (Some(request), _) => Step::Send(request),
            (None, Some(reply)) => self.finish(reply).map_or_else(Step::Fail, Step::Done),
            (None, None) => Step::Fail(malformed()),
        }
    }
}

impl Judged {
    fn finish(&self, reply: Reply) -> Result<Told, Error> {
        let body = RawObject::parse(reply.body).map_err(|cause| malformed().with_source(cause))?;
        if let Some(error) = in_band(&body) {
            return Err(error);
        }
        let usage = body.raw("usage").and_then(usage_of);
        let body = (self.read)(body)?;
        let id = body.str("id").map(Cow::into_owned);
        Ok(Told { id, ..Told::json(body.to_bytes(), reply.headers, usage) })
    }
}

//! A deployment with a canned answer (`mock_response`): works offline, in every client dialect, whole and streamed.

use crate::attempt::{JSON, Outcome};
use crate::call::Admitted;
use crate::relay::Streaming;
use bytes::BytesMut;
use http::HeaderMap;
use tianji_core::generate::{
    Choice, ClientView, Delta, Finish, FinishReason, GenerateResponse, Part, PartKind, StreamEvent,
};
use tianji_core::{Error, Usage};
use tianji_dialects::{DialectError, Observed, StreamBridge, StreamEncoder, dialect};

/// The canned reply. Usage is 10 in, 20 out, as the reference proxy books it.
pub(crate) fn answer(call: &Admitted, text: &str, view: ClientView) -> Result<Outcome, Error> {
    let dialect = dialect(call.endpoint.dialect);
    let seen = observed(&view);
    if call.stream {
        let mut out = BytesMut::new();
        let mut encoder = dialect.stream_encoder(view.clone());
        for event in events(text, &view) {
            encoder.encode(&event, &mut out);
        }
        encoder.finish(&mut out);
        let stream = Box::new(Streaming::finished(Box::new(Canned { encoder, seen }), out.freeze()));
        return Ok(Outcome::Stream { stream, headers: HeaderMap::new() });
    }
    let response = GenerateResponse {
        id: view.minted_id.clone(),
        model: view.model.clone(),
        created: Some(view.created),
        choices: vec![Choice {
            parts: vec![Part::text(text)],
            finish: Some(Finish::new(FinishReason::Stop, "stop")),
            ..Choice::default()
        }],
        usage: Some(usage()),
        ..GenerateResponse::default()
    };
    let body = dialect.encode_response(&response, &view).map_err(DialectError::of_reply)?;
    Ok(Outcome::Whole { body, content_type: JSON, seen: Box::new(seen), headers: HeaderMap::new() })
}

fn events(text: &str, view: &ClientView) -> [StreamEvent; 6] {
    let (choice, index) = (0, 0);
    [
        StreamEvent::Start {
            id: view.minted_id.clone(),
            model: view.model.clone(),
            created: Some(view.created),
            usage: Some(Usage::of_text(10, 0)),
        },
        StreamEvent::PartStart { choice, index, kind: PartKind::Text },
        StreamEvent::Delta { choice, index, delta: Delta::Text(text.to_owned()) },
        StreamEvent::PartEnd { choice, index },
        StreamEvent::Usage(usage()),
        StreamEvent::Finish { choice, finish: Finish::new(FinishReason::Stop, "stop") },
    ]
}

fn observed(view: &ClientView) -> Observed {
    Observed {
        response_id: Some(view.minted_id.clone()),
        usage: Some(usage()),
        finish: Some(FinishReason::Stop),
        ended: true,
        ..Observed::default()
    }
}

/// A stream that was written at once.
struct Canned {
    encoder: Box<dyn StreamEncoder>,
    seen: Observed,
}

impl StreamBridge for Canned {
    fn frame(&mut self, _: &tianji_wire::Frame, _: &mut BytesMut) -> Result<(), Error> {
        Ok(())
    }

    fn end(&mut self, _: &mut BytesMut) -> Result<(), Error> {
        Ok(())
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        self.encoder.fail(error, out);
    }

    fn observed(&self) -> &Observed {
        &self.seen
    }
}

/// Tokens that a canned answer costs.
fn usage() -> Usage {
    Usage::of_text(10, 20)
}

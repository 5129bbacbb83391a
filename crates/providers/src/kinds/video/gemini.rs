//! Veo by the Gemini API (Google, "Gemini API: Generate videos with Veo"): `models/{model}:predictLongRunning`, the
//! operation by its name, the film at an address that wants the key too.

use super::super::compat::malformed;
use super::super::given::same_site;
use super::super::google::model_url;
use super::super::hosts::model_path;
use super::super::{Ask, Flow, Link, Relay, Sought, Translator};
use super::{Errand, Filming, filming, not_offered, not_ready, veo};
use http::{HeaderMap, Uri};
use tianji_core::{Error, Losses, Reply, WireRequest};

#[derive(Debug)]
pub(super) struct Gemini;

impl Translator for Gemini {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        let call = filming(ask)?;
        match call.errand {
            Errand::Create => veo::create(ask, &call, &model_url(ask, "predictLongRunning")?, losses),
            Errand::Status => Ok(Flow::chain(Link::last(operation(ask, &call)?, veo::status(&call, ask.model)))),
            Errand::Content => {
                let (question, base) = (operation(ask, &call)?, ask.connection.base.clone());
                let template = question.clone();
                Ok(Flow::seek(Link::last(question, move |reply| located(&reply, template, &base))))
            }
            errand => Err(not_offered(ask, errand)),
        }
    }
}

fn operation(ask: &Ask<'_>, call: &Filming<'_>) -> Result<WireRequest, Error> {
    let base = ask.connection.base.as_str();
    // An operator may have left the model on the base.
    let base = base.find("/models/").and_then(|at| base.get(..at)).unwrap_or(base);
    ask.get(&format!("{base}/{}", model_path(ask, &call.film.id)?))
}

/// The film's address. The key goes along if it is the vendor's own.
fn located(reply: &Reply, template: WireRequest, base: &str) -> Result<Sought, Error> {
    let operation = veo::Operation::read(reply)?;
    let film = operation.film().ok_or_else(|| not_ready(&operation.card()))?;
    let address = film.uri.as_deref().ok_or_else(malformed)?;
    let uri: Uri = address.parse().map_err(|_| malformed())?;
    let own = same_site(base, address);
    let headers = if own { template.headers.clone() } else { HeaderMap::new() };
    let request = WireRequest { uri, headers, ..template };
    Ok(Sought::PassedOn(Relay { foreign: !own, ..Relay::of(request) }))
}

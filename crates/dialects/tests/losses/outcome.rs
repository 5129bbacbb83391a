//! What becomes of each thing that a client asks for, with each upstream dialect.

use crate::ALL;
use crate::features::features;
use bytes::Bytes;
use std::collections::BTreeSet;
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_core::{DialectId, Loss, LossClass, Losses};
use tianji_dialects::{DialectError, bridge, dialect};

/// One thing, from one client, to one upstream.
pub(crate) struct Outcome {
    pub(crate) client: DialectId,
    pub(crate) upstream: DialectId,
    pub(crate) what: String,
    pub(crate) fate: Fate,
}

/// What becomes of it.
#[derive(Debug)]
pub(crate) enum Fate {
    /// The body says it, or what it hangs on is refused.
    Said,
    /// Something of it is lost, and the losses say so.
    Lost(Vec<Loss>),
    /// The call is refused, in these words.
    Refused(String),
    /// The body is the same without it, and no loss is reported.
    Silent,
}

/// Everything from every client to every dialect, its own included.
pub(crate) fn outcomes() -> Vec<Outcome> {
    let mut found = Vec::new();
    for upstream in ALL {
        for client in ALL {
            found.extend(features(client).into_iter().map(|feature| {
                let fate = fate(client, upstream, &feature.body, &feature.without);
                Outcome { client, upstream, what: feature.what, fate }
            }));
        }
    }
    found
}

fn fate(client: DialectId, upstream: DialectId, with: &Bytes, without: &Bytes) -> Fate {
    let (body, mut losses) = match translate(client, upstream, with) {
        Ok(translated) => translated,
        Err(cause) => {
            let (words, ground) = (in_words(cause), translate(client, upstream, without));
            return if ground.is_err_and(|cause| in_words(cause) == words) { Fate::Said } else { Fate::Refused(words) };
        }
    };
    // What the ground of a feature cannot say either is reported there.
    let known = translate(client, upstream, without);
    let (plain, known) = known.map_or((None, Vec::new()), |(plain, known)| (Some(plain), known));
    losses.retain(|loss| !known.contains(loss));
    match losses.is_empty() {
        false => Fate::Lost(losses),
        true if plain.as_ref() == Some(&body) && known.is_empty() => Fate::Silent,
        true => Fate::Said,
    }
}

fn in_words(cause: DialectError) -> String {
    cause.of_request().message.to_string()
}

fn translate(client: DialectId, upstream: DialectId, body: &Bytes) -> Result<(Bytes, Vec<Loss>), DialectError> {
    let request = dialect(client).decode_request(body)?;
    let (capabilities, budgets) = (Capabilities::default(), EffortBudgets::default());
    let target = Target {
        provider: "the provider",
        model: "m",
        capabilities: &capabilities,
        allowed_params: &[],
        budgets: &budgets,
        modify_params: false,
    };
    let mut losses = Losses::default();
    let encoded = bridge::request(upstream, &request, &target, &mut losses)?;
    let paths: BTreeSet<_> = losses.iter().map(|loss| (&loss.path, loss.reason)).collect();
    assert_eq!(paths.len(), losses.iter().count(), "said twice: {losses:?}");
    Ok((encoded.body, losses.iter().cloned().collect()))
}

/// The word for a class in the page.
pub(crate) const fn word(class: LossClass) -> &'static str {
    match class {
        LossClass::Parameter => "parameter",
        LossClass::Hint => "hint",
        LossClass::Content => "content",
    }
}

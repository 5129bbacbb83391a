//! Films that clients come back to. What has to be known of one is sealed into the id that its client holds, so that
//! every replica finds the vendor that has it, nobody else can name it, and nothing is kept here.

use crate::deployment::Deployment;
use crate::door::Caller;
use crate::shared::Shared;
use crate::snapshot::{Found, Snapshot};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tianji_auth::{Denial, Role, SealBox, may_use_model};
use tianji_core::{Error, Kind, Secret};
use tianji_pricing::Mode;
use tianji_providers::EndpointKind;
use tianji_providers::kinds::{Errand, Film, Names};

/// Gives films their ids and reads them again.
#[derive(Clone, Debug)]
pub struct Films(SealBox);

/// What a request asks about films.
#[derive(Clone, Debug, Default)]
pub struct FilmAsk {
    /// What is asked.
    pub errand: Errand,
    /// The id of a film, as the client has it.
    pub id: Option<String>,
}

/// A call about films.
#[derive(Debug)]
pub(crate) struct FilmCall {
    pub(crate) errand: Errand,
    /// The client's id of the film that it is about; empty if there is none.
    pub(crate) id: String,
    pub(crate) film: Film,
    films: Films,
    place: Option<Place>,
}

/// Whose a film is and who has it.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Place {
    /// Hash of the key that ordered it.
    #[serde(rename = "k")]
    token: String,
    #[serde(rename = "p")]
    provider: String,
    #[serde(rename = "d")]
    deployment: String,
    /// The upstream's name of the model.
    #[serde(rename = "m")]
    model: String,
    /// The client's.
    #[serde(rename = "n")]
    name: String,
}

#[derive(Deserialize, Serialize)]
struct Sealed {
    #[serde(flatten)]
    place: Place,
    #[serde(flatten)]
    film: Film,
}

impl Films {
    /// Ids under a passphrase.
    pub fn new(passphrase: &Secret) -> Self {
        Self(SealBox::new(passphrase))
    }

    /// The same film always gets the same id.
    fn name(&self, place: Place, film: &Film) -> Option<String> {
        let text = serde_json::to_vec(&Sealed { place, film: film.clone() }).ok()?;
        Some(format!("{PREFIX}{}", self.0.name(&text)?))
    }

    fn open(&self, id: &str) -> Option<(Place, Film)> {
        let text = self.0.open_name(id.strip_prefix(PREFIX)?)?;
        let Sealed { place, film } = serde_json::from_slice(&text).ok()?;
        Some((place, film))
    }
}

impl FilmCall {
    /// Reads what a call asks; `None` for calls that are about other things.
    ///
    /// # Errors
    /// 404 when there is no such film, or it is not the caller's; 403 when the caller may not see everybody's.
    pub(crate) fn of(
        shared: &Shared,
        snapshot: &Snapshot,
        caller: &Caller,
        kind: EndpointKind,
        asked: Option<FilmAsk>,
    ) -> Result<Option<Box<Self>>, Error> {
        if kind != EndpointKind::Video {
            return Ok(None);
        }
        let FilmAsk { errand, id } = asked.unwrap_or_default();
        let open = snapshot.settings.shared_responses || caller.principal.role() == Role::ProxyAdmin;
        if errand == Errand::List && !open {
            return Err(Error::client(Kind::PermissionDenied, NOT_FOR_KEYS));
        }
        let films = shared.films.clone();
        let (id, film, place) = match id {
            None => (String::new(), Film::default(), None),
            Some(id) => {
                let known = films.open(&id).filter(|(place, _)| open || *place.token == *caller.token);
                let (place, film) = known.ok_or_else(|| unknown(&id))?;
                (id, film, Some(place))
            }
        };
        Ok(Some(Box::new(Self { errand, id, film, films, place })))
    }

    /// Whether it goes to one vendor and no other.
    pub(crate) const fn is_bound(&self) -> bool {
        self.place.is_some()
    }

    /// The model as its client called it, and where it is; `None` where the call names a model itself.
    ///
    /// # Errors
    /// 404 when the deployment is gone; the key's denial when it may not use the model any more.
    pub(crate) fn target(&self, snapshot: &Snapshot, caller: &Caller) -> Result<Option<(String, Found)>, Error> {
        let Some(place) = &self.place else { return Ok(None) };
        let group = snapshot.by_id.get(place.deployment.as_str()).ok_or_else(|| unknown(&self.id))?;
        let deployment = group.deployments.first().filter(|deployment| deployment.provider.name == place.provider);
        let deployment = deployment.ok_or_else(|| unknown(&self.id))?;
        if let Some(key) = caller.principal.key()
            && !may_use_model(&key.models, &[&place.name, &deployment.group])
        {
            return Err(Denial::Model(place.name.clone()).error());
        }
        let wild = deployment.fixed.is_none();
        let name = if wild { place.name.as_str().into() } else { Arc::clone(&deployment.group) };
        let filled = if wild { vec![place.model.clone()] } else { Vec::new() };
        Ok(Some((place.name.clone(), Found { group: Arc::clone(group), name, filled })))
    }

    /// Names for films that a deployment begins in this call.
    pub(crate) fn names(&self, caller: &Caller, deployment: &Deployment, model: &str, name: &str) -> Names {
        let films = self.films.clone();
        let place = Place {
            token: caller.token.to_string(),
            provider: deployment.provider.name.clone(),
            deployment: deployment.id.to_string(),
            model: model.to_owned(),
            name: name.to_owned(),
        };
        Names::new(move |film| films.name(place.clone(), film))
    }
}

/// The first group whose price says that it makes films, for lists of them that name no model.
pub(crate) fn studio(snapshot: &Snapshot) -> Option<String> {
    let makes = |deployment: &Arc<Deployment>| {
        let price = deployment.fixed.as_ref().and_then(|concrete| concrete.price.as_ref());
        price.is_some_and(|price| price.mode() == Mode::VideoGeneration)
    };
    let mut groups = snapshot.order.iter().filter_map(|name| snapshot.groups.get(name));
    groups.find(|group| group.deployments.iter().any(makes)).map(|group| group.name.to_string())
}

fn unknown(id: &str) -> Error {
    let shown: String = id.chars().take(64).collect();
    Error::client(Kind::NotFound, format!("Video with id '{shown}' not found.")).with_status(StatusCode::NOT_FOUND)
}

const PREFIX: &str = "video_";
const NOT_FOR_KEYS: &str =
    "A list has the videos of everyone who uses the provider's account: only an admin may see it.";

#[cfg(test)]
mod tests {

    use super::*;

    fn place() -> Place {
        let text = |text: &str| text.to_owned();
        Place {
            token: text("hash"),
            provider: text("openai"),
            deployment: text("d1"),
            model: text("sora-2"),
            name: text("films"),
        }
    }

    #[test]
    fn an_id_says_everything_to_whoever_has_the_passphrase() {
        let films = Films::new(&Secret::new("salt"));
        let film = Film { id: "video_1".to_owned(), created_at: 7, seconds: Some("8".to_owned()), size: None };
        let id = films.name(place(), &film).unwrap();
        assert_eq!(films.name(place(), &film).unwrap(), id, "asked again it is the same");
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{id}");
        let (found, read) = films.open(&id).unwrap();
        assert_eq!((found.deployment.as_str(), found.model.as_str(), read), ("d1", "sora-2", film.clone()));
        assert!(Films::new(&Secret::new("other")).open(&id).is_none());
        for broken in ["video_1", "video_", "", id.trim_start_matches("video_")] {
            assert!(films.open(broken).is_none(), "{broken}");
        }
        let other = Film { id: "video_2".to_owned(), ..film };
        assert_ne!(films.name(place(), &other).unwrap(), id);
    }
}

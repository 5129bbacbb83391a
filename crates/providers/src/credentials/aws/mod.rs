//! Amazon Web Services: the keys that sign requests (AWS SDKs and Tools Reference Guide, "Standardized credential
//! providers").
//!
//! What the entry says comes first: keys, a web identity, a profile. Then the SDKs' order: environment, web identity
//! of the environment, shared files, container, machine. A role of the entry is assumed with what was found.

mod machine;
mod profile;
mod sts;

use super::Given;
use super::ask::{Issuer, text, time};
use super::source::{self, Plan};
use super::turn::Turn;
use machine::{Container, Machine};
use profile::Profile;
use serde_json::Value as Json;
use std::sync::Arc;
use sts::{Role, Sts, WebIdentity};
use tianji_core::{Credential, CredentialSource, Error, Granted, Micros, Secret};

/// The source for what an entry and the environment say.
pub(super) fn source(given: &Given<'_>) -> Arc<dyn CredentialSource> {
    source::source("aws", Aws::of(given))
}

/// The places to look, in order, and the role to assume with what is found there.
#[derive(Clone, Debug, Hash)]
struct Aws {
    places: Vec<Place>,
    role: Option<Role>,
}

/// One place where keys may be.
#[derive(Clone, Debug, Hash)]
enum Place {
    Keys(Keys),
    WebIdentity(WebIdentity),
    Profile(Profile),
    Container(Container),
    Machine(Machine),
}

/// Keys as they are written down.
#[derive(Clone, Debug, Hash)]
struct Keys {
    id: String,
    secret: Secret,
    token: Option<Secret>,
}

/// What a place has: keys, or nothing, and then the next one is asked.
type Found = Turn<Option<Granted>>;

impl Aws {
    fn of(given: &Given<'_>) -> Self {
        let sts = Sts::of(given);
        let named = given.params.aws_role_name.filter(|name| !name.is_empty());
        if let Some(keys) = Keys::given(given) {
            return Self { places: vec![Place::Keys(keys)], role: named.map(|name| sts.role(given, name)) };
        }
        if let Some((token, role)) = given.params.aws_web_identity_token.zip(named) {
            let identity = WebIdentity::given(token, sts.role(given, role));
            return Self { places: vec![Place::WebIdentity(identity)], role: None };
        }
        let environment = Keys::of_environment(given);
        let ambient =
            Ambient { environment: environment.clone(), container: Container::of(given), machine: Machine::of(given) };
        if let Some(name) = given.params.aws_profile_name {
            let profile = Profile::of(given, Some(name), sts.clone(), ambient);
            return Self {
                places: profile.map(Place::Profile).into_iter().collect(),
                role: named.map(|name| sts.role(given, name)),
            };
        }
        let identity = WebIdentity::of_environment(given, &sts);
        // The platform already gives out this very role.
        let is_own = identity.as_ref().is_some_and(|identity| environment.is_none() && Some(identity.arn()) == named);
        let profile = Profile::of(given, None, sts.clone(), ambient.clone());
        let places = environment
            .map(Place::Keys)
            .into_iter()
            .chain(identity.map(Place::WebIdentity))
            .chain(profile.map(Place::Profile))
            .chain(ambient.container.map(Place::Container))
            .chain(ambient.machine.map(Place::Machine));
        Self { places: places.collect(), role: named.filter(|_| !is_own).map(|name| sts.role(given, name)) }
    }
}

/// Places that a profile may name as the source of its keys.
#[derive(Clone, Debug, Hash)]
struct Ambient {
    environment: Option<Keys>,
    container: Option<Container>,
    machine: Option<Machine>,
}

impl Plan for Aws {
    fn begin(self, now: Micros) -> Turn<Granted> {
        let found = look(self.places.into_iter(), now);
        match self.role {
            None => found,
            Some(role) => found.and_then(move |granted| role.assume(&granted, now)),
        }
    }
}

fn look(mut places: std::vec::IntoIter<Place>, now: Micros) -> Turn<Granted> {
    let Some(place) = places.next() else { return Turn::End(Err(nothing_found())) };
    place.begin(now).and_then(move |found| match found {
        Some(granted) => Turn::End(Ok(granted)),
        None => look(places, now),
    })
}

impl Place {
    fn begin(self, now: Micros) -> Found {
        match self {
            Self::Keys(keys) => Turn::End(Ok(Some(keys.granted()))),
            Self::WebIdentity(identity) => identity.assume().map(|granted| Ok(Some(granted))),
            Self::Profile(profile) => profile.begin(now),
            Self::Container(container) => container.begin(),
            Self::Machine(machine) => machine.begin(),
        }
    }
}

impl Keys {
    fn given(given: &Given<'_>) -> Option<Self> {
        let (id, secret) = given.params.aws_access_key_id.zip(given.params.aws_secret_access_key)?;
        let token = given.params.aws_session_token.cloned();
        Some(Self { id: id.expose().to_owned(), secret: secret.clone(), token })
    }

    fn of_environment(given: &Given<'_>) -> Option<Self> {
        let (id, secret) = given.var("AWS_ACCESS_KEY_ID").zip(given.secret("AWS_SECRET_ACCESS_KEY"))?;
        Some(Self { id, secret, token: given.secret("AWS_SESSION_TOKEN") })
    }

    fn granted(self) -> Granted {
        let Self { id, secret, token } = self;
        let credential = Credential::Aws { access_key_id: id, secret_access_key: secret, session_token: token };
        Granted { credential, expires_at: None }
    }
}

/// The keys in the JSON that containers and machines answer with.
fn read_keys(issuer: &Issuer, json: &Json) -> Result<Granted, Error> {
    let pair = text(json, "AccessKeyId").zip(text(json, "SecretAccessKey"));
    let (id, secret) = pair.ok_or_else(|| issuer.misunderstood())?;
    let token = text(json, "Token").map(Secret::new);
    let granted = Keys { id: id.to_owned(), secret: Secret::new(secret), token }.granted();
    let end = text(json, "Expiration").map(|stamp| time(stamp).ok_or_else(|| issuer.misunderstood()));
    Ok(Granted { expires_at: end.transpose()?, ..granted })
}

fn nothing_found() -> Error {
    issuer().unusable(
        "no credential was found; set `aws_access_key_id` and `aws_secret_access_key`, a role or a profile, or the \
         environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    )
}

fn issuer() -> Issuer {
    Issuer::new("AWS")
}

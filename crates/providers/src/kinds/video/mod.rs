//! Making films: ordered, asked about until they are ready, fetched, changed and thrown away.
//!
//! Clients see OpenAI's form ("Videos": create, retrieve, download content, remix, delete, list). A film is made over
//! minutes, so that each call about it names the film that an earlier call began; what has to be known of it travels in
//! the id that the client holds, and is put before the translator as [`Filming`].

mod card;
mod compat;
mod fal_ai;
mod gemini;
mod length;
mod reference;
mod runwayml;
mod veo;
mod vertex;

pub(super) const COMPAT: &dyn Translator = &compat::OPENAI;

use super::{Ask, Translator};
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use std::sync::Arc;
use tianji_core::{Error, Kind};

/// A translator by its name in rows.
pub(super) fn named(name: &str) -> Option<&'static dyn Translator> {
    Some(match name {
        "fal_ai" => &fal_ai::FalAi,
        "gemini" => &gemini::Gemini,
        "runwayml" => &runwayml::RunwayMl,
        "vllm" => &compat::VLLM,
        "vertex_ai" => &vertex::Vertex,
        _ => return None,
    })
}

/// What is asked about films.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Errand {
    /// To make one.
    #[default]
    Create,
    /// How far it is.
    Status,
    /// The film itself.
    Content,
    /// To make another one of it.
    Remix,
    /// To throw it away.
    Delete,
    /// Which ones there are.
    List,
}

impl Errand {
    /// Whether something is made that the vendor charges for.
    pub const fn makes(self) -> bool {
        matches!(self, Self::Create | Self::Remix)
    }
}

/// A film as later calls about it need to know it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Film {
    /// The vendor's id.
    #[serde(rename = "i")]
    pub id: String,
    /// Seconds since 1970 when it was ordered.
    #[serde(rename = "t", default)]
    pub created_at: i64,
    /// Its length in seconds, as a client writes it.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<String>,
    /// Width and height, as a client writes them: `1280x720`.
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
}

/// A call about films.
#[derive(Clone, Copy, Debug)]
pub struct Filming<'a> {
    /// What is asked.
    pub errand: Errand,
    /// The film that it is about; of no meaning for [`Errand::Create`] and [`Errand::List`].
    pub film: &'a Film,
    /// The client's id of that film.
    pub id: &'a str,
    /// Ids for films that the client has none of yet.
    pub names: &'a Names,
}

/// Gives films the ids that clients know them by.
#[derive(Clone)]
pub struct Names(Arc<Namer>);

type Namer = dyn Fn(&Film) -> Option<String> + Send + Sync;

impl Names {
    /// Names given by a function; `None` = it cannot be named.
    pub fn new(name: impl Fn(&Film) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(name))
    }

    fn of(&self, film: &Film) -> Result<String, Error> {
        (self.0)(film).ok_or_else(|| Error::gateway(Kind::InternalServer, "the video could not be given an id"))
    }
}

impl Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Names(…)")
    }
}

/// What a call asks of films.
fn filming<'a>(ask: &Ask<'a>) -> Result<Filming<'a>, Error> {
    ask.filming.ok_or_else(|| Error::gateway(Kind::InternalServer, "a call about videos does not say what it asks"))
}

/// The error that a vendor has no such call.
fn not_offered(ask: &Ask<'_>, errand: Errand) -> Error {
    let what = match errand {
        Errand::Create => "making videos",
        Errand::Status => "the status of videos",
        Errand::Content => "downloading videos",
        Errand::Remix => "remixing videos",
        Errand::Delete => "deleting videos",
        Errand::List => "listing videos",
    };
    Error::gateway(Kind::NotImplemented, format!("{} does not offer {what}", ask.provider.name))
}

/// The film was asked for before it was there, or there will be none.
fn not_ready(card: &card::Card) -> Error {
    let words = match &card.failure {
        Some(failure) => format!("The video could not be made: {}", failure.message),
        None => "The video is not ready yet; its status says when it is.".to_owned(),
    };
    Error::client(Kind::BadRequest, words)
}

/// Members of the common form, which no vendor's own parameters are among.
const KNOWN: &[&str] = &["prompt", "input_reference", "seconds", "size", "user", "model"];

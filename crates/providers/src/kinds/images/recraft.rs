//! Changing pictures by Recraft (Recraft, "API: Image to image", "Inpaint image"). Making them is OpenAI's form.

use super::super::compat::{fields, malformed};
use super::super::{Ask, Flow, Translator, compat, multipart};
use super::{OPENAI_ONLY, only_one};
use http::header::CONTENT_TYPE;
use tianji_core::{Error, Losses, Upload};

#[derive(Debug)]
pub(super) struct Recraft;

impl Translator for Recraft {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        if ask.files.is_empty() {
            let own = compat::translator(ask.kind).ok_or_else(malformed)?;
            return own.begin(ask, losses);
        }
        ask.no_events(losses);
        only_one(ask, losses);
        ask.refuse(OPENAI_ONLY.iter().filter(|name| **name != "style").copied().collect::<Vec<_>>().as_slice(), losses);
        ask.refuse(&["quality", "input_fidelity", "output_format", "size"], losses);
        let image = ask.file("image").ok_or_else(|| ask.missing("image"))?;
        let mask = ask.file("mask");
        let mut body = ask.body.clone();
        body.set("model", ask.target.model);
        for name in ["size", "quality", "output_format", "image", "mask", "user"] {
            body.remove(name);
        }
        if mask.is_none() && !body.contains("strength") {
            body.set("strength", &DEFAULT_STRENGTH);
        }
        let files: Vec<(String, &Upload)> = [("image", Some(image)), ("mask", mask)]
            .into_iter()
            .filter_map(|(name, file)| Some((name.to_owned(), file?)))
            .collect();
        let (form, kind) = multipart(&fields(&body), &files, ask.unique);
        let operation = if mask.is_some() { "inpaint" } else { "imageToImage" };
        let mut request = ask.request_to(&format!("{}/images/{operation}", ask.connection.base), form)?;
        request.headers.insert(CONTENT_TYPE, kind);
        Ok(compat::converse(ask, request))
    }
}

/// How much of a picture is changed where the caller does not say: 0 = nothing, 1 = all.
const DEFAULT_STRENGTH: f64 = 0.2;

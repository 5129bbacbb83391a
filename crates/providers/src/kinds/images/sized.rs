//! Vendors that speak OpenAI's form but for sizes: in two members, or as a shape.

use super::super::given::json;
use super::super::{Ask, Flow, Translator, compat};
use super::{KNOWN, OPENAI_ONLY, prompt, size};
use serde_json::json;
use tianji_core::{Error, Losses};

/// How a vendor says a size, and what it calls files in base64.
#[derive(Debug)]
pub(super) struct Sized {
    size: SizeAs,
    base64: &'static str,
    /// Member for the file format.
    format: Option<&'static str>,
}

#[derive(Debug)]
enum SizeAs {
    /// `width` and `height`.
    Pixels,
    /// `aspect_ratio`.
    Shape(&'static [&'static str]),
}

/// Together AI, "Create image".
pub(super) static TOGETHER: Sized = Sized { size: SizeAs::Pixels, base64: "base64", format: Some("output_format") };
/// Nebius, "Generate images".
pub(super) static NEBIUS: Sized =
    Sized { size: SizeAs::Pixels, base64: "b64_json", format: Some("response_extension") };
/// xAI, "Image generations".
pub(super) static XAI: Sized = Sized {
    size: SizeAs::Shape(&["1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "1:2", "2:1"]),
    base64: "b64_json",
    format: None,
};

impl Translator for Sized {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        let refused: Vec<&str> = OPENAI_ONLY.iter().copied().filter(|name| *name != "user").collect();
        ask.refuse(&refused, losses);
        ask.refuse(&["quality"], losses);
        if self.format.is_none() {
            ask.refuse(&["output_format"], losses);
        }
        let mut body = ask.extras(KNOWN);
        body.insert("model".to_owned(), json!(ask.target.model));
        body.insert("prompt".to_owned(), json!(prompt(ask)?));
        body.extend(ask.text("user").map(|user| ("user".to_owned(), json!(user))));
        body.extend(ask.whole("n").map(|n| ("n".to_owned(), json!(n))));
        if let Some(asked) = ask.text("size") {
            match (&self.size, size::pixels(&asked)) {
                (SizeAs::Pixels, Some((width, height))) => {
                    body.entry("width").or_insert_with(|| json!(width));
                    body.entry("height").or_insert_with(|| json!(height));
                }
                (SizeAs::Shape(shapes), _) => {
                    let shape = size::aspect(&asked, shapes);
                    body.extend(shape.map(|shape| ("aspect_ratio".to_owned(), json!(shape))));
                }
                (SizeAs::Pixels, None) => {}
            }
        }
        let asked = ask.text("response_format");
        let theirs = asked.map(|asked| if asked == "b64_json" { self.base64.to_owned() } else { asked });
        body.extend(theirs.map(|theirs| ("response_format".to_owned(), json!(theirs))));
        let format = self.format.zip(ask.text("output_format"));
        body.extend(format.map(|(name, format)| (name.to_owned(), json!(format))));
        Ok(compat::converse(ask, ask.request(json(&body)?)?))
    }
}

//! Clarifai (Clarifai, "OpenAI compatible endpoint"): models are called by their addresses, which entries write as
//! `user.app.model`.

use super::Folder;
use crate::edit::EditError;
use crate::provider::Hooks;
use tianji_core::Losses;
use tianji_core::generate::Target;
use tianji_wire::RawObject;

pub(super) const FOLDER: Folder =
    Folder { name: "clarifai", row: include_str!("row.toml"), hooks: Hooks { edit: Some(edit), ..Hooks::COMPAT } };

fn edit(body: &mut RawObject, target: &Target<'_>, _: &mut Losses) -> Result<(), EditError> {
    if let Some(address) = address(target.model) {
        body.set("model", &address);
    }
    Ok(())
}

/// The address of `user.app.model`; the model's own name may hold dots. `None` for what is written in another way.
fn address(model: &str) -> Option<String> {
    if model.contains('/') {
        return None;
    }
    let mut parts = model.splitn(3, '.').filter(|part| !part.is_empty());
    let (user, app, name) = (parts.next()?, parts.next()?, parts.next()?);
    Some(format!("https://clarifai.com/{user}/{app}/models/{name}"))
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn names_become_addresses() {
        for (name, expected) in [
            ("openai.chat-completion.gpt-4.1", Some("https://clarifai.com/openai/chat-completion/models/gpt-4.1")),
            ("https://clarifai.com/a/b/models/c.d", None),
            ("a/b/models/c", None),
            ("gpt-4o", None),
            ("a..b", None),
        ] {
            assert_eq!(address(name).as_deref(), expected, "{name}");
        }
    }
}

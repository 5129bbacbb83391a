//! Bodies of text completions: one prompt, one answer, a seed of another name.

use crate::body::Members;
use crate::edit::EditError;
use crate::params::refuse;
use serde_json::Value;
use tianji_core::Losses;
use tianji_core::generate::Target;
use tianji_wire::RawObject;

pub(super) fn edit(body: &mut RawObject, target: &Target<'_>, losses: &mut Losses) -> Result<(), EditError> {
    let invalid = EditError::Invalid { param: "prompt", expected: "one text" };
    match body.json("prompt").map(|prompt| prompt.value()) {
        Some(Value::String(_)) => {}
        Some(Value::Array(list)) => match list.as_slice() {
            [Value::String(text)] => body.put("prompt", text),
            _ => return Err(invalid),
        },
        _ => return Err(invalid),
    }
    // One answer is what there is anyway.
    for name in ["n", "best_of"] {
        if body.member::<u64>(name) == Some(1) {
            body.remove(name);
        }
    }
    for name in REFUSED {
        refuse(body, name, target, losses);
    }
    body.remove("user");
    if let Some(seed) = body.take("seed").filter(|_| !body.contains("random_seed")) {
        body.put_json("random_seed", seed);
    }
    Ok(())
}

/// What cannot be said.
const REFUSED: &[&str] = &["best_of", "echo", "frequency_penalty", "logit_bias", "logprobs", "n", "presence_penalty"];
